//! The ports of reservations.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, ReservationId};
use domain::instants::Edge;
use domain::reservations::{
    ExternalId, LapsedHold, Reservation, ReservationAmended, ReservationBooked, ReservationStatus, TenantReservation,
};
use domain::stays::StayDate;
use domain::text::SearchText;

use crate::{Page, RepositoryError, Slice};

/// The reservations that one tenant sees: those of its own accounts, and those that it sold as an importer. Each method
/// is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ReservationRepository: Send + Sync {
    /// Returns the reservation, or `None` if the tenant does not see it.
    async fn get(&self, scope: &TenantScope, id: ReservationId) -> Result<Option<TenantReservation>, RepositoryError>;

    /// Returns whether the tenant has made a reservation with this id of its own system.
    async fn has_external_id(&self, scope: &TenantScope, id: &ExternalId) -> Result<bool, RepositoryError>;

    /// Stores the expiry of the lapsed holds of the same nights, and then the new reservation. Of several concurrent
    /// bookings of a night, one succeeds.
    ///
    /// # Errors
    /// `Taken { rule: "reservation_stay" }` if one of the nights is blocked or sold; `Taken { rule:
    /// "reservation_external_id" }` if the seller has a reservation with that id; `Taken { rule: "quote_used" }` if the
    /// quote was used; `Taken { rule: "importer_holds" }` if it is a hold of an importer that already has as many of the
    /// owner as the workspace allows; `Stale` if the listing is gone, no longer available to the seller, no longer
    /// imported or has another owner, or if one of the holds was changed since it was read.
    async fn book(
        &self,
        scope: &TenantScope,
        change: Change<ReservationBooked>,
    ) -> Result<TenantReservation, RepositoryError>;

    /// Stores the new status of a reservation.
    ///
    /// # Errors
    /// `Stale` if the reservation was changed since it was read, or the tenant no longer sees it.
    async fn update(
        &self,
        scope: &TenantScope,
        change: Change<Reservation>,
    ) -> Result<TenantReservation, RepositoryError>;

    /// Stores the expiry of the lapsed holds of the new nights, if the stay changes, and then the amended reservation. The
    /// nights that it had are not in its own way. Of several concurrent changes of a night, one succeeds.
    ///
    /// # Errors
    /// `Taken { rule: "reservation_stay" }` if one of the new nights is blocked or sold; `Stale` if the reservation or one
    /// of the holds was changed since it was read, the tenant no longer sees it, the listing has another owner, or the
    /// stay changes and the listing is no longer available to the tenant.
    async fn amend(
        &self,
        scope: &TenantScope,
        change: Change<ReservationAmended>,
    ) -> Result<TenantReservation, RepositoryError>;

    /// Returns at most `limit` holds of all workspaces that have lapsed by this instant and are not yet stored as
    /// expired, the oldest first.
    async fn lapsed(
        &self,
        scope: &OperatorScope,
        at: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LapsedHold>, RepositoryError>;

    /// Stores the expiry of a hold.
    ///
    /// # Errors
    /// `Stale` if the reservation was changed since it was read.
    async fn expire(&self, scope: &OperatorScope, change: Change<Reservation>) -> Result<(), RepositoryError>;
}

/// A filter of reservations. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReservationFilter {
    /// The listing.
    pub listing_id: Option<ListingId>,
    /// The account of the listing.
    pub integration_account_id: Option<IntegrationAccountId>,
    /// The id that the tenant gave as the seller, exactly.
    pub external_id: Option<ExternalId>,
    /// The stored status.
    pub status: Option<ReservationStatus>,
    /// The first date of check-in.
    pub check_in_start: Option<StayDate>,
    /// The last date of check-in.
    pub check_in_end: Option<StayDate>,
    /// The first date of check-out.
    pub check_out_start: Option<StayDate>,
    /// The last date of check-out.
    pub check_out_end: Option<StayDate>,
    /// The earliest time of the last change.
    pub updated_since: Option<Edge>,
    /// A part of the guest's name or email, or of the external id, ignoring case.
    pub q: Option<SearchText>,
}

/// Lists and counts of the reservations that one tenant sees.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ReservationQueries: Send + Sync {
    /// Lists the reservations that match, by id.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &ReservationFilter,
        page: Page,
    ) -> Result<Slice<TenantReservation>, RepositoryError>;

    /// Counts the reservations that match.
    async fn count(&self, scope: &TenantScope, filter: &ReservationFilter) -> Result<u64, RepositoryError>;
}
