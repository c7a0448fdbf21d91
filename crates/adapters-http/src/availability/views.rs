//! What is answered about availability.

use domain::availability::Night;
use domain::stays::Nights;
use serde::Serialize;
use utoipa::ToSchema;

use crate::decimal::Decimal;
use crate::words::NightStatusWord;

/// One night as it can be sold now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Night)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NightView {
    /// The day that it follows.
    #[schema(value_type = chrono::NaiveDate)]
    date: String,
    /// `AVAILABLE`, or `NOT_AVAILABLE` where it is sold or blocked.
    #[schema(value_type = NightStatusWord)]
    status: &'static str,
    /// What it costs.
    #[schema(value_type = f64, example = 199.99)]
    price: Decimal,
    /// What it would cost if the calendar were silent.
    #[schema(value_type = f64, example = 149.00)]
    original_price: Decimal,
    /// ISO 4217.
    #[schema(example = "USD")]
    currency: &'static str,
    /// The fewest nights of a stay that begins with it.
    minimum_nights: i32,
    /// The most nights of a stay that begins with it.
    maximum_nights: Option<i32>,
}

impl From<Night> for NightView {
    fn from(Night { date, status, price, original_price, minimum_nights, maximum_nights }: Night) -> Self {
        Self {
            date: date.to_string(),
            status: status.as_str(),
            price: Decimal::of(price),
            original_price: Decimal::of(original_price),
            currency: price.currency().code(),
            minimum_nights: minimum_nights.get(),
            maximum_nights: maximum_nights.map(Nights::get),
        }
    }
}

/// What was written into a calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UpdatedNights)]
pub(crate) struct UpdatedView {
    /// How many nights the ranges name, each once.
    #[schema(example = 12)]
    pub(crate) updated: usize,
}
