//! One function per operation.

use actix_web::web;
use application::Code::{
    KeyAlreadyCreated, PreconditionFailed, UserNotFound, WorkspaceAlreadyCreated, WorkspaceErased, WorkspaceNotFound,
    WorkspaceNotSuspended,
};
use application::{CreateWorkspace, FindOperatorAudit, FindWorkspaces, Paging, RenameWorkspace, ReplaceApiKey};
use domain::ids::WorkspaceId;

use super::views::{ListedWorkspaceView, NewWorkspaceView, OperatorEntryView, WorkspaceReportView};
use crate::areas::api_keys::NewApiKeyView;
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, codes};
use crate::request::body::Body;
use crate::request::operator::Operator;
use crate::request::paging::ListQuery;
use crate::request::parts::{ChangeRequest, ListRequest};
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, Data, accepted, counted, created, ok, plain, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// The parts of a request that changes a workspace.
type WorkspaceChange = ChangeRequest<Operator, WorkspaceId>;

/// Lists the workspaces, oldest first, except those that are erased.
#[utoipa::path(get, path = "/operator/v1/workspaces", operation_id = "listWorkspaces", tag = "operators",
    security(("operator" = [])), params(FindWorkspaces, Paging),
    responses((status = 200, body = ListView<ListedWorkspaceView>)))]
pub(crate) async fn list((api, caller, query, request): ListRequest<Operator, ListQuery<FindWorkspaces>>) -> Answer {
    let listed = api.operators.list_workspaces(&caller, query.input()).await?;
    Ok(list::list(&request, listed, ListedWorkspaceView::from, |workspace| workspace.id().as_uuid()))
}

/// Counts the workspaces, except those that are erased.
#[utoipa::path(get, path = "/operator/v1/workspaces/count", operation_id = "countWorkspaces", tag = "operators",
    security(("operator" = [])), params(FindWorkspaces), responses((status = 200, body = Count)))]
pub(crate) async fn count(api: web::Data<Api>, caller: Operator, query: Query<FindWorkspaces>) -> Answer {
    Ok(counted(api.operators.count_workspaces(&caller, query.0).await?))
}

/// Creates a workspace with its default tenant, an administrator and an ADMIN key, which is shown only once.
#[utoipa::path(post, path = "/operator/v1/workspaces", operation_id = "createWorkspace", tag = "operators",
    security(("operator" = [])), request_body = CreateWorkspace,
    responses((status = 201, body = Data<NewWorkspaceView>), Refuses<{ codes(&[WorkspaceAlreadyCreated]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: Operator, body: Body) -> Answer {
    let (caller, body, request) = body.read_operated::<CreateWorkspace>(caller).await?;
    let key = api.operators.create_workspace(&caller, body, request).await?;
    Ok(plain(created(NewWorkspaceView::from(key))))
}

/// Returns a workspace and how much is in it, or how far its erasure is.
#[utoipa::path(get, path = "/operator/v1/workspaces/{id}", operation_id = "inspectWorkspace", tag = "operators",
    security(("operator" = [])), params(("id" = uuid::Uuid, Path), IfNoneMatchHeader),
    responses((status = 200, body = Data<WorkspaceReportView>), Refuses<{ codes(&[WorkspaceNotFound]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: Operator, id: PathId<WorkspaceId>) -> Answer {
    let report = api.operators.get_workspace(&caller, id.0).await?;
    Ok(tagged(ok(WorkspaceReportView::from(report))))
}

/// Renames a workspace.
#[utoipa::path(patch, path = "/operator/v1/workspaces/{id}", operation_id = "renameWorkspace", tag = "operators",
    security(("operator" = [])), params(("id" = uuid::Uuid, Path), IfMatchHeader), request_body = RenameWorkspace,
    responses((status = 200, body = Data<WorkspaceReportView>),
        Refuses<{ codes(&[WorkspaceNotFound, WorkspaceErased]) }>))]
pub(crate) async fn rename((api, caller, id, if_match, body): WorkspaceChange) -> Answer {
    let (caller, body, _) = body.read_operated::<RenameWorkspace>(caller).await?;
    let precondition = if_match.on(WorkspaceReportView::from);
    let report = api.operators.rename_workspace(&caller, id.0, body, &precondition).await?;
    Ok(tagged(ok(WorkspaceReportView::from(report))))
}

/// Suspends a workspace: its keys are refused, its webhooks and sweeps rest. May be repeated.
#[utoipa::path(put, path = "/operator/v1/workspaces/{id}/suspend", operation_id = "suspendWorkspace", tag = "operators",
    security(("operator" = [])), params(("id" = uuid::Uuid, Path), IfMatchHeader),
    responses((status = 200, body = Data<WorkspaceReportView>),
        Refuses<{ codes(&[WorkspaceNotFound, WorkspaceErased]) }>))]
