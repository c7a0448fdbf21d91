//! The rule that a workspace never locks itself out.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{Permission, TenantScope};
use domain::users::UserStatus;
use ports::{RepositoryError, rules};

use crate::database::Transaction;
use crate::query::Query;

const LOCK: &str = "SELECT 1 FROM tenants WHERE workspace_id = $1 AND id = $2 AND is_default = $3";
const ANY: &str = "\
    SELECT 1 FROM users u \
    JOIN api_keys k ON k.workspace_id = u.workspace_id AND k.user_id = u.id \
    WHERE u.workspace_id = $1 AND u.home_tenant_id = $2 AND u.status = $3 \
    AND k.permission = $4 AND k.revoked_at IS NULL AND k.expires_at > $5 LIMIT 1";

/// A key that expires sooner is nobody's way in for long.
const LASTING: TimeDelta = TimeDelta::days(1);

/// A promise that somebody can administer the workspace after a change too, at this instant.
pub(crate) struct AdministratorAt(DateTime<Utc>);

impl Transaction {
    /// Before anything is taken from a user or key of the scope's tenant: what must be kept, where that tenant has the
    /// administrators. Only one transaction at a time comes further then, so that two cannot take the last two.
    pub(crate) async fn guard_administrators(
        &self,
        scope: &TenantScope,
        now: DateTime<Utc>,
    ) -> Result<Option<AdministratorAt>, RepositoryError> {
        let values = [scope.workspace_id().as_uuid().into(), scope.tenant_id().as_uuid().into(), true.into()];
        // Those who only refer to the tenant need not wait: they take locks in another order.
        if !self.has_row(Query::new(LOCK, values).push(self.dialect().for_no_key_update())).await? {
            return Ok(None);
        }
        // Whoever has a lasting key now must have one afterwards; where all expire shortly, any will do.
        let lasting = now + LASTING;
        let kept = if self.has_administrator(scope, lasting).await? { lasting } else { now };
        Ok(Some(AdministratorAt(kept)))
    }

    /// After it was taken: somebody must be left.
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
        self.has_row(Query::new(ANY, values)).await
    }
}
