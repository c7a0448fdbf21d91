//! The ports of API users.

mod rows;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, OwnScope, TenantScope};
use domain::change::Change;
use domain::ids::{UserId, WorkspaceId};
use domain::tenants::{TenantStatus, TenantSwitched};
use domain::users::ApiUser;
use ports::{Page, RepositoryError, Slice, UserFilter, UserQueries, UserRepository};
use sea_orm::Statement;

use self::rows::{EMAIL, NAME, to_row, to_user};
use crate::engine::database::Database;
use crate::engine::dialect::Dialect;
use crate::engine::errors::inside_tenant;
use crate::engine::query::Query;
use crate::engine::text_search::{Matching, SearchedTable};
use crate::engine::transaction::Transaction;
use crate::tables::users::Row;
use crate::tables::workspaces::IS_KEPT;

const USERS: SearchedTable = SearchedTable {
    name: "users",
    row: "api_user",
    scope: "api_user.workspace_id = $1 AND api_user.home_tenant_id = $2",
    number: "SELECT number FROM tenants WHERE workspace_id = $1 AND id = $2",
};

/// Users with the names of their tenants and location.
const SELECT: &str = "\
    SELECT {columns}, home.name, location.name \
    FROM users api_user \
    JOIN tenants home ON home.workspace_id = $1 AND home.id = api_user.home_tenant_id \
    LEFT JOIN locations location \
      ON location.workspace_id = $1 AND location.id = api_user.location_id";

/// Updates all columns except the current tenant, which only `switch` writes. A new status replaces the one that an activation
/// would restore.
const UPDATE: &str = "\
    UPDATE users SET name = $5, search_text = $6, email = $7, email_folded = $8, role = $9, status = $10, \
           status_before = CASE WHEN status = $10 THEN status_before END, \
           location_id = $11, version = version + 1, updated_at = $12 \
    WHERE workspace_id = $1 AND home_tenant_id = $2 AND id = $3 AND version = $4";

#[async_trait]
impl UserRepository for Database {
    async fn get(&self, scope: &TenantScope, id: UserId) -> Result<Option<ApiUser>, RepositoryError> {
        self.user(at_home_in(scope).and("api_user.id = ?", Some(id.as_uuid()))).await
    }

    async fn create(&self, scope: &TenantScope, change: Change<ApiUser>) -> Result<ApiUser, RepositoryError> {
        let Change { after: user, audit, idempotency_record } = change;
        inside_tenant(scope, user.workspace_id(), user.home_tenant_id())?;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            transaction.expect_administrator(scope, &audit, transaction.dialect().for_share()).await?;
            insert(&transaction, user.clone()).await?;
            Ok(user)
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn update(&self, scope: &TenantScope, change: Change<ApiUser>) -> Result<ApiUser, RepositoryError> {
        let Change { after: user, audit, idempotency_record } = change;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            let kept = transaction.guard_administrators(scope, audit.at).await?;
            transaction.expect_administrator(scope, &audit, transaction.dialect().for_no_key_update()).await?;
            let row = to_row(user.clone());
            let update = Query::new(
                UPDATE,
                [
                    scope.workspace_id().as_uuid().into(),
                    scope.tenant_id().as_uuid().into(),
                    row.id.into(),
                    (row.version - 1).into(),
                    row.name.into(),
                    row.search_text.into(),
                    row.email.into(),
                    row.email_folded.into(),
                    row.role.into(),
                    row.status.into(),
                    row.location_id.into(),
                    row.updated_at.into(),
                ],
            );
            transaction.execute_guarded(update).await?;
            transaction.keep_administrator(scope, kept).await?;
            Ok(user)
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn delete(&self, scope: &TenantScope, change: Change<ApiUser>) -> Result<(), RepositoryError> {
        let Change { after: user, audit, idempotency_record } = change;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            let kept = transaction.guard_administrators(scope, audit.at).await?;
            transaction.expect_administrator(scope, &audit, transaction.dialect().for_no_key_update()).await?;
            // Lock first: from here on no key can be created for the user.
            transaction.expect_unchanged(scope, &user, transaction.dialect().for_update()).await?;
            for statement in [
                "DELETE FROM api_keys WHERE workspace_id = $1 AND user_id = $2",
                "DELETE FROM idempotency_records WHERE workspace_id = $1 AND user_id = $2",
                "DELETE FROM users WHERE workspace_id = $1 AND id = $2",
            ] {
                let values = [scope.workspace_id().as_uuid().into(), user.id().as_uuid().into()];
                transaction.execute(Query::new(statement, values)).await?;
            }
            transaction.keep_administrator(scope, kept).await
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn switch(&self, scope: &TenantScope, change: Change<TenantSwitched>) -> Result<(), RepositoryError> {
        let Change { after: switched, audit, idempotency_record } = change;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            // Lock the target, so that this and a concurrent deactivation or deletion of it wait for each other.
            let active = Query::new(
                "SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2 AND status = $3",
                [
                    scope.workspace_id().as_uuid().into(),
                    switched.target.as_uuid().into(),
                    TenantStatus::Active.as_str().into(),
                ],
            );
            transaction.expect_row(active.push(transaction.dialect().for_share())).await?;
            let (user, workspace) = (switched.user, scope.workspace_id());
            if transaction.move_user(workspace, switched, audit.at).await? {
                return transaction.append(audit).await;
            }
            let named = [workspace.as_uuid().into(), user.as_uuid().into()];
            let user = Query::new("SELECT 1 FROM users WHERE workspace_id = $1 AND id = $2", named);
            transaction.expect_row(user).await
        }
        .await;
        transaction.end_unaudited(done).await
    }
}

#[async_trait]
impl UserQueries for Database {
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &UserFilter,
        page: Page,
    ) -> Result<Slice<ApiUser>, RepositoryError> {
        self.whole_page_of(listed(self.dialect(), scope, filter, page), page, to_user).await
    }

    async fn count(&self, scope: &TenantScope, filter: &UserFilter) -> Result<u64, RepositoryError> {
        self.count_of(matching(scope, filter).count(self.dialect())).await
    }

    async fn own(&self, scope: OwnScope) -> Result<Option<ApiUser>, RepositoryError> {
        self.user(with_id(scope.workspace_id(), scope.user_id())).await
    }

    async fn any(
        &self,
        _: &OperatorScope,
        workspace_id: WorkspaceId,
        id: UserId,
    ) -> Result<Option<ApiUser>, RepositoryError> {
        self.user(with_id(workspace_id, id).push(IS_KEPT)).await
    }
}

impl Database {
    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn users_statement(&self, scope: &TenantScope, filter: &UserFilter, page: Page) -> Statement {
        self.statement(listed(self.dialect(), scope, filter, page))
    }

