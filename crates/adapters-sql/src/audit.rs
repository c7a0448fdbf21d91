//! The audit trail: written in the transaction of the change that it speaks of, and its port, which reads it.

use async_trait::async_trait;
use domain::access::AuditScope;
use domain::audit::{Actor, AuditEntry, AuditRecord, Fact, Facts};
use domain::ids::{ApiKeyId, AuditId, TenantId, UserId};
use domain::text::SearchText;
use ports::{AuditFilter, AuditQueries, Page, RepositoryError, Slice};
use serde_json::{Map, Value};
use thiserror::Error;

use crate::database::{Database, Transaction};
use crate::entities::audit::Model;
use crate::query::Query;
use crate::rows::corrupt;

const OPERATOR: &str = "operator";

/// What a stored entry may not be.
#[derive(Debug, Error)]
enum CorruptEntry {
    #[error("a user without a key, or a key without a user")]
    HalfAnActor,
    #[error("facts that are no object of simple values")]
    NoFacts,
}

#[async_trait]
impl AuditQueries for Database {
    async fn list(
        &self,
        scope: &AuditScope,
        filter: &AuditFilter,
        page: Page,
    ) -> Result<Slice<AuditRecord>, RepositoryError> {
        let query = filtered(
            "SELECT workspace_id, id, at, tenant_id, tenant_name, actor_id, actor_name, actor_key_id, action, \
             resource_kind, resource_id, resource_name, before, after FROM audit WHERE workspace_id = $1",
            scope,
            filter,
        );
        self.page_of(query, page, record).await
    }

    async fn count(&self, scope: &AuditScope, filter: &AuditFilter) -> Result<u64, RepositoryError> {
        let select = "SELECT COUNT(*) AS count FROM audit WHERE workspace_id = $1";
        self.count_of(filtered(select, scope, filter)).await
    }
}

/// The tenant of the scope and that of the filter are conditions of their own: where they differ, nothing is found.
///
/// SQLite compares instants as texts, which is their order in time: all are in UTC, and where one has no fraction of a
/// second, or a shorter one, its `+` comes before the other's `.` or digit.
///
/// One resource has few entries. `NOT` keeps SQLite from looking for them by time, and means nothing to PostgreSQL.
fn filtered(select: &str, scope: &AuditScope, filter: &AuditFilter) -> Query {
    let AuditFilter { action, resource_id, tenant_id, since, until } = filter;
    let (not_before, before) =
        if resource_id.is_some() { ("NOT at < ?", "NOT at >= ?") } else { ("at >= ?", "at < ?") };
    Query::new(select, [scope.workspace_id().as_uuid().into()])
        .and("tenant_id = ?", scope.tenant_id().map(TenantId::as_uuid))
        .and("tenant_id = ?", tenant_id.map(TenantId::as_uuid))
        .and("action = ?", action.as_ref().map(SearchText::as_str))
        .and("resource_id = ?", *resource_id)
        .and(not_before, *since)
        .and(before, *until)
}

impl Transaction {
    /// Appends the entry. Since every change has one, this is also where it is known what was changed.
    pub(crate) async fn append(&self, entry: AuditEntry) -> Result<(), RepositoryError> {
        self.note(entry.workspace_id, entry.resource_kind).await?;
        self.insert(row(entry)).await
    }
}

fn row(entry: AuditEntry) -> Model {
    let AuditEntry {
        id,
        workspace_id,
        tenant_id,
        tenant_name,
        at,
        actor,
        action,
        resource_kind,
        resource_id,
        resource_name,
        before,
        after,
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
        actor_id,
        actor_name,
        actor_key_id,
        action: action.to_owned(),
        resource_kind: resource_kind.as_str().to_owned(),
        resource_id,
        resource_name,
        before: json(before),
        after: json(after),
    }
}

fn json(facts: Facts) -> Value {
    let values = facts.into_iter().map(|(name, fact)| {
        let value = match fact {
            Fact::Null => Value::Null,
            Fact::Bool(value) => value.into(),
            Fact::Integer(value) => value.into(),
            Fact::Text(value) => value.into(),
        };
        (name.to_owned(), value)
    });
    Value::Object(values.collect::<Map<_, _>>())
}

fn record(row: Model) -> Result<AuditRecord, RepositoryError> {
    const WHAT: &str = "audit entry";
    let Model {
        workspace_id: _,
        id,
        at,
        tenant_id,
        tenant_name,
        actor_id,
        actor_name,
        actor_key_id,
        action,
        resource_kind,
        resource_id,
        resource_name,
        before,
        after,
    } = row;
    let actor = match (actor_id, actor_key_id) {
        (Some(id), Some(api_key)) => {
            Actor::ApiUser { id: UserId::new(id), name: actor_name, api_key: ApiKeyId::new(api_key) }
        }
        (None, None) => Actor::Operator,
        _ => return Err(corrupt(WHAT, CorruptEntry::HalfAnActor)),
    };
    let facts = |json| facts(json).map_err(|error| corrupt(WHAT, error));
    Ok(AuditRecord {
        id: AuditId::new(id),
        tenant_id: TenantId::new(tenant_id),
        tenant_name,
        at,
        actor,
        action,
        resource_kind,
        resource_id,
        resource_name,
        before: facts(before)?,
        after: facts(after)?,
    })
}

/// By name: the engines do not keep another order.
fn facts(json: Value) -> Result<Vec<(String, Fact)>, CorruptEntry> {
    let Value::Object(values) = json else { return Err(CorruptEntry::NoFacts) };
    let mut facts = values
        .into_iter()
        .map(|(name, value)| {
            let fact = match value {
                Value::Null => Fact::Null,
                Value::Bool(value) => Fact::Bool(value),
                Value::Number(value) => Fact::Integer(value.as_i64().ok_or(CorruptEntry::NoFacts)?),
                Value::String(value) => Fact::Text(value),
                Value::Array(_) | Value::Object(_) => return Err(CorruptEntry::NoFacts),
            };
            Ok((name, fact))
        })
        .collect::<Result<Vec<_>, CorruptEntry>>()?;
    facts.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(facts)
}
