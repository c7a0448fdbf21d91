//! Deactivating and activating a tenant.

use domain::access::{Caller, Permission};
use domain::ids::TenantId;
use domain::tenants::{Tenant, TenantStatus};
use domain::users::UserStatus;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{TenantError, Tenants};
use crate::input::Input;
use crate::input::reader::{FieldReader, Fields, read};
use crate::input::wire::integer;
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// The new status of the tenant's users.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = StatusBody)]
pub struct SetTenantStatus {
    /// The status of the users at home in the tenant, except support users: 0 passive, 1 active, 2 banned.
    #[serde(default, deserialize_with = "integer")]
    #[schema(minimum = 0, maximum = 2)]
    pub user_status: Option<i64>,
}

impl Fields for SetTenantStatus {
    type Values = Option<UserStatus>;

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        Some(r.given("user_status", &self.user_status))
    }
}

impl Tenants {
    /// Deactivates or activates a tenant. From its deactivation on, every request in it is refused.
    pub async fn set_status(
        &self,
        caller: &Caller,
        id: TenantId,
        status: TenantStatus,
        input: Input<SetTenantStatus>,
        precondition: &Precondition<Tenant>,
    ) -> Result<Tenant, TenantError> {
        let scope = caller.admin_scope(Permission::Admin)?;
        let users = read(&input?)?;
        retry_stale(async || {
            let tenant = self.repository.get(scope.tenant_scope(), id).await?.ok_or(TenantError::NotFound)?;
            precondition.check(&tenant)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match tenant.set_status(status, users, stamp)? {
                Some(change) => Ok(self.repository.set_status(&scope, change).await?),
                None => Ok(tenant),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::tenants::UsersChange;
    use domain::users::UserStatus;
    use ports::MockTenantRepository;
    use testkit::build;

    use super::super::fixture::tenants;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn the_users_get_the_status_that_was_asked_for() {
        for (number, expected) in [
            (None, UsersChange::Kept),
            (Some(0), UsersChange::Set(UserStatus::Passive)),
            (Some(2), UsersChange::Set(UserStatus::Banned)),
        ] {
            let mut repository = MockTenantRepository::new();
            repository.expect_get().returning(|_, id| Ok(Some(build::tenant(id))));
            repository.expect_set_status().once().returning(move |_, change| {
                assert_eq!(change.after.users, expected);
                Ok(change.after.tenant)
            });
            let command = SetTenantStatus { user_status: number };
            let (status, precondition) = (TenantStatus::Inactive, Precondition::default());
            let tenant = tenants(repository)
                .set_status(&build::administrator(), build::channel_id(), status, Ok(command), &precondition)
                .await;
            assert_eq!(tenant.expect("deactivated").status(), TenantStatus::Inactive);
        }
    }

    #[tokio::test]
    async fn a_number_that_is_no_status_is_refused_before_anything_is_read() {
        let command = SetTenantStatus { user_status: Some(3) };
        let tenants = tenants(MockTenantRepository::new());
        let error = tenants
            .set_status(
                &build::administrator(),
                build::channel_id(),
                TenantStatus::Active,
                Ok(command),
                &Precondition::default(),
            )
            .await
            .expect_err("invalid");
        assert!(error.field_errors().expect("field errors").contains_key("user_status"));
    }

    #[tokio::test]
    async fn the_default_tenant_stays_active() {
        let mut repository = MockTenantRepository::new();
        repository.expect_get().returning(|_, _| Ok(Some(build::default_tenant())));
        let result = tenants(repository)
            .set_status(
                &build::administrator(),
                build::default_tenant().id(),
                TenantStatus::Inactive,
                Ok(SetTenantStatus::default()),
                &Precondition::default(),
            )
            .await;
        assert_eq!(result.expect_err("refused").code(), Code::DefaultTenant);
    }
}
