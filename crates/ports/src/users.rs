//! The ports of API users.

use async_trait::async_trait;
use domain::access::{OperatorScope, OwnScope, TenantScope};
use domain::change::Change;
use domain::ids::{UserId, WorkspaceId};
use domain::tenants::TenantSwitched;
use domain::text::SearchText;
use domain::users::ApiUser;

use crate::{Page, RepositoryError, Slice};

/// The API users of one tenant: those at home in it. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UserRepository: Send + Sync {
    /// Returns the user, or `None` if no user with that id is at home in the tenant.
    async fn get(&self, scope: &TenantScope, id: UserId) -> Result<Option<ApiUser>, RepositoryError>;

    /// Stores a new user of the scope's tenant.
    ///
    /// # Errors
    /// `Taken { rule: "user_email" }` if the workspace already has that address; `Stale` if the tenant or the
    /// workplace is gone; `Refused` if the caller is no longer an
    /// administrator of the tenant.
    async fn create(&self, scope: &TenantScope, change: Change<ApiUser>) -> Result<ApiUser, RepositoryError>;

    /// Stores a user's new fields, except the current tenant.
    ///
    /// # Errors
    /// `Taken { rule: "user_email" }` if another user has that address; `Taken { rule: "last_administrator" }` if the
    /// workspace would have no administrator left; `Stale` if the user was changed or deleted since it was read, or the
    /// workplace is gone; `Refused` if the caller is no longer an
    /// administrator of the tenant.
    async fn update(&self, scope: &TenantScope, change: Change<ApiUser>) -> Result<ApiUser, RepositoryError>;

    /// Deletes a user with the user's keys.
    ///
    /// # Errors
    /// `Taken { rule: "last_administrator" }` if the workspace would have no administrator left; `Stale` if the user
    /// was changed or deleted since it was read; `Refused` if the caller is no longer an
    /// administrator of the tenant.
    async fn delete(&self, scope: &TenantScope, change: Change<ApiUser>) -> Result<(), RepositoryError>;

    /// Stores a user's new current tenant. If the user works there already, nothing is stored, not even the audit entry.
    ///
    /// # Errors
    /// `Stale` if the target is no longer an active tenant, or the user is gone.
    async fn switch(&self, scope: &TenantScope, change: Change<TenantSwitched>) -> Result<(), RepositoryError>;
}

/// A filter of users. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// A part of the name, ignoring case.
    pub name: Option<SearchText>,
    /// A part of the address, ignoring case.
    pub email: Option<SearchText>,
    /// A part of the name or the address, ignoring case.
    pub q: Option<SearchText>,
}

/// Lists and counts of the users at home in one tenant, and single users for a user itself or the operator.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait UserQueries: Send + Sync {
    /// Lists the users that match, by id.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &UserFilter,
        page: Page,
    ) -> Result<Slice<ApiUser>, RepositoryError>;

    /// Counts the users that match.
    async fn count(&self, scope: &TenantScope, filter: &UserFilter) -> Result<u64, RepositoryError>;

    /// Returns the user of the scope, or `None` if the user is gone.
    async fn own(&self, scope: OwnScope) -> Result<Option<ApiUser>, RepositoryError>;

    /// Returns any user, for the operator, or `None` if the workspace does not have the user or is
    /// being erased.
    async fn any(
        &self,
        scope: &OperatorScope,
        workspace_id: WorkspaceId,
        id: UserId,
    ) -> Result<Option<ApiUser>, RepositoryError>;
}
