//! Responses of availability.

use application::ListingNights;
use domain::availability::{Night, NightStatus};
use domain::stays::Nights;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::decimal::Decimal;
use application::enum_schemas::NightStatusWord;

/// A night as it can be sold now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Night)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NightView {
    /// The date of the night, like a check-in.
    #[schema(value_type = chrono::NaiveDate)]
    date: String,
    /// The status: `AVAILABLE`, or `NOT_AVAILABLE` if the night is sold or blocked.
    status: NightStatusWord,
    /// The price of the night.
    #[schema(value_type = f64, example = 199.99)]
    price: Decimal,
    /// The price of the night if the calendar sets none.
    #[schema(value_type = f64, example = 149.00)]
    original_price: Decimal,
    /// The currency of the prices (ISO 4217).
    #[schema(example = "USD")]
    currency: &'static str,
    /// The minimum number of nights of a stay that begins with this night.
    minimum_nights: i32,
    /// The maximum number of nights of a stay that begins with this night.
    maximum_nights: Option<i32>,
}

impl From<Night> for NightView {
    fn from(Night { date, status, price, original_price, minimum_nights, maximum_nights }: Night) -> Self {
        Self {
            date: date.to_string(),
            status: status.into(),
            price: Decimal::of(price),
            original_price: Decimal::of(original_price),
            currency: price.currency().code(),
            minimum_nights: minimum_nights.get(),
            maximum_nights: maximum_nights.map(Nights::get),
        }
    }
}

/// The nights of one of several listings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PriceCalendar)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PriceCalendarView {
    #[serde(rename = "listingID")]
    listing_id: Uuid,
    /// The currency of the prices (ISO 4217).
    #[schema(example = "USD")]
    currency: Option<&'static str>,
    nights: Vec<PricedNightView>,
}

/// A night of one of several listings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PricedNight)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PricedNightView {
    /// The date of the night, like a check-in.
    #[schema(value_type = chrono::NaiveDate)]
    date: String,
    /// The price of the night, without the lines that a price has once for a stay.
    #[schema(value_type = f64, example = 199.99)]
    price: Decimal,
    /// Whether the night can be sold.
    available: bool,
    /// The minimum number of nights of a stay that begins with this night.
    minimum_nights: i32,
    /// The maximum number of nights of a stay that begins with this night.
    maximum_nights: Option<i32>,
}

impl From<ListingNights> for PriceCalendarView {
    fn from(ListingNights { listing_id, nights }: ListingNights) -> Self {
        Self {
            listing_id: listing_id.as_uuid(),
            currency: nights.first().map(|night| night.price.currency().code()),
            nights: nights.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Night> for PricedNightView {
    fn from(Night { date, status, price, original_price: _, minimum_nights, maximum_nights }: Night) -> Self {
        Self {
            date: date.to_string(),
            price: Decimal::of(price),
            available: status == NightStatus::Available,
            minimum_nights: minimum_nights.get(),
            maximum_nights: maximum_nights.map(Nights::get),
        }
    }
}

/// The result of an edit of a calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UpdatedNights)]
pub(crate) struct UpdatedView {
    /// The number of nights that the ranges name, each counted once.
    #[schema(example = 12)]
    pub(crate) updated: usize,
}
