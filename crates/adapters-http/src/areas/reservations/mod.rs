//! `/reservation`.

mod bodies;
mod handlers;
mod queries;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::handlers::*;
use crate::routing::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/reservation").route(get(handlers::list)).route(web::post().to(handlers::book)))
        .service(resource("/reservation/count").route(get(handlers::count)))
        .service(resource("/reservation/{id}/confirm").route(web::post().to(handlers::confirm)))
        .service(resource("/reservation/{id}").route(get(handlers::get)).route(web::delete().to(handlers::cancel)));
}
