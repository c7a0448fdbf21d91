//! One function per operation.

use actix_web::{HttpResponse, web};
use application::Code::{
    ApiKeyNotFound, KeyAlreadyCreated, LastAdministrator, PermissionDenied, SupportRestricted, TenantInactive,
    UserNotFound,
};
use application::{CreateApiKey, Paging};
use domain::access::Permission;
use domain::ids::ApiKeyId;

use super::views::{ApiKeyView, NewApiKeyView};
use crate::openapi::{Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::request::parts::ListRequest;
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, Data, counted, created, plain};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the keys of the users at home in the tenant of the request, oldest first. Requires ADMIN.
///
/// Secrets are not shown.
#[utoipa::path(get, path = "/api/v1/api-keys", operation_id = "listApiKeys", tag = "api-keys",
    params(Paging, TenantHeaders),
    responses((status = 200, body = ListView<ApiKeyView>), Refuses<{ codes(&[TenantInactive, PermissionDenied]) }>))]
pub(crate) async fn list((api, caller, query, request): ListRequest<InTenant, Query<Paging>>) -> Answer {
    let listed = api.api_keys.list(&caller, query.0).await?;
    Ok(list::list(&request, listed, ApiKeyView::from, |key| key.id().as_uuid()))
}

/// Counts the keys of the users at home in the tenant of the request. Requires ADMIN.
#[utoipa::path(get, path = "/api/v1/api-keys/count", operation_id = "countApiKeys", tag = "api-keys",
    params(TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive, PermissionDenied]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant) -> Answer {
    let count = api.api_keys.count(&caller).await?;
    Ok(counted(count))
}

/// Creates a key for a user at home in the tenant of the request. Its secret is shown only once. Requires ADMIN.
#[utoipa::path(post, path = "/api/v1/api-keys", operation_id = "createApiKey", tag = "api-keys",
    params(TenantHeaders), request_body = CreateApiKey,
    responses((status = 201, body = Data<NewApiKeyView>),
        Refuses<{ codes(&[TenantInactive, SupportRestricted, UserNotFound, KeyAlreadyCreated]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let (caller, body, request) = body.read_repeatable::<CreateApiKey, _>(caller, Permission::Admin).await?;
    let key = api.api_keys.create(&caller, body, request).await?;
    Ok(plain(created(NewApiKeyView::from(key))))
}

/// Revokes a key: it is refused from now on. May be repeated. Requires ADMIN.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", operation_id = "revokeApiKey", tag = "api-keys",
    params(("id" = uuid::Uuid, Path), TenantHeaders),
    responses((status = 204, description = "Revoked."),
        Refuses<{ codes(&[TenantInactive, SupportRestricted, ApiKeyNotFound, LastAdministrator]) }>))]
pub(crate) async fn revoke(api: web::Data<Api>, caller: InTenant, id: PathId<ApiKeyId>, body: Body) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Admin))?;
    api.api_keys.revoke(&caller, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
