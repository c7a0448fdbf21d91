//! The list of imports, awake or asleep, and their removal.

use actix_web::web::ServiceConfig;
use application::{FindListings, Input, List, Listed, ListingIds};
use domain::access::Permission;
use domain::listings::TenantListing;
use maud::{Markup, html};
use uuid::Uuid;

use super::listings;
use super::lists::{Rows, list_routes};
use crate::request::form::Form;
use crate::request::route::act;
use crate::request::visit::{Answer, Visit};
use crate::response::cell::Cell;
use crate::response::done::Done;
use crate::response::fields::Field;
use crate::response::form::secrets;
use crate::response::layout::{Api, api};
use crate::response::refused::Refused;
use crate::response::table::{Column, column, control};

const LIST: Api = api("GET", "/api/v1/tenants/imported-listings", "imports", "listImportedListings");
const REMOVE: Api = api("POST", "/api/v1/tenants/remove-imported-listings", "imports", "removeImportedListings");

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Imports>(config, "/t/{tenant}/imports");
    config.route("/t/{tenant}/imports/remove", act(remove));
}

/// The imports of the tenant.
enum Imports {}

impl Rows for Imports {
    type Item = TenantListing;
    type Filter = FindListings;
    const TITLE: &'static str = "Imports";
    const API: &'static [Api] = &[LIST, REMOVE];

    fn filters() -> Vec<Field> {
        listings::filters()
    }

    fn columns(visit: &Visit) -> Vec<Column<TenantListing>> {
        let mut columns = listings::columns(visit);
        columns.insert(1, column("Imported", |seen: &TenantListing| Cell::when(seen.imported_at)));
        if visit.frame.permission >= Permission::Write {
            columns.insert(
                0,
                control("Remove", |seen: &TenantListing| {
                    let label = format!("Remove {}", seen.listing.details().name);
                    html! { input type="checkbox" form="remove" name="listingIDs" value=(seen.listing.id()) aria-label=(label); }
                }),
            );
        }
        columns
    }

    async fn page(visit: &Visit, input: Input<List<FindListings>>) -> Result<Listed<TenantListing>, Refused> {
        Ok(visit.console.listings.list_imported(&visit.caller, input).await?)
    }

    fn id(seen: &TenantListing) -> Uuid {
        seen.listing.id().as_uuid()
    }

    fn above(visit: &Visit) -> Markup {
        html! {
            p { a.button href=(visit.at("find")) { "Find listings" } }
            @if visit.frame.permission >= Permission::Write {
                form #remove method="post" action=(visit.at("imports/remove")) {
                    (secrets(&visit.frame))
                    button type="submit" { "Remove the ticked imports" }
                }
            }
        }
    }
}

async fn remove(visit: Visit, sent: Form) -> Answer {
    let ids = sent.values.all("listingIDs").map(str::to_owned).collect();
    let command = ListingIds { listing_ids: Some(ids) };
    let _ = visit.console.imports.remove(&visit.caller, Ok(command), &sent.once(|_| Uuid::nil())).await?;
    Ok(visit.done("imports", Done::Removed))
}
