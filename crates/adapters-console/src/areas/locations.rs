//! Locations: the list, and the page of each.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{Input, List, Listed, LocationFields, Paging, Precondition};
use domain::access::Permission;
use domain::countries::Country;
use domain::ids::LocationId;
use domain::locations::{Location, LocationDetails, LocationParts, LocationStatus};
use maud::{Markup, html};
use uuid::Uuid;

use super::history::history;
use super::lists::{NoFilter, Rows, list_routes};
use crate::request::form::{Form, made};
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::buttons::{Button, leading};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::facts::facts;
use crate::response::fields::Field;
use crate::response::form::{EditForm, SEEN, Values};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column};

const LIST: Api = api("GET", "/api/v1/locations", "locations", "listLocations");
const CREATE: Api = api("POST", "/api/v1/locations", "locations", "createLocation");
const GET: Api = api("GET", "/api/v1/locations/{id}", "locations", "getLocation");
const UPDATE: Api = api("PATCH", "/api/v1/locations/{id}", "locations", "updateLocation");
const DELETE: Api = api("DELETE", "/api/v1/locations/{id}", "locations", "deleteLocation");
/// The number of locations to choose from.
const SHOWN: i64 = 100;

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Locations>(config, "/t/{tenant}/locations");
    config
        .route("/t/{tenant}/locations/new", page(new))
        .route("/t/{tenant}/locations/new", act(create))
        .route("/t/{tenant}/locations/{id}", page(show))
        .route("/t/{tenant}/locations/{id}/edit", page(edit))
        .route("/t/{tenant}/locations/{id}/edit", act(update))
        .route("/t/{tenant}/locations/{id}/delete", act(delete));
}

/// The locations of the tenant.
enum Locations {}

impl Rows for Locations {
    type Item = Location;
    type Filter = NoFilter;
    const TITLE: &'static str = "Locations";
    const API: &'static [Api] = &[LIST];

    fn columns(visit: &Visit) -> Vec<Column<Location>> {
        let base = visit.at("locations/");
        vec![
            column("Name", move |location: &Location| Cell::link(format!("{base}{}", location.id()), location.name())),
            column("Default", |location: &Location| Cell::flag(location.is_default())),
            column("Address", |location: &Location| Cell::maybe(location.details().address.as_ref())),
            column("City", |location: &Location| Cell::maybe(location.details().city.as_ref())),
            column("Country", |location: &Location| Cell::maybe(location.details().country.map(Country::name))),
            column("Id", |location: &Location| Cell::text(location.id())),
        ]
    }

    async fn page(visit: &Visit, input: Input<List<NoFilter>>) -> Result<Listed<Location>, Refused> {
        Ok(visit.console.locations.list(&visit.caller, input.map(|list| list.paging)).await?)
    }

    fn id(location: &Location) -> Uuid {
        location.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! { p { (leading(&visit.frame, Permission::Write, &visit.at("locations/new"), "New location")) } }
    }
}

/// Returns the first locations of the tenant, to choose from.
pub(crate) async fn choices(visit: &Visit) -> Result<Vec<(String, String)>, Refused> {
    let paging = Paging { per_page: Some(SHOWN), ..Paging::default() };
    let listed = visit.console.locations.list(&visit.caller, Ok(paging)).await?;
    Ok(listed.items.iter().map(|location| (location.id().to_string(), location.name().to_string())).collect())
}

fn fields() -> Vec<Field> {
    vec![
        Field::text("name", "Name").required(),
        Field::long_text("description", "Description"),
        Field::text("address", "Address"),
        Field::text("post_code", "Post code"),
        Field::text("city", "City"),
        Field::text("state", "State or province"),
        Field::text("country_code", "Country").hint("Two letters, as in ISO 3166-1."),
        Field::text("lat", "Latitude").hint("Degrees north, like 40.7128."),
        Field::text("lng", "Longitude").hint("Degrees east, like -74.0060."),
        Field::text("external_location_id", "Id in another system"),
    ]
}

fn new_form(visit: &Visit, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at("locations/new"));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Create" };
    visit.form("New location", CREATE, &form)
}

async fn new(visit: Visit) -> Answer {
    Ok(new_form(&visit, &Values::default(), None))
}

