//! The deletion of workspaces: table by table, children first, in transactions of bounded size.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::OperatorScope;
use domain::ids::{AuditId, OperatorKeyId, WorkspaceId};
use domain::operators::{Operator, OperatorEntry};
use domain::workspaces::Erasure;
use ports::{ErasureStep, Erasures, RepositoryError};
use sea_orm::Statement;

use crate::engine::all_workspaces::WorkspaceRow;
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;
use crate::tables::TABLES;
use crate::tables::erasures::{Model, Row};

/// The erasures that go on. An operator's statement.
const PENDING: &str = "\
    SELECT erasure.workspace_id FROM erasures erasure WHERE erasure.erased_at IS NULL ORDER BY erasure.requested_at";
const SELECT: &str = "SELECT {columns} FROM erasures erasure WHERE erasure.workspace_id = $1";
const COUNT: &str = "UPDATE erasures SET erased_rows = erased_rows + $2 WHERE workspace_id = $1";
const END: &str = "UPDATE erasures SET erased_rows = erased_rows + 1, erased_at = $2 WHERE workspace_id = $1";

#[async_trait]
impl Erasures for Database {
    async fn pending(&self, _: &OperatorScope) -> Result<Vec<WorkspaceId>, RepositoryError> {
        let rows = self.rows(Query::new(PENDING, [])).await?;
        Ok(rows.into_iter().map(|WorkspaceRow { workspace_id }| WorkspaceId::new(workspace_id)).collect())
    }

    async fn step(
        &self,
        _: &OperatorScope,
        id: WorkspaceId,
        stamp: (AuditId, DateTime<Utc>),
        empty: usize,
        most: u32,
    ) -> Result<(ErasureStep, Duration), RepositoryError> {
        let transaction = self.begin_writing_much(id).await?;
        let began = Instant::now();
        let done = transaction.erase(id, stamp, empty, most.into()).await;
        Ok((transaction.end_unaudited(done).await?, began.elapsed()))
    }
}

impl Database {
    /// Returns the statement with which a step of an erasure begins, for tests.
    #[doc(hidden)]
    pub fn erasing_setting(&self) -> Option<&'static str> {
        self.dialect().find_by_indexes()
    }

    /// Returns the statements of a step of an erasure, with their tables, for tests.
    #[doc(hidden)]
    pub fn erasing_statements(&self, id: WorkspaceId) -> impl Iterator<Item = (&'static str, Statement)> {
        children_first().map(move |table| (table, self.statement(delete_some(self.dialect(), table, id, 100))))
    }
}

/// The tables of a workspace, without its own row, children first.
fn children_first() -> impl Iterator<Item = &'static str> {
    TABLES.into_iter().skip(1).rev()
}

impl Transaction {
    async fn erase(
        &self,
        id: WorkspaceId,
        stamp: (AuditId, DateTime<Utc>),
        empty: usize,
        most: u64,
    ) -> Result<ErasureStep, RepositoryError> {
        // The lock lets one server at a time delete.
        let lock = find(id).push(" AND erasure.erased_at IS NULL").push(self.dialect().for_update_of_unlocked());
        let Some(erasure) = self.row::<Row>(lock).await? else { return Ok(ErasureStep::Elsewhere) };
        // A scan of a table would pass over all that was deleted before.
        if let Some(setting) = self.dialect().find_by_indexes() {
            self.execute(Query::new(setting, [])).await?;
        }
        let (mut rows, mut passed) = (0, empty);
        for table in children_first().skip(empty) {
            rows += self.execute(delete_some(self.dialect(), table, id, most - rows)).await?.rows_affected();
            if rows >= most {
                break;
            }
            passed += 1;
        }
        if rows == 0 {
            return self.end_erasure(to_erasure(erasure), stamp).await;
        }
        self.execute(Query::new(COUNT, [id.as_uuid().into(), rows.cast_signed().into()])).await?;
        Ok(ErasureStep::Deleted { rows, empty: passed })
    }

    /// Deletes the workspace itself, unless a request that was in flight has written since the tables were empty. The lock
    /// waits for the last of them: each refers to the workspace or to a row that is gone.
    async fn end_erasure(
        &self,
        erasure: Erasure,
        (entry, at): (AuditId, DateTime<Utc>),
    ) -> Result<ErasureStep, RepositoryError> {
        let id = erasure.workspace_id;
        let named = || [id.as_uuid().into()];
        let lock = Query::new("SELECT 1 FROM workspaces WHERE id = $1", named()).push(self.dialect().for_update());
        self.has_row(lock).await?;
        for table in children_first() {
            let left = format!("SELECT 1 FROM {table} WHERE workspace_id = $1 LIMIT 1");
            if self.has_row(Query::new(left, named())).await? {
                return Ok(ErasureStep::Deleted { rows: 0, empty: 0 });
            }
        }
        self.execute(Query::new("DELETE FROM workspaces WHERE id = $1", named())).await?;
        self.execute(Query::new(END, [id.as_uuid().into(), at.into()])).await?;
        let entry = OperatorEntry {
            id: entry,
            at,
            operator: erasure.operator,
            action: Cow::Borrowed("workspace.erased"),
            workspace_id: Some(id),
            resource_id: id.as_uuid(),
        };
        self.append_for_operators(Ok(ErasureStep::Done), entry).await
    }
}

fn delete_some(dialect: &dyn Dialect, table: &str, id: WorkspaceId, most: u64) -> Query {
    Query::new(dialect.delete_some(table), [id.as_uuid().into(), most.cast_signed().into()])
}

pub(super) fn find(id: WorkspaceId) -> Query {
    Query::new(SELECT, [id.as_uuid().into()]).fill("columns", Row::COLUMNS)
}

/// Deletes an erasure that has ended.
pub(super) fn forget(id: WorkspaceId) -> Query {
    Query::new("DELETE FROM erasures WHERE workspace_id = $1 AND erased_at IS NOT NULL", [id.as_uuid().into()])
}

pub(super) fn to_row(erasure: Erasure) -> Model {
    let Erasure { workspace_id, requested_at, operator, erased_rows, erased_at } = erasure;
    Model {
        workspace_id: workspace_id.as_uuid(),
        requested_at,
        operator_key_id: operator.key().map(OperatorKeyId::as_uuid),
        operator_name: operator.name().to_owned(),
        erased_rows: erased_rows.cast_signed(),
        erased_at,
    }
}

pub(super) fn to_erasure(row: Row) -> Erasure {
    let Row { workspace_id, requested_at, operator_key_id, operator_name, erased_rows, erased_at } = row;
    Erasure {
        workspace_id: WorkspaceId::new(workspace_id),
        requested_at,
        operator: Operator::from_parts(operator_key_id.map(OperatorKeyId::new), operator_name),
        erased_rows: erased_rows.unsigned_abs(),
        erased_at,
    }
}
