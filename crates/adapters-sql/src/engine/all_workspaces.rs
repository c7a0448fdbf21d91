//! Work of operators in all workspaces.
//!
//! A distributed database answers a statement over all workspaces only while all of its machines respond. While one does not, the
//! workspaces on the others are found and worked in one by one.

use std::future::Future;

use chrono::{DateTime, Utc};
use ports::RepositoryError;
use sea_orm::FromQueryResult;
use uuid::Uuid;

use crate::engine::database::Database;
use crate::engine::query::Query;

const ANY: &str = "SELECT 1 FROM workspaces LIMIT 1";

/// The id of a workspace.
#[derive(FromQueryResult)]
pub(crate) struct WorkspaceRow {
    pub(crate) workspace_id: Uuid,
}

impl Database {
    /// Runs a SELECT over all workspaces or, while a machine does not respond, over each one that can be reached. `query` returns
    /// the SELECT over all workspaces or one.
    pub(crate) async fn rows_of_all<R: FromQueryResult + Send>(
        &self,
        query: impl Fn(Option<Uuid>) -> Query + Send + Sync,
    ) -> Result<Vec<R>, RepositoryError> {
        let all = self.rows(query(None).for_service()).await;
        if !matches!(all, Err(RepositoryError::Unavailable(_))) {
            return all;
        }
        let Some(reachable) = self.reachable_workspaces().await else { return all };
        let mut rows = vec![];
        for workspace in reachable {
            // Its machine may have stopped responding by now.
            rows.extend(self.rows(query(Some(workspace)).for_service()).await.unwrap_or_default());
        }
        Ok(rows)
    }

    /// Returns the workspaces that a SELECT over all of them, or over one, finds.
    pub(crate) async fn workspaces_with(
        &self,
        query: impl Fn(Option<Uuid>) -> Query + Send + Sync,
    ) -> Result<Vec<Uuid>, RepositoryError> {
        let rows = self.rows_of_all(query).await?;
        Ok(rows.into_iter().map(|WorkspaceRow { workspace_id }| workspace_id).collect())
    }

    /// Runs a step in each of the workspaces until `most` rows are written; the step gets the number that is left. An error does
    /// not keep the step from the other workspaces; the last one is returned.
    pub(crate) async fn in_each<F>(
        &self,
        workspaces: Vec<Uuid>,
        most: u32,
        step: impl Fn(Uuid, u32) -> F + Send + Sync,
    ) -> Result<u64, RepositoryError>
    where
        F: Future<Output = Result<u64, RepositoryError>> + Send,
    {
        let (mut written, mut failed) = (0, None);
        for workspace in workspaces {
            let left = most.saturating_sub(u32::try_from(written).unwrap_or(u32::MAX));
            if left == 0 {
                break;
            }
            match step(workspace, left).await {
                Ok(more) => written += more,
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(written), Err)
    }

    /// Deletes at most `most` rows from before an instant, in a transaction for each workspace that `find` finds: its `$1` is the
    /// instant. `$1` to `$3` of the DELETE are the workspace, the instant and the number.
    pub(crate) async fn delete_of_all_before(
        &self,
        find: &'static str,
        delete: &'static str,
        before: DateTime<Utc>,
        most: u32,
    ) -> Result<u64, RepositoryError> {
        let find = |workspace| Query::new(find, [before.into()]).and("workspace.id = ?", workspace);
        let workspaces = self.workspaces_with(find).await?;
        let step = |workspace: Uuid, left: u32| self.delete(delete_before(delete, workspace, before, left));
        self.in_each(workspaces, most, step).await
    }

    /// Runs a DELETE in its own transaction and returns the number of deleted rows.
    pub(crate) async fn delete(&self, delete: Query) -> Result<u64, RepositoryError> {
        let transaction = self.begin_writing_much(delete.reach()).await?;
        let deleted = transaction.execute(delete).await;
        transaction.end_unaudited(deleted.map(|deleted| deleted.rows_affected())).await
    }

    /// Whether there is a workspace.
    pub(crate) async fn has_workspace(&self) -> Result<bool, RepositoryError> {
        match self.first(Query::new(ANY, []).for_service()).await {
            Err(error @ RepositoryError::Unavailable(_)) => match self.reachable_workspaces().await {
                Some(reachable) if !reachable.is_empty() => Ok(true),
                _ => Err(error),
            },
            found => Ok(found?.is_some()),
        }
    }

    /// Whether the workspaces may be on several machines.
    pub(crate) fn is_distributed(&self) -> bool {
        self.dialect().reachable_workspaces().is_some()
    }

    /// Returns the workspaces on the machines that respond; `None` if the database is on one machine, or not reached at all.
    async fn reachable_workspaces(&self) -> Option<Vec<Uuid>> {
        let rows = self.rows(Query::new(self.dialect().reachable_workspaces()?, [])).await.ok()?;
        Some(rows.into_iter().map(|WorkspaceRow { workspace_id }| workspace_id).collect())
    }
}

/// Returns a DELETE of at most `most` rows of a workspace from before an instant.
pub(crate) fn delete_before(delete: &'static str, workspace: Uuid, before: DateTime<Utc>, most: u32) -> Query {
    Query::new(delete, [workspace.into(), before.into(), i64::from(most).into()])
}
