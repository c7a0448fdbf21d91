//! The ports of tenants.

mod rows;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{AdminScope, TenantScope};
use domain::change::Change;
use domain::ids::{TenantId, WorkspaceId};
use domain::tenants::{
    Tenant, TenantCreated, TenantHoldings, TenantStatus, TenantStatusSet, TenantSwitched, UsersChange,
};
use domain::text::fold;
use domain::users::{Role, UserStatus};
use ports::{Page, RepositoryError, Slice, TenantFilter, TenantQueries, TenantRepository};
use sea_orm::Statement;

use self::rows::{DESCRIPTION, to_row, to_tenant};
use crate::areas::locations;
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::errors::inside;
use crate::engine::query::Query;
use crate::engine::text_search::{Matching, SearchedTable};
use crate::engine::transaction::Transaction;
use crate::tables::tenants::Row;

const TENANTS: SearchedTable = SearchedTable {
    name: "tenants",
    row: "tenant",
    scope: "tenant.workspace_id = $1",
    number: "SELECT number FROM workspace_numbers WHERE workspace_id = $1",
};

/// Sets the status and stores the previous one, for [`RESTORE_USERS`].
const SUSPEND_USERS: &str = "\
    UPDATE users SET status = $4, status_before = COALESCE(status_before, status), version = version + 1, updated_at = $3 \
    WHERE workspace_id = $1 AND home_tenant_id = $2 AND role <> $5 AND status <> $4";
const SET_USERS: &str = "\
    UPDATE users SET status = $4, status_before = NULL, version = version + 1, updated_at = $3 \
    WHERE workspace_id = $1 AND home_tenant_id = $2 AND role <> $5 AND (status <> $4 OR status_before IS NOT NULL)";
const RESTORE_USERS: &str = "\
    UPDATE users SET status = status_before, status_before = NULL, version = version + 1, updated_at = $3 \
    WHERE workspace_id = $1 AND home_tenant_id = $2 AND status_before IS NOT NULL";

#[async_trait]
impl TenantRepository for Database {
    async fn get(&self, scope: &TenantScope, id: TenantId) -> Result<Option<Tenant>, RepositoryError> {
        get(self, scope.workspace_id(), id).await
    }

