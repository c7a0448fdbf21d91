//! Amending a reservation: the form, the dry run, and the change at the price that the dry run has shown.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{AmendedReservation, AmendmentFields};
use domain::ids::ReservationId;
use domain::reservations::{Guest, ReservationParts, TenantReservation};
use maud::html;

use crate::areas::prices::priced_stay;
use crate::request::form::Form;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values, secrets};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;

const AMEND: Api = api("PATCH", "/api/v1/reservation/{id}", "reservations", "amendReservation");
/// The field of the form that says that the amendment was previewed, with the price that it had.
const EXPECTED: &str = "totalPrice";

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/t/{tenant}/reservations/{id}/amend", page(edit))
        .route("/t/{tenant}/reservations/{id}/amend", act(amend));
}

fn fields() -> Vec<Field> {
    vec![
        Field::date("checkInDate", "Check-in").required(),
        Field::date("checkOutDate", "Check-out").required(),
        Field::number("guestCountInfo.adults", "Adults").required(),
        Field::number("guestCountInfo.children", "Children").required(),
        Field::number("guestCountInfo.infants", "Infants").required(),
        Field::number("guestCountInfo.pets", "Pets").required(),
        Field::text("guest.firstName", "First name of the guest").required(),
        Field::text("guest.lastName", "Last name of the guest").required(),
        Field::text("guest.email", "E-mail address"),
        Field::text("guest.phone", "Telephone"),
        Field::long_text("notes", "Notes"),
    ]
}

fn version(seen: &TenantReservation) -> String {
    seen.reservation.version().to_string()
}

fn edit_form(visit: &Visit, id: ReservationId, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at(&format!("reservations/{id}/amend")));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "See what it costs" };
    let content = html! {
        p { "Other dates or guests are priced now. You see the price before anything is changed." }
        (form.markup(&visit.frame))
    };
    visit.form_page("Amend the reservation", &[AMEND], content, refused)
}

async fn edit(visit: Visit) -> Answer {
    let id: ReservationId = visit.id();
    let seen = visit.console.reservations.get(&visit.caller, id).await?;
    let seen_version = version(&seen);
    let ReservationParts { priced, guest: Guest { first_name, last_name, email, phone }, notes, .. } =
        seen.reservation.into_parts();
    let guests = priced.guests;
    let values = Values::default().and([
        ("checkInDate", Some(priced.stay.check_in().to_string())),
        ("checkOutDate", Some(priced.stay.check_out().to_string())),
        ("guestCountInfo.adults", Some(guests.adults().to_string())),
        ("guestCountInfo.children", Some(guests.children().get().to_string())),
        ("guestCountInfo.infants", Some(guests.infants().get().to_string())),
        ("guestCountInfo.pets", Some(guests.pets().get().to_string())),
        ("guest.firstName", Some(first_name.into())),
        ("guest.lastName", Some(last_name.into())),
        ("guest.email", email.map(|email| email.as_str().to_owned())),
        ("guest.phone", phone.map(|phone| phone.to_string())),
        ("notes", notes.map(Into::into)),
        (SEEN, Some(seen_version)),
    ]);
    Ok(edit_form(&visit, id, &values, None))
}

/// Runs an amendment dry, or does it at the price that the dry run has shown.
async fn amend(visit: Visit, sent: Form) -> Answer {
    let id: ReservationId = visit.id();
    let is_previewed = sent.get(EXPECTED).is_some();
    let all: Vec<_> = fields().into_iter().chain([Field::number(EXPECTED, "Price")]).collect();
    let amended = async {
        let input = sent.command::<AmendmentFields>(&all)?;
        let input = input.map(|fields| AmendmentFields { dry_run: !is_previewed, ..fields });
        Ok::<_, Refused>(visit.console.reservations.amend(&visit.caller, id, input, &sent.unchanged(version)).await?)
    };
    match amended.await {
        Ok(_) if is_previewed => Ok(visit.done(&format!("reservations/{id}"), Done::Saved)),
        Ok(dry) => Ok(preview(&visit, id, &sent, dry)),
        Err(refused) => Ok(edit_form(&visit, id, &sent.values, Some(&refused.beside_form()?))),
    }
}

fn preview(visit: &Visit, id: ReservationId, sent: &Form, dry: AmendedReservation) -> HttpResponse {
    let AmendedReservation { reservation, price_difference } = dry;
    let priced = reservation.reservation.priced();
    let action = visit.at(&format!("reservations/{id}/amend"));
    let kept =
        fields().into_iter().filter_map(|field| sent.get(field.name).map(|value| (field.name, value.to_owned())));
    let seen = sent.get(SEEN).map(str::to_owned).map(|seen| (SEEN, seen));
    let hidden = kept.chain(seen).chain([(EXPECTED, priced.price.total().to_string())]);
    let content = html! {
        p { "Nothing is changed yet. The reservation would be:" }
        (priced_stay(priced, Cell::text(priced.listing_id)))
        (facts(&[("Difference to the price before", Cell::text(format_args!("{price_difference} {}", price_difference.currency().code())))]))
        form.edit method="post" action=(action) {
            (secrets(&visit.frame))
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            p { button type="submit" { "Amend the reservation" } " " a href=(action) { "Back to the form" } }
        }
    };
    visit.page("Amend the reservation", &[AMEND], content)
}
