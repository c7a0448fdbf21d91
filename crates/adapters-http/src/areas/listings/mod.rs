//! `/listing`, imported and importable listings under `/tenants`, and the delivery of an account's listings.

mod bodies;
mod handlers;
mod queries;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::bodies::ListingBody;
pub(crate) use self::handlers::*;
pub(crate) use self::queries::ListingType;
use crate::routing::{get, resource};

/// Adds the routes. They must come before those of tenants and accounts, where the second part of the path is an id.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/listing").route(get(handlers::list)).route(web::post().to(handlers::create)))
        .service(resource("/listing/count").route(get(handlers::count)))
        .service(
            resource("/listing/{id}")
                .route(get(handlers::get))
                .route(web::put().to(handlers::replace))
                .route(web::patch().to(handlers::update))
                .route(web::delete().to(handlers::delete)),
        )
        .service(resource("/tenants/search-listings").route(get(handlers::search)))
        .service(resource("/tenants/search-listings/count").route(get(handlers::count_found)))
        .service(resource("/tenants/imported-listings").route(get(handlers::list_imported)))
        .service(resource("/tenants/imported-listings/count").route(get(handlers::count_imported)))
        .service(resource("/integration-account/{id}/listings").route(web::put().to(handlers::deliver)));
}
