//! The ports of imports.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::ListingId;
use domain::imports::{ImportBatch, ImportCandidate, RemovalBatch};

use crate::RepositoryError;

/// The imports of one tenant. Each method is one atomic step.
///
/// None of them takes more than [`MAX_LISTINGS`](domain::imports::MAX_LISTINGS) listings.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ImportRepository: Send + Sync {
    /// Those of the listings that the workspace has, whoever owns them, in no order.
    async fn candidates(&self, scope: &TenantScope, ids: &[ListingId])
    -> Result<Vec<ImportCandidate>, RepositoryError>;

    /// Stores the imports.
    ///
    /// # Errors
    /// `Stale` if one of the listings is not what was decided about any more: it is gone or not offered, its account
    /// allows no imports, it has another owner, or it is imported; or where the tenant is gone.
    async fn add(&self, scope: &TenantScope, change: Change<ImportBatch>) -> Result<(), RepositoryError>;

    /// Those of the listings that the tenant has imported, in no order.
    async fn imported(&self, scope: &TenantScope, ids: &[ListingId]) -> Result<Vec<ListingId>, RepositoryError>;

    /// Stores that the imports end.
    ///
    /// # Errors
    /// `Stale` if one of them has ended already.
    async fn remove(&self, scope: &TenantScope, change: Change<RemovalBatch>) -> Result<(), RepositoryError>;
}
