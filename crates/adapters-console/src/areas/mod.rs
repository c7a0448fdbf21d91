//! The pages: a file or folder per area.

mod lists;
mod session;
mod tenants;
mod workspace;

use actix_web::web::ServiceConfig;

/// Adds the routes of all areas.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config.configure(session::routes).configure(workspace::routes).configure(tenants::routes);
}
