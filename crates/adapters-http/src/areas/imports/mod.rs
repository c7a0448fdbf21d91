//! `/tenants/import-listings` and `/tenants/remove-imported-listings`.

mod handlers;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::handlers::*;
use crate::routing::resource;

/// Adds the routes. They must come before those of tenants, where the second part of the path is an id.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/tenants/import-listings").route(web::post().to(handlers::add)))
        .service(resource("/tenants/remove-imported-listings").route(web::post().to(handlers::remove)));
}
