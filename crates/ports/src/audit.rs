//! The ports to read the audit trail. Entries are written with the [`Change`](domain::change::Change) of any other
//! port.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::AuditScope;
use domain::audit::AuditRecord;
use domain::ids::TenantId;
use domain::text::SearchText;
use uuid::Uuid;

use crate::{Page, RepositoryError, Slice};

/// A filter of entries. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// The whole action.
    pub action: Option<SearchText>,
    /// The changed resource.
    pub resource_id: Option<Uuid>,
    /// The tenant whose trail has the entry. Another tenant than the scope's selects the entries that both trails have.
    pub tenant_id: Option<TenantId>,
    /// The first time, in whole milliseconds.
    pub since: Option<DateTime<Utc>>,
    /// The end of the time span, exclusive, in whole milliseconds.
    pub until: Option<DateTime<Utc>>,
}

/// Lists and counts of the entries of one audit trail.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait AuditQueries: Send + Sync {
    /// Lists the entries that match, by id.
    async fn list(
        &self,
        scope: &AuditScope,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Slice<AuditRecord>, RepositoryError>;

    /// Counts the entries that match.
    async fn count(&self, scope: &AuditScope, filter: &AuditFilter) -> Result<u64, RepositoryError>;
}
