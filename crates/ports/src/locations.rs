//! The ports of locations.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::locations::Location;

use crate::{Page, RepositoryError, Slice};

/// Lists of the locations of one tenant.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait LocationQueries: Send + Sync {
    /// The tenant's locations, by id.
    async fn list(&self, scope: &TenantScope, page: Page) -> Result<Slice<Location>, RepositoryError>;

    /// How many locations the tenant has.
    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError>;
}
