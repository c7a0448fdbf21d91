//! One function per operation.

use std::convert::identity;

use actix_web::{HttpResponse, web};
use application::Code::{
    DefaultTenant, DefaultTenantRequired, DomainTaken, TargetInactive, TenantInactive, TenantNotEmpty,
};
use application::{CreateTenantBody, FindTenants, Paging, ReplaceTenantBody, SetTenantStatus, TenantFields};
use domain::access::Permission;
use domain::ids::TenantId;
use domain::tenants::{Tenant, TenantStatus};

use super::views::{Success, TenantView, Trashed};
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::{InTenant, UnderAuthority};
use crate::request::paging::ListQuery;
use crate::request::parts::{ChangeRequest, ListRequest};
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, Data, counted, ok, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the tenants of the workspace, oldest first. Default tenant only.
#[utoipa::path(get, path = "/api/v1/tenants", operation_id = "listTenants", tag = "tenants",
    params(FindTenants, Paging, TenantHeaders),
    responses((status = 200, body = ListView<TenantView>), Refuses<{ codes(&[DefaultTenantRequired]) }>))]
pub(crate) async fn list((api, caller, query, request): ListRequest<UnderAuthority, ListQuery<FindTenants>>) -> Answer {
    let listed = api.tenants.list(&caller, query.input()).await?;
    Ok(list::list(&request, listed, TenantView::from, |tenant| tenant.id().as_uuid()))
}

/// Counts the tenants of the workspace. Default tenant only.
#[utoipa::path(get, path = "/api/v1/tenants/count", operation_id = "countTenants", tag = "tenants",
    params(FindTenants, TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[DefaultTenantRequired]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: UnderAuthority, query: Query<FindTenants>) -> Answer {
    let count = api.tenants.count(&caller, query.0).await?;
    Ok(counted(count))
}

/// Creates a tenant with its default location. Default tenant only. Requires ADMIN.
///
/// If you send the key by `Authorization: Bearer`, the API user is moved into the tenant.
#[utoipa::path(post, path = "/api/v1/tenants", operation_id = "createTenant", tag = "tenants",
    params(TenantHeaders), request_body = CreateTenantBody,
    responses(
        (status = 200, body = Data<TenantView>, links(
            ("moveIntegrationAccount" = (operation_id = "moveIntegrationAccount",
                description = "Send the new tenant's id as `tenantID` in the body.")))), Refuses<{ codes(&[DefaultTenantRequired, DomainTaken]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: UnderAuthority, body: Body) -> Answer {
    let answer = |tenant: Tenant| ok(TenantView::from(tenant));
    let (caller, body, idempotent) =
        body.read_idempotent::<TenantFields, _, _>(caller, Permission::Admin, answer).await?;
    let input = body.map(|body| TenantFields { moves_caller: caller.may_move_user(), ..body });
    let done = api.tenants.create(&caller, input, &idempotent).await?;
    Ok(tagged(done.reply(answer)))
}

/// Returns the tenant of the request.
#[utoipa::path(get, path = "/api/v1/tenants/current", operation_id = "getCurrentTenant", tag = "tenants",
    params(TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<TenantView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn current(api: web::Data<Api>, caller: InTenant) -> Answer {
    let tenant = api.tenants.current(&caller).await?;
    Ok(tagged(ok(TenantView::from(tenant))))
}

/// Returns a tenant. The default tenant can read any tenant, any other only itself.
#[utoipa::path(get, path = "/api/v1/tenants/{id}", operation_id = "getTenant", tag = "tenants",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<TenantView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: UnderAuthority, id: PathId<TenantId>) -> Answer {
    let tenant = api.tenants.get(&caller, id.0).await?;
    Ok(tagged(ok(TenantView::from(tenant))))
}

/// Changes a tenant's fields; the name must be sent. Default tenant only. Requires ADMIN.
#[utoipa::path(put, path = "/api/v1/tenants/{id}", operation_id = "replaceTenant", tag = "tenants",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = ReplaceTenantBody,
    responses((status = 200, body = Data<TenantView>), Refuses<{ codes(&[DefaultTenantRequired, DomainTaken]) }>))]
