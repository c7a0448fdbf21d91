//! The ports of API users.

use async_trait::async_trait;
use domain::access::{OperatorScope, TenantScope};
use domain::change::Change;
use domain::ids::{UserId, WorkspaceId};
use domain::tenants::{Tenant, TenantSwitched};
use domain::users::ApiUser;

use crate::RepositoryError;

/// The API users of one workspace. Each method is one atomic step: it happens whole or not at all.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// The user with the tenant where the user is at home, or `None` where the workspace has no such user.
    async fn find_with_home(
        &self,
        scope: &OperatorScope,
        workspace_id: WorkspaceId,
        id: UserId,
    ) -> Result<Option<(ApiUser, Tenant)>, RepositoryError>;

    /// Stores a new user of the scope's tenant.
    ///
    /// # Errors
    /// `Taken { rule: "user_email" }` where the workspace already has that address; `Stale` where the tenant is gone.
    async fn create(&self, scope: &TenantScope, change: Change<ApiUser>) -> Result<ApiUser, RepositoryError>;

    /// Stores where a user works from now on.
    ///
    /// # Errors
    /// `Stale` where the target is not an active tenant any more, or the user is gone.
    async fn switch(&self, scope: &TenantScope, change: Change<TenantSwitched>) -> Result<(), RepositoryError>;
}
