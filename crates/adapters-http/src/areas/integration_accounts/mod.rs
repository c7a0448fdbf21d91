//! `/integration-account`.

mod bodies;
mod handlers;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::bodies::IntegrationAccountBody;
pub(crate) use self::handlers::*;
use crate::routing::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/integration-account").route(get(handlers::list)).route(web::post().to(handlers::create)))
        .service(resource("/integration-account/count").route(get(handlers::count)))
        .service(resource("/integration-account/{id}/move-tenant").route(web::patch().to(handlers::move_account)))
        .service(
            resource("/integration-account/{id}")
                .route(get(handlers::get))
                .route(web::patch().to(handlers::update))
                .route(web::delete().to(handlers::delete)),
        );
}
