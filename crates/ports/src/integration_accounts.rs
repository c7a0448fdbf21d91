//! The ports of integration accounts.

use async_trait::async_trait;
use domain::access::{AdminScope, TenantScope};
use domain::change::Change;
use domain::ids::{IntegrationAccountId, TenantId};
use domain::integration_accounts::{AccountMoved, AccountStatus, Holdings, IntegrationAccount, MovedImports, Provider};
use domain::text::SearchText;

use crate::{Page, RepositoryError, Slice};

/// The integration accounts of one tenant, and their moves between tenants. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IntegrationAccountRepository: Send + Sync {
    /// Returns the account, or `None` if the tenant does not have it.
    async fn get(
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

    /// Deletes an account with its listings, their imports, calendars and quotes, and the account's promotions.
    ///
    /// # Errors
    /// `Taken { rule: "has_reservations" }` if it has reservations of any status; `Stale` if the account was changed,
    /// moved or deleted since it was read.
    async fn delete(&self, scope: &TenantScope, change: Change<IntegrationAccount>) -> Result<(), RepositoryError>;

    /// Returns the account of any tenant, or `None` if the workspace does not have it.
    async fn get_anywhere(
        &self,
        scope: &AdminScope,
        id: IntegrationAccountId,
    ) -> Result<Option<IntegrationAccount>, RepositoryError>;

    /// Returns the data that belongs to an account, and the effect of a move to the target on the imports of its
    /// listings.
    async fn holdings(
        &self,
        scope: &AdminScope,
        id: IntegrationAccountId,
        target: TenantId,
    ) -> Result<Holdings, RepositoryError>;

    /// Moves an account to its new tenant and ends that tenant's own imports of its listings. Does not touch the
    /// listings, promotions and reservations, so the time does not depend on their number. It depends on the imports:
    /// those of the target are deleted, and all others are counted.
    ///
    /// # Errors
    /// `Stale` if the account was changed, moved or deleted since it was read, or the target is inactive or gone.
    async fn move_account(
        &self,
        scope: &AdminScope,
        change: Change<AccountMoved>,
    ) -> Result<MovedImports, RepositoryError>;
}

/// A filter of accounts. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IntegrationAccountFilter {
    /// The provider.
    pub provider: Option<Provider>,
    /// The status.
    pub status: Option<AccountStatus>,
    /// A part of the name or of an identifier, ignoring case.
    pub q: Option<SearchText>,
}

/// Lists and counts of the integration accounts of one tenant.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IntegrationAccountQueries: Send + Sync {
    /// Lists the accounts that match, by id.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &IntegrationAccountFilter,
        page: Page,
    ) -> Result<Slice<IntegrationAccount>, RepositoryError>;

    /// Counts the accounts that match.
    async fn count(&self, scope: &TenantScope, filter: &IntegrationAccountFilter) -> Result<u64, RepositoryError>;
}
