//! The ports of imports.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId};
use domain::imports::{AccountImporter, ImportBatch, ImportCandidate, Importer, RemovalBatch};

use crate::{Page, RepositoryError, Slice};

/// The imports of one tenant. Each method is one atomic step.
///
/// No method takes more than [`MAX_LISTINGS`](domain::imports::MAX_LISTINGS) listings.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ImportRepository: Send + Sync {
    /// Returns those of the listings that the workspace has, of any owner, in no order.
    async fn candidates(&self, scope: &TenantScope, ids: &[ListingId])
    -> Result<Vec<ImportCandidate>, RepositoryError>;

    /// Stores the imports.
    ///
    /// # Errors
    /// `Stale` if one of the listings has changed since the decision: it is gone, not offered or imported already, its
    /// account does not allow imports, or it has another owner; or if the tenant is gone.
    async fn add(&self, scope: &TenantScope, change: Change<ImportBatch>) -> Result<(), RepositoryError>;

    /// Returns those of the listings that the tenant imports, in no order.
    async fn imported(&self, scope: &TenantScope, ids: &[ListingId]) -> Result<Vec<ListingId>, RepositoryError>;

    /// Stores the end of the imports.
    ///
    /// # Errors
    /// `Stale` if one of them has ended already.
    async fn remove(&self, scope: &TenantScope, change: Change<RemovalBatch>) -> Result<(), RepositoryError>;
}

/// The importers of the listings of one tenant. Of what another tenant owns, there are none.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ImporterQueries: Send + Sync {
    /// Lists the tenants that import the listing, by id.
    async fn of_listing(
        &self,
        scope: &TenantScope,
        listing: ListingId,
        page: Page,
    ) -> Result<Slice<Importer>, RepositoryError>;

    /// Counts the tenants that import the listing.
    async fn count_of_listing(&self, scope: &TenantScope, listing: ListingId) -> Result<u64, RepositoryError>;

    /// Lists the tenants that import listings of the account, by id.
    async fn of_account(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
        page: Page,
    ) -> Result<Slice<AccountImporter>, RepositoryError>;

    /// Counts the tenants that import listings of the account.
    async fn count_of_account(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
    ) -> Result<u64, RepositoryError>;
}
