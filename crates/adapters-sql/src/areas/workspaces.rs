//! The port of workspaces.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{AdminScope, OperatorScope};
use domain::change::Change;
use domain::ids::{TenantId, WorkspaceId};
use domain::operators::OperatorRecord;
use domain::text::fold;
use domain::workspaces::{Workspace, WorkspaceCreated, WorkspaceName, WorkspaceParts};
use ports::{Concern, Concerned, RepositoryError, WorkspaceRepository, rules};
use sea_orm::{FromQueryResult, Statement};
use uuid::Uuid;

use crate::areas::{api_keys, locations, tenants, users};
use crate::engine::database::Database;
use crate::engine::errors::inside;
use crate::engine::query::Query;
use crate::engine::reach::Reach;
use crate::engine::rows::{percentage, stored, whole};
use crate::engine::transaction::Transaction;
use crate::tables::workspaces::{Model, Row};

/// Each part is limited, and found by an index or among the accounts or webhooks of the workspace.
const CONCERNS: &str = "\
    SELECT * FROM (SELECT 1 AS concern, tenant.id AS tenant_id, tenant.id AS id, tenant.name AS name \
        FROM tenants tenant WHERE tenant.workspace_id = $1 AND tenant.status = 'INACTIVE' AND EXISTS (\
            SELECT 1 FROM users api_user WHERE api_user.workspace_id = $1 AND api_user.home_tenant_id = tenant.id \
            AND api_user.status = 1) \
        ORDER BY tenant.id LIMIT $2) inactive_tenant \
    UNION ALL \
    SELECT * FROM (SELECT 2, webhook.tenant_id, webhook.id, webhook.url \
        FROM webhooks webhook WHERE webhook.workspace_id = $1 \
        AND (webhook.consecutive_failures > 0 OR webhook.disabled_reason IS NOT NULL) \
        ORDER BY webhook.id LIMIT $2) failing_webhook \
    UNION ALL \
    SELECT * FROM (SELECT 3, account.tenant_id, account.id, account.name \
        FROM integration_accounts account \
        JOIN tenants owner ON owner.workspace_id = $1 AND owner.id = account.tenant_id \
        WHERE account.workspace_id = $1 \
        AND (account.status = 'INACTIVE' OR NOT account.allow_import OR owner.status = 'INACTIVE') AND EXISTS (\
            SELECT 1 FROM imports import WHERE import.workspace_id = $1 AND import.integration_account_id = account.id) \
        ORDER BY account.id LIMIT $2) sleeping_imports \
    UNION ALL \
    SELECT * FROM (SELECT 4, account.tenant_id, reservation.id, reservation.guest_last_name \
        FROM reservations reservation \
        JOIN integration_accounts account \
            ON account.workspace_id = $1 AND account.id = reservation.integration_account_id \
        WHERE reservation.workspace_id = $1 AND reservation.status = 'PENDING' AND reservation.hold_expires_at < $3 \
        ORDER BY reservation.hold_expires_at LIMIT $2) lapsing_hold";

#[derive(FromQueryResult)]
struct ConcernRow {
    concern: i32,
    tenant_id: Uuid,
    id: Uuid,
    name: String,
}

#[async_trait]
impl WorkspaceRepository for Database {
    async fn create(
        &self,
        scope: &OperatorScope,
        change: Change<WorkspaceCreated>,
        record: Option<OperatorRecord>,
    ) -> Result<Workspace, RepositoryError> {
        let Change { after, audit, idempotency_record: _ } = change;
        let transaction = self.begin_operated(after.workspace.id(), record).await?;
        let done = store(&transaction, after).await;
        transaction.end_operated(scope, done, audit).await
    }

    async fn create_first(
        &self,
        scope: &OperatorScope,
        change: Change<WorkspaceCreated>,
    ) -> Result<Workspace, RepositoryError> {
        if self.has_workspace().await? {
            return Err(RepositoryError::Taken { rule: rules::FIRST_WORKSPACE });
        }
        let Change { after, audit, idempotency_record } = change;
        let transaction = self.begin(Reach::Service, idempotency_record).await?;
        let done = async {
            if let Some(lock) = transaction.dialect().first_workspace_lock() {
                transaction.execute(Query::new(lock, [])).await?;
            }
            transaction.refuse(Query::new("SELECT 1 FROM workspaces LIMIT 1", []), rules::FIRST_WORKSPACE).await?;
            // Operators create the workspaces of a database in which they have worked.
            transaction.refuse(Query::new("SELECT 1 FROM operator_audit LIMIT 1", []), rules::FIRST_WORKSPACE).await?;
            transaction.enter(after.workspace.id()).await?;
            store(&transaction, after).await
        }
        .await;
        transaction.end_operated(scope, done, audit).await
    }

