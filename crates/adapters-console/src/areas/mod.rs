//! The pages: a file or folder per area.

mod accounts;
mod audit;
mod calendar;
mod events;
mod find;
mod history;
mod importers;
mod imports;
mod keys;
mod listings;
mod lists;
mod locations;
mod prices;
mod promotions;
mod quotes;
mod reservations;
mod resources;
mod session;
mod tenants;
mod users;
mod webhooks;
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
        .configure(accounts::routes)
        .configure(promotions::routes)
        .configure(locations::routes)
        .configure(users::routes)
        .configure(keys::routes)
        .configure(events::routes)
        .configure(webhooks::routes)
        .configure(audit::routes);
}
