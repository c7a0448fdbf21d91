//! One function per operation.

use actix_web::{HttpRequest, web};

use super::bodies::AuditQuery;
use super::views::AuditEntryView;
use crate::Api;
use crate::caller::UnderAuthority;
use crate::data::{Count, counted};
use crate::input::Query;
use crate::lists::{self, ListQuery, ListView, PageQuery};
use crate::openapi::{PermissionDenied, TenantHeaders, TenantInactive};
use crate::problem::Answer;

/// Lists who did what to which resource in which tenant, oldest first: the default tenant sees all of the workspace, any
/// other only itself, and what importers sell of its listings or owners do to what it sold.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "listAudit", tag = "audit",
    params(AuditQuery, PageQuery, TenantHeaders),
    responses((status = 200, body = ListView<AuditEntryView>), TenantInactive, PermissionDenied))]
pub(crate) async fn list(
    api: web::Data<Api>,
    caller: UnderAuthority,
    query: ListQuery<AuditQuery>,
    request: HttpRequest,
) -> Answer {
    let listed = api.audit.list(&caller, query.asked()).await?;
    Ok(lists::list(&request, listed, AuditEntryView::from, |entry| entry.id.as_uuid()))
}

/// Counts the entries of the audit trail.
#[utoipa::path(get, path = "/api/v1/audit/count", operation_id = "countAudit", tag = "audit",
    params(AuditQuery, TenantHeaders),
    responses((status = 200, body = Count), TenantInactive, PermissionDenied))]
pub(crate) async fn count(api: web::Data<Api>, caller: UnderAuthority, query: Query<AuditQuery>) -> Answer {
    let count = api.audit.count(&caller, query.0.map(Into::into)).await?;
    Ok(counted(count))
}
