//! Deleting a tenant.

use domain::access::{Caller, Permission};
use domain::ids::TenantId;
use domain::tenants::Tenant;

use super::{TenantError, Tenants};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Tenants {
    /// Deletes a tenant with its locations, imports, users and keys, unless it has integration accounts.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: TenantId,
        precondition: &Precondition<Tenant>,
    ) -> Result<(), TenantError> {
        let scope = caller.admin_scope(Permission::Admin)?;
        retry_stale(async || {
            let tenant = self.repository.get(scope.tenant_scope(), id).await?.ok_or(TenantError::NotFound)?;
            precondition.check(&tenant)?;
            let holdings = self.repository.holdings(&scope, id).await?;
            let change = tenant.delete(holdings, scope.stamp(self.ambient.audit_id(), self.ambient.now()))?;
            Ok(self.repository.delete(&scope, change).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::tenants::TenantHoldings;
    use ports::{MockTenantRepository, RepositoryError};
    use testkit::build;

    use super::super::fixture::tenants;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn the_default_tenant_is_not_deleted() {
        let mut repository = MockTenantRepository::new();
        repository.expect_get().returning(|_, _| Ok(Some(build::default_tenant())));
        repository.expect_holdings().returning(|_, _| Ok(TenantHoldings::default()));
        repository.expect_delete().never();
        let refused = tenants(repository)
            .delete(&build::administrator(), build::default_tenant().id(), &Precondition::default())
            .await;
        assert_eq!(refused.expect_err("refused").code(), Code::DefaultTenant);
    }

    #[tokio::test]
    async fn a_tenant_with_integration_accounts_is_not_deleted_even_if_they_come_meanwhile() {
        let mut repository = MockTenantRepository::new();
        repository.expect_get().times(2).returning(|_, id| Ok(Some(build::tenant(id))));
        let mut found = vec![TenantHoldings { integration_accounts: 2, listings: 30 }, TenantHoldings::default()];
        repository.expect_holdings().times(2).returning(move |_, _| Ok(found.pop().unwrap_or_default()));
        repository.expect_delete().once().returning(|_, _| Err(RepositoryError::Stale));
        let refused =
            tenants(repository).delete(&build::administrator(), build::channel_id(), &Precondition::default()).await;
        let refused = refused.expect_err("refused");
        assert_eq!(refused.code(), Code::TenantNotEmpty);
        assert_eq!(refused.members().counts, Some(&[("integrationAccounts", 2), ("listings", 30)].into()));
    }

    #[tokio::test]
    async fn a_lost_precondition_comes_before_what_stands_in_the_way() {
        let mut repository = MockTenantRepository::new();
        repository.expect_get().returning(|_, _| Ok(Some(build::default_tenant())));
        let lost = Precondition::new(|_: Option<&Tenant>| false);
        let refused = tenants(repository).delete(&build::administrator(), build::default_tenant().id(), &lost).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PreconditionFailed);
    }
}
