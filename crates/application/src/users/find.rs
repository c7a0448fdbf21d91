//! Looking at one user.

use chrono::{DateTime, Utc};
use domain::access::{AccessError, Caller, Permission};
use domain::ids::UserId;
use domain::users::ApiUser;

use super::{UserError, Users};

/// Who a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// Whose key it is.
    pub user: ApiUser,
    /// What the key permits.
    pub permission: Permission,
    /// From when on the key is refused.
    pub expires_at: DateTime<Utc>,
}

impl Users {
    /// A user of the caller's tenant.
    pub async fn get(&self, caller: &Caller, id: UserId) -> Result<ApiUser, UserError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.repository.find(&scope, id).await?.ok_or(UserError::NotFound)
    }

    /// Who the caller is; works in an inactive tenant too.
    pub async fn me(&self, caller: &Caller) -> Result<Me, UserError> {
        let user = self.queries.own(caller.own_scope()).await?;
        // Deleted since the key was looked at: the key is none any more.
        let user = user.ok_or(AccessError::Unauthenticated)?;
        Ok(Me { user, permission: caller.permission(), expires_at: caller.key_expires_at() })
    }
}
