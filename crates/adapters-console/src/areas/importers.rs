//! The tenants that import a listing, on its page.

use application::Paging;
use domain::ids::ListingId;
use domain::imports::Importer;
use maud::{Markup, html};

use crate::request::visit::Visit;
use crate::response::cell::Cell;
use crate::response::refused::Refused;
use crate::response::table::{column, table};

/// The number of importers that are shown.
const SHOWN: i64 = 20;

/// Shows the tenants that import a listing of the tenant.
pub(crate) async fn importers(visit: &Visit, id: ListingId) -> Result<Markup, Refused> {
    let paging = Paging { per_page: Some(SHOWN), ..Paging::default() };
    let listed = visit.console.listings.importers(&visit.caller, id, Ok(paging)).await?;
    let is_administrator = visit.frame.is_administrator;
    let columns = [
        column("Tenant", move |importer: &Importer| {
            let id = importer.tenant_id;
            if is_administrator { Cell::link(format!("/console/t/{id}/"), id) } else { Cell::text(id) }
        }),
        column("Since", |importer: &Importer| Cell::Time(importer.imported_at)),
    ];
    Ok(html! {
        section {
            h2 { "Importers" }
            (table("Importers", &columns, &listed.items))
            @if listed.has_more { p { "These are the first " (SHOWN) "." } }
        }
    })
}
