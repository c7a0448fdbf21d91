//! The audit trail, written in the transaction of the audited change, and its port, which reads it.

use async_trait::async_trait;
use domain::access::AuditScope;
use domain::audit::{Actor, AuditEntry, AuditRecord};
use domain::ids::{ApiKeyId, AuditId, TenantId, UserId};
use domain::text::SearchText;
use ports::{AuditFilter, AuditQueries, Page, RepositoryError, Slice};
use sea_orm::Statement;
use thiserror::Error;

use crate::areas::facts::{fact_to_json, named, to_fact, to_object};
use crate::engine::credential_cache::affects_credentials;
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::query::{FILTERS, Query, limits, most};
use crate::engine::rows::corrupt;
use crate::engine::transaction::Transaction;
use crate::tables::audit::{Model, Row};

const OPERATOR: &str = "operator";

/// The ids of a page of the workspace's entries.
const PAGE: &str = "\
    SELECT entry.id FROM audit entry WHERE entry.workspace_id = $1{filters} ORDER BY entry.id LIMIT $2 OFFSET $3";

/// The ids of a tenant's entries.
const OF_TENANT: &str =
    "SELECT entry.id FROM audit entry WHERE entry.workspace_id = $1 AND entry.tenant_id = $2{filters}";

/// The ids of the entries of others that concern a tenant.
const OF_OTHERS: &str =
    "SELECT entry.id FROM audit entry WHERE entry.workspace_id = $1 AND entry.other_tenant_id = $2{filters}";

const COUNT: &str = "SELECT COUNT(*) AS count FROM audit entry WHERE entry.workspace_id = $1{filters}";
const COUNT_OF_TENANT: &str = "\
    SELECT COUNT(*) AS count \
    FROM (SELECT entry.id FROM audit entry WHERE entry.workspace_id = $1 AND entry.tenant_id = $2{filters} \
          UNION ALL \
          SELECT entry.id FROM audit entry WHERE entry.workspace_id = $1 AND entry.other_tenant_id = $2{filters}) found";

/// A defect of a stored entry.
#[derive(Debug, Error)]
#[error("a user without a key, or a key without a user")]
struct HalfAnActor;

#[async_trait]
impl AuditQueries for Database {
    async fn list(
        &self,
        scope: &AuditScope,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Slice<AuditRecord>, RepositoryError> {
        self.whole_page_of(listed(self.dialect(), scope, filter, page), page, to_record).await
    }

    async fn count(&self, scope: &AuditScope, filter: &AuditFilter) -> Result<u64, RepositoryError> {
        let workspace = scope.workspace_id().as_uuid().into();
        let query = match whose(scope, filter) {
            None => Query::new(COUNT, [workspace]),
            Some(tenant) => Query::new(COUNT_OF_TENANT, [workspace, tenant.as_uuid().into()]),
        };
        self.count_of(filtered(query, scope, filter)).await
    }
}

impl Database {
    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn audit_statement(&self, scope: &AuditScope, filter: &AuditFilter, page: Page) -> Statement {
        self.statement(listed(self.dialect(), scope, filter, page))
    }
}

/// Reads a page of a trail: only the entries on it in full.
fn listed(dialect: &dyn Dialect, scope: &AuditScope, filter: &AuditFilter, page: Page) -> Query {
    let of_page = |ids: &str| {
        let found = dialect.one_of("entry.id", ids);
        format!("SELECT {{columns}} FROM audit entry WHERE entry.workspace_id = $1 AND {found} ORDER BY entry.id")
    };
    let workspace = scope.workspace_id().as_uuid().into();
    let query = match whose(scope, filter) {
        None => Query::new(of_page(PAGE), [workspace]),
        Some(tenant) => {
            let [own, others] = [OF_TENANT, OF_OTHERS].map(|select| dialect.part_of_page(select, "entry.id"));
            let ids = format!("SELECT id FROM ({own} UNION ALL {others}) found ORDER BY id LIMIT $4 OFFSET $5");
            Query::new(of_page(&ids), [workspace, tenant.as_uuid().into(), most(page)])
        }
    };
    let query = query.bind(limits(page));
    filtered(query.fill("columns", Row::COLUMNS), scope, filter).after("entry.id > ?", page)
}

/// Returns the tenant whose trail is read; `None` for the whole workspace.
fn whose(scope: &AuditScope, filter: &AuditFilter) -> Option<TenantId> {
    scope.tenant_id().or(filter.tenant_id)
}

/// Adds the conditions of the filter.
///
/// SQLite compares instants as texts, which sorts them by time: all are in UTC, and if one has no fraction of a second,
/// or a shorter one, its `+` sorts before the other's `.` or digit.
///
/// A resource has few entries. `NOT` keeps SQLite from using the index by time for them; PostgreSQL plans both alike.
fn filtered(query: Query, scope: &AuditScope, filter: &AuditFilter) -> Query {
    let AuditFilter { action, resource_id, tenant_id, since, until } = filter;
    // In the trail of a tenant, a different tenant restricts the entries to those that concern both.
    let other = tenant_id.filter(|_| scope.tenant_id().is_some()).map(TenantId::as_uuid);
    let (not_before, before) = if resource_id.is_some() {
        ("NOT entry.at < ?", "NOT entry.at >= ?")
    } else {
        ("entry.at >= ?", "entry.at < ?")
    };
    query
        .fill(FILTERS, "")
        .and("(entry.tenant_id = ? OR entry.other_tenant_id = ?)", other)
        .and("entry.action = ?", action.as_ref().map(SearchText::as_str))
        .and("entry.resource_id = ?", *resource_id)
        .and(not_before, *since)
        .and(before, *until)
}

impl Transaction {
    /// Commits a change with its audit entry, or rolls back one that was refused.
    pub(crate) async fn end<T>(
        self,
        done: Result<T, RepositoryError>,
        entry: AuditEntry,
    ) -> Result<T, RepositoryError> {
        let done = match done {
            Ok(done) => self.append(entry).await.map(|()| done),
            refused => refused,
        };
        self.end_unaudited(done).await
    }

