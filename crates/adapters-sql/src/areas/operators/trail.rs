//! The trail of operators: their entries, written in the transaction of the change.

use std::borrow::Cow;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::OperatorScope;
use domain::audit::AuditEntry;
use domain::idempotency::IdempotencyKey;
use domain::ids::{AuditId, OperatorKeyId, WorkspaceId};
use domain::operators::{Operator, OperatorEntry, OperatorRecord};
use domain::text::SearchText;
use ports::{OperatorEntryFilter, OperatorTrail, Page, RepositoryError, Slice};

use super::records;
use crate::engine::database::Database;
use crate::engine::query::{FILTERS, Query};
use crate::engine::reach::Reach;
use crate::engine::transaction::Transaction;
use crate::tables::operator_audit::{Model, Row};

const SELECT: &str = "SELECT {columns} FROM operator_audit entry WHERE 1 = 1{filters}";

#[async_trait]
impl OperatorTrail for Database {
    async fn list(
        &self,
        _: &OperatorScope,
        filter: &OperatorEntryFilter,
        page: Page,
    ) -> Result<Slice<OperatorEntry>, RepositoryError> {
        self.page_of(selected(Row::COLUMNS, filter), page, |row| Ok(to_entry(row))).await
    }

    async fn count(&self, _: &OperatorScope, filter: &OperatorEntryFilter) -> Result<u64, RepositoryError> {
        self.count_of(selected("COUNT(*) AS count", filter)).await
    }

    async fn record(
        &self,
        scope: &OperatorScope,
        key: &IdempotencyKey,
    ) -> Result<Option<OperatorRecord>, RepositoryError> {
        let Some(operator) = scope.operator().key() else { return Ok(None) };
        self.row(records::find(operator, key)).await?.map(records::to_record).transpose()
    }

    async fn forget(&self, _: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError> {
        self.delete(records::forget(before, most)).await
    }
}

fn selected(columns: &'static str, filter: &OperatorEntryFilter) -> Query {
    let OperatorEntryFilter { action, workspace_id } = filter;
    Query::new(SELECT, [])
        .fill("columns", columns)
        .fill(FILTERS, "")
        .keyed("entry.id")
        .and("entry.workspace_id = ?", workspace_id.map(WorkspaceId::as_uuid))
        .and("entry.action = ?", action.as_ref().map(SearchText::as_str))
}

impl Database {
    /// Appends an entry to the trail of operators.
    pub(crate) async fn append_for_operators(&self, entry: OperatorEntry) -> Result<(), RepositoryError> {
        self.begin_writing(Reach::NOTHING).await?.end_for_operators(Ok(()), entry).await
    }
}

impl Transaction {
    /// Commits an operator's change in a workspace with its entries in the trail of the workspace and in that of operators,
    /// or rolls back one that was refused.
    pub(crate) async fn end_operated<T>(
        self,
        scope: &OperatorScope,
        done: Result<T, RepositoryError>,
        audit: AuditEntry,
    ) -> Result<T, RepositoryError> {
        let done = self.append_for_operators(done, OperatorEntry::of_change(scope, &audit)).await;
        self.end(done, audit).await
    }

    /// Commits an operator's change with its entry in the trail of operators alone, or rolls back one that was refused.
    pub(crate) async fn end_for_operators<T>(
        self,
        done: Result<T, RepositoryError>,
        entry: OperatorEntry,
    ) -> Result<T, RepositoryError> {
        let done = self.append_for_operators(done, entry).await;
        self.end_unaudited(done).await
    }

    /// Appends an entry to the trail of operators, unless the change was refused.
    pub(super) async fn append_for_operators<T>(
        &self,
        done: Result<T, RepositoryError>,
        entry: OperatorEntry,
    ) -> Result<T, RepositoryError> {
        let done = done?;
        self.insert(to_row(entry)).await?;
        Ok(done)
    }
}

fn to_row(entry: OperatorEntry) -> Model {
    let OperatorEntry { id, at, operator, action, workspace_id, resource_id } = entry;
    Model {
        id: id.as_uuid(),
        at,
        operator_key_id: operator.key().map(OperatorKeyId::as_uuid),
        operator_name: operator.name().to_owned(),
        action: action.into_owned(),
        workspace_id: workspace_id.map(WorkspaceId::as_uuid),
        resource_id,
    }
}

fn to_entry(row: Row) -> OperatorEntry {
    let Row { id, at, operator_key_id, operator_name, action, workspace_id, resource_id } = row;
    OperatorEntry {
        id: AuditId::new(id),
        at,
        operator: Operator::from_parts(operator_key_id.map(OperatorKeyId::new), operator_name),
        action: Cow::Owned(action),
        workspace_id: workspace_id.map(WorkspaceId::new),
        resource_id,
    }
}
