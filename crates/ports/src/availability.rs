//! The ports of availability.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use domain::availability::{Calendar, CalendarEdit};
use domain::change::Change;
use domain::ids::ListingId;
use domain::stays::Stay;

use crate::RepositoryError;

/// The calendars of one tenant's own listings. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AvailabilityRepository: Send + Sync {
    /// Writes into the calendar of a listing of the tenant. What the edit does not name stays; a night that then differs from the
    /// listing in nothing is stored no more. Stays that are sold are not looked at.
    ///
    /// # Errors
    /// `Stale` if the listing is gone, or its account is another tenant's.
    async fn edit(&self, scope: &TenantScope, change: Change<CalendarEdit>) -> Result<(), RepositoryError>;
}

/// The calendars that one tenant sees: those of its own listings and of those that it imported.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AvailabilityQueries: Send + Sync {
    /// The nights of a stay as they can be sold at this instant, or `None` if the tenant has no such listing, neither of its
    /// own nor imported. A hold that has lapsed by then is in nobody's way.
    async fn calendar(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        nights: Stay,
        at: DateTime<Utc>,
    ) -> Result<Option<Calendar>, RepositoryError>;
}
