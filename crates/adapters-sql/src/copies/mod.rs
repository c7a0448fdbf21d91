//! Copies of a workspace, or of what belongs to one of its tenants, into another database of either engine.
//!
//! A copy has the rows of the tables with their ids. What a database makes of rows by itself is made again: indexes, generated
//! columns, and numbers that it draws.

mod columns;
mod error;
mod rows;
mod rules;

use domain::access::OperatorScope;
use domain::ids::{TenantId, WorkspaceId};
use domain::operators::OperatorEntry;
use domain::workspaces::WorkspaceStatus;
use sea_orm::FromQueryResult;
use uuid::Uuid;

pub use self::error::CopyError;
use self::error::failed;
use self::rows::{Copy, WORKSPACES};
use self::rules::RULES;
use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::readiness::SCHEMA_VERSION;
use crate::engine::transaction::Transaction;

#[derive(FromQueryResult)]
struct WorkspaceRow {
    id: Uuid,
}

/// The entry of a copy, for the trail of operators of one of its databases.
#[derive(Debug, Clone)]
pub enum CopyEntry {
    /// The entry of an export.
    InSource(OperatorEntry),
    /// The entry of an import.
    InTarget(OperatorEntry),
}

impl Database {
    /// Copies a workspace, or what belongs to one of its tenants, into another database: all of it as it was at one moment, or
    /// nothing. Returns the number of rows. Calls `progress` with a table, and the number of its rows so far. No copy is
    /// without its entry.
    pub async fn copy_to(
        &self,
        _: &OperatorScope,
        target: &Self,
        (workspace_id, tenant_id): (WorkspaceId, Option<TenantId>),
        entry: CopyEntry,
        progress: &(dyn Fn(&'static str, u64) + Send + Sync),
    ) -> Result<u64, CopyError> {
        let source = self.begin_reading(workspace_id).await.map_err(failed("the source cannot be read"))?;
        let target = target.begin_writing_much(workspace_id).await.map_err(failed("the target cannot be written"))?;
        let copied = copy(Copy { source: &source, target: &target, workspace_id, tenant_id, progress }).await;
        let read = source.rollback().await;
        let ended = match (&copied, entry) {
            (Ok(_), CopyEntry::InTarget(entry)) => target.end_for_operators(Ok(()), entry).await,
            (Ok(_), CopyEntry::InSource(entry)) => match self.append_for_operators(entry).await {
                Ok(()) => target.end_unaudited(Ok(())).await,
                Err(error) => {
                    target.rollback().await.map_err(failed("the copy cannot be undone"))?;
                    return Err(failed("the trail of operators cannot be written")(error));
                }
            },
            (Err(_), _) => target.rollback().await,
        };
        let rows = copied?;
        ended.and(read).map_err(failed("the copy cannot be committed"))?;
        Ok(rows)
    }

    /// Returns the one workspace of a database.
    pub async fn only_workspace(&self, _: &OperatorScope) -> Result<WorkspaceId, CopyError> {
        let query = Query::new("SELECT workspace.id FROM workspaces workspace LIMIT 2", []).for_service();
        let found = self.rows::<WorkspaceRow>(query).await.map_err(failed("the workspaces cannot be read"))?;
        match found[..] {
            [] => Err(CopyError::Empty),
            [WorkspaceRow { id }] => Ok(WorkspaceId::new(id)),
            _ => Err(CopyError::NotOne),
        }
    }
}

async fn copy(copy: Copy<'_>) -> Result<u64, CopyError> {
    expect_schema("the source", copy.source).await?;
    expect_schema("the target", copy.target).await?;
    expect_whole(&copy).await?;
    let mut all = 0;
    for rule in &RULES {
        let rows = copy.table(rule).await?;
        match (rule.table, rows, copy.tenant_id) {
            (WORKSPACES, 0, _) => return Err(CopyError::NoWorkspace(copy.workspace_id)),
            ("tenants", 0, Some(tenant_id)) => return Err(CopyError::NoTenant(tenant_id)),
            _ => all += rows,
        }
    }
    Ok(all)
}

/// Checks that the workspace is not being erased.
async fn expect_whole(copy: &Copy<'_>) -> Result<(), CopyError> {
    let erasing = "SELECT 1 FROM workspaces workspace WHERE workspace.id = $1 AND workspace.status = $2";
    let values = [copy.workspace_id.as_uuid().into(), WorkspaceStatus::Erasing.as_str().into()];
    let is_erasing = copy.source.has_row(Query::new(erasing, values)).await;
    if is_erasing.map_err(failed("the workspace cannot be read"))? {
        return Err(CopyError::Erasing(copy.workspace_id));
    }
    Ok(())
}

/// Checks that a database has the tables that this program knows.
async fn expect_schema(place: &'static str, transaction: &Transaction) -> Result<(), CopyError> {
    let found = transaction.one(Query::new(SCHEMA_VERSION, []), "version").await;
    let found = found.map_err(failed(format!("the schema of {place} cannot be read")))?.unwrap_or_default();
    let needed = transaction.dialect().schema_version();
    if found == needed { Ok(()) } else { Err(CopyError::Schema { place, found, needed }) }
}
