//! Request bodies and queries of availability.

use application::{EditCalendar, GetNights, RangeFields};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::openapi::enum_schemas::NightStatusWord;
use crate::request::input::sent;
use crate::response::decimal::{Decimal, digits};

/// A period of at most 730 nights.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NightsQuery {
    /// The date of the first night, like a check-in.
    #[param(value_type = chrono::NaiveDate, required)]
    start_date: Option<String>,
    /// The day after the last night, like a check-out.
    #[param(value_type = chrono::NaiveDate, required)]
    end_date: Option<String>,
}

impl From<NightsQuery> for GetNights {
    fn from(NightsQuery { start_date, end_date }: NightsQuery) -> Self {
        Self { start_date, end_date }
    }
}

/// An edit of a calendar, which is applied as a whole or not at all.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CalendarBody {
    /// The ranges of nights. Where ranges overlap, the later one wins in each field that it names. Together they name
    /// at most 3,660 nights.
    #[schema(required, nullable = false, max_items = 366)]
    ranges: Option<Vec<RangeBody>>,
}

impl From<CalendarBody> for EditCalendar {
    fn from(CalendarBody { ranges }: CalendarBody) -> Self {
        Self { ranges: ranges.map(|ranges| ranges.into_iter().map(Into::into).collect()) }
    }
}

/// An edit of at most 730 nights. An absent field is left unchanged; null resets it to the listing's value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RangeBody {
    /// The date of the first night, like a check-in.
    #[schema(value_type = Option<chrono::NaiveDate>, required, nullable = false)]
    start_date: Option<String>,
    /// The day after the last night, like a check-out.
    #[schema(value_type = Option<chrono::NaiveDate>, required, nullable = false)]
    end_date: Option<String>,
    /// The status: `NOT_AVAILABLE` blocks the nights, but sold nights stay sold. `AVAILABLE` offers them again.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<NightStatusWord>)]
    status: Patch<String>,
    /// The price of each night, in the listing's currency, with at most its decimals.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, example = 199.99, minimum = 0, maximum = 1_000_000_000)]
    price: Patch<Decimal>,
    /// The minimum number of nights of a stay that begins on one of these nights.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    minimum_nights: Patch<i64>,
    /// The maximum number of nights of a stay that begins on one of these nights.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    maximum_nights: Patch<i64>,
}

impl From<RangeBody> for RangeFields {
    fn from(body: RangeBody) -> Self {
        let RangeBody { start_date, end_date, status, price, minimum_nights, maximum_nights } = body;
        Self { start_date, end_date, status, price: digits(price), minimum_nights, maximum_nights }
    }
}
