//! Switching to another tenant.

use domain::access::Caller;
use domain::ids::TenantId;
use domain::tenants;

use super::{TenantError, Tenants};
use crate::steps::retry::retry_stale;

impl Tenants {
    /// Changes the caller's current tenant.
    pub async fn switch(&self, caller: &Caller, target: TenantId) -> Result<(), TenantError> {
        let scope = caller.switch_scope(target)?;
        retry_stale(async || {
            let target = self.repository.get(&scope, target).await?.ok_or(TenantError::NotFound)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match tenants::switch(caller, &target, stamp)? {
                Some(change) => Ok(self.users.switch(&scope, change).await?),
                None => Ok(()),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::access::Permission;
    use ports::{MockTenantQueries, MockTenantRepository, MockUserRepository};
    use testkit::build;

    use super::super::fixture::{over, tenants};
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn the_caller_is_moved() {
        let mut repository = MockTenantRepository::new();
        repository.expect_get().returning(|_, id| Ok(Some(build::tenant(id))));
        let mut users = MockUserRepository::new();
        let caller = build::administrator();
        let user = caller.user_id();
        users
            .expect_switch()
            .once()
            .withf(move |_, change| (change.after.user, change.after.target) == (user, build::channel_id()))
            .returning(|_, _| Ok(()));
        let tenants = over(repository, MockTenantQueries::new(), users);
        tenants.switch(&caller, build::channel_id()).await.expect("moved");
    }

    #[tokio::test]
    async fn a_channel_goes_nowhere_else() {
        let tenants = tenants(MockTenantRepository::new());
        let channel = build::channel(Permission::Admin);
        let refused = tenants.switch(&channel, build::default_tenant().id()).await;
        assert_eq!(refused.expect_err("refused").code(), Code::TenantNotFound);
        let reader = tenants.switch(&build::channel(Permission::Read), build::channel_id()).await;
        assert_eq!(reader.expect_err("refused").code(), Code::PermissionDenied);
    }
}
