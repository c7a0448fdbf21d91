//! Reading a tenant.

use domain::access::{Caller, Permission};
use domain::ids::TenantId;
use domain::tenants::Tenant;

use super::{TenantError, Tenants};

impl Tenants {
    /// Returns a tenant. The default tenant can read any tenant, another tenant only itself.
    pub async fn get(&self, caller: &Caller, id: TenantId) -> Result<Tenant, TenantError> {
        let scope = caller.view_scope(id)?;
        self.repository.get(&scope, id).await?.ok_or(TenantError::NotFound)
    }

    /// Returns the tenant of the request.
    pub async fn current(&self, caller: &Caller) -> Result<Tenant, TenantError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.repository.get(&scope, scope.tenant_id()).await?.ok_or(TenantError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use ports::MockTenantRepository;
    use testkit::build;

    use super::super::fixture::tenants;
    use super::*;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn a_channel_cannot_tell_a_foreign_tenant_from_none() {
        let mut repository = MockTenantRepository::new();
        repository.expect_get().never();
        let channel = build::channel(Permission::Admin);
        let foreign = tenants(repository).get(&channel, build::default_tenant().id()).await.expect_err("foreign");

        let mut repository = MockTenantRepository::new();
        repository.expect_get().returning(|_, _| Ok(None));
        let unknown = tenants(repository).get(&build::administrator(), build::channel_id()).await.expect_err("unknown");
        assert_eq!((foreign.code(), foreign.to_string()), (unknown.code(), unknown.to_string()));
    }

    #[tokio::test]
    async fn the_current_tenant_is_that_of_the_request() {
        let mut repository = MockTenantRepository::new();
        repository.expect_get().returning(|_, id| Ok(Some(build::tenant(id))));
        let found = tenants(repository).current(&build::channel(Permission::Read)).await.expect("found");
        assert_eq!(found.id(), build::channel_id());
    }
}
