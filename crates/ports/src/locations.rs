//! The ports of locations.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::LocationId;
use domain::locations::Location;

use crate::{Page, RepositoryError, Slice};

/// The locations of one tenant. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait LocationRepository: Send + Sync {
    /// Returns the location, or `None` if the tenant does not have it.
    async fn get(&self, scope: &TenantScope, id: LocationId) -> Result<Option<Location>, RepositoryError>;

    /// Stores a new location.
    ///
    /// # Errors
    /// `Taken { rule: "location_default" }` if the tenant has a default location already; `Stale` if the tenant is
    /// gone.
    async fn create(&self, scope: &TenantScope, change: Change<Location>) -> Result<Location, RepositoryError>;

    /// Stores a location's new fields.
    ///
    /// # Errors
    /// `Stale` if the location was changed or deleted since it was read.
    async fn update(&self, scope: &TenantScope, change: Change<Location>) -> Result<Location, RepositoryError>;

    /// Deletes a location.
    ///
    /// # Errors
    /// `Taken { rule: "location_in_use" }` if users work there; `Stale` if the location was changed or deleted since
    /// it was read.
    async fn delete(&self, scope: &TenantScope, change: Change<Location>) -> Result<(), RepositoryError>;
}

/// Lists and counts of the locations of one tenant.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait LocationQueries: Send + Sync {
    /// Lists the tenant's locations, by id.
    async fn list(&self, scope: &TenantScope, page: Page) -> Result<Slice<Location>, RepositoryError>;

    /// Counts the tenant's locations.
    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError>;
}
