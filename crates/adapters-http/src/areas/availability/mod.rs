//! `/availability`.

mod bodies;
mod handlers;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::handlers::*;
use crate::routing::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    let calendar = resource("/availability/{id}").route(get(handlers::get)).route(web::put().to(handlers::update));
    config.service(calendar);
}
