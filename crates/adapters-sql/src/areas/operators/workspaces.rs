//! The workspaces as operators see them. Statements of lists are an operator's: they read all workspaces.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, Permission, TenantStanding};
use domain::change::Change;
use domain::ids::{UserId, WorkspaceId};
use domain::operators::OperatorEntry;
use domain::text::{SearchText, fold};
use domain::users::{Role, UserStatus};
use domain::workspaces::{Erasure, Usage, Workspace, WorkspaceStatus};
use ports::{OperatedWorkspaces, Page, RepositoryError, Slice, WorkspaceFilter};
use uuid::Uuid;

use super::erasures::{self, to_erasure};
use crate::access::credentials::{StandingRow, to_standing};
use crate::areas::workspaces::{to_row, to_workspace};
use crate::engine::database::Database;
use crate::engine::query::{FILTERS, Query};
use crate::engine::text_search::escaped_for_like;
use crate::engine::transaction::Transaction;
use crate::tables::workspaces::Row;

const LIST: &str = "SELECT {columns} FROM workspaces workspace WHERE 1 = 1{filters}";
/// A part of the name, which one that is being erased shows no more.
const NAMED: &str =
    r"workspace.status <> 'ERASING' AND COALESCE(workspace.name_folded, LOWER(workspace.name)) LIKE ? ESCAPE '\'";
const FIND: &str = "SELECT {columns} FROM workspaces workspace WHERE workspace.id = $1";
const DEFAULT_TENANT: &str = "\
    SELECT tenant.id, tenant.name, tenant.is_default, tenant.status FROM tenants tenant \
    WHERE tenant.workspace_id = $1 AND tenant.is_default = $2";
/// The oldest user who may have a key that permits everything, at home in the default tenant.
const ADMINISTRATOR: &str = "\
    SELECT api_user.id FROM users api_user \
    JOIN tenants home ON home.workspace_id = $1 AND home.id = api_user.home_tenant_id \
    WHERE api_user.workspace_id = $1 AND home.is_default = $2 AND api_user.status = $3 \
    AND api_user.role IN ";

#[async_trait]
impl OperatedWorkspaces for Database {
    async fn list(
        &self,
        _: &OperatorScope,
        filter: &WorkspaceFilter,
        page: Page,
    ) -> Result<Slice<Workspace>, RepositoryError> {
        self.page_of(selected(Row::COLUMNS, filter), page, |row| to_workspace(&row)).await
    }

    async fn count(&self, _: &OperatorScope, filter: &WorkspaceFilter) -> Result<u64, RepositoryError> {
        self.count_of(selected("COUNT(*) AS count", filter)).await
    }

    async fn find(
        &self,
        _: &OperatorScope,
        id: WorkspaceId,
    ) -> Result<Option<(Workspace, TenantStanding)>, RepositoryError> {
        let workspace = Query::new(FIND, [id.as_uuid().into()]).fill("columns", Row::COLUMNS);
        let Some(row) = self.row::<Row>(workspace).await? else { return Ok(None) };
        let tenant = Query::new(DEFAULT_TENANT, [id.as_uuid().into(), true.into()]);
        // While it is erased, its tenants go before it.
        let Some(tenant) = self.row::<StandingRow>(tenant).await? else { return Ok(None) };
        Ok(Some((to_workspace(&row)?, to_standing(tenant)?)))
    }

    async fn erasure(&self, _: &OperatorScope, id: WorkspaceId) -> Result<Option<Erasure>, RepositoryError> {
        Ok(self.row(erasures::find(id)).await?.map(to_erasure))
    }

    async fn usage(&self, _: &OperatorScope, id: WorkspaceId, since: DateTime<Utc>) -> Result<Usage, RepositoryError> {
        let transaction = self.begin_reading(id).await?;
        let done = transaction.usage(id.as_uuid(), since).await;
        transaction.end_unaudited(done).await
    }

    async fn administrator(&self, _: &OperatorScope, id: WorkspaceId) -> Result<Option<UserId>, RepositoryError> {
        let roles = Role::ALL.into_iter().filter(|role| role.most() == Permission::Admin).map(Role::as_str);
        let values = [id.as_uuid().into(), true.into(), UserStatus::Active.as_i16().into()];
        let query = Query::new(ADMINISTRATOR, values).push_list(roles).push(" ORDER BY api_user.id LIMIT 1");
        let row = self.first(query).await?;
        let id = row.map(|row| row.try_get("", "id")).transpose().map_err(|error| self.error(error))?;
        Ok(id.map(UserId::new))
    }

