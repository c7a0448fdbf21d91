//! A booking, as sent.

use chrono::{DateTime, Utc};
use domain::ids::{ListingId, QuoteId, ReservationId};
use domain::instants::Edge;
use domain::money::Total;
use domain::quotes::RequestedStay;
use domain::reservations::{Guest, NewReservation};

use crate::input::reader::Collector;
use crate::input::{InvalidInput, REQUIRED};
use crate::quotes::StayFields;

pub(super) const QUOTE: &str = "quoteID";
pub(super) const TOTAL: &str = "totalPrice";
pub(super) const HOLD: &str = "holdExpiresAt";
pub(super) const EXTERNAL_ID: &str = "externalID";
const GUEST: &str = "guest";

/// A booking: either `quoteID` or the stay, and the guest.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a booking")]
pub struct BookingFields {
    pub quote_id: Option<String>,
    pub stay: StayFields,
    /// The expected total, as a decimal number in text.
    pub total_price: Option<String>,
    pub guest: Option<GuestFields>,
    pub reservation_type: Option<String>,
    pub hold_expires_at: Option<String>,
    pub source: Option<String>,
    pub notes: Option<String>,
    pub external_id: Option<String>,
}

/// The guest, as sent.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a guest")]
pub struct GuestFields {
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
}

/// The subject of a booking.
#[derive(Debug, Clone)]
pub(super) enum Sale {
    /// The stay of a quote, at the quoted price.
    Quoted(QuoteId),
    /// A stay at the current price, which must equal the total if one is given.
    Priced { listing: ListingId, stay: RequestedStay, total: Option<Total> },
}

impl BookingFields {
    /// Reads the subject of the booking and the fields of the new reservation.
    pub(super) fn read(&self, id: ReservationId) -> Result<(Sale, NewReservation), InvalidInput> {
        let mut collector = Collector::default();
        let sale = self.sale(&mut collector);
        let new = self.new_reservation(id, &mut collector);
        collector.finish(sale.zip(new))
    }

    fn sale(&self, c: &mut Collector) -> Option<Sale> {
        let Some(quote) = &self.quote_id else {
            let total = c.given(TOTAL, self.total_price.as_deref());
            return self.stay.read(c).map(|(listing, stay)| Sale::Priced { listing, stay, total });
        };
        // The quote determines all of these.
        for field in self.stay.sent().chain(self.total_price.as_ref().map(|_| TOTAL)) {
            c.refuse(field, format_args!("may not be sent together with {QUOTE}."));
        }
        c.required(QUOTE, Some(quote)).map(Sale::Quoted)
    }

    fn new_reservation(&self, id: ReservationId, c: &mut Collector) -> Option<NewReservation> {
        let kind = c.given("reservationType", self.reservation_type.as_deref());
        let hold_expires_at: Option<DateTime<Utc>> = c.given(HOLD, self.hold_expires_at.as_deref()).map(Edge::instant);
        let source = c.optional("source", self.source.as_deref());
        let notes = c.optional("notes", self.notes.as_deref());
        let external_id = c.optional(EXTERNAL_ID, self.external_id.as_deref());
        if self.guest.is_none() {
            c.refuse(GUEST, REQUIRED);
        }
        let guest = self.guest.as_ref().and_then(|guest| c.at(GUEST, |c| guest.read(c)));
        let kind = kind.unwrap_or_default();
        Some(NewReservation { id, kind, hold_expires_at, guest: guest?, source, notes, external_id })
    }
}

impl GuestFields {
    fn read(&self, c: &mut Collector) -> Option<Guest> {
        let first_name = c.required("firstName", self.first_name.as_deref());
        let last_name = c.required("lastName", self.last_name.as_deref());
        let email = c.optional("email", self.email.as_deref());
        let phone = c.optional("phone", self.phone.as_deref());
        Some(Guest { first_name: first_name?, last_name: last_name?, email, phone })
    }
}

#[cfg(test)]
mod tests {
    use testkit::build;

    use super::super::fixture::guest;
    use super::*;
    use crate::outcome::problem::Problem;
    use crate::quotes::fixture::{stay, text};

    fn field_errors(fields: &BookingFields) -> Vec<String> {
        let refused = fields.read(ReservationId::new(build::id())).err();
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
            stay: StayFields { guests: Some(0), ..stay() },
            quote_id: None,
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
        let both = BookingFields { stay: stay(), total_price: text("298"), ..quoted.clone() };
        assert_eq!(field_errors(&both), ["checkInDate", "checkOutDate", "guests", "listingID", "totalPrice"]);
        let none = BookingFields { quote_id: text("x"), ..quoted };
        assert_eq!(field_errors(&none), ["quoteID"]);
    }
}
