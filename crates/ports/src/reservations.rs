//! The ports of reservations.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, ReservationId};
use domain::reservations::{LapsedHold, Reservation, ReservationBooked, ReservationStatus, TenantReservation};
use domain::stays::StayDate;

use crate::{Page, RepositoryError, Slice};

/// The reservations that one tenant sees: those of its own accounts, and those that it sold as an importer. Each method is one
/// atomic step: it happens whole or not at all.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ReservationRepository: Send + Sync {
    /// The reservation, or `None` if the tenant sees no such reservation.
    async fn find(&self, scope: &TenantScope, id: ReservationId) -> Result<Option<TenantReservation>, RepositoryError>;

    /// Stores a new reservation, and first that the holds in its way have expired. Of several that book a night at once, one
    /// succeeds.
    ///
    /// # Errors
    /// `Taken { rule: "reservation_stay" }` if one of the nights is blocked or a live stay's; `Taken { rule:
    /// "reservation_external_id" }` if the seller has a reservation of that name; `Taken { rule: "quote_used" }` if somebody
    /// has booked with the quote; `Stale` if the listing is gone, is not available to the seller any more, has another owner or
    /// its import has ended, or where one of the holds was changed since it was read.
    async fn book(
        &self,
        scope: &TenantScope,
        change: Change<ReservationBooked>,
    ) -> Result<TenantReservation, RepositoryError>;

    /// Stores what has become of a reservation.
    ///
    /// # Errors
    /// `Stale` if the reservation was changed since it was read, or the tenant sees it no more.
    async fn update(
        &self,
        scope: &TenantScope,
        change: Change<Reservation>,
    ) -> Result<TenantReservation, RepositoryError>;

    /// At most so many holds that have lapsed by this instant and are stored as if they had not, of all workspaces, the oldest
    /// first.
    async fn lapsed(
        &self,
        scope: &OperatorScope,
        at: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LapsedHold>, RepositoryError>;

    /// Stores that a hold has expired.
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
    /// The account that the listing hangs on.
    pub integration_account_id: Option<IntegrationAccountId>,
    /// What has become of them, as stored.
    pub status: Option<ReservationStatus>,
    /// The first day of check-in.
    pub check_in_start: Option<StayDate>,
    /// The last day of check-in.
    pub check_in_end: Option<StayDate>,
    /// The first day of check-out.
    pub check_out_start: Option<StayDate>,
    /// The last day of check-out.
    pub check_out_end: Option<StayDate>,
}

/// Lists and counts of the reservations that one tenant sees.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ReservationQueries: Send + Sync {
    /// The reservations that match, by id.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &ReservationFilter,
        page: Page,
    ) -> Result<Slice<TenantReservation>, RepositoryError>;

    /// The number of reservations that match.
    async fn count(&self, scope: &TenantScope, filter: &ReservationFilter) -> Result<u64, RepositoryError>;
}
