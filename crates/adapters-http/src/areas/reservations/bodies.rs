//! Request bodies of reservations.

use application::{BookingFields, GuestFields, StayFields};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::openapi::enum_schemas::ReservationTypeWord;
use crate::response::decimal::Decimal;

/// A booking: either with a `quoteID`, at exactly its price, or of the stay that `listingID`, `checkInDate`,
/// `checkOutDate` and `guests` describe, at the current price.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BookingBody {
    /// A quote of the tenant of the request. It describes the whole stay, so the fields of a stay must be absent.
    #[serde(rename = "quoteID")]
    #[schema(value_type = Option<uuid::Uuid>)]
    quote_id: Option<String>,
    /// A listing of the tenant of the request, its own or imported.
    #[serde(rename = "listingID")]
    #[schema(value_type = Option<uuid::Uuid>)]
    listing_id: Option<String>,
    /// The day of arrival.
    #[schema(value_type = Option<chrono::NaiveDate>, example = "2030-01-31")]
    check_in_date: Option<String>,
    /// The day of departure, 1 to 730 nights later.
    #[schema(value_type = Option<chrono::NaiveDate>, example = "2030-02-03")]
    check_out_date: Option<String>,
    /// The number of guests.
    #[schema(example = 2, minimum = 1, maximum = 1000)]
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
    /// The expected price of the stay. If the price differs, nothing is booked, and the refusal contains a fresh quote.
    #[schema(value_type = Option<f64>, example = 460.64, minimum = 0, maximum = 10_000_000_000_000_i64)]
    total_price: Option<Decimal>,
    #[schema(required, nullable = false)]
    guest: Option<GuestBody>,
    /// The type: `INSTANT_BOOKING` (default), which is confirmed at once, or `PENDING_CONFIRMATION`, which holds the
    /// nights.
    #[schema(value_type = Option<ReservationTypeWord>)]
    reservation_type: Option<String>,
    /// The instant until which the nights are held. The default is in 24 hours, the maximum in 30 days. An importer can
    /// hold them for at most the workspace's `maxImporterHoldHours`.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    hold_expires_at: Option<String>,
    /// The source of the booking.
    #[schema(example = "website", max_length = 255)]
    source: Option<String>,
    #[schema(max_length = 10_000)]
    notes: Option<String>,
    /// The id of the reservation in the tenant's own system; unique for that tenant.
    #[serde(rename = "externalID")]
    #[schema(max_length = 255)]
    external_id: Option<String>,
}

/// The guest of a stay.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GuestBody {
    #[schema(required, nullable = false, example = "Grace", min_length = 1, max_length = 255)]
    first_name: Option<String>,
    #[schema(required, nullable = false, example = "Hopper", min_length = 1, max_length = 255)]
    last_name: Option<String>,
    #[schema(example = "grace@example.com", max_length = 254, format = Email)]
    email: Option<String>,
    #[schema(example = "+1 212 555 0100", max_length = 32, pattern = "^\\+?[0-9 ./()#x-]*$")]
    phone: Option<String>,
}

impl From<BookingBody> for BookingFields {
    fn from(body: BookingBody) -> Self {
        let BookingBody {
            quote_id,
            listing_id,
            check_in_date,
            check_out_date,
            guests,
            currency,
            promotion_id,
            coupon_code,
            total_price,
            guest,
            reservation_type,
            hold_expires_at,
            source,
            notes,
            external_id,
        } = body;
        Self {
            quote_id,
            stay: StayFields { listing_id, check_in_date, check_out_date, guests, currency, promotion_id, coupon_code },
            total_price: total_price.map(|total| total.to_string()),
            guest: guest.map(Into::into),
            reservation_type,
            hold_expires_at,
            source,
            notes,
            external_id,
        }
    }
}

impl From<GuestBody> for GuestFields {
    fn from(GuestBody { first_name, last_name, email, phone }: GuestBody) -> Self {
        Self { first_name, last_name, email, phone }
    }
}
