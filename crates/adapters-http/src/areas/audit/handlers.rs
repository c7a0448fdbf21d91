//! One function per operation.

use actix_web::web;
use application::Code::{PermissionDenied, TenantInactive};
use application::{FindAudit, Paging};

use super::views::AuditEntryView;
use crate::openapi::{Refuses, TenantHeaders, codes};
use crate::request::caller::UnderAuthority;
use crate::request::paging::ListQuery;
use crate::request::parts::ListRequest;
use crate::request::query::Query;
use crate::response::json::{Count, counted};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the entries of the audit trail, oldest first. Requires ADMIN.
///
/// An entry says who did what to which resource in which tenant. The default tenant sees the entries of the whole
/// workspace, any other tenant only its own. An importer's sale has an entry that both the importer and the owner see.
#[utoipa::path(get, path = "/api/v1/audit", operation_id = "listAudit", tag = "audit",
    params(FindAudit, Paging, TenantHeaders),
    responses((status = 200, body = ListView<AuditEntryView>),
        Refuses<{ codes(&[TenantInactive, PermissionDenied]) }>))]
pub(crate) async fn list((api, caller, query, request): ListRequest<UnderAuthority, ListQuery<FindAudit>>) -> Answer {
    let listed = api.audit.list(&caller, query.input()).await?;
    Ok(list::list(&request, listed, AuditEntryView::from, |entry| entry.id.as_uuid()))
}

/// Counts the entries of the audit trail. Requires ADMIN.
#[utoipa::path(get, path = "/api/v1/audit/count", operation_id = "countAudit", tag = "audit",
    params(FindAudit, TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive, PermissionDenied]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: UnderAuthority, query: Query<FindAudit>) -> Answer {
    let count = api.audit.count(&caller, query.0).await?;
    Ok(counted(count))
}
