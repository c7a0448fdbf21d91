//! `/audit`.

mod bodies;
mod handlers;
mod views;

use actix_web::web::ServiceConfig;

pub(crate) use self::handlers::*;
use crate::routing::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/audit").route(get(handlers::list)))
        .service(resource("/audit/count").route(get(handlers::count)));
}
