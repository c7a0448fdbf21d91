//! What is read about the audit trail.

use application::{FindAudit, List, Paging};
use serde::Deserialize;
use utoipa::IntoParams;

/// Which entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// What was done, the whole word.
    #[param(example = "tenant.create")]
    action: Option<String>,
    /// The thing that was changed.
    #[serde(rename = "resourceID")]
    #[param(value_type = Option<uuid::Uuid>)]
    resource_id: Option<String>,
    /// The tenant whose data changed.
    #[serde(rename = "tenantID")]
    #[param(value_type = Option<uuid::Uuid>)]
    tenant_id: Option<String>,
    /// Not before this instant: RFC 3339, with any offset.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    since: Option<String>,
    /// Before this instant: RFC 3339, with any offset.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    until: Option<String>,
}

impl From<AuditQuery> for FindAudit {
    fn from(AuditQuery { action, resource_id, tenant_id, since, until }: AuditQuery) -> Self {
        Self { action, resource_id, tenant_id, since, until }
    }
}

/// Which entries, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditListQuery {
    /// What was done, the whole word.
    #[param(example = "tenant.create")]
    action: Option<String>,
    /// The thing that was changed.
    #[serde(rename = "resourceID")]
    #[param(value_type = Option<uuid::Uuid>)]
    resource_id: Option<String>,
    /// The tenant whose data changed.
    #[serde(rename = "tenantID")]
    #[param(value_type = Option<uuid::Uuid>)]
    tenant_id: Option<String>,
    /// Not before this instant: RFC 3339, with any offset.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    since: Option<String>,
    /// Before this instant: RFC 3339, with any offset.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    until: Option<String>,
    /// The number of the page, from 1.
    #[param(minimum = 1)]
    page: Option<i64>,
    /// At most how many items (default 10).
    #[param(minimum = 1, maximum = 100)]
    per_page: Option<i64>,
    /// `per_page` by another name.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// Instead of `page`: the id behind which the page starts.
    #[param(value_type = Option<uuid::Uuid>)]
    after: Option<String>,
}

impl From<AuditListQuery> for List<FindAudit> {
    fn from(query: AuditListQuery) -> Self {
        let AuditListQuery { action, resource_id, tenant_id, since, until, page, per_page, limit, after } = query;
        Self {
            filter: FindAudit { action, resource_id, tenant_id, since, until },
            paging: Paging { page, per_page, limit, after },
        }
    }
}
