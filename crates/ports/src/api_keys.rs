//! The ports of API keys.

use async_trait::async_trait;
use domain::access::{OperatorScope, OwnScope, TenantScope};
use domain::api_keys::ApiKey;
use domain::change::Change;
use domain::ids::ApiKeyId;
use domain::operators::OperatorRecord;
use domain::users::ApiUser;

use crate::{Page, RepositoryError, Slice};

/// The API keys of one tenant: those of the users at home in it. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ApiKeyRepository: Send + Sync {
    /// Returns the key with its user, or `None` if no user of the tenant has it.
    async fn get(&self, scope: &TenantScope, id: ApiKeyId) -> Result<Option<(ApiKey, ApiUser)>, RepositoryError>;

    /// Stores a new key of this user of the scope's tenant.
    ///
    /// # Errors
    /// `Stale` if the user was changed or deleted since it was read; `Refused` if the caller is no longer an administrator of
    /// the tenant.
    async fn create(
        &self,
        scope: &TenantScope,
        user: &ApiUser,
        change: Change<ApiKey>,
    ) -> Result<ApiKey, RepositoryError>;

    /// Stores a new key of any user, and the record of the operator's request.
    ///
    /// # Errors
    /// `Taken { rule: "idempotency_key" }` if there is a record with its key; `Stale` if the user is gone.
    async fn create_for_any(
        &self,
        scope: &OperatorScope,
        change: Change<ApiKey>,
        record: Option<OperatorRecord>,
    ) -> Result<ApiKey, RepositoryError>;

    /// Stores the revocation of a key of this user.
    ///
    /// # Errors
    /// `Taken { rule: "last_administrator" }` if the workspace would have no administrator left; `Stale` if the user
    /// was changed since it was read, or the key is revoked or deleted; `Refused` if the caller is no longer an
    /// administrator of the tenant.
    async fn revoke(&self, scope: &TenantScope, user: &ApiUser, change: Change<ApiKey>) -> Result<(), RepositoryError>;

    /// Returns a key of the scope's own user, with the user, or `None` if the user does not have it.
    async fn get_own(&self, scope: OwnScope, id: ApiKeyId) -> Result<Option<(ApiKey, ApiUser)>, RepositoryError>;

    /// Stores a new key that the caller, who is this user at home in the scope's tenant, makes for itself.
    ///
    /// # Errors
    /// `Stale` if the user was changed since it was read; `Refused` if the caller is no longer admitted with the new key's
    /// permission.
    async fn create_own(
        &self,
        scope: &TenantScope,
        user: &ApiUser,
        change: Change<ApiKey>,
    ) -> Result<ApiKey, RepositoryError>;

    /// Stores the revocation of a key of the scope's own user, which is not among those that keep a workspace open.
    ///
    /// # Errors
    /// `Stale` if the key is revoked or deleted.
    async fn revoke_own(&self, scope: OwnScope, change: Change<ApiKey>) -> Result<(), RepositoryError>;
}

/// Lists and counts of the keys of the users at home in one tenant.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ApiKeyQueries: Send + Sync {
    /// Lists the keys by id, including revoked and expired ones.
    async fn list(&self, scope: &TenantScope, page: Page) -> Result<Slice<ApiKey>, RepositoryError>;

    /// Counts the keys.
    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError>;
}
