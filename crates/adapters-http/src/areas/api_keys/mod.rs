//! `/api-keys`.

mod bodies;
mod handlers;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::handlers::*;
use crate::routing::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/api-keys").route(get(handlers::list)).route(web::post().to(handlers::create)))
        .service(resource("/api-keys/count").route(get(handlers::count)))
        .service(resource("/api-keys/{id}").route(web::delete().to(handlers::revoke)));
}
