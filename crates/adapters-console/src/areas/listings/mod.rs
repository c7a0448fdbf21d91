//! Listings: the list, and the page of each with what its owner can do.

mod described;
mod form;

use actix_web::web::ServiceConfig;
use application::{FindListings, Input, List, Listed, Precondition};
use domain::access::Permission;
use domain::ids::ListingId;
use domain::listings::{Approval, ListingDetails, TenantListing, Unavailable};
use maud::{Markup, html};
use uuid::Uuid;

use self::described::described;
use super::calendar::calendar;
use super::history::history;
use super::importers::importers;
use super::lists::{Rows, list_routes};
use crate::request::form::Form;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::word_choices;
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column};

const LIST: Api = api("GET", "/api/v1/listing", "listings", "listListings");
const GET: Api = api("GET", "/api/v1/listing/{id}", "listings", "getListing");
const DELETE: Api = api("DELETE", "/api/v1/listing/{id}", "listings", "deleteListing");
const APPROVE: Api = api("PUT", "/api/v1/listing/{id}/approve", "listings", "approveListing");
const REJECT: Api = api("PUT", "/api/v1/listing/{id}/reject", "listings", "rejectListing");
const NIGHTS: Api = api("GET", "/api/v1/availability/{id}", "availability", "getAvailability");
const IMPORTS: Api = api("GET", "/api/v1/listing/{id}/imports", "imports", "listListingImports");

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Listings>(config, "/t/{tenant}/listings");
    config
        .configure(form::routes)
        .route("/t/{tenant}/listings/{id}", page(show))
        .route("/t/{tenant}/listings/{id}/approve", act(approve))
        .route("/t/{tenant}/listings/{id}/reject", act(reject))
        .route("/t/{tenant}/listings/{id}/delete", act(delete));
}

/// The listings that the tenant owns or imports.
enum Listings {}

/// Returns the filter that all lists of listings have.
pub(crate) fn filters() -> Vec<Field> {
    vec![
        Field::text("q", "Search").hint("A part of the name, the city or the id at the provider."),
        Field::text("integrationAccountID", "Account id"),
        Field::text("providerID", "Id at the provider"),
        Field::number("guests", "Guests"),
        Field::number("bedroomCount", "Bedrooms, at least"),
        Field::number("minPrice", "Price from"),
        Field::number("maxPrice", "Price up to"),
        Field::date("checkInDate", "Free from"),
        Field::date("checkOutDate", "Free until"),
    ]
}

impl Rows for Listings {
    type Item = TenantListing;
    type Filter = FindListings;
    const TITLE: &'static str = "Listings";
    const API: &'static [Api] = &[LIST];

    fn filters() -> Vec<Field> {
        let first = [
            Field::choice("listingType", "Origin", [("self", "own"), ("imported", "imported")]),
            Field::choice("status", "Status", word_choices(["ACTIVE", "INACTIVE"])),
            Field::choice("approval", "Approval", word_choices(["PENDING", "APPROVED", "REJECTED"])),
        ];
        first.into_iter().chain(filters()).collect()
    }

    fn columns(visit: &Visit) -> Vec<Column<TenantListing>> {
        columns(visit)
    }

    async fn page(visit: &Visit, input: Input<List<FindListings>>) -> Result<Listed<TenantListing>, Refused> {
        Ok(visit.console.listings.list(&visit.caller, input).await?)
    }

    fn id(seen: &TenantListing) -> Uuid {
        seen.listing.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! { p { (leading(&visit.frame, Permission::Write, &visit.at("listings/new"), "New listing")) } }
    }
}

