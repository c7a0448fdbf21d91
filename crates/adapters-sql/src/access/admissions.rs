//! The rule that users and keys are written only for a caller who is still admitted.
//!
//! A request is admitted before its transaction begins. A key that is created after the caller's own key was revoked would
//! outlive the revocation. So the transaction locks the rows that admit the caller and checks them again: either the revocation
//! waits for the commit, or the write finds the revocation and is refused. Other writes are not checked: they leave no way
//! back in, and a lock per write on the rows of each caller would make all writes of a user wait for each other.

use domain::access::{AccessError, Permission, TenantScope};
use domain::audit::{Actor, AuditEntry};
use domain::tenants::TenantStatus;
use domain::users::{Role, UserStatus};
use ports::RepositoryError;
use sea_orm::FromQueryResult;

use crate::engine::query::Query;
use crate::engine::rows::{corrupt, stored};
use crate::engine::transaction::Transaction;

const TENANT: &str = "SELECT status FROM tenants WHERE workspace_id = $1 AND id = $2";
const USER: &str = "\
    SELECT api_user.status, api_user.role, api_key.permission \
    FROM users api_user \
    JOIN api_keys api_key ON api_key.workspace_id = $1 AND api_key.user_id = api_user.id \
    WHERE api_user.workspace_id = $1 AND api_user.id = $2 AND api_key.id = $3 \
      AND api_key.revoked_at IS NULL AND api_key.expires_at > $4";

#[derive(FromQueryResult)]
struct TenantRow {
    status: String,
}

#[derive(FromQueryResult)]
struct UserRow {
    status: i16,
    role: String,
    permission: String,
}

impl Transaction {
    /// Expects that the caller may still administer the scope's tenant, and locks the rows that say so until the end of the
    /// transaction, in the order of other transactions: tenant, user, key. The operator is always admitted.
    pub(crate) async fn expect_administrator(
        &self,
        scope: &TenantScope,
        audit: &AuditEntry,
        lock: &str,
    ) -> Result<(), RepositoryError> {
        self.expect_admitted(scope, audit, Permission::Admin, lock).await
    }

    /// Expects that the caller is still admitted to the scope's tenant with this permission, and locks the rows that say so.
    pub(crate) async fn expect_admitted(
        &self,
        scope: &TenantScope,
        audit: &AuditEntry,
        needed: Permission,
        lock: &str,
    ) -> Result<(), RepositoryError> {
        let Actor::ApiUser { id, name: _, api_key } = &audit.actor else { return Ok(()) };
        let tenant: Option<TenantRow> = self.row(Query::of_tenant(TENANT, scope).push(lock)).await?;
        let values =
            [scope.workspace_id().as_uuid().into(), id.as_uuid().into(), api_key.as_uuid().into(), audit.at.into()];
        let user: Option<UserRow> = self.row(Query::new(USER, values).push(lock)).await?;
        check(user.ok_or(RepositoryError::Refused(AccessError::Unauthenticated))?, needed)?;
        let status: TenantStatus = stored("tenant", &tenant.ok_or(RepositoryError::Stale)?.status)?;
        match status {
            TenantStatus::Active => Ok(()),
            TenantStatus::Inactive => Err(RepositoryError::Refused(AccessError::TenantInactive)),
        }
    }
}

fn check(UserRow { status, role, permission }: UserRow, needed: Permission) -> Result<(), RepositoryError> {
    const WHAT: &str = "user";
    let status = UserStatus::try_from(i64::from(status)).map_err(|error| corrupt(WHAT, error))?;
    if status != UserStatus::Active {
        return Err(RepositoryError::Refused(AccessError::UserNotActive));
    }
    let (role, permission): (Role, Permission) = (stored(WHAT, &role)?, stored("API key", &permission)?);
    if permission.min(role.most()) < needed {
        return Err(RepositoryError::Refused(AccessError::PermissionDenied));
    }
    Ok(())
}
