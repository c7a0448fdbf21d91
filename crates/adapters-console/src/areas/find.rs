//! Finding listings that other tenants offer, on a map and in a list, and importing them.

use actix_web::HttpResponse;
use actix_web::web::ServiceConfig;
use application::{FindListings, List, Listed, ListingIds, Paging};
use domain::access::Permission;
use domain::imports::Import;
use domain::listings::TenantListing;
use maud::{Markup, html};
use serde::{Deserialize, Serialize};

use super::listings;
use crate::assets;
use crate::request::form::Form;
use crate::request::query;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::fields::Field;
use crate::response::form::{filters, once, secrets};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::pager;

const SEARCH: Api = api("GET", "/api/v1/tenants/search-listings", "imports", "searchListings");
const IMPORT: Api = api("POST", "/api/v1/tenants/import-listings", "imports", "importListings");
/// The number of markers that are asked for at a time, and how often.
const PIECE: i64 = 100;
const PIECES: i64 = 5;
/// The longest radius of a search in kilometres.
const MOST_KILOMETRES: f64 = 1000.0;
const EARTH_KILOMETRES: f64 = 6371.0;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/t/{tenant}/find", page(find))
        .route("/t/{tenant}/find/markers", page(markers))
        .route("/t/{tenant}/find/import", act(import));
}

fn fields() -> Vec<Field> {
    let place = [
        Field::text("location", "Place").hint("Latitude and longitude, like 40.7580,-73.9855.").required(),
        Field::number("radius", "Radius in kilometres").hint("Up to 1000.").required(),
        Field::choice("listingType", "Imported already", [("imported", "only those")]),
    ];
    place.into_iter().chain(listings::filters()).collect()
}

async fn find(visit: Visit) -> Answer {
    let is_asked = visit.query.get("location").is_some();
    if !is_asked {
        visit.caller.tenant_scope(Permission::Read)?;
        return Ok(shown(&visit, None, None));
    }
    match visit.console.listings.search(&visit.caller, query::list(&visit.query)).await {
        Ok(listed) => Ok(shown(&visit, Some(&listed), None)),
        Err(error) => Ok(shown(&visit, None, Some(&Refused::from(error).beside_form()?))),
    }
}

fn shown(visit: &Visit, listed: Option<&Listed<TenantListing>>, refused: Option<&Refused>) -> HttpResponse {
    let content = html! {
        (map(visit))
        (filters(&fields(), &visit.query, refused))
        div #results {
            @if let Some(listed) = listed {
                (results(visit, listed))
                (pager(&visit.frame.path, &visit.query, listed, |seen: &TenantListing| seen.listing.id().as_uuid()))
            } @else { p.empty { "Name a place, or choose one on the map." } }
        }
    };
    visit.form_page("Find listings", &[SEARCH, IMPORT], content, refused)
}

fn map(visit: &Visit) -> Markup {
    let settings = visit.console.shared.settings();
    let tiles = settings.map_tiles.as_ref().map(|(pattern, _)| pattern);
    let place = visit.query.get("location").and_then(|place| place.split_once(','));
    html! {
        div.map #map data-source=(visit.at("find/markers")) data-outlines=(assets::address("map-data.bin"))
            data-lat=[place.map(|(lat, _)| lat.trim())] data-lng=[place.map(|(_, lng)| lng.trim())]
            data-radius=[visit.query.get("radius")] data-tiles=[tiles]
            data-link=(visit.at("listings/{id}")) data-form="import" data-field="listingIDs" {}
        script type="module" src=(assets::address("map.js")) {}
        form #import method="post" action=(visit.at("find/import")) { (secrets(&visit.frame)) (once(&visit.query)) }
    }
}

/// Shows what was found, with boxes to tick for the import. The boxes belong to the form of the map.
fn results(visit: &Visit, listed: &Listed<TenantListing>) -> Markup {
    if listed.items.is_empty() {
        return html! { p.empty { "There are none." } };
    }
    let may_import = visit.frame.permission >= Permission::Write;
    html! {
        div.scroll tabindex="0" role="region" aria-label="Found listings" {
            table {
                thead {
                    tr { @for heading in ["Import", "Name", "City", "Kilometres", "Guests", "Price", "Id"] { th scope="col" { (heading) } } }
                }
                tbody {
                    @for seen in &listed.items {
                        @let details = seen.listing.details();
                        @let id = seen.listing.id().to_string();
                        tr {
                            td data-label="Import" {
                                @if seen.imported_at.is_some() { "imported" }
                                @else if may_import {
                                    input type="checkbox" form="import" name="listingIDs" value=(id) aria-label={ "Import " (details.name) };
                                }
                            }
                            td data-label="Name" { (details.name) }
                            td data-label="City" { (Cell::maybe(details.address.city.as_ref()).markup()) }
                            td data-label="Kilometres" { (Cell::maybe(seen.distance).markup()) }
                            td data-label="Guests" { (details.max_occupancy.get()) }
                            td data-label="Price" { (details.start_price) " " (details.start_price.currency().code()) }
                            td data-label="Id" { (id) }
                        }
                    }
                }
            }
        }
        @if may_import { p { button type="submit" form="import" { "Import the ticked listings" } } }
    }
}