/// Returns the columns of listings. A tenant learns no more of an import that sleeps than its name and the reason.
pub(crate) fn columns(visit: &Visit) -> Vec<Column<TenantListing>> {
    let tenant = visit.caller.tenant_id();
    let base = visit.at("listings/");
    let awake = move |seen: &TenantListing, cell: fn(&ListingDetails) -> Cell| {
        if seen.asleep(tenant).is_some() { Cell::text("") } else { cell(seen.listing.details()) }
    };
    vec![
        column("Name", move |seen: &TenantListing| {
            Cell::link(format!("{base}{}", seen.listing.id()), &seen.listing.details().name)
        }),
        column("Origin", move |seen: &TenantListing| Cell::text(if seen.owner == tenant { "own" } else { "imported" })),
        column("Offered", |seen: &TenantListing| {
            Cell::Status(seen.unavailable.map_or("AVAILABLE", Unavailable::as_str))
        }),
        column("City", move |seen: &TenantListing| awake(seen, |details| Cell::maybe(details.address.city.as_ref()))),
        column("Guests", move |seen: &TenantListing| awake(seen, |details| Cell::text(details.max_occupancy.get()))),
        column("Price", move |seen: &TenantListing| awake(seen, |details| Cell::text(details.start_price))),
        column("Currency", move |seen: &TenantListing| {
            awake(seen, |details| Cell::text(details.start_price.currency().code()))
        }),
        column("Provider id", move |seen: &TenantListing| awake(seen, |details| Cell::text(&details.provider_id))),
        column("Id", |seen: &TenantListing| Cell::text(seen.listing.id())),
    ]
}

async fn show(visit: Visit) -> Answer {
    let id: ListingId = visit.id();
    let seen = visit.console.listings.get(&visit.caller, id).await?;
    let tenant = visit.caller.tenant_id();
    let name = seen.listing.details().name.to_string();
    if let Some(reason) = seen.asleep(tenant) {
        let content = html! {
            (facts(&[("Offered", Cell::Status(reason.as_str())), ("Id", Cell::text(id)), ("Imported", Cell::when(seen.imported_at))]))
            p { "The import sleeps: the listing cannot be sold until its owner offers it again." }
        };
        return Ok(visit.page(&name, &[GET], content));
    }
    let is_own = seen.owner == tenant;
    let approval = seen.listing.approval().clone();
    let content = html! {
        (described(&visit, seen))
        section aria-label="Actions" { (actions(&visit, id, is_own, &approval)) }
        (calendar(&visit, id, is_own).await?)
        @if is_own { (importers(&visit, id).await?) }
        (history(&visit, id.as_uuid()).await?)
    };
    Ok(visit.page(&name, &[GET, NIGHTS, IMPORTS, DELETE, APPROVE, REJECT], content))
}

fn actions(visit: &Visit, id: ListingId, is_own: bool, approval: &Approval) -> Markup {
    let at = |action: &str| visit.at(&format!("listings/{id}/{action}"));
    let write = Permission::Write;
    let (reservations, quote) =
        (visit.at(&format!("reservations?listingID={id}")), visit.at(&format!("quotes?listingID={id}")));
    html! {
        p {
            a href=(reservations) { "Its reservations" } " "
            (leading(&visit.frame, write, &quote, "Quote a stay")) " "
            @if is_own { (leading(&visit.frame, write, &at("edit"), "Edit")) }
        }
        @if visit.frame.is_administrator {
            @if *approval != Approval::Approved {
                (Button { action: &at("approve"), label: "Approve", needs: write, is_final: false }.markup(&visit.frame))
            }
            @if approval.rejection_reason().is_none() {
                (Button { action: &at("reject"), label: "Reject", needs: write, is_final: true }.with(&visit.frame, &html! {
                    label.field { span { "Reason, for the owner *" } textarea name="reason" rows="2" required {} }
                }))
            }
        }
        @if is_own {
            (Button { action: &at("delete"), label: "Delete", needs: write, is_final: true }.with(&visit.frame, &html! {
                p { "Its calendar and its imports go with it. A listing with reservations stays: make it inactive instead." }
            }))
        }
    }
}

async fn approve(visit: Visit, _: Form) -> Answer {
    let id: ListingId = visit.id();
    visit.console.listings.approve(&visit.home, id, &Precondition::default()).await?;
    Ok(visit.done(&format!("listings/{id}"), Done::Approved))
}

async fn reject(visit: Visit, sent: Form) -> Answer {
    let id: ListingId = visit.id();
    let input = sent.command(&[Field::long_text("reason", "Reason")])?;
    visit.console.listings.reject(&visit.home, id, input, &Precondition::default()).await?;
    Ok(visit.done(&format!("listings/{id}"), Done::Rejected))
}

async fn delete(visit: Visit, _: Form) -> Answer {
    visit.console.listings.delete(&visit.caller, visit.id(), &Precondition::default()).await?;
    Ok(visit.done("listings", Done::Deleted))
}