pub(crate) async fn replace(request: ChangeRequest<UnderAuthority, TenantId>) -> Answer {
    change(request, TenantFields::complete).await
}

/// Changes a tenant's fields. Default tenant only. Requires ADMIN.
#[utoipa::path(patch, path = "/api/v1/tenants/{id}", operation_id = "updateTenant", tag = "tenants",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = TenantFields,
    responses((status = 200, body = Data<TenantView>), Refuses<{ codes(&[DefaultTenantRequired, DomainTaken]) }>))]
pub(crate) async fn update(request: ChangeRequest<UnderAuthority, TenantId>) -> Answer {
    change(request, identity).await
}

async fn change(
    (api, caller, id, if_match, body): ChangeRequest<UnderAuthority, TenantId>,
    complete: fn(TenantFields) -> TenantFields,
) -> Answer {
    let (caller, body) = body.read(caller, Permission::Admin).await?;
    let input = body.map(complete);
    let tenant = api.tenants.update(&caller, id.0, input, &if_match.on(TenantView::from)).await?;
    Ok(tagged(ok(TenantView::from(tenant))))
}

/// Deletes a tenant with its locations, imports, users and keys. Default tenant only. Requires ADMIN.
#[utoipa::path(delete, path = "/api/v1/tenants/{id}", operation_id = "deleteTenant", tag = "tenants",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 204, description = "Deleted."),
        Refuses<{ codes(&[DefaultTenantRequired, DefaultTenant, TenantNotEmpty]) }>))]
pub(crate) async fn delete((api, caller, id, if_match, body): ChangeRequest<UnderAuthority, TenantId>) -> Answer {
    body.ignore(caller.admin_scope(Permission::Admin))?;
    api.tenants.delete(&caller, id.0, &if_match.on(TenantView::from)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Deactivates a tenant: from now on every request in it is refused. May be repeated. Default tenant only. Requires
/// ADMIN.
#[utoipa::path(put, path = "/api/v1/tenants/{id}/deactivate", operation_id = "deactivateTenant", tag = "tenants",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = Option<SetTenantStatus>,
    responses((status = 200, body = Trashed), Refuses<{ codes(&[DefaultTenantRequired, DefaultTenant]) }>))]
pub(crate) async fn deactivate(request: ChangeRequest<UnderAuthority, TenantId>) -> Answer {
    set_status(request, TenantStatus::Inactive).await
}

/// Activates a tenant. May be repeated. Default tenant only. Requires ADMIN.
#[utoipa::path(put, path = "/api/v1/tenants/{id}/activate", operation_id = "activateTenant", tag = "tenants",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = Option<SetTenantStatus>,
    responses((status = 200, body = Trashed), Refuses<{ codes(&[DefaultTenantRequired, DefaultTenant]) }>))]
pub(crate) async fn activate(request: ChangeRequest<UnderAuthority, TenantId>) -> Answer {
    set_status(request, TenantStatus::Active).await
}

async fn set_status(
    (api, caller, id, if_match, body): ChangeRequest<UnderAuthority, TenantId>,
    status: TenantStatus,
) -> Answer {
    let (caller, body) = body.read::<SetTenantStatus, _>(caller, Permission::Admin).await?;
    let precondition = if_match.on(TenantView::from);
    let tenant = api.tenants.set_status(&caller, id.0, status, body, &precondition).await?;
    Ok(HttpResponse::Ok().json(Trashed { is_trashed: tenant.is_trashed() }))
}

/// Changes the API user's current tenant, in which requests with `Authorization: Bearer` run if they name no tenant.
#[utoipa::path(put, path = "/api/v1/tenants/{id}/switch", operation_id = "switchTenant", tag = "tenants",
    params(("id" = uuid::Uuid, Path), TenantHeaders),
    responses((status = 200, body = Success), Refuses<{ codes(&[TargetInactive]) }>))]
pub(crate) async fn switch(api: web::Data<Api>, caller: InTenant, id: PathId<TenantId>, body: Body) -> Answer {
    body.ignore(caller.switch_scope(id.0))?;
    api.tenants.switch(&caller, id.0).await?;
    Ok(HttpResponse::Ok().json(Success { success: true }))
}
