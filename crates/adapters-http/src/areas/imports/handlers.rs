//! One function per operation.

use actix_web::web;
use application::Code::{
    AlreadyImported, DuplicateListing, ImportNotAllowed, ImportRefused, ListingNotFound, NotImported, OwnListing,
    TenantInactive,
};
use application::ListingIds;
use domain::access::Permission;
use domain::imports::Import;

use super::views::{ImportView, RemovedView};
use crate::openapi::{Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::response::json::{Data, ok, plain};
use crate::response::problem::Answer;
use crate::state::Api;

/// Imports listings of other tenants into the tenant of the request: all of them, or none.
///
/// The response has the order of the request.
#[utoipa::path(post, path = "/api/v1/tenants/import-listings", operation_id = "importListings", tag = "imports",
    params(TenantHeaders), request_body = ListingIds,
    responses((status = 200, body = Data<Vec<ImportView>>),
        Refuses<{ codes(&[
            TenantInactive, ListingNotFound, AlreadyImported, OwnListing, ImportNotAllowed, DuplicateListing,
            ImportRefused
        ]) }>))]
pub(crate) async fn add(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let answer = |imports: Vec<Import>| ok(imports.into_iter().map(ImportView::from).collect::<Vec<_>>());
    let (caller, body, idempotent) =
        body.read_idempotent::<ListingIds, _, _>(caller, Permission::Write, answer).await?;
    let done = api.imports.import(&caller, body, &idempotent).await?;
    Ok(plain(done.reply(answer)))
}

/// Ends imports of the tenant of the request: all of them, or none. Sold stays remain.
#[utoipa::path(post, path = "/api/v1/tenants/remove-imported-listings", operation_id = "removeImportedListings",
    tag = "imports", params(TenantHeaders), request_body = ListingIds,
    responses((status = 200, body = Data<RemovedView>),
        Refuses<{ codes(&[TenantInactive, NotImported, DuplicateListing, ImportRefused]) }>))]
pub(crate) async fn remove(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let answer = |removed| ok(RemovedView { removed });
    let (caller, body, idempotent) =
        body.read_idempotent::<ListingIds, _, _>(caller, Permission::Write, answer).await?;
    let done = api.imports.remove(&caller, body, &idempotent).await?;
    Ok(plain(done.reply(answer)))
}
