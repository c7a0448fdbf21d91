//! Finding listings that other tenants offer, on a map and in a list, and importing them.

mod markers;

use actix_web::web::ServiceConfig;
use application::{FindListings, List, Listed, ListingIds, Paging};
use domain::access::Permission;
use domain::imports::Import;
use domain::listings::TenantListing;
use maud::{Markup, html};
use url::form_urlencoded;

use super::listings;
use crate::assets;
use crate::request::form::Form;
use crate::request::query;
use crate::request::route::{act, page};
use crate::request::visit::{Answer, Visit};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::fields::Field;
use crate::response::form::{Values, filters, once, secrets};
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{address, pager};

const SEARCH: Api = api("GET", "/api/v1/tenants/search-listings", "imports", "searchListings");
const IMPORT: Api = api("POST", "/api/v1/tenants/import-listings", "imports", "importListings");
/// The name of the boxes to tick, as the command has it.
const LISTINGS: &str = "listingIDs";
/// The name of the field with the query of the page that an import was sent from.
const SEARCHED: &str = "_search";
/// The radius in kilometres of a search that names none.
const RADIUS: &str = "50";

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .route("/t/{tenant}/find", page(find))
        .route("/t/{tenant}/find/markers", page(markers::markers))
        .route("/t/{tenant}/find/import", act(import));
}

fn fields() -> Vec<Field> {
    let place = [
        Field::text("location", "Place").hint("Latitude and longitude, like 40.7580,-73.9855.").required(),
        Field::number("radius", "Radius, km").hint("Up to 1000.").required(),
        Field::choice("listingType", "Imported already", [("imported", "only those")]),
    ];
    place.into_iter().chain(listings::filters()).collect()
}

async fn find(visit: Visit) -> Answer {
    let search = search(&visit, visit.query.clone()).await?;
    page_of(&visit, &search, &Ticked::default()).await
}

/// The listings that were ticked for the import, and why it was refused.
#[derive(Default)]
struct Ticked {
    ids: Vec<String>,
    refused: Option<Refused>,
}

impl Ticked {
    fn has(&self, id: &str) -> bool {
        self.ids.iter().any(|ticked| ticked == id)
    }

    /// Returns the errors at the positions where the listing was sent.
    fn errors_of(&self, id: &str) -> Vec<&String> {
        let errors = self.refused.as_ref().and_then(|refused| refused.field_errors.as_ref());
        let sent = self.ids.iter().enumerate().filter(|(_, ticked)| *ticked == id);
        let paths = sent.map(|(position, _)| format!("{LISTINGS}.{position}"));
        paths.filter_map(|path| errors?.get(&path)).flatten().collect()
    }
}

/// Completes a search. Without a place it is around the first listing that the tenant sees.
async fn search(visit: &Visit, mut search: Values) -> Result<Values, Refused> {
    if search.get("location").is_none() {
        let paging = Paging { per_page: Some(1), ..Paging::default() };
        let seen = List { filter: FindListings::default(), paging };
        let seen = visit.console.listings.list(&visit.caller, Ok(seen)).await?;
        if let Some(first) = seen.items.first() {
            let place = first.listing.details().place;
            search.set("location", format!("{},{}", place.latitude, place.longitude));
        }
    }
    if search.get("location").is_some() && search.get("radius").is_none() {
        search.set("radius", RADIUS);
    }
    Ok(search)
}

async fn page_of(visit: &Visit, search: &Values, ticked: &Ticked) -> Answer {
    let (mut listed, mut refused) = (None, None);
    if search.get("location").is_some() {
        match visit.console.listings.search(&visit.caller, query::list(search)).await {
            Ok(found) => listed = Some(found),
            Err(error) => refused = Some(Refused::from(error).beside_form()?),
        }
    }
    let content = html! {
        (filters(&fields(), search, refused.as_ref()))
        (map(visit, search))
        div #results {
            @if let Some(refused) = &ticked.refused { (refused.notice(&[])) }
            form #import method="post" action=(visit.at("find/import")) {
                (secrets(&visit.frame))
                (once(&Values::default()))
                input type="hidden" name=(SEARCHED) value=(address("", search, None));
            }
            @if let Some(listed) = &listed {
                (results(visit, listed, ticked))
                (pager(&visit.at("find"), search, listed, |seen: &TenantListing| seen.listing.id().as_uuid()))
            } @else { p.empty { "Name a place, or go to one on the map and search there." } }
        }
    };
    Ok(visit.form_page("Find listings", &[SEARCH, IMPORT], content, ticked.refused.as_ref().or(refused.as_ref())))
}

