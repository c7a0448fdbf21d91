//! The importers of listings and accounts, for their owner.

use actix_web::{HttpRequest, web};
use application::Code::{IntegrationAccountNotFound, ListingNotFound, NotTheOwner, TenantInactive};
use application::Paging;
use domain::ids::{IntegrationAccountId, ListingId};

use super::views::{AccountImporterView, ImporterView};
use crate::openapi::{Refuses, TenantHeaders, codes};
use crate::request::caller::InTenant;
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, counted};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the tenants that import a listing of the tenant of the request. Owner only.
#[utoipa::path(get, path = "/api/v1/listing/{id}/imports", operation_id = "listListingImports", tag = "imports",
    params(("id" = uuid::Uuid, Path), Paging, TenantHeaders),
    responses((status = 200, body = ListView<ImporterView>),
        Refuses<{ codes(&[TenantInactive, NotTheOwner, ListingNotFound]) }>))]
pub(crate) async fn of_listing(
    api: web::Data<Api>,
    caller: InTenant,
    id: PathId<ListingId>,
    query: Query<Paging>,
    request: HttpRequest,
) -> Answer {
    let listed = api.listings.importers(&caller, id.0, query.0).await?;
    Ok(list::list(&request, listed, ImporterView::from, |importer| importer.tenant_id.as_uuid()))
}

/// Counts the tenants that import a listing of the tenant of the request. Owner only.
#[utoipa::path(get, path = "/api/v1/listing/{id}/imports/count", operation_id = "countListingImports", tag = "imports",
    params(("id" = uuid::Uuid, Path), TenantHeaders),
    responses((status = 200, body = Count),
        Refuses<{ codes(&[TenantInactive, NotTheOwner, ListingNotFound]) }>))]
pub(crate) async fn count_of_listing(api: web::Data<Api>, caller: InTenant, id: PathId<ListingId>) -> Answer {
    let count = api.listings.count_importers(&caller, id.0).await?;
    Ok(counted(count))
}

/// Lists the tenants that import listings of an integration account of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/integration-account/{id}/imports", operation_id = "listAccountImports",
    tag = "imports", params(("id" = uuid::Uuid, Path), Paging, TenantHeaders),
    responses((status = 200, body = ListView<AccountImporterView>),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound]) }>))]
pub(crate) async fn of_account(
    api: web::Data<Api>,
    caller: InTenant,
    id: PathId<IntegrationAccountId>,
    query: Query<Paging>,
    request: HttpRequest,
) -> Answer {
    let listed = api.integration_accounts.importers(&caller, id.0, query.0).await?;
    Ok(list::list(&request, listed, AccountImporterView::from, |importer| importer.tenant_id.as_uuid()))
}

/// Counts the tenants that import listings of an integration account of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/integration-account/{id}/imports/count", operation_id = "countAccountImports",
    tag = "imports", params(("id" = uuid::Uuid, Path), TenantHeaders),
    responses((status = 200, body = Count),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound]) }>))]
pub(crate) async fn count_of_account(
    api: web::Data<Api>,
    caller: InTenant,
    id: PathId<IntegrationAccountId>,
) -> Answer {
    let count = api.integration_accounts.count_importers(&caller, id.0).await?;
    Ok(counted(count))
}
