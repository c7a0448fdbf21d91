//! Availability: reading the calendars of the listings that the caller's tenant sees, and editing those of its own.

mod edit;
mod error;
mod get;

use std::sync::Arc;

use ports::{AvailabilityQueries, AvailabilityRepository, ListingRepository};

pub use self::edit::{EditCalendar, RangeFields};
pub use self::error::AvailabilityError;
pub use self::get::GetNights;
use crate::steps::ambient::Ambient;

/// The use cases of availability.
pub struct Availability {
    repository: Arc<dyn AvailabilityRepository>,
    queries: Arc<dyn AvailabilityQueries>,
    listings: Arc<dyn ListingRepository>,
    ambient: Ambient,
}

impl Availability {
    /// Creates the use cases from their ports.
    pub fn new(
        repository: Arc<dyn AvailabilityRepository>,
        queries: Arc<dyn AvailabilityQueries>,
        listings: Arc<dyn ListingRepository>,
        ambient: Ambient,
    ) -> Self {
        Self { repository, queries, listings, ambient }
    }
}