fn map(visit: &Visit, search: &Values) -> Markup {
    let settings = visit.console.shared.settings();
    let tiles = settings.map_tiles.as_ref().map(|(pattern, _)| pattern);
    let place = search.get("location").and_then(|place| place.split_once(','));
    let kept = search.0.iter().filter(|(name, _)| !["location", "radius"].contains(&name.as_str()));
    let source = address(&visit.at("find/markers"), &Values(kept.cloned().collect()), None);
    html! {
        div.map #map role="region" aria-label="Map of listings" data-source=(source)
            data-outlines=(assets::address("map-data.bin"))
            data-lat=[place.map(|(lat, _)| lat.trim())] data-lng=[place.map(|(_, lng)| lng.trim())]
            data-radius=[search.get("radius")] data-tiles=[tiles] data-form="import" data-field=(LISTINGS) {}
        script type="module" src=(assets::address("map.js")) {}
    }
}

/// Shows what was found, with boxes to tick for the import. The boxes belong to the form of the map.
fn results(visit: &Visit, listed: &Listed<TenantListing>, ticked: &Ticked) -> Markup {
    if listed.items.is_empty() {
        return html! { p.empty { "There are none." } };
    }
    let may_import = visit.frame.permission >= Permission::Write;
    html! {
        div.scroll tabindex="0" role="region" aria-label="Found listings" {
            table {
                thead {
                    tr { @for heading in ["Name", "City", "Kilometres", "Guests", "Price", "Id"] { th scope="col" { (heading) } } }
                }
                tbody {
                    @for seen in &listed.items {
                        @let details = seen.listing.details();
                        @let id = seen.listing.id().to_string();
                        tr {
                            td data-label="Name" {
                                @if seen.imported_at.is_some() {
                                    (details.name) " " span.status { "imported" }
                                } @else if may_import {
                                    label.choice {
                                        input type="checkbox" form="import" name=(LISTINGS) value=(id) checked[ticked.has(&id)];
                                        span { (details.name) }
                                    }
                                } @else { (details.name) }
                                @for message in ticked.errors_of(&id) { em.error { (message) } }
                            }
                            td data-label="City" { (Cell::maybe(details.address.city.as_ref()).markup()) }
                            td.number data-label="Kilometres" { (Cell::maybe(seen.distance).markup()) }
                            td.number data-label="Guests" { (details.max_occupancy.get()) }
                            td.number data-label="Price" { (details.start_price) " " (details.start_price.currency().code()) }
                            td data-label="Id" { (id) }
                        }
                    }
                }
            }
        }
        @if may_import { p { button type="submit" form="import" { "Import the ticked listings" } } }
    }
}

/// Imports the ticked listings. A refusal says which of them are refused, and why.
async fn import(visit: Visit, sent: Form) -> Answer {
    let ids: Vec<_> = sent.values.all(LISTINGS).map(str::to_owned).collect();
    let command = ListingIds { listing_ids: Some(ids.clone()) };
    let first = |imports: &Vec<Import>| imports.first().map(|import| import.listing_id.as_uuid()).unwrap_or_default();
    let done = visit.console.imports.import(&visit.caller, Ok(command), &sent.once(first)).await;
    match done {
        Ok(_) => Ok(visit.done("imports", Done::Imported)),
        Err(error) => {
            let refused = Some(Refused::from(error).beside_form()?);
            let searched = sent.get(SEARCHED).unwrap_or_default().trim_start_matches('?').as_bytes();
            let search = search(&visit, Values(form_urlencoded::parse(searched).into_owned().collect())).await?;
            page_of(&visit, &search, &Ticked { ids, refused }).await
        }
    }
}

#[cfg(test)]
mod tests {
    use application::{FieldErrors, InvalidInput};

    use super::*;

    #[test]
    fn each_refused_listing_has_its_own_message() {
        let errors = [("listingIDs.0", "first"), ("listingIDs.2", "third")];
        let errors: FieldErrors = errors.map(|(path, message)| (path.to_owned(), vec![message.to_owned()])).into();
        let refused = Some(Refused::from(InvalidInput::from(errors)));
        let ticked = Ticked { ids: ["a", "b", "c"].map(str::to_owned).into(), refused };
        let messages = ["a", "b", "c", "d"].map(|id| ticked.errors_of(id));
        assert_eq!(
            messages.map(|messages| messages.into_iter().map(String::as_str).collect::<Vec<_>>()),
            [vec!["first"], vec![], vec!["third"], vec![]]
        );
        assert!(ticked.has("b") && !ticked.has("d"));
    }
}
