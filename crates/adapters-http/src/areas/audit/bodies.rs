//! Queries of the audit trail.

use application::FindAudit;
use serde::Deserialize;
use utoipa::IntoParams;

/// The filter of entries.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AuditQuery {
    /// The action, as a whole word.
    #[param(example = "tenant.create")]
    action: Option<String>,
    /// The resource that was changed.
    #[serde(rename = "resourceID")]
    #[param(value_type = Option<uuid::Uuid>)]
    resource_id: Option<String>,
    /// The tenant whose trail contains the entry.
    #[serde(rename = "tenantID")]
    #[param(value_type = Option<uuid::Uuid>)]
    tenant_id: Option<String>,
    /// The first instant of the period: RFC 3339, with any offset.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    since: Option<String>,
    /// The first instant after the period: RFC 3339, with any offset.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    until: Option<String>,
}

impl From<AuditQuery> for FindAudit {
    fn from(AuditQuery { action, resource_id, tenant_id, since, until }: AuditQuery) -> Self {
        Self { action, resource_id, tenant_id, since, until }
    }
}
