//! Quoting a stay, and booking with the quote.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{Idempotent, StayFields};
use domain::access::Permission;
use domain::quotes::{Quote, QuoteParts};
use domain::reservations::TenantReservation;
use maud::html;

use super::prices::priced_stay;
use crate::request::form::{Form, made};
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::fields::Field;
use crate::response::form::{EditForm, Values};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;

const QUOTE: Api = api("POST", "/api/v1/quote", "quotes", "createQuote");
const BOOK: Api = api("POST", "/api/v1/reservation", "reservations", "createReservation");

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/t/{tenant}/quotes", page(new))
        .route("/t/{tenant}/quotes", act(create))
        .route("/t/{tenant}/quotes/book", act(book));
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("listingID", "Listing").hint("Its id: the page of a listing has a link to this form.").required(),
        Field::date("checkInDate", "Check-in").required(),
        Field::date("checkOutDate", "Check-out").required(),
        Field::number("guestCountInfo.adults", "Adults").required(),
        Field::number("guestCountInfo.children", "Children"),
        Field::number("guestCountInfo.infants", "Infants"),
        Field::number("guestCountInfo.pets", "Pets"),
        Field::text("promotionID", "Promotion").hint("Its id."),
        Field::text("couponCode", "Coupon code").hint("In place of a promotion."),
    ]
}

fn stay_form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at("quotes"));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Quote" };
    visit.form("Quote a stay", QUOTE, &form)
}

async fn new(visit: Visit) -> Answer {
    visit.caller.tenant_scope(Permission::Write)?;
    let listing = visit.query.get("listingID").unwrap_or_default().to_owned();
    Ok(stay_form(&visit, &Values::of([("listingID", listing), ("guestCountInfo.adults", "2".to_owned())]), None))
}

/// Quotes a stay. A quote is not a page of its own: it is shown once, with the form to book with it.
async fn create(visit: Visit, sent: Form) -> Answer {
    let quoted = async {
        let input = sent.creation::<StayFields>(&fields())?;
        Ok::<_, Refused>(visit.console.quotes.create(&visit.caller, input, &Idempotent::default()).await?)
    };
    match quoted.await.map(application::Outcome::now) {
        Ok(Some(quote)) => Ok(booking_form(&visit, Some(quote), &Values::default(), None)),
        Ok(None) => Err(Refused::no_such_page()),
        Err(refused) => Ok(stay_form(&visit, &sent.values, Some(&refused.beside_form()?))),
    }
}

fn booking_fields() -> Vec<Field> {
    let kinds = [("INSTANT_BOOKING", "confirmed at once"), ("PENDING_CONFIRMATION", "held until it is confirmed")];
    vec![
        Field::hidden("quoteID"),
        Field::text("guest.firstName", "First name of the guest").required(),
        Field::text("guest.lastName", "Last name of the guest").required(),
        Field::text("guest.email", "E-mail address"),
        Field::text("guest.phone", "Telephone"),
        Field::choice("reservationType", "Booking", kinds).required(),
        Field::text("source", "Source").hint("For example website."),
        Field::text("externalID", "Id in your own system"),
        Field::long_text("notes", "Notes"),
    ]
}

fn booking_form(visit: &Visit, quote: Option<Quote>, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let mut values = values.clone();
    let quoted = quote.map(|quote| {
        let QuoteParts { id, priced, expires_at, .. } = quote.into_parts();
        values.set("quoteID", id.to_string());
        let listing = Cell::link(visit.at(&format!("listings/{}", priced.listing_id)), priced.listing_id);
        html! {
            (priced_stay(&priced, listing))
            p { "The price holds until " (Cell::Time(expires_at).markup()) " UTC. The nights are free until another books them." }
        }
    });
    let (fields, action) = (booking_fields(), visit.at("quotes/book"));
    let form = EditForm { action: &action, fields: &fields, values: &values, refused, submit: "Book" };
    let content = html! {
        @if let Some(quoted) = quoted { (quoted) h2 { "Book it" } }
        (form.markup(&visit.frame))
        p { a href=(visit.at("quotes")) { "Quote another stay" } }
    };
    visit.form_page("Book a stay", &[QUOTE, BOOK], content, refused)
}

async fn book(visit: Visit, sent: Form) -> Answer {
    let id = |seen: &TenantReservation| seen.reservation.id().as_uuid();
    let booked = async {
        let input = sent.creation(&booking_fields())?;
        Ok::<_, Refused>(visit.console.reservations.book(&visit.caller, input, &sent.once(id)).await?)
    };
    match booked.await {
        Ok(done) => Ok(visit.done(&format!("reservations/{}", made(done, id)), Done::Booked)),
        Err(refused) => Ok(booking_form(&visit, None, &sent.values, Some(&refused.beside_form()?))),
    }
}
