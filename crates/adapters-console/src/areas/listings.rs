//! Listings: the list, and the page of each with what its owner can do.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{FindListings, Input, List, Listed, ListingFields, Precondition};
use domain::access::Permission;
use domain::ids::{ListingId, TenantId};
use domain::listings::{Address, Approval, ListingDetails, ListingParts, TenantListing, Unavailable};
use domain::numbers::Whole;
use maud::{Markup, html};
use uuid::Uuid;

use super::calendar::calendar;
use super::history::history;
use super::importers::importers;
use super::lists::{Rows, list_routes};
use crate::request::form::{Form, made};
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values, word_choices};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column};

const LIST: Api = api("GET", "/api/v1/listing", "listings", "listListings");
const CREATE: Api = api("POST", "/api/v1/listing", "listings", "createListing");
const GET: Api = api("GET", "/api/v1/listing/{id}", "listings", "getListing");
const UPDATE: Api = api("PATCH", "/api/v1/listing/{id}", "listings", "updateListing");
const DELETE: Api = api("DELETE", "/api/v1/listing/{id}", "listings", "deleteListing");
const APPROVE: Api = api("PUT", "/api/v1/listing/{id}/approve", "listings", "approveListing");
const REJECT: Api = api("PUT", "/api/v1/listing/{id}/reject", "listings", "rejectListing");
const NIGHTS: Api = api("GET", "/api/v1/availability/{id}", "availability", "getAvailability");
const IMPORTS: Api = api("GET", "/api/v1/listing/{id}/imports", "imports", "listListingImports");

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Listings>(config, "/t/{tenant}/listings");
    config
        .route("/t/{tenant}/listings/new", page(new))
        .route("/t/{tenant}/listings/new", act(create))
        .route("/t/{tenant}/listings/{id}", page(show))
        .route("/t/{tenant}/listings/{id}/edit", page(edit))
        .route("/t/{tenant}/listings/{id}/edit", act(update))
        .route("/t/{tenant}/listings/{id}/approve", act(approve))
        .route("/t/{tenant}/listings/{id}/reject", act(reject))
        .route("/t/{tenant}/listings/{id}/delete", act(delete));
}

/// The listings that the tenant owns or imports.
enum Listings {}

/// Returns the filter that all lists of listings have.
pub(crate) fn filters() -> Vec<Field> {
    vec![
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

fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "Name").required(),
        Field::text("providerID", "Id at the provider").required(),
        Field::text("internalName", "Your own name for it"),
        Field::text("type", "Kind").hint("For example Apartment."),
        Field::choice("status", "Status", word_choices(["ACTIVE", "INACTIVE"])),
        Field::long_text("description", "Description"),
        Field::text("address.line1", "Address"),
        Field::text("address.line2", "Address, second line"),
        Field::text("address.city", "City"),
        Field::text("address.state", "State"),
        Field::text("address.country", "Country").hint("Two letters, as in ISO 3166-1."),
        Field::text("address.postal_code", "Post code"),
        Field::number("latitude", "Latitude").hint("Degrees north, like 40.7128.").required(),
        Field::number("longitude", "Longitude").hint("Degrees east, like -74.0060.").required(),
        Field::text("timeZone", "Time zone").hint("For example America/New_York."),
        Field::number("minimumNights", "Nights of a stay, at least"),
        Field::number("maximumNights", "Nights of a stay, at most"),
        Field::number("maxOccupancy", "Guests, at most").required(),
        Field::number("maxInfants", "Infants, at most"),
        Field::maybe("petsAllowed", "Pets allowed"),
        Field::number("bedroomCount", "Bedrooms"),
        Field::number("bathroomCount", "Bathrooms"),
        Field::number("startPrice", "Price of a night").required(),
        Field::text("currency", "Currency").hint("Three letters, as in ISO 4217."),
        Field::text("thumbnailURL", "Web address of a small picture"),
        Field::lines("amenities", "Amenities").hint("One in each line."),
    ]
}

async fn new_fields(visit: &Visit) -> Result<Vec<Field>, Refused> {
    let accounts = super::accounts::choices(visit).await?;
    let account = Field::choice("integrationAccountID", "Account", accounts).required();
    Ok([account].into_iter().chain(fields()).collect())
}

fn new_form(visit: &Visit, fields: &[Field], values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let action = visit.at("listings/new");
    let form = EditForm { action: &action, fields, values, refused, submit: "Create" };
    visit.form_page("New listing", &[CREATE], form.markup(&visit.frame), refused)
}

async fn new(visit: Visit) -> Answer {
    Ok(new_form(&visit, &new_fields(&visit).await?, &visit.query, None))
}

