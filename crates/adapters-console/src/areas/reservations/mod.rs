//! Reservations: the list, and the page of each: confirm, amend with a dry run, cancel.

mod amend;

use actix_web::web::ServiceConfig;
use application::{FindReservations, Idempotent, Input, List, Listed, Precondition};
use domain::access::Permission;
use domain::ids::ReservationId;
use domain::reservations::{Guest, ReservationParts, ReservationStatus, TenantReservation};
use maud::{Markup, html};
use uuid::Uuid;

use super::history::history;
use super::lists::{Rows, list_routes};
use super::prices::priced_stay;
use crate::request::form::Form;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::cell::{Cell, words};
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::word_choices;
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column};

const LIST: Api = api("GET", "/api/v1/reservation", "reservations", "listReservations");
const GET: Api = api("GET", "/api/v1/reservation/{id}", "reservations", "getReservation");
const CONFIRM: Api = api("POST", "/api/v1/reservation/{id}/confirm", "reservations", "confirmReservation");
const CANCEL: Api = api("DELETE", "/api/v1/reservation/{id}", "reservations", "cancelReservation");

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Reservations>(config, "/t/{tenant}/reservations");
    config
        .configure(amend::routes)
        .route("/t/{tenant}/reservations/{id}", page(show))
        .route("/t/{tenant}/reservations/{id}/confirm", act(confirm))
        .route("/t/{tenant}/reservations/{id}/cancel", act(cancel));
}

/// The reservations of the tenant's accounts, and those that it sold as an importer.
enum Reservations {}

impl Rows for Reservations {
    type Item = TenantReservation;
    type Filter = FindReservations;
    const TITLE: &'static str = "Reservations";
    const API: &'static [Api] = &[LIST];

    fn filters() -> Vec<Field> {
        vec![
            Field::text("q", "Search")
                .hint("A part of the guest's name or email address, or of the id in your own system."),
            Field::choice("status", "Status", word_choices(["PENDING", "CONFIRMED", "CANCELLED", "EXPIRED"])),
            Field::date("checkInStartDate", "Check-in from"),
            Field::date("checkInEndDate", "Check-in until"),
            Field::text("listingID", "Listing id"),
            Field::text("integrationAccountID", "Account id"),
            Field::text("externalID", "Id in your own system"),
        ]
    }

    fn columns(visit: &Visit) -> Vec<Column<TenantReservation>> {
        let base = visit.at("reservations/");
        let tenant = visit.caller.tenant_id();
        vec![
            column("Check-in", move |seen: &TenantReservation| {
                let id = seen.reservation.id();
                Cell::link(format!("{base}{id}"), seen.reservation.priced().stay.check_in())
            }),
            column("Check-out", |seen: &TenantReservation| Cell::text(seen.reservation.priced().stay.check_out())),
            column("Status", |seen: &TenantReservation| Cell::Status(seen.reservation.status().as_str())),
            column("Guest", |seen: &TenantReservation| {
                let Guest { first_name, last_name, .. } = seen.reservation.clone().into_parts().guest;
                Cell::text(format_args!("{first_name} {last_name}"))
            }),
            column("Guests", |seen: &TenantReservation| Cell::text(seen.reservation.priced().guests.guests().get())),
            column("Total", |seen: &TenantReservation| Cell::text(seen.reservation.priced().price.total())),
            column("Currency", |seen: &TenantReservation| {
                Cell::text(seen.reservation.priced().price.currency().code())
            }),
            column("Sold by", move |seen: &TenantReservation| {
                if seen.sold_by() == tenant { Cell::text("this tenant") } else { Cell::text(seen.sold_by()) }
            }),
            column("Listing", |seen: &TenantReservation| Cell::text(seen.reservation.priced().listing_id)),
            column("Id", |seen: &TenantReservation| Cell::text(seen.reservation.id())),
        ]
    }

    async fn page(visit: &Visit, input: Input<List<FindReservations>>) -> Result<Listed<TenantReservation>, Refused> {
        Ok(visit.console.reservations.list(&visit.caller, input).await?)
    }

