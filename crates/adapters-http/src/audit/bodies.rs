//! What is read about the audit trail.

use application::FindAudit;
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
    /// The tenant in whose trail the entry stands.
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
