//! The policies that say who may import an account's listings.

use actix_web::web;
use application::Code::{IntegrationAccountNotFound, TenantInactive};
use application::PutImportPolicy;
use domain::access::Permission;
use domain::ids::IntegrationAccountId;

use super::views::ImportPolicyView;
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::caller::InTenant;
use crate::request::parts::ChangeRequest;
use crate::request::path_id::PathId;
use crate::response::json::{Data, ok, tagged};
use crate::response::problem::Answer;
use crate::state::Api;

/// Returns who may import the listings of an integration account of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/integration-account/{id}/import-policy", operation_id = "getImportPolicy",
    tag = "integration-accounts", params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<ImportPolicyView>),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound]) }>))]
pub(crate) async fn get_policy(api: web::Data<Api>, caller: InTenant, id: PathId<IntegrationAccountId>) -> Answer {
    let account = api.integration_accounts.get(&caller, id.0).await?;
    Ok(tagged(ok(ImportPolicyView::from(account))))
}

/// Sets who may import the listings of an integration account. Requires ADMIN.
///
/// It counts beside `allowImport`. The imports of tenants that no longer may import sleep.
#[utoipa::path(put, path = "/api/v1/integration-account/{id}/import-policy", operation_id = "putImportPolicy",
    tag = "integration-accounts", params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    request_body = PutImportPolicy,
    responses((status = 200, body = Data<ImportPolicyView>),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound]) }>))]
pub(crate) async fn put_policy(
    (api, caller, id, if_match, body): ChangeRequest<InTenant, IntegrationAccountId>,
) -> Answer {
    let (caller, body) = body.read::<PutImportPolicy, _>(caller, Permission::Admin).await?;
    let precondition = if_match.on(ImportPolicyView::from);
    let account = api.integration_accounts.put_import_policy(&caller, id.0, body, &precondition).await?;
    Ok(tagged(ok(ImportPolicyView::from(account))))
}
