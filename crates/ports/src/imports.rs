//! The ports of imports.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::ListingId;
use domain::imports::{ImportBatch, ImportCandidate, RemovalBatch};

use crate::RepositoryError;

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
