//! One function per operation.

use actix_web::web;
use application::Code::DefaultTenantRequired;
use application::UpdateWorkspace;
use domain::access::Permission;

use super::views::WorkspaceView;
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::UnderAuthority;
use crate::request::if_match::IfMatch;
use crate::response::json::{Data, ok, tagged};
use crate::response::problem::Answer;
use crate::state::Api;

/// Returns the workspace of the API key. Default tenant only.
#[utoipa::path(get, path = "/api/v1/workspace", operation_id = "getWorkspace", tag = "workspaces",
    params(TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<WorkspaceView>), Refuses<{ codes(&[DefaultTenantRequired]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: UnderAuthority) -> Answer {
    let workspace = api.workspaces.get(&caller).await?;
    Ok(tagged(ok(WorkspaceView::from(workspace))))
}

/// Changes the workspace's name, default currency and discount, and limits of importers' holds. Default tenant only.
/// Requires ADMIN.
#[utoipa::path(patch, path = "/api/v1/workspace", operation_id = "updateWorkspace", tag = "workspaces",
    params(TenantHeaders, IfMatchHeader), request_body = UpdateWorkspace,
    responses((status = 200, body = Data<WorkspaceView>), Refuses<{ codes(&[DefaultTenantRequired]) }>))]
pub(crate) async fn update(api: web::Data<Api>, caller: UnderAuthority, if_match: IfMatch, body: Body) -> Answer {
    let (caller, body) = body.read::<UpdateWorkspace, _>(caller, Permission::Admin).await?;
    let workspace = api.workspaces.update(&caller, body, &if_match.on(WorkspaceView::from)).await?;
    Ok(tagged(ok(WorkspaceView::from(workspace))))
}
