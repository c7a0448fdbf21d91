//! `/promotions`.

mod bodies;
mod handlers;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::bodies::PromotionBody;
pub(crate) use self::handlers::*;
use crate::routing::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/promotions").route(get(handlers::list)).route(web::post().to(handlers::create)))
        .service(resource("/promotions/count").route(get(handlers::count)))
        .service(
            resource("/promotions/{id}")
                .route(get(handlers::get))
                .route(web::put().to(handlers::replace))
                .route(web::patch().to(handlers::update))
                .route(web::delete().to(handlers::delete)),
        )
        .service(resource("/promotions/{id}/listings/assign").route(web::put().to(handlers::assign)))
        .service(resource("/promotions/{id}/listings/unassign").route(web::put().to(handlers::unassign)));
}
