//! `/quote`.

mod bodies;
mod handlers;
mod views;

use actix_web::web::{self, ServiceConfig};

pub(crate) use self::handlers::*;
pub(crate) use self::views::{ComponentsView, PriceModificationsView, QuoteView};
use crate::routing::resource;

pub(crate) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/quote").route(web::post().to(handlers::create)));
}
