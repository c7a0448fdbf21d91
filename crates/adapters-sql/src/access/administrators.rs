//! The rule that a workspace always has an administrator.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Permission, TenantScope};
use domain::users::{Role, UserStatus};
use ports::{RepositoryError, rules};

use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

const LOCK: &str = "SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2 AND is_default = $3";
const ANY: &str = "\
    SELECT 1 FROM users api_user \
    JOIN api_keys api_key ON api_key.workspace_id = $1 AND api_key.user_id = api_user.id \
    WHERE api_user.workspace_id = $1 AND api_user.home_tenant_id = $2 AND api_user.status = $3 \
    AND api_key.permission = $4 AND api_key.revoked_at IS NULL AND api_key.expires_at > $5 AND api_user.role IN ";

/// Keys that expire within a day do not count as administrator access.
const LASTING: TimeDelta = TimeDelta::days(1);

/// The instant at which the workspace must still have an administrator after a change.
pub(crate) struct AdministratorAt(DateTime<Utc>);

impl Transaction {
    /// Returns the guarantee to check after a change that may take access from a user or key; `None` if the scope's
    /// tenant is not the default tenant, which has the administrators. Otherwise locks that tenant, so that two
    /// concurrent changes cannot remove the last two administrators.
    pub(crate) async fn guard_administrators(
        &self,
        scope: &TenantScope,
        now: DateTime<Utc>,
    ) -> Result<Option<AdministratorAt>, RepositoryError> {
        let values = [scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into(), true.into()];
        // Transactions that only refer to the tenant need not wait: they take locks in another order.
        if !self.has_row(Query::new(LOCK, values).push(self.dialect().for_no_key_update())).await? {
            return Ok(None);
        }
        // If there is a lasting key now, there must be one afterwards. If all keys expire shortly, any valid key is
        // enough.
        let lasting = now + LASTING;
        let kept = if self.has_administrator(scope, lasting).await? { lasting } else { now };
        Ok(Some(AdministratorAt(kept)))
    }

    /// Checks after the change that an administrator is left.
    pub(crate) async fn keep_administrator(
        &self,
        scope: &TenantScope,
        kept: Option<AdministratorAt>,
    ) -> Result<(), RepositoryError> {
        let Some(AdministratorAt(at)) = kept else { return Ok(()) };
        if self.has_administrator(scope, at).await? {
            return Ok(());
        }
        Err(RepositoryError::Taken { rule: rules::LAST_ADMINISTRATOR })
    }

    async fn has_administrator(&self, scope: &TenantScope, at: DateTime<Utc>) -> Result<bool, RepositoryError> {
        let values = [
            scope.workspace_id().as_uuid().into(),
            scope.tenant_id().as_uuid().into(),
            UserStatus::Active.as_i16().into(),
            Permission::Admin.as_str().into(),
            at.into(),
        ];
        // The keys of users with other roles are capped.
        let roles = Role::ALL.into_iter().filter(|role| role.most() == Permission::Admin).map(Role::as_str);
        self.has_row(Query::new(ANY, values).push_list(roles).push(" LIMIT 1")).await
    }
}