    async fn change(&self, scope: &OperatorScope, change: Change<Workspace>) -> Result<Workspace, RepositoryError> {
        let Change { after: workspace, audit, idempotency_record } = change;
        let transaction = self.begin(workspace.id(), idempotency_record).await?;
        let done = transaction.replace(to_row(workspace.clone()), None).await;
        transaction.end_operated(scope, done.map(|()| workspace), audit).await
    }

    async fn erase(&self, scope: &OperatorScope, change: Change<Workspace>) -> Result<Erasure, RepositoryError> {
        // The trail of the workspace goes with it, so it gets no entry.
        let Change { after: workspace, audit, idempotency_record } = change;
        let erasure = Erasure {
            workspace_id: workspace.id(),
            requested_at: audit.at,
            operator: scope.operator().clone(),
            erased_rows: 0,
            erased_at: None,
        };
        let transaction = self.begin(workspace.id(), idempotency_record).await?;
        let done = async {
            transaction.replace(to_row(workspace), None).await?;
            // A workspace that was erased may have been imported again.
            transaction.execute(erasures::forget(erasure.workspace_id)).await?;
            transaction.insert(erasures::to_row(erasure.clone())).await
        }
        .await;
        transaction.end_for_operators(done.map(|()| erasure), OperatorEntry::of_change(scope, &audit)).await
    }
}

fn selected(columns: &'static str, filter: &WorkspaceFilter) -> Query {
    let WorkspaceFilter { q, status } = filter;
    let part = |text: &SearchText| format!("%{}%", escaped_for_like(&fold(text.as_str())));
    Query::new(LIST, [])
        .for_service()
        .fill("columns", columns)
        .fill(FILTERS, "")
        .keyed("workspace.id")
        .and("workspace.status = ?", status.map(WorkspaceStatus::as_str))
        .and(NAMED, q.as_ref().map(part))
}

impl Transaction {
    async fn usage(&self, workspace: Uuid, since: DateTime<Utc>) -> Result<Usage, RepositoryError> {
        Ok(Usage {
            tenants: self.size("SELECT COUNT(*) AS count FROM tenants WHERE workspace_id = $1", workspace).await?,
            users: self.size("SELECT COUNT(*) AS count FROM users WHERE workspace_id = $1", workspace).await?,
            listings: self.size("SELECT COUNT(*) AS count FROM listings WHERE workspace_id = $1", workspace).await?,
            reservations: self
                .size("SELECT COUNT(*) AS count FROM reservations WHERE workspace_id = $1", workspace)
                .await?,
            events: self.events_since(workspace, since).await?,
        })
    }

    async fn size(&self, count: &'static str, workspace: Uuid) -> Result<u64, RepositoryError> {
        let count: Option<i64> = self.one(Query::new(count, [workspace.into()]), "count").await?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    /// Counts the events since an instant. Positions have no gaps and follow the time, so the first of them is found by
    /// bisection.
    async fn events_since(&self, workspace: Uuid, since: DateTime<Utc>) -> Result<u64, RepositoryError> {
        let log = |select: &'static str| Query::new(select, [workspace.into()]);
        let last = log("SELECT log.position FROM event_logs log WHERE log.workspace_id = $1");
        let Some(last) = self.one::<i64>(last, "position").await? else { return Ok(0) };
        let oldest = log("SELECT log.oldest FROM event_logs log WHERE log.workspace_id = $1");
        let (mut first, mut end) = (self.one::<i64>(oldest, "oldest").await?.unwrap_or(last + 1), last + 1);
        while first < end {
            let middle = i64::midpoint(first, end);
            let at = "SELECT event.numbered_at FROM events event WHERE event.workspace_id = $1 AND event.position = $2";
            let at: Option<DateTime<Utc>> =
                self.one(Query::new(at, [workspace.into(), middle.into()]), "numbered_at").await?;
            if at.is_none_or(|at| at < since) {
                first = middle + 1;
            } else {
                end = middle;
            }
        }
        Ok((last + 1 - first).unsigned_abs())
    }
}
