//! Reading a user.

use chrono::{DateTime, Utc};
use domain::access::{AccessError, Caller, Permission};
use domain::ids::UserId;
use domain::users::ApiUser;

use super::{UserError, Users};

/// The user and the properties of the caller's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Me {
    /// The key's user.
    pub user: ApiUser,
    /// The key's permission.
    pub permission: Permission,
    /// The time at which the key expires.
    pub expires_at: DateTime<Utc>,
}

impl Users {
    /// Returns a user of the caller's tenant.
    pub async fn get(&self, caller: &Caller, id: UserId) -> Result<ApiUser, UserError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.repository.get(&scope, id).await?.ok_or(UserError::NotFound)
    }

    /// Returns the caller's own user and key; works in an inactive tenant, too.
    pub async fn me(&self, caller: &Caller) -> Result<Me, UserError> {
        let user = self.queries.own(caller.own_scope()).await?;
        // The user was deleted after the authentication, so the key is invalid.
        let user = user.ok_or(AccessError::Unauthenticated)?;
        Ok(Me { user, permission: caller.permission(), expires_at: caller.key_expires_at() })
    }
}