    /// Returns the statement of a count, for tests.
    #[doc(hidden)]
    pub fn users_count_statement(&self, scope: &TenantScope, filter: &UserFilter) -> Statement {
        self.statement(matching(scope, filter).count(self.dialect()))
    }

    async fn user(&self, query: Query) -> Result<Option<ApiUser>, RepositoryError> {
        self.row(query).await?.map(to_user).transpose()
    }
}

impl Transaction {
    /// Checks that the user is unchanged since it was read, and locks it until the end of the transaction.
    pub(crate) async fn expect_unchanged(
        &self,
        scope: &TenantScope,
        user: &ApiUser,
        lock: &str,
    ) -> Result<(), RepositoryError> {
        let unchanged = Query::new(
            "SELECT 1 FROM users WHERE workspace_id = $1 AND home_tenant_id = $2 AND id = $3 AND version = $4",
            [
                scope.workspace_id().as_uuid().into(),
                scope.tenant_id().as_uuid().into(),
                user.id().as_uuid().into(),
                user.version().into(),
            ],
        );
        self.expect_row(unchanged.push(lock)).await
    }

    /// Changes the user's current tenant, and returns whether it was different. Of several concurrent changes to the
    /// same tenant, only one returns true.
    pub(crate) async fn move_user(
        &self,
        workspace_id: WorkspaceId,
        TenantSwitched { user, target }: TenantSwitched,
        at: DateTime<Utc>,
    ) -> Result<bool, RepositoryError> {
        let moved = Query::new(
            "UPDATE users SET current_tenant_id = $3, updated_at = $4 \
             WHERE workspace_id = $1 AND id = $2 AND current_tenant_id <> $3",
            [workspace_id.as_uuid().into(), user.as_uuid().into(), target.as_uuid().into(), at.into()],
        );
        let is_moved = self.execute(moved).await?.rows_affected() > 0;
        if is_moved {
            // Credentials contain the current tenant. The audit entry alone would not tell, if it is that of a new tenant.
            self.note_access_change(workspace_id).await?;
        }
        Ok(is_moved)
    }
}

fn in_workspace(workspace_id: WorkspaceId) -> Query {
    let query = Query::new(SELECT, [workspace_id.as_uuid().into()]).push(" WHERE api_user.workspace_id = $1");
    query.fill("columns", Row::COLUMNS)
}

fn with_id(workspace_id: WorkspaceId, id: UserId) -> Query {
    in_workspace(workspace_id).and("api_user.id = ?", Some(id.as_uuid()))
}

fn at_home_in(scope: &TenantScope) -> Query {
    in_workspace(scope.workspace_id()).and("api_user.home_tenant_id = ?", Some(scope.tenant_id().as_uuid()))
}

fn listed(dialect: &dyn Dialect, scope: &TenantScope, filter: &UserFilter, page: Page) -> Query {
    matching(scope, filter).page(dialect, SELECT, page).fill("columns", Row::COLUMNS)
}

fn matching(scope: &TenantScope, filter: &UserFilter) -> Matching {
    let UserFilter { name, email, q } = filter;
    Matching::all(&USERS, [scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into()])
        .text_at(NAME, name.as_ref())
        .text_at(EMAIL, email.as_ref())
        .any_text(q.as_ref())
}

pub(crate) async fn insert(transaction: &Transaction, user: ApiUser) -> Result<(), RepositoryError> {
    transaction.insert(to_row(user)).await
}