async fn create(visit: Visit, sent: Form) -> Answer {
    let id = |seen: &TenantListing| seen.listing.id().as_uuid();
    let fields = new_fields(&visit).await?;
    let created = match sent.creation::<ListingFields>(&fields) {
        Ok(input) => visit.console.listings.create(&visit.caller, input, &sent.once(id)).await.map_err(Refused::from),
        Err(refused) => Err(refused),
    };
    match created {
        Ok(done) => Ok(visit.done(&format!("listings/{}", made(done, id)), Done::Created)),
        Err(refused) => Ok(new_form(&visit, &fields, &sent.values, Some(&refused.beside_form()?))),
    }
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
        (described(&visit, seen, tenant))
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

fn described(visit: &Visit, seen: TenantListing, tenant: TenantId) -> Markup {
    let is_own = seen.owner == tenant;
    let offered = seen.unavailable.map_or("AVAILABLE", Unavailable::as_str);
    let (owner, imported_at) = (seen.owner, seen.imported_at);
    let ListingParts { id, integration_account_id, details, approval, created_at, updated_at, .. } =
        seen.listing.into_parts();
    let account = if is_own {
        Cell::link(visit.at(&format!("accounts/{integration_account_id}")), integration_account_id)
    } else {
        Cell::text(integration_account_id)
    };
    let Address { line1, line2, city, state, country, postal_code } = details.address;
    let address = [
        line1.map(String::from),
        line2.map(String::from),
        postal_code.map(String::from),
        city.map(String::from),
        state.map(String::from),
    ];
    let address = address.into_iter().flatten().chain(country.map(|country| country.name().to_owned()));
    facts(&[
        ("Offered", Cell::Status(offered)),
        ("Status", Cell::Status(details.status.as_str())),
        ("Approval", Cell::Status(approval.status().as_str())),
        ("Reason for the rejection", Cell::maybe(approval.rejection_reason())),
        ("Id", Cell::text(id)),
        ("Id at the provider", Cell::text(details.provider_id)),
        ("Account", account),
        ("Owner", if is_own { Cell::text("this tenant") } else { Cell::text(owner) }),
        ("Imported", Cell::when(imported_at)),
        ("Your own name for it", Cell::maybe(details.internal_name.filter(|_| is_own))),
        ("Kind", Cell::maybe(details.kind)),
        ("Description", Cell::maybe(details.description)),
        ("Address", Cell::text(address.collect::<Vec<_>>().join(", "))),
        ("Place", Cell::text(format_args!("{}, {}", details.place.latitude, details.place.longitude))),
        ("Time zone", Cell::maybe(details.time_zone)),
        (
            "Price of a night",
            Cell::text(format_args!("{} {}", details.start_price, details.start_price.currency().code())),
        ),
        ("Nights, at least", Cell::text(details.minimum_nights.get())),
        ("Nights, at most", Cell::maybe(details.maximum_nights.map(Whole::get))),
        ("Guests, at most", Cell::text(details.max_occupancy.get())),
        ("Infants, at most", Cell::maybe(details.max_infants.map(Whole::get))),
        ("Pets", details.pets_allowed.map_or_else(|| Cell::text(""), Cell::flag)),
        ("Bedrooms", Cell::text(details.bedroom_count.get())),
        ("Bathrooms", Cell::text(details.bathroom_count)),
        ("Amenities", Cell::text(details.amenities.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
        ("Pictures", Cell::text(details.pictures.len())),
        ("Created", Cell::Time(created_at)),
        ("Changed", Cell::Time(updated_at)),
    ])
}

fn edit_form(visit: &Visit, id: ListingId, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at(&format!("listings/{id}/edit")));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    visit.form_page("Edit the listing", &[UPDATE], form.markup(&visit.frame), refused)
}

async fn edit(visit: Visit) -> Answer {
    let id: ListingId = visit.id();
    let seen = visit.console.listings.get(&visit.caller, id).await?;
    if seen.owner != visit.caller.tenant_id() {
        return Err(Refused::no_such_page());
    }
    Ok(edit_form(&visit, id, &values(seen), None))
}

fn values(seen: TenantListing) -> Values {
    let ListingParts { details, version, .. } = seen.listing.into_parts();
    let whole = |number: i32| Some(number.to_string());
    let Address { line1, line2, city, state, country, postal_code } = details.address;
    let amenities = details.amenities.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    Values::default().and([
        ("name", Some(details.name.into())),
        ("providerID", Some(details.provider_id.into())),
        ("internalName", details.internal_name.map(Into::into)),
        ("type", details.kind.map(Into::into)),
        ("status", Some(details.status.as_str().to_owned())),
        ("description", details.description.map(Into::into)),
        ("address.line1", line1.map(Into::into)),
        ("address.line2", line2.map(Into::into)),
        ("address.city", city.map(Into::into)),
        ("address.state", state.map(Into::into)),
        ("address.country", country.map(|country| country.code().to_owned())),
        ("address.postal_code", postal_code.map(Into::into)),
        ("latitude", Some(details.place.latitude.to_string())),
        ("longitude", Some(details.place.longitude.to_string())),
        ("timeZone", details.time_zone.map(|zone| zone.to_string())),
        ("minimumNights", whole(details.minimum_nights.get())),
        ("maximumNights", details.maximum_nights.and_then(|nights| whole(nights.get()))),
        ("maxOccupancy", whole(details.max_occupancy.get())),
        ("maxInfants", details.max_infants.and_then(|infants| whole(infants.get()))),
        ("petsAllowed", details.pets_allowed.map(|is| is.to_string())),
        ("bedroomCount", whole(details.bedroom_count.get())),
        ("bathroomCount", Some(details.bathroom_count.to_string())),
        ("startPrice", Some(details.start_price.to_string())),
        ("currency", Some(details.start_price.currency().code().to_owned())),
        ("thumbnailURL", details.thumbnail.map(|thumbnail| thumbnail.to_string())),
        ("amenities", Some(amenities)),
        (SEEN, Some(version.to_string())),
    ])
}

async fn update(visit: Visit, sent: Form) -> Answer {
    let id: ListingId = visit.id();
    let unchanged = sent.unchanged(|seen: &TenantListing| seen.listing.version().to_string());
    let updated = match sent.command(&fields()) {
        Ok(input) => visit.console.listings.update(&visit.caller, id, input, &unchanged).await.map_err(Refused::from),
        Err(refused) => Err(refused),
    };
    match updated {
        Ok(_) => Ok(visit.done(&format!("listings/{id}"), Done::Saved)),
        Err(refused) => Ok(edit_form(&visit, id, &sent.values, Some(&refused.beside_form()?))),
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
