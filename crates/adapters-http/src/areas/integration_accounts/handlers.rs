//! One function per operation.

use actix_web::{HttpResponse, web};
use application::Code::{
    AccountIdentifierTaken, AlreadyThere, DefaultTenantRequired, HasReservations, IntegrationAccountNotFound,
    TargetInactive, TenantInactive,
};
use application::{
    CreateIntegrationAccountBody, FindIntegrationAccounts, IntegrationAccountFields, MoveIntegrationAccount,
    MoveOptions, Paging,
};
use domain::access::Permission;
use domain::ids::IntegrationAccountId;
use domain::integration_accounts::IntegrationAccount;

use super::views::{IntegrationAccountView, MovedView};
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::{InTenant, UnderAuthority};
use crate::request::if_match::IfMatch;
use crate::request::paging::ListQuery;
use crate::request::parts::{ChangeRequest, ListRequest};
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, Data, counted, created, ok, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the integration accounts of the tenant of the request, oldest first.
#[utoipa::path(get, path = "/api/v1/integration-account", operation_id = "listIntegrationAccounts",
    tag = "integration-accounts", params(FindIntegrationAccounts, Paging, TenantHeaders),
    responses((status = 200, body = ListView<IntegrationAccountView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn list(
    (api, caller, query, request): ListRequest<InTenant, ListQuery<FindIntegrationAccounts>>,
) -> Answer {
    let listed = api.integration_accounts.list(&caller, query.input()).await?;
    Ok(list::list(&request, listed, IntegrationAccountView::from, |account| account.id().as_uuid()))
}

/// Counts the integration accounts of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/integration-account/count", operation_id = "countIntegrationAccounts",
    tag = "integration-accounts", params(FindIntegrationAccounts, TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant, query: Query<FindIntegrationAccounts>) -> Answer {
    let count = api.integration_accounts.count(&caller, query.0).await?;
    Ok(counted(count))
}

/// Creates an integration account of the tenant of the request. Requires ADMIN.
#[utoipa::path(post, path = "/api/v1/integration-account", operation_id = "createIntegrationAccount",
    tag = "integration-accounts", params(TenantHeaders), request_body = CreateIntegrationAccountBody,
    responses(
        (status = 201, body = Data<IntegrationAccountView>, links(
            ("createListing" = (operation_id = "createListing",
                description = "Send the new account's id as `integrationAccountID` in the body.")),
            ("createPromotion" = (operation_id = "createPromotion",
                description = "Send the new account's id as `integrationAccountID` in the body.")))),
        Refuses<{ codes(&[TenantInactive, AccountIdentifierTaken]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let answer = |account: IntegrationAccount| created(IntegrationAccountView::from(account));
    let (caller, body, idempotent) =
        body.read_idempotent::<IntegrationAccountFields, _, _>(caller, Permission::Admin, answer).await?;
    let done = api.integration_accounts.create(&caller, body, &idempotent).await?;
    Ok(tagged(done.reply(answer)))
}

/// Returns an integration account of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/integration-account/{id}", operation_id = "getIntegrationAccount",
    tag = "integration-accounts", params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<IntegrationAccountView>),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: InTenant, id: PathId<IntegrationAccountId>) -> Answer {
    let account = api.integration_accounts.get(&caller, id.0).await?;
    Ok(tagged(ok(IntegrationAccountView::from(account))))
}

/// Changes an integration account's fields. Requires ADMIN.
#[utoipa::path(patch, path = "/api/v1/integration-account/{id}", operation_id = "updateIntegrationAccount",
    tag = "integration-accounts", params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    request_body = IntegrationAccountFields,
    responses((status = 200, body = Data<IntegrationAccountView>),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound, AccountIdentifierTaken]) }>))]
pub(crate) async fn update((api, caller, id, if_match, body): ChangeRequest<InTenant, IntegrationAccountId>) -> Answer {
    let (caller, body) = body.read::<IntegrationAccountFields, _>(caller, Permission::Admin).await?;
    let account =
        api.integration_accounts.update(&caller, id.0, body, &if_match.on(IntegrationAccountView::from)).await?;
    Ok(tagged(ok(IntegrationAccountView::from(account))))
}

/// Deletes an integration account with its listings and all imports of them. Requires ADMIN.
#[utoipa::path(delete, path = "/api/v1/integration-account/{id}", operation_id = "deleteIntegrationAccount",
    tag = "integration-accounts", params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 204, description = "Deleted."),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound, HasReservations]) }>))]
pub(crate) async fn delete((api, caller, id, if_match, body): ChangeRequest<InTenant, IntegrationAccountId>) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Admin))?;
    api.integration_accounts.delete(&caller, id.0, &if_match.on(IntegrationAccountView::from)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Moves an integration account of any tenant to another tenant. Default tenant only. Requires ADMIN.
///
/// Its listings, promotions and reservations move with it. Imports of its listings continue, except those of the new
/// owner, which end.
#[utoipa::path(patch, path = "/api/v1/integration-account/{id}/move-tenant", operation_id = "moveIntegrationAccount",
    tag = "integration-accounts", params(("id" = uuid::Uuid, Path), MoveOptions, TenantHeaders, IfMatchHeader), request_body = MoveIntegrationAccount,
    responses((status = 200, body = MovedView),
        Refuses<{ codes(&[DefaultTenantRequired, IntegrationAccountNotFound, AlreadyThere, TargetInactive]) }>))]
pub(crate) async fn move_account(
    api: web::Data<Api>,
    caller: UnderAuthority,
    id: PathId<IntegrationAccountId>,
    query: Query<MoveOptions>,
    if_match: IfMatch,
    body: Body,
) -> Answer {
    let (caller, body) = body.read::<MoveIntegrationAccount, _>(caller, Permission::Admin).await?;
    let input = query.0.and_then(|query| body.map(|body| MoveIntegrationAccount { dry_run: query.dry_run, ..body }));
    let moved =
        api.integration_accounts.move_account(&caller, id.0, input, &if_match.on(IntegrationAccountView::from)).await?;
    Ok(HttpResponse::Ok().json(MovedView::from(moved)))
}
