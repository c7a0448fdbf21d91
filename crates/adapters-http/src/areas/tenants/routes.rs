//! Paths and methods.

use actix_web::web::{self, ServiceConfig};

use super::handlers;
use crate::routing::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/tenants").route(get(handlers::list)).route(web::post().to(handlers::create)))
        .service(resource("/tenants/count").route(get(handlers::count)))
        .service(resource("/tenants/current").route(get(handlers::current)))
        .service(
            resource("/tenants/{id}")
                .route(get(handlers::get))
                .route(web::put().to(handlers::replace))
                .route(web::patch().to(handlers::update))
                .route(web::delete().to(handlers::delete)),
        )
        .service(resource("/tenants/{id}/deactivate").route(web::put().to(handlers::deactivate)))
        .service(resource("/tenants/{id}/activate").route(web::put().to(handlers::activate)))
        .service(resource("/tenants/{id}/switch").route(web::put().to(handlers::switch)));
}
