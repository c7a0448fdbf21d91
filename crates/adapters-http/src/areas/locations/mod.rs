//! `/locations`.

mod bodies;
mod handlers;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::bodies::UpdateLocationBody;
pub(crate) use self::handlers::*;
use crate::routing::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/locations").route(get(handlers::list)).route(web::post().to(handlers::create)))
        .service(resource("/locations/count").route(get(handlers::count)))
        .service(
            resource("/locations/{id}")
                .route(get(handlers::get))
                .route(web::put().to(handlers::replace))
                .route(web::patch().to(handlers::update))
                .route(web::delete().to(handlers::delete)),
        );
}
