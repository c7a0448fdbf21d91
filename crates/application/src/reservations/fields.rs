//! A booking, as sent.

use domain::ids::{ListingId, QuoteId, ReservationId};
use domain::instants::Edge;
use domain::quotes::RequestedStay;
use domain::reservations::{ExpectedPrice, Guest, NewReservation};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::ValidationErrors;

use crate::input::REQUIRED;
use crate::input::bodies::objects;
use crate::input::enum_schemas::ReservationTypeWord;
use crate::input::reader::{FieldReader, Fields};
use crate::input::wire::digits;
use crate::quotes::{GuestCountFields, StayFields};

pub(super) const QUOTE: &str = "quoteID";
pub(super) const TOTAL: &str = "totalPrice";
const BASE: &str = "totalBasePrice";
const FEES: &str = "totalFeePrice";
const TAXES: &str = "totalTaxPrice";
pub(super) const HOLD: &str = "holdExpiresAt";
pub(super) const EXTERNAL_ID: &str = "externalID";
pub(super) const GUEST: &str = "guest";

/// A booking: either with a `quoteID`, at exactly its price, or of the stay that `listingID`, `checkInDate`,
/// `checkOutDate` and `guests` describe, at the current price.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = BookingBody)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields of a booking")]
pub struct BookingFields {
    /// A quote of the tenant of the request. It describes the whole stay, so the fields of a stay must be absent.
    #[serde(rename = "quoteID")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub quote_id: Option<String>,
    /// A listing of the tenant of the request, its own or imported.
    #[serde(rename = "listingID")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub listing_id: Option<String>,
    /// The day of arrival.
    #[schema(value_type = Option<chrono::NaiveDate>, example = "2030-01-31")]
    pub check_in_date: Option<String>,
    /// The day of departure, 1 to 730 nights later.
    #[schema(value_type = Option<chrono::NaiveDate>, example = "2030-02-03")]
    pub check_out_date: Option<String>,
    /// The number of guests: adults and children. It must agree with `guestCountInfo`.
    #[schema(example = 2, minimum = 1, maximum = 1000)]
    pub guests: Option<i64>,
    /// The guests by kind. Without it, all guests are adults.
    pub guest_count_info: Option<GuestCountFields>,
    /// The expected currency of the price (ISO 4217), which must be the listing's.
    #[schema(example = "USD", pattern = "^([A-Za-z]{3})?$")]
    pub currency: Option<String>,
    /// A promotion of the listing's account.
    #[serde(rename = "promotionID")]
    #[schema(value_type = Option<uuid::Uuid>)]
    pub promotion_id: Option<String>,
    /// The coupon code of a promotion, in place of `promotionID`, ignoring case.
    #[schema(max_length = 64)]
    pub coupon_code: Option<String>,
    /// The expected price of the stay. If the price differs, nothing is booked, and the refusal contains a fresh quote.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, example = 460.64, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub total_price: Option<String>,
    /// The expected price of all nights, before markups and discounts.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, example = 498.00, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub total_base_price: Option<String>,
    /// The expected sum of the fees.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, example = 0, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub total_fee_price: Option<String>,
    /// The expected sum of the taxes.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, example = 0, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub total_tax_price: Option<String>,
    #[schema(required, nullable = false)]
    pub guest: Option<GuestFields>,
    /// The type: `INSTANT_BOOKING` (default), which is confirmed at once, or `PENDING_CONFIRMATION`, which holds the
    /// nights.
    #[schema(value_type = Option<ReservationTypeWord>)]
    pub reservation_type: Option<String>,
    /// The instant until which the nights are held. The default is in 24 hours, the maximum in 30 days. An importer can
    /// hold them for at most the workspace's `maxImporterHoldHours`.
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub hold_expires_at: Option<String>,
    /// The source of the booking.
    #[schema(example = "website", max_length = 255)]
    pub source: Option<String>,
    #[schema(max_length = 10_000)]
    pub notes: Option<String>,
    /// The id of the reservation in the tenant's own system; unique for that tenant.
    #[serde(rename = "externalID")]
    #[schema(max_length = 255)]
    pub external_id: Option<String>,
}

objects!(GuestFields);

/// The guest of a stay.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = GuestBody)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields of a guest")]
pub struct GuestFields {
    #[schema(required, nullable = false, example = "Grace", min_length = 1, max_length = 255)]
    pub first_name: Option<String>,
    #[schema(required, nullable = false, example = "Hopper", min_length = 1, max_length = 255)]
    pub last_name: Option<String>,
    #[schema(example = "grace@example.com", max_length = 254, format = Email)]
    pub email: Option<String>,
    #[schema(example = "+1 212 555 0100", max_length = 32, pattern = "^\\+?[0-9 ./()#x-]*$")]
    pub phone: Option<String>,
}

/// The subject of a booking.
#[derive(Debug, Clone)]
pub(crate) enum Sale {
    /// The stay of a quote, at the quoted price.
    Quoted(QuoteId),
    /// A stay at the current price, which must have the expected amounts.
    Priced { listing: ListingId, stay: RequestedStay, expected: ExpectedPrice },
}