    async fn is_named(&self, _: &OperatorScope, name: &WorkspaceName) -> Result<bool, RepositoryError> {
        let named = "SELECT workspace.id AS workspace_id FROM workspaces workspace WHERE workspace.name = $1";
        let named =
            |workspace| Query::new(named, [name.as_str().into()]).and("workspace.id = ?", workspace).push(" LIMIT 1");
        Ok(!self.workspaces_with(named).await?.is_empty())
    }

    async fn get(&self, scope: &AdminScope) -> Result<Workspace, RepositoryError> {
        let select = "SELECT {columns} FROM workspaces workspace WHERE workspace.id = $1";
        let query = Query::new(select, [scope.workspace_id().as_uuid().into()]).fill("columns", Row::COLUMNS);
        let found: Option<Row> = self.row(query).await?;
        // If it is missing, it was erased or an older database restored since the scope was made.
        found.as_ref().map_or(Err(RepositoryError::Stale), to_workspace)
    }

    async fn concerns(
        &self,
        scope: &AdminScope,
        hold_ends_before: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<Concerned>, RepositoryError> {
        let rows: Vec<ConcernRow> = self.rows(all_concerns(scope, hold_ends_before, most)).await?;
        let concerned = |ConcernRow { concern, tenant_id, id, name }| Concerned {
            concern: match concern {
                1 => Concern::InactiveTenant,
                2 => Concern::FailingWebhook,
                3 => Concern::SleepingImports,
                _ => Concern::LapsingHold,
            },
            tenant_id: TenantId::new(tenant_id),
            id,
            name,
        };
        Ok(rows.into_iter().map(concerned).collect())
    }

    async fn update(&self, scope: &AdminScope, change: Change<Workspace>) -> Result<Workspace, RepositoryError> {
        let Change { after: workspace, audit, idempotency_record } = change;
        inside(scope.workspace_id(), workspace.id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = transaction.replace(to_row(workspace.clone()), None).await;
        transaction.end(done.map(|()| workspace), audit).await
    }
}

impl Database {
    /// Returns the statement that finds what needs attention, for the tests of its plan.
    #[doc(hidden)]
    pub fn concerns_statement(&self, scope: &AdminScope, hold_ends_before: DateTime<Utc>, most: u32) -> Statement {
        self.statement(all_concerns(scope, hold_ends_before, most))
    }
}

fn all_concerns(scope: &AdminScope, hold_ends_before: DateTime<Utc>, most: u32) -> Query {
    Query::new(CONCERNS, [scope.workspace_id().as_uuid().into(), i64::from(most).into(), hold_ends_before.into()])
}

async fn store(transaction: &Transaction, created: WorkspaceCreated) -> Result<Workspace, RepositoryError> {
    let WorkspaceCreated { workspace, default_tenant, default_location, administrator, api_key } = created;
    transaction.insert(to_row(workspace.clone())).await?;
    tenants::insert(transaction, default_tenant).await?;
    locations::insert(transaction, default_location).await?;
    users::insert(transaction, administrator).await?;
    api_keys::insert(transaction, api_key).await?;
    Ok(workspace)
}

pub(crate) fn to_row(workspace: Workspace) -> Model {
    let WorkspaceParts {
        id,
        name,
        default_currency,
        default_discount,
        longest_importer_hold,
        most_importer_holds,
        status,
        version,
        created_at,
        updated_at,
    } = workspace.into_parts();
    Model {
        id: id.as_uuid(),
        name_folded: Some(fold(name.as_str())),
        name: name.into(),
        default_currency: default_currency.code().to_owned(),
        default_discount: default_discount.basis_points().into(),
        max_importer_hold_hours: longest_importer_hold.get(),
        max_importer_holds: most_importer_holds.get(),
        status: status.as_str().to_owned(),
        version,
        created_at,
        updated_at,
    }
}

pub(crate) fn to_workspace(row: &Row) -> Result<Workspace, RepositoryError> {
    const WHAT: &str = "workspace";
    Ok(Workspace::from_parts(WorkspaceParts {
        id: WorkspaceId::new(row.id),
        name: stored(WHAT, &row.name)?,
        default_currency: stored(WHAT, &row.default_currency)?,
        default_discount: percentage(WHAT, row.default_discount)?,
        longest_importer_hold: whole(WHAT, row.max_importer_hold_hours)?,
        most_importer_holds: whole(WHAT, row.max_importer_holds)?,
        status: stored(WHAT, &row.status)?,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}
