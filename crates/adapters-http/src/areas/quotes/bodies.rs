//! Request bodies of quotes.

use application::StayFields;
use serde::Deserialize;
use utoipa::ToSchema;

/// The stay to price.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct QuoteBody {
    /// A listing of the tenant of the request, its own or imported.
    #[serde(rename = "listingID")]
    #[schema(value_type = uuid::Uuid, required, nullable = false)]
    listing_id: Option<String>,
    /// The day of arrival.
    #[schema(value_type = chrono::NaiveDate, required, nullable = false, example = "2030-01-31")]
    check_in_date: Option<String>,
    /// The day of departure, 1 to 730 nights later.
    #[schema(value_type = chrono::NaiveDate, required, nullable = false, example = "2030-02-03")]
    check_out_date: Option<String>,
    /// The number of guests.
    #[schema(required, nullable = false, example = 2, minimum = 1, maximum = 1000)]
    guests: Option<i64>,
    /// The expected currency of the price (ISO 4217), which must be the listing's.
    #[schema(example = "USD", pattern = "^([A-Za-z]{3})?$")]
    currency: Option<String>,
    /// A promotion of the listing's account.
    #[serde(rename = "promotionID")]
    #[schema(value_type = Option<uuid::Uuid>)]
    promotion_id: Option<String>,
    /// The coupon code of a promotion, in place of `promotionID`, ignoring case.
    #[schema(max_length = 64)]
    coupon_code: Option<String>,
}

impl From<QuoteBody> for StayFields {
    fn from(body: QuoteBody) -> Self {
        let QuoteBody { listing_id, check_in_date, check_out_date, guests, currency, promotion_id, coupon_code } = body;
        Self { listing_id, check_in_date, check_out_date, guests, currency, promotion_id, coupon_code }
    }
}