impl BookingFields {
    /// Reads the subject of the booking and the fields of the new reservation.
    pub(crate) fn read(&self, id: ReservationId) -> Result<(Sale, NewReservation), ValidationErrors> {
        let mut reader = FieldReader::default();
        let sale = self.sale(&mut reader);
        let new = self.new_reservation(id, &mut reader);
        reader.finish(sale.zip(new))
    }

    fn sale(&self, r: &mut FieldReader) -> Option<Sale> {
        let stay = self.stay();
        let amounts = [
            (TOTAL, &self.total_price),
            (BASE, &self.total_base_price),
            (FEES, &self.total_fee_price),
            (TAXES, &self.total_tax_price),
        ];
        if self.quote_id.is_none() {
            let [total, base, fees, taxes] = amounts.map(|(field, amount)| r.given(field, amount));
            let expected = ExpectedPrice { total, base, fees, taxes };
            return stay.read(r).map(|(listing, stay)| Sale::Priced { listing, stay, expected });
        }
        // The quote determines all of these.
        let amounts = amounts.into_iter().filter_map(|(field, sent)| sent.is_some().then_some(field));
        for field in stay.sent().chain(amounts) {
            r.refuse(field, format_args!("may not be sent together with {QUOTE}."));
        }
        r.required(QUOTE, &self.quote_id).map(Sale::Quoted)
    }

    fn stay(&self) -> StayFields {
        let Self {
            listing_id,
            check_in_date,
            check_out_date,
            guests,
            guest_count_info,
            currency,
            promotion_id,
            coupon_code,
            ..
        } = self.clone();
        StayFields {
            listing_id,
            check_in_date,
            check_out_date,
            guests,
            guest_count_info,
            currency,
            promotion_id,
            coupon_code,
        }
    }

    fn new_reservation(&self, id: ReservationId, r: &mut FieldReader) -> Option<NewReservation> {
        let kind = r.given("reservationType", &self.reservation_type).unwrap_or_default();
        let hold_expires_at = r.given(HOLD, &self.hold_expires_at).map(Edge::instant);
        let source = r.optional("source", &self.source);
        let notes = r.optional("notes", &self.notes);
        let external_id = r.optional(EXTERNAL_ID, &self.external_id);
        let Some(guest) = &self.guest else {
            r.refuse(GUEST, REQUIRED);
            return None;
        };
        let guest = r.at(GUEST, |r| guest.read(r))?;
        Some(NewReservation { id, kind, hold_expires_at, guest, source, notes, external_id })
    }
}

impl GuestFields {
    fn read(&self, r: &mut FieldReader) -> Option<Guest> {
        let first_name = r.required("firstName", &self.first_name);
        let last_name = r.required("lastName", &self.last_name);
        let email = r.optional("email", &self.email);
        let phone = r.optional("phone", &self.phone);
        Some(Guest { first_name: first_name?, last_name: last_name?, email, phone })
    }
}

#[cfg(test)]
mod tests {
    use testkit::build;

    use super::super::fixture::{guest, priced};
    use super::*;
    use crate::input::InvalidInput;
    use crate::outcome::problem::Problem;
    use crate::quotes::fixture::{stay, text};

    fn field_errors(fields: &BookingFields) -> Vec<String> {
        let refused = fields.read(ReservationId::new(build::id())).err().map(InvalidInput::from);
        refused.and_then(|refused| refused.field_errors().cloned()).unwrap_or_default().into_keys().collect()
    }

    #[test]
    fn all_field_errors_are_told_at_once_by_the_requests_own_names() {
        let nothing = ["checkInDate", "checkOutDate", "guest", "guests", "listingID"];
        assert_eq!(field_errors(&BookingFields::default()), nothing);
        let wrong = BookingFields {
            total_price: text("1e3"),
            guest: Some(GuestFields { email: text("grace"), phone: text("call me"), ..GuestFields::default() }),
            reservation_type: text("MAYBE"),
            hold_expires_at: text("tomorrow"),
            source: text("\u{7}"),
            notes: text("\0"),
            external_id: Some("x".repeat(256)),
            ..StayFields { guests: Some(0), ..stay() }.into()
        };
        let expected = [
            "externalID",
            "guest.email",
            "guest.firstName",
            "guest.lastName",
            "guest.phone",
            "guests",
            "holdExpiresAt",
            "notes",
            "reservationType",
            "source",
            "totalPrice",
        ];
        assert_eq!(field_errors(&wrong), expected);
    }

    #[test]
    fn a_quote_says_all_of_the_stay() {
        let quoted =
            BookingFields { quote_id: Some(build::id().to_string()), guest: Some(guest()), ..Default::default() };
        assert_eq!(field_errors(&quoted), [""; 0]);
        let both = BookingFields {
            quote_id: quoted.quote_id.clone(),
            total_price: text("298"),
            total_tax_price: text("0"),
            ..priced()
        };
        let expected = ["checkInDate", "checkOutDate", "guests", "listingID", "totalPrice", "totalTaxPrice"];
        assert_eq!(field_errors(&both), expected);
        let none = BookingFields { quote_id: text("x"), ..quoted };
        assert_eq!(field_errors(&none), ["quoteID"]);
    }
}
