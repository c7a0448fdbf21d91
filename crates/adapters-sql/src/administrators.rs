//! The rule that a workspace never locks itself out.

use chrono::{DateTime, Utc};
use domain::access::{Permission, TenantScope};
use domain::users::UserStatus;
use ports::{RepositoryError, rules};

use crate::database::Transaction;
use crate::query::Query;

const LOCK: &str = "SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2 AND is_default = $3";
const ANY_LEFT: &str = "\
    SELECT 1 FROM users u \
    JOIN api_keys k ON k.workspace_id = u.workspace_id AND k.user_id = u.id \
    WHERE u.workspace_id = $1 AND u.home_tenant_id = $2 AND u.status = $3 \
    AND k.permission = $4 AND k.revoked_at IS NULL AND k.expires_at > $5 LIMIT 1";

impl Transaction {
    /// Before anything is taken from a user or key of the scope's tenant: whether that may concern an administrator. If so, only
    /// one transaction at a time comes further, so that two cannot take the last two.
    pub(crate) async fn concerns_administrators(&self, scope: &TenantScope) -> Result<bool, RepositoryError> {
        let values = [scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into(), true.into()];
        self.has_row(Query::new(LOCK, values).push(self.dialect().for_update())).await
    }

    /// After it was taken: somebody must be left.
    pub(crate) async fn keep_an_administrator(
        &self,
        scope: &TenantScope,
        now: DateTime<Utc>,
    ) -> Result<(), RepositoryError> {
        let values = [
            scope.workspace_id().as_uuid().into(),
            scope.tenant_id().as_uuid().into(),
            UserStatus::Active.as_i16().into(),
            Permission::Admin.as_str().into(),
            now.into(),
        ];
        if self.has_row(Query::new(ANY_LEFT, values)).await? {
            return Ok(());
        }
        Err(RepositoryError::Taken { rule: rules::LAST_ADMINISTRATOR })
    }
}