pub(crate) async fn suspend(parts: WorkspaceChange) -> Answer {
    set_suspended(parts, true).await
}

/// Resumes a suspended workspace. May be repeated.
#[utoipa::path(put, path = "/operator/v1/workspaces/{id}/resume", operation_id = "resumeWorkspace", tag = "operators",
    security(("operator" = [])), params(("id" = uuid::Uuid, Path), IfMatchHeader),
    responses((status = 200, body = Data<WorkspaceReportView>),
        Refuses<{ codes(&[WorkspaceNotFound, WorkspaceErased]) }>))]
pub(crate) async fn resume(parts: WorkspaceChange) -> Answer {
    set_suspended(parts, false).await
}

async fn set_suspended((api, caller, id, if_match, body): WorkspaceChange, is_suspended: bool) -> Answer {
    body.ignore(Ok(()))?;
    let precondition = if_match.on(WorkspaceReportView::from);
    let report = api.operators.set_suspended(&caller, id.0, is_suspended, &precondition).await?;
    Ok(tagged(ok(WorkspaceReportView::from(report))))
}

/// Erases a suspended workspace in the background. May be repeated.
///
/// GET shows how far it is. At the end only the id and the time of the erasure are left.
#[utoipa::path(delete, path = "/operator/v1/workspaces/{id}", operation_id = "eraseWorkspace", tag = "operators",
    security(("operator" = [])), params(("id" = uuid::Uuid, Path), IfMatchHeader),
    responses((status = 202, body = Data<WorkspaceReportView>, description = "The erasure has begun."),
        Refuses<{ codes(&[WorkspaceNotFound, WorkspaceNotSuspended, PreconditionFailed]) }>))]
pub(crate) async fn erase((api, caller, id, if_match, body): WorkspaceChange) -> Answer {
    body.ignore(Ok(()))?;
    let precondition = if_match.on(WorkspaceReportView::from);
    let report = api.operators.erase_workspace(&caller, id.0, &precondition).await?;
    Ok(tagged(accepted(WorkspaceReportView::from(report))))
}

/// Creates an ADMIN key for the administrator of a workspace, who has lost the first one. It is shown only once.
#[utoipa::path(post, path = "/operator/v1/workspaces/{id}/keys", operation_id = "createWorkspaceKey", tag = "operators",
    security(("operator" = [])), params(("id" = uuid::Uuid, Path)),
    responses((status = 201, body = Data<NewApiKeyView>),
        Refuses<{ codes(&[WorkspaceNotFound, UserNotFound, WorkspaceErased, KeyAlreadyCreated]) }>))]
pub(crate) async fn issue_key(api: web::Data<Api>, caller: Operator, id: PathId<WorkspaceId>, body: Body) -> Answer {
    let (caller, body, request) = body.read_operated::<ReplaceApiKey>(caller).await?;
    let key = api.operators.issue_key(&caller, id.0, body, request).await?;
    Ok(plain(created(NewApiKeyView::from(key))))
}

/// Lists what operators did, oldest first.
#[utoipa::path(get, path = "/operator/v1/audit", operation_id = "listOperatorAudit", tag = "operators",
    security(("operator" = [])), params(FindOperatorAudit, Paging),
    responses((status = 200, body = ListView<OperatorEntryView>)))]
pub(crate) async fn list_audit(
    (api, caller, query, request): ListRequest<Operator, ListQuery<FindOperatorAudit>>,
) -> Answer {
    let listed = api.operators.list_audit(&caller, query.input()).await?;
    Ok(list::list(&request, listed, OperatorEntryView::from, |entry| entry.id.as_uuid()))
}

/// Counts the entries of the operators' trail.
#[utoipa::path(get, path = "/operator/v1/audit/count", operation_id = "countOperatorAudit", tag = "operators",
    security(("operator" = [])), params(FindOperatorAudit), responses((status = 200, body = Count)))]
pub(crate) async fn count_audit(api: web::Data<Api>, caller: Operator, query: Query<FindOperatorAudit>) -> Answer {
    Ok(counted(api.operators.count_audit(&caller, query.0).await?))
}
