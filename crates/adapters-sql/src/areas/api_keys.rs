//! The ports of API keys.

use async_trait::async_trait;
use domain::access::{OperatorScope, OwnScope, Permission, TenantScope};
use domain::api_keys::{ApiKey, ApiKeyParts};
use domain::change::Change;
use domain::ids::{ApiKeyId, UserId};
use domain::operators::OperatorRecord;
use domain::users::ApiUser;
use ports::{ApiKeyQueries, ApiKeyRepository, Page, RepositoryError, Slice, UserQueries, UserRepository};
use sea_orm::Statement;

use crate::access::credentials::to_api_key;
use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;
use crate::tables::api_keys::{Model, Row};

/// The keys of the users at home in one tenant.
const SELECT: &str = "\
    SELECT {columns} \
    FROM api_keys api_key \
    JOIN users api_user ON api_user.workspace_id = $1 AND api_user.id = api_key.user_id \
    WHERE api_key.workspace_id = $1 AND api_user.home_tenant_id = $2";
const REVOKE: &str = "\
    UPDATE api_keys SET revoked_at = $4 WHERE workspace_id = $1 AND id = $3 AND revoked_at IS NULL \
    AND user_id IN (SELECT id FROM users WHERE workspace_id = $1 AND home_tenant_id = $2)";
const OWN: &str = "SELECT {columns} FROM api_keys api_key WHERE workspace_id = $1 AND user_id = $2 AND id = $3";
const REVOKE_OWN: &str = "\
    UPDATE api_keys SET revoked_at = $4 WHERE workspace_id = $1 AND user_id = $2 AND id = $3 AND revoked_at IS NULL";

#[async_trait]
impl ApiKeyRepository for Database {
    async fn get(&self, scope: &TenantScope, id: ApiKeyId) -> Result<Option<(ApiKey, ApiUser)>, RepositoryError> {
        let query = selected(Row::COLUMNS, scope).and("api_key.id = ?", Some(id.as_uuid()));
        let Some(row) = self.row::<Row>(query).await? else { return Ok(None) };
        let user = UserRepository::get(self, scope, UserId::new(row.user_id)).await?;
        let key = to_api_key(row)?;
        Ok(user.map(|user| (key, user)))
    }

    async fn create(
        &self,
        scope: &TenantScope,
        user: &ApiUser,
        change: Change<ApiKey>,
    ) -> Result<ApiKey, RepositoryError> {
        self.create_as(scope, Permission::Admin, user, change).await
    }

    async fn create_for_any(
        &self,
        scope: &OperatorScope,
        change: Change<ApiKey>,
        record: Option<OperatorRecord>,
    ) -> Result<ApiKey, RepositoryError> {
        let Change { after: key, audit, idempotency_record: _ } = change;
        let transaction = self.begin_operated(audit.workspace_id, record).await?;
        let done = insert(&transaction, key.clone()).await;
        transaction.end_operated(scope, done.map(|()| key), audit).await
    }

    async fn revoke(&self, scope: &TenantScope, user: &ApiUser, change: Change<ApiKey>) -> Result<(), RepositoryError> {
        let Change { after: key, audit, idempotency_record } = change;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            let kept = transaction.guard_administrators(scope, audit.at).await?;
            transaction.expect_administrator(scope, &audit, transaction.dialect().for_no_key_update()).await?;
            transaction.expect_unchanged(scope, user, transaction.dialect().for_share()).await?;
            let values =
                [scope.workspace_id().as_uuid(), scope.tenant_id().as_uuid(), key.id().as_uuid()].map(Into::into);
            let revoke = Query::new(REVOKE, values.into_iter().chain([audit.at.into()]));
            transaction.execute_guarded(revoke).await?;
            transaction.keep_administrator(scope, kept).await
        }
        .await;
        transaction.end(done, audit).await
    }

    async fn get_own(&self, scope: OwnScope, id: ApiKeyId) -> Result<Option<(ApiKey, ApiUser)>, RepositoryError> {
        let found = self.row::<Row>(own(OWN, scope, id).fill("columns", Row::COLUMNS)).await?;
        let Some(row) = found else { return Ok(None) };
        let key = to_api_key(row)?;
        Ok(UserQueries::own(self, scope).await?.map(|user| (key, user)))
    }

    async fn create_own(
        &self,
        scope: &TenantScope,
        user: &ApiUser,
        change: Change<ApiKey>,
    ) -> Result<ApiKey, RepositoryError> {
        let needed = change.after.permission();
        self.create_as(scope, needed, user, change).await
    }

    async fn revoke_own(&self, scope: OwnScope, change: Change<ApiKey>) -> Result<(), RepositoryError> {
        let Change { after: key, audit, idempotency_record } = change;
        let transaction = self.begin(scope.workspace_id(), idempotency_record).await?;
        let done = transaction.execute_guarded(own(REVOKE_OWN, scope, key.id()).bind([audit.at.into()])).await;
        transaction.end(done, audit).await
    }
}

impl Database {
    /// Stores a new key of the user, made by a caller who is still admitted with this permission.
    async fn create_as(
        &self,
        scope: &TenantScope,
        needed: Permission,
        user: &ApiUser,
        change: Change<ApiKey>,
    ) -> Result<ApiKey, RepositoryError> {
        let Change { after: key, audit, idempotency_record } = change;
        let transaction = self.begin(scope, idempotency_record).await?;
        let done = async {
            let lock = transaction.dialect().for_share();
            transaction.expect_admitted(scope, &audit, needed, lock).await?;
            transaction.expect_unchanged(scope, user, lock).await?;
            insert(&transaction, key.clone()).await
        }
        .await;
        transaction.end(done.map(|()| key), audit).await
    }
}

#[async_trait]
impl ApiKeyQueries for Database {
    async fn list(&self, scope: &TenantScope, page: Page) -> Result<Slice<ApiKey>, RepositoryError> {
        self.page_of(selected(Row::COLUMNS, scope), page, to_api_key).await
    }

    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError> {
        self.count_of(selected("COUNT(*) AS count", scope)).await
    }
}

impl Database {
    /// Returns the statement of a list, for tests.
    #[doc(hidden)]
    pub fn api_keys_statement(&self, scope: &TenantScope, page: Page) -> Statement {
        self.statement(selected(Row::COLUMNS, scope).page(page))
    }
}

fn selected(columns: &'static str, scope: &TenantScope) -> Query {
    Query::of_tenant(SELECT, scope).fill("columns", columns).keyed("api_key.id")
}

fn own(sql: &'static str, scope: OwnScope, id: ApiKeyId) -> Query {
    Query::new(sql, [scope.workspace_id().as_uuid(), scope.user_id().as_uuid(), id.as_uuid()].map(Into::into))
}

pub(crate) async fn insert(transaction: &Transaction, key: ApiKey) -> Result<(), RepositoryError> {
    transaction.insert(to_row(key)).await
}

fn to_row(key: ApiKey) -> Model {
    let ApiKeyParts { workspace_id, id, user_id, name, permission, secret_hash, created_at, expires_at, revoked_at } =
        key.into_parts();
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        user_id: user_id.as_uuid(),
        name: name.into(),
        permission: permission.as_str().to_owned(),
        secret_hash: secret_hash.to_hex(),
        created_at,
        expires_at,
        revoked_at,
    }
}
