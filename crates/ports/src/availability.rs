//! The ports of availability.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use domain::availability::{Calendar, CalendarEdit, ListingCalendar};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId};
use domain::stays::Stay;

use crate::RepositoryError;

/// The calendars of one tenant's own listings. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AvailabilityRepository: Send + Sync {
    /// Edits the calendar of a listing of the tenant. Values that the edit does not name stay unchanged, and nights
    /// that no longer differ from the listing are deleted. Sold stays are not checked. The audit entry names the nights
    /// that changed; if none did, there is no entry.
    ///
    /// # Errors
    /// `Stale` if the listing is gone, or its account is another tenant's.
    async fn edit(&self, scope: &TenantScope, change: Change<CalendarEdit>) -> Result<(), RepositoryError>;
}

/// The listings whose calendars are read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarSelection {
    /// Listings by id.
    Listings(Vec<ListingId>),
    /// All listings of an account.
    Account(IntegrationAccountId),
}

/// The calendars of the listings that one tenant owns or imports.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AvailabilityQueries: Send + Sync {
    /// Returns the nights of a stay as they can be sold at this instant, or `None` if the tenant neither owns nor
    /// imports the listing, or its import sleeps. Holds that have lapsed by then do not count.
    async fn calendar(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        nights: Stay,
        at: DateTime<Utc>,
    ) -> Result<Option<Calendar>, RepositoryError>;

    /// Returns the calendars of at most `most` of the selected listings, by id, as of one moment. Sleeping imports, and
    /// listings that the tenant neither owns nor imports, are left out.
    async fn calendars(
        &self,
        scope: &TenantScope,
        selection: &CalendarSelection,
        nights: Stay,
        at: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<ListingCalendar>, RepositoryError>;
}
