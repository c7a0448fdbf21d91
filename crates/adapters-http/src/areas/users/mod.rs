//! `/users`.

mod bodies;
mod handlers;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::bodies::UpdateUserBody;
pub(crate) use self::handlers::*;
use crate::routing::{get as read, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/users").route(read(handlers::list)).route(web::post().to(handlers::create)))
        .service(resource("/users/count").route(read(handlers::count)))
        .service(resource("/users/me").route(read(handlers::me)))
        .service(
            resource("/users/{id}")
                .route(read(handlers::get))
                .route(web::put().to(handlers::replace))
                .route(web::patch().to(handlers::update))
                .route(web::delete().to(handlers::delete)),
        );
}