    async fn create(&self, scope: &AdminScope, change: Change<TenantCreated>) -> Result<Tenant, RepositoryError> {
        let Change { after: TenantCreated { tenant, default_location, moved_user }, audit, idempotency_record } =
            change;
        inside(scope.workspace_id(), tenant.workspace_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            insert(&transaction, tenant.clone()).await?;
            locations::insert(&transaction, default_location).await?;
            if let Some(user) = moved_user {
                let moved = TenantSwitched { user, target: tenant.id() };
                if !transaction.move_user(scope.workspace_id(), moved, audit.at).await? {
                    return Err(RepositoryError::Stale);
                }
            }
            Ok(tenant)
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn update(&self, scope: &AdminScope, change: Change<Tenant>) -> Result<Tenant, RepositoryError> {
        let Change { after: tenant, audit, idempotency_record } = change;
        inside(scope.workspace_id(), tenant.workspace_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = transaction.replace(to_row(tenant.clone()), None).await;
        transaction.end(done.map(|()| tenant), audit).await
    }

    async fn set_status(&self, scope: &AdminScope, change: Change<TenantStatusSet>) -> Result<Tenant, RepositoryError> {
        let Change { after: TenantStatusSet { tenant, users, unchanged }, audit, idempotency_record } = change;
        inside(scope.workspace_id(), tenant.workspace_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            transaction.replace(to_row(tenant.clone()), None).await?;
            // The rows of the caller are locked after the tenant, as in other transactions.
            let lock = transaction.dialect().for_share();
            transaction.expect_administrator(scope.tenant_scope(), &audit, lock).await?;
            transaction.change_users(&tenant, users, audit.at).await
        }
        .await;
        match unchanged {
            Some(unchanged) if matches!(done, Ok(0)) => transaction.rollback().await.map(|()| unchanged),
            _ => transaction.end(done.map(|_| tenant), audit).await,
        }
    }

    async fn holdings(&self, scope: &AdminScope, id: TenantId) -> Result<TenantHoldings, RepositoryError> {
        let named = || [scope.workspace_id().as_uuid().into(), id.as_uuid().into()];
        let accounts = "SELECT COUNT(*) AS count FROM integration_accounts WHERE workspace_id = $1 AND tenant_id = $2";
        let listings = "SELECT COUNT(*) AS count FROM integration_accounts account JOIN listings listing \
                        ON listing.workspace_id = $1 AND listing.integration_account_id = account.id \
                        WHERE account.workspace_id = $1 AND account.tenant_id = $2";
        let integration_accounts = self.count_of(Query::new(accounts, named())).await?;
        if integration_accounts == 0 {
            return Ok(TenantHoldings::default());
        }
        Ok(TenantHoldings { integration_accounts, listings: self.count_of(Query::new(listings, named())).await? })
    }

    async fn delete(&self, scope: &AdminScope, change: Change<Tenant>) -> Result<(), RepositoryError> {
        let Change { after: tenant, audit, idempotency_record } = change;
        let workspace = || scope.workspace_id().as_uuid().into();
        let id = || tenant.id().as_uuid().into();
        let transaction = self.begin_much(scope, idempotency_record).await?;
        let done = async {
            // Lock first: from here on no user can be created in it or switched into it.
            let lock = transaction.dialect().for_update();
            let version = tenant.version().into();
            let unchanged = "SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2 AND version = $3";
            transaction.expect_row(Query::new(unchanged, [workspace(), id(), version]).push(lock)).await?;
            // Then lock its users. As elsewhere, a user is locked before its keys.
            let users = "SELECT 1 FROM users WHERE workspace_id = $1 AND home_tenant_id = $2 ORDER BY id";
            transaction.execute(Query::new(users, [workspace(), id()]).push(lock)).await?;
            let go_home = Query::new(
                "UPDATE users SET current_tenant_id = home_tenant_id, updated_at = $3 \
                 WHERE workspace_id = $1 AND current_tenant_id = $2 AND home_tenant_id <> $2",
                [workspace(), id(), audit.at.into()],
            );
            transaction.execute(go_home).await?;
            for statement in [
                "DELETE FROM api_keys WHERE workspace_id = $1 AND user_id IN \
                 (SELECT id FROM users WHERE workspace_id = $1 AND home_tenant_id = $2)",
                "DELETE FROM idempotency_records WHERE workspace_id = $1 AND user_id IN \
                 (SELECT id FROM users WHERE workspace_id = $1 AND home_tenant_id = $2)",
                "DELETE FROM users WHERE workspace_id = $1 AND home_tenant_id = $2",
                "DELETE FROM imports WHERE workspace_id = $1 AND tenant_id = $2",
                "DELETE FROM quotes WHERE workspace_id = $1 AND tenant_id = $2",
                "DELETE FROM event_consumers WHERE workspace_id = $1 AND tenant_id = $2",
                "DELETE FROM locations WHERE workspace_id = $1 AND tenant_id = $2",
                "DELETE FROM webhook_attempts WHERE workspace_id = $1 AND webhook_id IN \
                 (SELECT id FROM webhooks WHERE workspace_id = $1 AND tenant_id = $2)",
                "DELETE FROM webhooks WHERE workspace_id = $1 AND tenant_id = $2",
                // If it has integration accounts, their foreign key makes this statement fail.
                "DELETE FROM tenants WHERE workspace_id = $1 AND id = $2",
            ] {
                transaction.execute(Query::new(statement, [workspace(), id()])).await?;
            }
            Ok(())
        }
        .await;
        transaction.end(done, audit).await
    }
}

impl Transaction {
    /// Changes the status of a tenant's users. Returns the number of changed users.
    async fn change_users(
        &self,
        tenant: &Tenant,
        users: UsersChange,
        at: DateTime<Utc>,
    ) -> Result<u64, RepositoryError> {
        let of_tenant = [tenant.workspace_id().as_uuid().into(), tenant.id().as_uuid().into(), at.into()];
        let set = |statement, status: UserStatus| {
            let values = [status.as_i16().into(), Role::Support.as_str().into()];
            Query::new(statement, of_tenant.clone().into_iter().chain(values))
        };
        let update = match (users, tenant.status()) {
            (UsersChange::Kept, _) => return Ok(0),
            (UsersChange::Set(status), TenantStatus::Inactive) => set(SUSPEND_USERS, status),
            (UsersChange::Set(status), TenantStatus::Active) => set(SET_USERS, status),
            (UsersChange::Restored, _) => Query::new(RESTORE_USERS, of_tenant.clone()),
        };
        Ok(self.execute(update).await?.rows_affected())
    }
}

#[async_trait]
impl TenantQueries for Database {
    async fn list(
        &self,
        scope: &AdminScope,
        filter: &TenantFilter,
        page: Page,
    ) -> Result<Slice<Tenant>, RepositoryError> {
        self.whole_page_of(listed(self.dialect(), scope, filter, page), page, to_tenant).await
    }

    async fn count(&self, scope: &AdminScope, filter: &TenantFilter) -> Result<u64, RepositoryError> {
        self.count_of(matching(scope, filter).count(self.dialect())).await
    }
}

impl Database {
    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn tenants_statement(&self, scope: &AdminScope, filter: &TenantFilter, page: Page) -> Statement {
        self.statement(listed(self.dialect(), scope, filter, page))
    }

    /// Returns the statement of a count, for tests.
    #[doc(hidden)]
    pub fn tenants_count_statement(&self, scope: &AdminScope, filter: &TenantFilter) -> Statement {
        self.statement(matching(scope, filter).count(self.dialect()))
    }
}

fn listed(dialect: &dyn Dialect, scope: &AdminScope, filter: &TenantFilter, page: Page) -> Query {
    matching(scope, filter).page(dialect, "SELECT {columns} FROM tenants tenant", page).fill("columns", Row::COLUMNS)
}

fn matching(scope: &AdminScope, filter: &TenantFilter) -> Matching {
    let TenantFilter { name, description, q, status } = filter;
    Matching::all(&TENANTS, [scope.workspace_id().as_uuid().into()])
        .and("tenant.name_folded = ?", name.as_ref().map(|name| fold(name.as_str())))
        .and("tenant.status = ?", status.map(TenantStatus::as_str))
        .any_text(q.as_ref())
        .text_at(DESCRIPTION, description.as_ref())
}

pub(crate) async fn get(
    database: &Database,
    workspace_id: WorkspaceId,
    id: TenantId,
) -> Result<Option<Tenant>, RepositoryError> {
    let row = database.batched_row(("tenants tenant", Row::COLUMNS), workspace_id, id.as_uuid()).await?;
    row.map(to_tenant).transpose()
}

pub(crate) async fn insert(transaction: &Transaction, tenant: Tenant) -> Result<(), RepositoryError> {
    transaction.insert(to_row(tenant)).await
}
