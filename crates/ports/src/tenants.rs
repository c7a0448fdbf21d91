//! The ports of tenants.

use async_trait::async_trait;
use domain::access::{AdminScope, TenantScope};
use domain::change::Change;
use domain::ids::TenantId;
use domain::tenants::{Tenant, TenantCreated, TenantHoldings, TenantStatus, TenantStatusSet};
use domain::text::SearchText;

use crate::{Page, RepositoryError, Slice};

/// The tenants of one workspace. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TenantRepository: Send + Sync {
    /// Returns the tenant, or `None` if the workspace does not have it.
    async fn get(&self, scope: &TenantScope, id: TenantId) -> Result<Option<Tenant>, RepositoryError>;

    /// Stores a new tenant, its default location and the caller's move into it.
    ///
    /// # Errors
    /// `Taken { rule: "tenant_domain" }` if the workspace already has that domain; `Stale` if the caller is gone.
    async fn create(&self, scope: &AdminScope, change: Change<TenantCreated>) -> Result<Tenant, RepositoryError>;

    /// Stores a tenant's new fields.
    ///
    /// # Errors
    /// `Taken { rule: "tenant_domain" }` if another tenant has that domain; `Stale` if the tenant was changed or
    /// deleted since it was read.
    async fn update(&self, scope: &AdminScope, change: Change<Tenant>) -> Result<Tenant, RepositoryError>;

    /// Stores a tenant's new status, and the change to the users at home in it. If neither the tenant
    /// nor a user changes, nothing is stored and the unchanged tenant is returned.
    ///
    /// # Errors
    /// `Stale` if the tenant was changed or deleted since it was read; `Refused` if the caller is no longer an administrator
    /// of the workspace.
    async fn set_status(&self, scope: &AdminScope, change: Change<TenantStatusSet>) -> Result<Tenant, RepositoryError>;

    /// Counts the tenant's resources that are not deleted with it.
    async fn holdings(&self, scope: &AdminScope, id: TenantId) -> Result<TenantHoldings, RepositoryError>;

    /// Deletes a tenant with its locations, imports, users and keys. Users of other tenants whose current tenant it is
    /// return to their home tenants.
    ///
    /// # Errors
    /// `Stale` if the tenant was changed or deleted since it was read, or has integration accounts.
    async fn delete(&self, scope: &AdminScope, change: Change<Tenant>) -> Result<(), RepositoryError>;
}

/// A filter of tenants. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantFilter {
    /// The whole name, ignoring case.
    pub name: Option<SearchText>,
    /// A part of the description, ignoring case.
    pub description: Option<SearchText>,
    /// A part of the name, domain, description or city, ignoring case.
    pub q: Option<SearchText>,
    /// The status.
    pub status: Option<TenantStatus>,
}

/// Lists and counts of the tenants of one workspace.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait TenantQueries: Send + Sync {
    /// Lists the tenants that match, by id.
    async fn list(
        &self,
        scope: &AdminScope,
        filter: &TenantFilter,
        page: Page,
    ) -> Result<Slice<Tenant>, RepositoryError>;

    /// Counts the tenants that match.
    async fn count(&self, scope: &AdminScope, filter: &TenantFilter) -> Result<u64, RepositoryError>;
}
