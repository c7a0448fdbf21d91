//! `/locations`.

mod handlers;
mod views;

use actix_web::web::ServiceConfig;

pub(crate) use self::handlers::*;
use crate::resource::{get, resource};

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/locations").route(get(handlers::list)))
        .service(resource("/locations/count").route(get(handlers::count)));
}
