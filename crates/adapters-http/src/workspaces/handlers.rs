//! One function per operation.

use actix_web::web;

use super::bodies::UpdateWorkspaceBody;
use super::views::WorkspaceView;
use crate::Api;
use crate::caller::UnderAuthority;
use crate::data::{Data, ok};
use crate::input::Body;
use crate::openapi::{BodyRefused, Refused, TenantHeaders};
use crate::problem::Answer;

/// The workspace of the API key. Default tenant only.
#[utoipa::path(get, path = "/api/v1/workspace", operation_id = "getWorkspace", tag = "workspaces",
    params(TenantHeaders),
    responses((status = 200, body = Data<WorkspaceView>), Refused))]
pub(crate) async fn get(api: web::Data<Api>, caller: UnderAuthority) -> Answer {
    let workspace = api.workspaces.get(&caller).await?;
    Ok(ok(WorkspaceView::from(workspace)))
}

/// Changes the workspace's name and what it says for those who say nothing. Default tenant only.
#[utoipa::path(patch, path = "/api/v1/workspace", operation_id = "updateWorkspace", tag = "workspaces",
    params(TenantHeaders), request_body = UpdateWorkspaceBody,
    responses((status = 200, body = Data<WorkspaceView>), Refused, BodyRefused))]
pub(crate) async fn update(api: web::Data<Api>, caller: UnderAuthority, body: Body) -> Answer {
    let body = body.read::<UpdateWorkspaceBody>().await;
    let workspace = api.workspaces.update(&caller, body.map(Into::into)).await?;
    Ok(ok(WorkspaceView::from(workspace)))
}