async fn create(visit: Visit, sent: Form) -> Answer {
    let id = |location: &Location| location.id().as_uuid();
    let created = async {
        let input = sent.creation::<LocationFields>(&fields())?;
        Ok::<_, Refused>(visit.console.locations.create(&visit.caller, input, &sent.once(id)).await?)
    };
    match created.await {
        Ok(done) => Ok(visit.done(&format!("locations/{}", made(done, id)), Done::Created)),
        Err(refused) => Ok(new_form(&visit, &sent.values, Some(&refused.beside_form()?))),
    }
}

async fn show(visit: Visit) -> Answer {
    let id: LocationId = visit.id();
    let location = visit.console.locations.get(&visit.caller, id).await?;
    let (name, is_default) = (location.name().to_string(), location.is_default());
    let at = |action: &str| visit.at(&format!("locations/{id}/{action}"));
    let delete = at("delete");
    let delete = Button { action: &delete, label: "Delete", needs: Permission::Write, is_final: true };
    let content = html! {
        (described(location))
        section aria-label="Actions" {
            p { (leading(&visit.frame, Permission::Write, &at("edit"), "Edit")) }
            @if !is_default {
                (delete.with(&visit.frame, &html! { p { "A location where users work stays." } }))
            }
        }
        (history(&visit, id.as_uuid()).await?)
    };
    Ok(visit.page(&name, &[GET, DELETE], content))
}

fn described(location: Location) -> Markup {
    let LocationParts { id, details, is_default, status, created_at, updated_at, .. } = location.into_parts();
    let LocationDetails {
        description,
        address,
        post_code,
        city,
        state,
        country,
        latitude,
        longitude,
        external_location_id,
    } = details;
    facts(&[
        ("Id", Cell::text(id)),
        ("Default location", Cell::flag(is_default)),
        ("In use", Cell::flag(status == LocationStatus::Active)),
        ("Description", Cell::maybe(description)),
        ("Address", Cell::maybe(address)),
        ("Post code", Cell::maybe(post_code)),
        ("City", Cell::maybe(city)),
        ("State or province", Cell::maybe(state)),
        ("Country", Cell::maybe(country.map(Country::name))),
        ("Latitude", Cell::maybe(latitude)),
        ("Longitude", Cell::maybe(longitude)),
        ("Id in another system", Cell::maybe(external_location_id)),
        ("Created", Cell::Time(created_at)),
        ("Changed", Cell::Time(updated_at)),
    ])
}

fn edit_form(visit: &Visit, id: LocationId, values: &Values, refused: Option<&Refused>) -> HttpResponse {
    let (fields, action) = (fields(), visit.at(&format!("locations/{id}/edit")));
    let form = EditForm { action: &action, fields: &fields, values, refused, submit: "Save" };
    visit.form("Edit the location", UPDATE, &form)
}

async fn edit(visit: Visit) -> Answer {
    let id: LocationId = visit.id();
    let location = visit.console.locations.get(&visit.caller, id).await?;
    let LocationParts { name, details, version, .. } = location.into_parts();
    let values = Values::default().and([
        ("name", Some(name.into())),
        ("description", details.description.map(Into::into)),
        ("address", details.address.map(Into::into)),
        ("post_code", details.post_code.map(Into::into)),
        ("city", details.city.map(Into::into)),
        ("state", details.state.map(Into::into)),
        ("country_code", details.country.map(|country| country.code().to_owned())),
        ("lat", details.latitude.map(Into::into)),
        ("lng", details.longitude.map(Into::into)),
        ("external_location_id", details.external_location_id.map(Into::into)),
        (SEEN, Some(version.to_string())),
    ]);
    Ok(edit_form(&visit, id, &values, None))
}

async fn update(visit: Visit, sent: Form) -> Answer {
    let id: LocationId = visit.id();
    let unchanged = sent.unchanged(|location: &Location| location.version().to_string());
    let updated = async {
        let input = sent.command(&fields())?;
        Ok::<_, Refused>(visit.console.locations.update(&visit.caller, id, input, &unchanged).await?)
    };
    match updated.await {
        Ok(_) => Ok(visit.done(&format!("locations/{id}"), Done::Saved)),
        Err(refused) => Ok(edit_form(&visit, id, &sent.values, Some(&refused.beside_form()?))),
    }
}

async fn delete(visit: Visit, _: Form) -> Answer {
    visit.console.locations.delete(&visit.caller, visit.id(), &Precondition::default()).await?;
    Ok(visit.done("locations", Done::Deleted))
}
