//! One function per operation.

use actix_web::web;
use application::Code::{IntegrationAccountNotFound, ListingNotFound, TenantInactive};
use application::ReplaceCharges;
use domain::access::Permission;
use domain::ids::IntegrationAccountId;

use super::views::ChargesView;
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::caller::InTenant;
use crate::request::parts::ChangeRequest;
use crate::request::path_id::PathId;
use crate::response::json::{Data, ok, tagged};
use crate::response::problem::Answer;
use crate::state::Api;

/// Returns the fees and taxes of an integration account of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/integration-account/{id}/charges", operation_id = "getCharges", tag = "charges",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<ChargesView>),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: InTenant, id: PathId<IntegrationAccountId>) -> Answer {
    let charges = api.charges.get(&caller, id.0).await?;
    Ok(tagged(ok(ChargesView::from(charges))))
}

/// Replaces all fees and taxes of an integration account. Prices that were quoted or sold keep their lines.
#[utoipa::path(put, path = "/api/v1/integration-account/{id}/charges", operation_id = "replaceCharges",
    tag = "charges", params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = ReplaceCharges,
    responses((status = 200, body = Data<ChargesView>),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound, ListingNotFound]) }>))]
pub(crate) async fn replace(
    (api, caller, id, if_match, body): ChangeRequest<InTenant, IntegrationAccountId>,
) -> Answer {
    let (caller, body) = body.read::<ReplaceCharges, _>(caller, Permission::Write).await?;
    let charges = api.charges.replace(&caller, id.0, body, &if_match.on(ChargesView::from)).await?;
    Ok(tagged(ok(ChargesView::from(charges))))
}
