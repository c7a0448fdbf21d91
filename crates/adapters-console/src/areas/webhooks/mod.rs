//! Webhooks.

mod forms;
mod list;
mod one;

use actix_web::web::ServiceConfig;

use self::forms::{create, edit, new, rotate, update};
use self::list::Webhooks;
use self::one::{attempts_file, delete, disable, enable, show, test};
use super::lists::list_routes;
use crate::request::route::{act, page};

pub(crate) fn routes(config: &mut ServiceConfig) {
    list_routes::<Webhooks>(config, "/t/{tenant}/webhooks");
    config
        .route("/t/{tenant}/webhooks/new", page(new))
        .route("/t/{tenant}/webhooks/new", act(create))
        .route("/t/{tenant}/webhooks/{id}", page(show))
        .route("/t/{tenant}/webhooks/{id}/attempts.csv", page(attempts_file))
        .route("/t/{tenant}/webhooks/{id}/edit", page(edit))
        .route("/t/{tenant}/webhooks/{id}/edit", act(update))
        .route("/t/{tenant}/webhooks/{id}/test", act(test))
        .route("/t/{tenant}/webhooks/{id}/enable", act(enable))
        .route("/t/{tenant}/webhooks/{id}/disable", act(disable))
        .route("/t/{tenant}/webhooks/{id}/rotate-secret", act(rotate))
        .route("/t/{tenant}/webhooks/{id}/delete", act(delete));
}
