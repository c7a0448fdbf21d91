//! The REST API, on actix-web: what `docs/api.md` describes.
//!
//! # What belongs here
//!
//! * A folder per area: `routes.rs` (paths and methods), `handlers.rs` (extract, build the command, call, convert: ten
//!   lines at most), `bodies.rs` (what is read) and `views.rs` (what is answered).
//! * What all areas share: who calls ([`caller`]), what is read ([`input`]), lists ([`lists`]), refusals ([`problem`]) and
//!   what surrounds every answer ([`envelope`]).
//!
//! There is no authorisation here: a handler cannot call a use case without a caller, and the use case asks the caller.
//!
//! # How to add to it
//!
//! `docs/guides/add-an-endpoint.md` walks through it. In short: a handler with `#[utoipa::path]`, its name in
//! [`openapi`], its route in the area's `routes.rs`; a test holds routes and document against each other.

mod caller;
mod data;
mod decimal;
mod envelope;
mod input;
mod lists;
mod locations;
mod openapi;
mod operations;
mod problem;
mod resource;
mod tenants;
mod workspaces;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use application::{Authentication, Locations, ReadinessCheck, Tenants, Workspaces};

pub use self::openapi::document;

/// Where the API begins.
pub(crate) const BASE: &str = "/api/v1";

/// The use cases that the API serves.
pub struct Api {
    /// Who calls.
    pub authentication: Authentication,
    /// Tenants.
    pub tenants: Tenants,
    /// Locations.
    pub locations: Locations,
    /// Workspaces.
    pub workspaces: Workspaces,
    /// Whether the service can serve.
    pub readiness: ReadinessCheck,
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
                        .configure(tenants::routes)
                        .configure(locations::routes)
                        .configure(workspaces::routes)
                        .default_service(web::to(resource::no_such_route)),
                )
                .default_service(web::to(resource::no_such_route)),
        );
    }
}
