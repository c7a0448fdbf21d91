//! Availability: reading the calendars of the listings that the caller's tenant sees, and editing those of its own.

mod edit;
mod error;
mod get;
mod price_calendar;

use std::sync::Arc;

use ports::{AvailabilityQueries, AvailabilityRepository, ListingRepository};

pub use self::edit::{EditCalendar, RangeFields};
pub use self::error::AvailabilityError;
pub use self::get::GetNights;
pub use self::price_calendar::{GetPriceCalendar, ListingNights};
use crate::steps::ambient::Ambient;

/// The use cases of availability.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Availability {
    pub repository: Arc<dyn AvailabilityRepository>,
    pub queries: Arc<dyn AvailabilityQueries>,
    pub listings: Arc<dyn ListingRepository>,
    pub ambient: Ambient,
}
