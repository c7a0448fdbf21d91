//! The routes, with the headers of every page.

mod assets;
mod headers;

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpResponse, guard};

use crate::areas;
use crate::request::route::page;
use crate::request::visit::Visit;
use crate::response::refused::Refused;
use crate::state::Console;

/// Adds the console to an actix-web application, at `/console`.
pub fn configure(console: Console) -> impl FnOnce(&mut ServiceConfig) {
    let console = web::Data::new(console);
    move |config| {
        let scope = web::scope("/console")
            .app_data(console)
            .wrap(from_fn(headers::headers))
            .configure(areas::routes)
            .route("/assets/{file}", web::get().to(assets::asset))
            .default_service(page(no_such_page));
        let root = web::resource("/console").guard(guard::Get());
        config
            .service(root.to(async || -> HttpResponse { crate::response::done::see_other("/console/") }))
            .service(scope);
    }
}

async fn no_such_page(_: Visit) -> crate::request::visit::Answer {
    Err(Refused::no_such_page())
}
