//! Paths and methods.

use actix_web::web::{self, ServiceConfig};

use super::handlers;
use crate::routing::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/workspace").route(get(handlers::get)).route(web::patch().to(handlers::update)));
}
