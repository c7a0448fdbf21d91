//! What is read about availability.

use application::{EditCalendar, FindNights, RangeFields};
use domain::tenants::FieldEdit;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::decimal::{Decimal, digits};
use crate::input::sent;
use crate::words::NightStatusWord;

/// Which nights: at most 730.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NightsQuery {
    /// The day that the first night follows.
    #[param(value_type = chrono::NaiveDate, required)]
    start_date: Option<String>,
    /// The day after the last night, like a check-out.
    #[param(value_type = chrono::NaiveDate, required)]
    end_date: Option<String>,
}

impl From<NightsQuery> for FindNights {
    fn from(NightsQuery { start_date, end_date }: NightsQuery) -> Self {
        Self { start_date, end_date }
    }
}

/// What is written into a calendar: all of it, or nothing.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CalendarBody {
    /// Where they overlap, the later one wins in each field that it names. All together name at most 3,660 nights.
    #[schema(required, nullable = false, max_items = 366)]
    ranges: Option<Vec<RangeBody>>,
}

impl From<CalendarBody> for EditCalendar {
    fn from(CalendarBody { ranges }: CalendarBody) -> Self {
        Self { ranges: ranges.map(|ranges| ranges.into_iter().map(Into::into).collect()) }
    }
}

/// What becomes of at most 730 nights: what is absent stays as it is, and what is null is the listing's again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RangeBody {
    /// The day that the first night follows.
    #[schema(value_type = Option<chrono::NaiveDate>, required, nullable = false)]
    start_date: Option<String>,
    /// The day after the last night, like a check-out.
    #[schema(value_type = Option<chrono::NaiveDate>, required, nullable = false)]
    end_date: Option<String>,
    /// `NOT_AVAILABLE` blocks the nights; what is sold stays sold. `AVAILABLE` offers them again.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<NightStatusWord>)]
    status: FieldEdit<String>,
    /// What each night costs, in the listing's currency, with at most its decimals.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, example = 199.99, minimum = 0, maximum = 1_000_000_000)]
    price: FieldEdit<Decimal>,
    /// The fewest nights of a stay that begins then.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    minimum_nights: FieldEdit<i64>,
    /// The most nights of a stay that begins then.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    maximum_nights: FieldEdit<i64>,
}

impl From<RangeBody> for RangeFields {
    fn from(body: RangeBody) -> Self {
        let RangeBody { start_date, end_date, status, price, minimum_nights, maximum_nights } = body;
        Self { start_date, end_date, status, price: digits(price), minimum_nights, maximum_nights }
    }
}
