//! The REST API, on actix-web. `docs/api.md` describes it.
//!
//! # What belongs here
//!
//! * A folder per area: its routes (paths and methods), `handlers.rs` (extract, build the command, call, convert: ten
//!   lines at most), `bodies.rs` (request bodies and queries) and `views.rs` (responses).
//! * Code that all areas share: connections (`server`), the address of the service (`address`), authentication
//!   (`caller`), input (`input`, `parameters`), idempotency keys (`idempotency`), lists (`lists`), entity tags (`tags`),
//!   refusals (`problem`), middleware (`envelope`, `compression`, `cors`, `rate_limit`, `time_limit`), blocking work
//!   (`apart`) and metrics (`metrics`).
//!
//! Authorisation is not decided here: a handler cannot call a use case without a caller, whose rights the use case
//! checks. Since a body costs memory, `input` checks the same before it reads one.
//!
//! # How to add to it
//!
//! `docs/guides/add-an-endpoint.md` walks through it. In short: a handler with `#[utoipa::path]`, its name in
//! `openapi`, its route in the area's folder; a test compares routes and document.

mod areas;
mod openapi;
mod request;
mod response;
mod routing;
mod server;
mod status;

use std::time::Duration;

use actix_web::middleware::{Condition, from_fn};
use actix_web::web::{self, ServiceConfig};
use application::{
    ApiKeys, Audit, Authentication, Availability, Imports, IntegrationAccounts, Listings, Locations, Promotions,
    Quotes, ReadinessCheck, Reservations, Tenants, Users, Workspaces,
};

pub use self::openapi::document;
pub use self::server::cors::{AllowedOrigin, InvalidOriginError};
pub use self::server::metrics::{Metrics, PoolUse};
pub use self::server::networks::{InvalidNetworkError, Network};
pub use self::server::rate_limit::{InvalidQuotaError, Quota, RateLimits};
pub use self::server::{Connections, listen, serve};

/// The prefix of the API's paths.
pub(crate) const BASE: &str = "/api/v1";

/// The use cases that the API serves, with the metrics and limits of its requests.
pub struct Api {
    /// API keys.
    pub api_keys: ApiKeys,
    /// Authentication.
    pub authentication: Authentication,
    /// Tenants.
    pub tenants: Tenants,
    /// Imports.
    pub imports: Imports,
    /// Integration accounts.
    pub integration_accounts: IntegrationAccounts,
    /// Listings.
    pub listings: Listings,
    /// Availability.
    pub availability: Availability,
    /// Promotions.
    pub promotions: Promotions,
    /// Locations.
    pub locations: Locations,
    /// Quotes.
    pub quotes: Quotes,
    /// Reservations.
    pub reservations: Reservations,
    /// Users.
    pub users: Users,
    /// The audit trail.
    pub audit: Audit,
    /// Workspaces.
    pub workspaces: Workspaces,
    /// The readiness check.
    pub readiness: ReadinessCheck,
    /// The metrics, shared by all worker threads.
    pub metrics: Metrics,
    /// The limits of every request.
    pub server_limits: ServerLimits,
}

/// The limits that hold for every request.
#[derive(Clone)]
pub struct ServerLimits {
    /// The time limit of a request.
    pub time_limit: Duration,
    /// The rate limits of each key and of each home tenant, shared by all worker threads.
    pub rate_limits: RateLimits,
    /// The origins whose pages may call.
    pub allowed_origins: Vec<AllowedOrigin>,
    /// The proxies whose forwarding headers are trusted.
    pub trusted_proxies: Vec<Network>,
}

/// Adds everything that the service answers to an actix-web application.
pub(crate) fn configure(api: web::Data<Api>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let origins = &api.server_limits.allowed_origins;
        let cors = Condition::new(!origins.is_empty(), server::cors::cors(origins));
        config.app_data(api).service(
            web::scope("")
                // The innermost middleware comes first.
                .wrap(from_fn(server::address::address))
                .wrap(from_fn(server::timeout::time_limit))
                .wrap(cors)
                .wrap(from_fn(server::envelope::envelope))
                .wrap(from_fn(server::compression::compression))
                .configure(server::health::routes)
                .service(
                    web::scope(BASE)
                        // Routes are tried in this order: fixed paths come before patterns that match them too, then
                        // the most requested ones.
                        .configure(areas::listings::routes)
                        .configure(areas::imports::routes)
                        .configure(areas::tenants::routes)
                        .configure(areas::availability::routes)
                        .configure(areas::promotions::routes)
                        .configure(areas::integration_accounts::routes)
                        .configure(areas::quotes::routes)
                        .configure(areas::reservations::routes)
                        .configure(areas::locations::routes)
                        .configure(areas::users::routes)
                        .configure(areas::api_keys::routes)
                        .configure(areas::audit::routes)
                        .configure(areas::workspaces::routes)
                        .default_service(web::to(routing::no_such_route)),
                )
                .default_service(web::to(routing::no_such_route)),
        );
    }
}