    /// Appends a further entry, and the event that the change leaves. Since every change has an entry, this also notes the
    /// change for the credential cache.
    pub(crate) async fn append(&self, mut entry: AuditEntry) -> Result<(), RepositoryError> {
        if affects_credentials(entry.resource_kind, entry.action) {
            self.note_access_change(entry.workspace_id).await?;
        }
        let (workspace, id, event) = (entry.workspace_id, entry.id, entry.event.take());
        self.insert(to_row(entry)).await?;
        match event {
            Some(event) => self.append_event(workspace, id, event).await,
            None => Ok(()),
        }
    }
}

fn to_row(entry: AuditEntry) -> Model {
    let AuditEntry {
        id,
        workspace_id,
        tenant_id,
        tenant_name,
        other_tenant_id,
        at,
        actor,
        action,
        resource_kind,
        resource_id,
        resource_name,
        before,
        after,
        event: _,
    } = entry;
    let (actor_id, actor_name, actor_key_id) = match actor {
        Actor::ApiUser { id, name, api_key } => (Some(id.as_uuid()), name, Some(api_key.as_uuid())),
        Actor::Operator => (None, OPERATOR.to_owned(), None),
    };
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        at,
        tenant_id: tenant_id.as_uuid(),
        tenant_name,
        other_tenant_id: other_tenant_id.map(TenantId::as_uuid),
        actor_id,
        actor_name,
        actor_key_id,
        action: action.to_owned(),
        resource_kind: resource_kind.as_str().to_owned(),
        resource_id,
        resource_name,
        before: to_object(before, fact_to_json),
        after: to_object(after, fact_to_json),
    }
}

pub(crate) fn to_record(row: Row) -> Result<AuditRecord, RepositoryError> {
    const WHAT: &str = "audit entry";
    let actor = match (row.actor_id, row.actor_key_id) {
        (Some(id), Some(api_key)) => {
            Actor::ApiUser { id: UserId::new(id), name: row.actor_name, api_key: ApiKeyId::new(api_key) }
        }
        (None, None) => Actor::Operator,
        _ => return Err(corrupt(WHAT, HalfAnActor)),
    };
    let facts = |json| named(json, to_fact).map_err(|error| corrupt(WHAT, error));
    Ok(AuditRecord {
        id: AuditId::new(row.id),
        tenant_id: TenantId::new(row.tenant_id),
        tenant_name: row.tenant_name,
        other_tenant_id: row.other_tenant_id.map(TenantId::new),
        at: row.at,
        actor: Some(actor),
        action: row.action,
        resource_kind: row.resource_kind,
        resource_id: row.resource_id,
        resource_name: row.resource_name,
        before: facts(row.before)?,
        after: facts(row.after)?,
    })
}