/// The part of the earth that a map shows, in degrees.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
struct View {
    south: f64,
    west: f64,
    north: f64,
    east: f64,
}

impl View {
    /// Returns the centre, and a radius that contains the view, or the largest one.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 1000")]
    fn around(self) -> (f64, f64, u32, bool) {
        let (lat, lng) = (f64::midpoint(self.south, self.north), f64::midpoint(self.west, self.east));
        let corners = [self.south, self.north].map(|latitude| distance(lat, lng, latitude, self.east));
        let radius = corners.into_iter().fold(0.1, f64::max);
        let is_cut = radius > MOST_KILOMETRES;
        (lat.clamp(-90.0, 90.0), lng.clamp(-180.0, 180.0), radius.min(MOST_KILOMETRES).ceil() as u32, is_cut)
    }
}

/// Returns the length of the arc between two places in kilometres.
fn distance(lat: f64, lng: f64, other_lat: f64, other_lng: f64) -> f64 {
    let [lat, lng, other_lat, other_lng] = [lat, lng, other_lat, other_lng].map(f64::to_radians);
    let half =
        ((other_lat - lat) / 2.0).sin().powi(2) + lat.cos() * other_lat.cos() * ((other_lng - lng) / 2.0).sin().powi(2);
    2.0 * EARTH_KILOMETRES * half.sqrt().min(1.0).asin()
}

/// A listing on the map.
#[derive(Serialize)]
struct Marker {
    id: String,
    name: String,
    city: Option<String>,
    lat: f64,
    lng: f64,
    imported: bool,
}

#[derive(Serialize)]
struct Markers {
    markers: Vec<Marker>,
    /// Whether the view has more than these.
    more: bool,
}

impl From<&TenantListing> for Marker {
    #[expect(clippy::cast_precision_loss, reason = "degrees need no more digits")]
    fn from(seen: &TenantListing) -> Self {
        let details = seen.listing.details();
        Self {
            id: seen.listing.id().to_string(),
            name: details.name.to_string(),
            city: details.address.city.as_ref().map(ToString::to_string),
            lat: details.place.latitude.billionths() as f64 / 1e9,
            lng: details.place.longitude.billionths() as f64 / 1e9,
            imported: seen.imported_at.is_some(),
        }
    }
}

/// Returns the listings that a map shows, those in its middle first.
async fn markers(visit: Visit) -> Answer {
    let view: View = query::read(&visit.query).map_err(application::Refusal::from)?;
    let (lat, lng, radius, is_cut) = view.around();
    let mut found = Markers { markers: Vec::new(), more: is_cut };
    for page in 1..=PIECES {
        let filter = FindListings {
            location: Some(format!("{lat:.6},{lng:.6}")),
            radius: Some(radius.to_string()),
            ..FindListings::default()
        };
        let paging = Paging { page: Some(page), per_page: Some(PIECE), ..Paging::default() };
        let listed = visit.console.listings.search(&visit.caller, Ok(List { filter, paging })).await?;
        found.markers.extend(listed.items.iter().map(Marker::from));
        if !listed.has_more {
            break;
        }
        found.more |= page == PIECES;
    }
    Ok(HttpResponse::Ok().json(found))
}

/// Imports the ticked listings. A refusal says which of them are refused, and why.
async fn import(visit: Visit, sent: Form) -> Answer {
    let ids = sent.values.all("listingIDs").map(str::to_owned).collect();
    let command = ListingIds { listing_ids: Some(ids) };
    let first = |imports: &Vec<Import>| imports.first().map(|import| import.listing_id.as_uuid()).unwrap_or_default();
    let done = visit.console.imports.import(&visit.caller, Ok(command), &sent.once(first)).await;
    match done {
        Ok(_) => Ok(visit.done("imports", Done::Imported)),
        Err(error) => Ok(shown(&visit, None, Some(&Refused::from(error).beside_form()?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_searched_by_its_middle_and_its_corners() {
        let (lat, lng, radius, is_cut) = View { south: 40.0, west: -74.0, north: 41.0, east: -73.0 }.around();
        assert_eq!((lat, lng, is_cut), (40.5, -73.5, false));
        assert!((70..=72).contains(&radius), "{radius}");
        let (_, _, radius, is_cut) = View { south: -80.0, west: -180.0, north: 80.0, east: 180.0 }.around();
        assert_eq!((radius, is_cut), (1000, true));
        assert_eq!(View::default().around(), (0.0, 0.0, 1, false));
    }
}
