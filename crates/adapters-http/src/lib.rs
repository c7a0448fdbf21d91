//! The REST API, on actix-web: what `docs/api.md` describes.
//!
//! # What belongs here
//!
//! * A folder per area: its routes (paths and methods), `handlers.rs` (extract, build the command, call, convert: ten
//!   lines at most), `bodies.rs` (what is read) and `views.rs` (what is answered).
//! * What all areas share: who calls (`caller`), what is read (`input`), what may be repeated (`receipts`), lists (`lists`),
//!   the tags of resources (`tags`), refusals (`problem`), what surrounds every answer (`envelope`) and what is counted
//!   (`metrics`).
//!
//! There is no authorisation here: a handler cannot call a use case without a caller, and the use case asks the caller.
//!
//! # How to add to it
//!
//! `docs/guides/add-an-endpoint.md` walks through it. In short: a handler with `#[utoipa::path]`, its name in
//! `openapi`, its route in the area's folder; a test holds routes and document against each other.

mod api_keys;
mod audit;
mod caller;
mod data;
mod decimal;
mod envelope;
mod imports;
mod input;
mod integration_accounts;
mod listings;
mod lists;
mod locations;
mod metrics;
mod openapi;
mod operations;
mod problem;
mod receipts;
mod resource;
mod tags;
mod tenants;
mod users;
mod workspaces;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use application::{
    ApiKeys, Audit, Authentication, Imports, IntegrationAccounts, Listings, Locations, ReadinessCheck, Tenants, Users,
    Workspaces,
};

pub use self::metrics::{Metrics, PoolUse};
pub use self::openapi::document;

/// Where the API begins.
pub(crate) const BASE: &str = "/api/v1";

/// The use cases that the API serves, and what counts its requests.
pub struct Api {
    /// API keys.
    pub api_keys: ApiKeys,
    /// Who calls.
    pub authentication: Authentication,
    /// Tenants.
    pub tenants: Tenants,
    /// Imports.
    pub imports: Imports,
    /// Integration accounts.
    pub integration_accounts: IntegrationAccounts,
    /// Listings.
    pub listings: Listings,
    /// Locations.
    pub locations: Locations,
    /// Users.
    pub users: Users,
    /// The audit trail.
    pub audit: Audit,
    /// Workspaces.
    pub workspaces: Workspaces,
    /// Whether the service can serve.
    pub readiness: ReadinessCheck,
    /// What is counted, by all worker threads together.
    pub metrics: Metrics,
}

/// Adds everything that the service answers to an actix-web application.
pub fn configure(api: web::Data<Api>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(api).service(
            web::scope("")
                .wrap(from_fn(envelope::envelope))
                .configure(operations::routes)
                .service(
                    web::scope(BASE)
                        .configure(listings::routes)
                        .configure(imports::routes)
                        .configure(integration_accounts::routes)
                        .configure(tenants::routes)
                        .configure(locations::routes)
                        .configure(users::routes)
                        .configure(api_keys::routes)
                        .configure(audit::routes)
                        .configure(workspaces::routes)
                        .default_service(web::to(resource::no_such_route)),
                )
                .default_service(web::to(resource::no_such_route)),
        );
    }
}
