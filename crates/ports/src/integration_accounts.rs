//! The ports of integration accounts.

use async_trait::async_trait;
use domain::access::{AdminScope, TenantScope};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, TenantId};
use domain::integration_accounts::{AccountMoved, AccountStatus, Holdings, IntegrationAccount, MovedImports, Provider};

use crate::{Page, RepositoryError, Slice};

/// The integration accounts of one tenant, and their moves between tenants. Each method is one atomic step: it happens whole or
/// not at all.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IntegrationAccountRepository: Send + Sync {
    /// The account, or `None` if the tenant does not have it.
    async fn find(
        &self,
        scope: &TenantScope,
        id: IntegrationAccountId,
    ) -> Result<Option<IntegrationAccount>, RepositoryError>;

    /// Stores a new account.
    ///
    /// # Errors
    /// `Taken { rule: "integration_account_identifier" }` if the workspace has an account of the provider with that
    /// identifier; `Stale` if the tenant is gone.
    async fn create(
        &self,
        scope: &TenantScope,
        change: Change<IntegrationAccount>,
    ) -> Result<IntegrationAccount, RepositoryError>;

    /// Stores an account's new fields.
    ///
    /// # Errors
    /// `Taken { rule: "integration_account_identifier" }` if another account has that identifier; `Stale` if the
    /// account was changed, moved or deleted since it was read.
    async fn update(
        &self,
        scope: &TenantScope,
        change: Change<IntegrationAccount>,
    ) -> Result<IntegrationAccount, RepositoryError>;

    /// Deletes an account with its listings, all imports of them, and all that was said or quoted of them.
    ///
    /// # Errors
    /// `Taken { rule: "has_reservations" }` if it has reservations, whatever became of them; `Stale` if the account was changed, moved or deleted since it was read.
    async fn delete(&self, scope: &TenantScope, change: Change<IntegrationAccount>) -> Result<(), RepositoryError>;

    /// The account, whichever tenant of the workspace has it, or `None` if the workspace does not have it.
    async fn find_anywhere(
        &self,
        scope: &AdminScope,
        id: IntegrationAccountId,
    ) -> Result<Option<IntegrationAccount>, RepositoryError>;

    /// What hangs on an account, and what a move to the target would do to the imports of its listings.
    async fn holdings(
        &self,
        scope: &AdminScope,
        id: IntegrationAccountId,
        target: TenantId,
    ) -> Result<Holdings, RepositoryError>;

    /// Gives an account to its new tenant and ends that tenant's own imports of its listings. What hangs on the account is not
    /// touched, and takes no time however much it is; imports do: the target's are ended and all others counted.
    ///
    /// # Errors
    /// `Stale` if the account was changed, moved or deleted since it was read, or the target is inactive or gone.
    async fn move_tenant(
        &self,
        scope: &AdminScope,
        change: Change<AccountMoved>,
    ) -> Result<MovedImports, RepositoryError>;
}

/// A filter of accounts. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntegrationAccountFilter {
    /// The system on the other side.
    pub provider: Option<Provider>,
    /// The status.
    pub status: Option<AccountStatus>,
}

/// Lists and counts of the integration accounts of one tenant.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IntegrationAccountQueries: Send + Sync {
    /// The accounts that match, by id.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &IntegrationAccountFilter,
        page: Page,
    ) -> Result<Slice<IntegrationAccount>, RepositoryError>;

    /// The number of accounts that match.
    async fn count(&self, scope: &TenantScope, filter: &IntegrationAccountFilter) -> Result<u64, RepositoryError>;
}