    fn id(seen: &TenantReservation) -> Uuid {
        seen.reservation.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! { p { (leading(&visit.frame, Permission::Write, &visit.at("quotes"), "Quote and book a stay")) } }
    }
}

fn title(seen: &TenantReservation) -> String {
    let stay = seen.reservation.priced().stay;
    format!("Stay from {} to {}", stay.check_in(), stay.check_out())
}

async fn show(visit: Visit) -> Answer {
    let id: ReservationId = visit.id();
    let seen = visit.console.reservations.get(&visit.caller, id).await?;
    let (title, status) = (title(&seen), seen.reservation.status());
    let content = html! {
        (described(&visit, seen))
        section aria-label="Actions" { (actions(&visit, id, status)) }
        (history(&visit, id.as_uuid()).await?)
    };
    Ok(visit.page(&title, &[GET, CONFIRM, CANCEL], content))
}

fn described(visit: &Visit, seen: TenantReservation) -> Markup {
    let (owner, sold_by) = (seen.owner, seen.sold_by());
    let tenant = visit.caller.tenant_id();
    let of = |other| if other == tenant { Cell::text("this tenant") } else { Cell::text(other) };
    let ReservationParts {
        id,
        priced,
        external,
        kind,
        status,
        guest: Guest { first_name, last_name, email, phone },
        source,
        notes,
        hold_expires_at,
        version,
        created_at,
        updated_at,
        confirmed_at,
        cancelled_at,
        ..
    } = seen.reservation.into_parts();
    let listing = Cell::link(visit.at(&format!("listings/{}", priced.listing_id)), priced.listing_id);
    html! {
        (facts(&[
            ("Status", Cell::Status(status.as_str())),
            ("Held until", if status == ReservationStatus::Pending { Cell::when(hold_expires_at) } else { Cell::text("") }),
            ("Guest", Cell::text(format_args!("{first_name} {last_name}"))),
            ("E-mail address", Cell::maybe(email.as_ref().map(domain::users::Email::as_str))),
            ("Telephone", Cell::maybe(phone)),
            ("Booking", Cell::text(words(kind.as_str()))),
            ("Owner", of(owner)),
            ("Sold by", of(sold_by)),
            ("Source", Cell::maybe(source)),
            ("Id", Cell::text(id)),
            ("Id in the seller's own system", Cell::maybe(external.map(|external| external.id))),
            ("Notes", Cell::maybe(notes)),
            ("Changes", Cell::text(version)),
            ("Created", Cell::Time(created_at)),
            ("Changed", Cell::Time(updated_at)),
            ("Confirmed", Cell::when(confirmed_at)),
            ("Cancelled", Cell::when(cancelled_at)),
        ]))
        (priced_stay(&priced, listing))
    }
}

fn actions(visit: &Visit, id: ReservationId, status: ReservationStatus) -> Markup {
    let at = |action: &str| visit.at(&format!("reservations/{id}/{action}"));
    let write = Permission::Write;
    let is_live = matches!(status, ReservationStatus::Pending | ReservationStatus::Confirmed);
    html! {
        @if status == ReservationStatus::Pending {
            (Button { action: &at("confirm"), label: "Confirm", needs: write, is_final: false }.markup(&visit.frame))
        }
        @if is_live {
            (leading(&visit.frame, write, &at("amend"), "Amend"))
            (Button { action: &at("cancel"), label: "Cancel", needs: write, is_final: true }.with(&visit.frame, &html! {
                p { "The nights become free." }
            }))
        }
    }
}

async fn confirm(visit: Visit, _: Form) -> Answer {
    let id: ReservationId = visit.id();
    let _ = visit.console.reservations.confirm(&visit.caller, id, &Idempotent::default()).await?;
    Ok(visit.done(&format!("reservations/{id}"), Done::Confirmed))
}

async fn cancel(visit: Visit, _: Form) -> Answer {
    let id: ReservationId = visit.id();
    visit.console.reservations.cancel(&visit.caller, id, &Precondition::default()).await?;
    Ok(visit.done(&format!("reservations/{id}"), Done::Cancelled))
}
