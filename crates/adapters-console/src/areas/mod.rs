//! The pages: a file or folder per area.

mod accounts;
mod calendar;
mod find;
mod history;
mod importers;
mod imports;
mod listings;
mod lists;
mod prices;
mod quotes;
mod reservations;
mod session;
mod tenants;
mod workspace;

use actix_web::web::ServiceConfig;

/// Adds the routes of all areas.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .configure(session::routes)
        .configure(workspace::routes)
        .configure(tenants::routes)
        .configure(listings::routes)
        .configure(calendar::routes)
        .configure(find::routes)
        .configure(imports::routes)
        .configure(quotes::routes)
        .configure(reservations::routes)
        .configure(accounts::routes);
}
