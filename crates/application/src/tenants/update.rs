//! Changing a tenant's fields.

use domain::access::{Caller, Permission};
use domain::ids::TenantId;
use domain::tenants::Tenant;

use super::fields::refuse_changes;
use super::{TenantError, TenantFields, Tenants};
use crate::input::Input;
use crate::input::reader::{FieldReader, Fields};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl Tenants {
    /// Changes the fields that the command contains.
    pub async fn update(
        &self,
        caller: &Caller,
        id: TenantId,
        input: Input<TenantFields>,
        precondition: &Precondition<Tenant>,
    ) -> Result<Tenant, TenantError> {
        let scope = caller.admin_scope(Permission::Admin)?;
        let mut reader = FieldReader::default();
        let read = input?.read(&mut reader);
        retry_stale(async || {
            let tenant = self.repository.get(scope.tenant_scope(), id).await?;
            let (mut reader, read) = (reader.clone(), read.clone());
            if let (Some(tenant), Some((_, restated))) = (&tenant, &read) {
                refuse_changes(&mut reader, restated, tenant.is_default(), tenant.status());
            }
            let (edit, _) = reader.finish(read)?;
            let tenant = tenant.ok_or(TenantError::NotFound)?;
            precondition.check(&tenant)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match tenant.update(edit, stamp) {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(tenant),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use domain::tenants::TenantParts;
    use ports::{MockTenantRepository, RepositoryError};
    use testkit::build;

    use super::super::fixture::tenants;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn sent(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }

    fn stored() -> MockTenantRepository {
        let mut repository = MockTenantRepository::new();
        repository.expect_get().returning(|_, id| Ok(Some(build::tenant(id))));
        repository
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_stored() {
        let mut repository = stored();
        repository.expect_update().never();
        let same = build::tenant(build::channel_id()).name().to_string();
        let command = TenantFields { name: sent(&same), ..TenantFields::default() };
        let result = tenants(repository)
            .update(&build::administrator(), build::channel_id(), Ok(command), &Precondition::default())
            .await;
        assert_eq!(result.expect("unchanged"), build::tenant(build::channel_id()));
    }

    #[tokio::test]
    async fn fields_that_may_not_change_are_named_with_all_other_field_errors() {
        let command = TenantFields { name: sent("Inn"), is_default: Some(true), ..TenantFields::default() };
        let result = tenants(stored())
            .update(&build::administrator(), build::channel_id(), Ok(command), &Precondition::default())
            .await;
        let error = result.expect_err("invalid");
        assert_eq!(error.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["isDefault", "name"]);
    }

    #[tokio::test]
    async fn names_and_domains_refuse_null() {
        let command =
            TenantFields { name: Patch::Clear, domain: Patch::Clear, city: Patch::Clear, ..TenantFields::default() };
        let tenants = tenants(stored());
        let error = tenants
            .update(&build::administrator(), build::channel_id(), Ok(command), &Precondition::default())
            .await
            .expect_err("invalid");
        assert_eq!(error.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["domain", "name"]);
    }

    #[tokio::test]
    async fn a_status_that_differs_names_the_operation_to_use() {
        let command = TenantFields { status: Some("INACTIVE".to_owned()), ..TenantFields::default() };
        let error = tenants(stored())
            .update(&build::administrator(), build::channel_id(), Ok(command), &Precondition::default())
            .await;
        let error = error.expect_err("not here");
        assert_eq!(error.code(), Code::ValidationFailed);
        assert!(error.field_errors().expect("field errors")["status"][0].contains("deactivate"));
    }

    #[tokio::test]
    async fn an_unknown_tenant_is_not_found() {
        let mut repository = MockTenantRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(None));
        let result = tenants(repository)
            .update(&build::administrator(), build::channel_id(), Ok(TenantFields::default()), &Precondition::default())
            .await;
        assert_eq!(result.expect_err("unknown").code(), Code::TenantNotFound);
    }

    #[tokio::test]
    async fn what_the_client_takes_for_granted_is_looked_at_on_each_attempt() {
        let mut repository = MockTenantRepository::new();
        let renamed = |id| {
            let parts = build::tenant(id).into_parts();
            Tenant::from_parts(TenantParts { name: "Renamed meanwhile".parse().expect("a name"), ..parts })
        };
        let mut found = vec![renamed(build::channel_id()), build::tenant(build::channel_id())];
        repository.expect_get().times(2).returning(move |_, _| Ok(found.pop()));
        repository.expect_update().once().returning(|_, _| Err(RepositoryError::Stale));
        let seen = Precondition::new(|tenant: Option<&Tenant>| {
            tenant.is_some_and(|tenant| tenant.name().as_str() == "Channel")
        });
        let command = TenantFields { name: sent("Another name"), ..TenantFields::default() };
        let lost = tenants(repository).update(&build::administrator(), build::channel_id(), Ok(command), &seen).await;
        let lost = lost.expect_err("lost");
        assert_eq!(lost.code(), Code::PreconditionFailed);
    }

    #[tokio::test]
    async fn a_lost_precondition_comes_behind_what_is_invalid_or_not_there() {
        let lost = || Precondition::new(|_: Option<&Tenant>| false);
        let mut nothing = MockTenantRepository::new();
        nothing.expect_get().returning(|_, _| Ok(None));
        for (repository, name, code) in [
            (stored(), "Inn", Code::ValidationFailed),
            (nothing, "Another name", Code::TenantNotFound),
            (stored(), "Another name", Code::PreconditionFailed),
            (stored(), "Channel", Code::PreconditionFailed),
        ] {
            let command = TenantFields { name: sent(name), ..TenantFields::default() };
            let tenants = tenants(repository);
            let refused = tenants.update(&build::administrator(), build::channel_id(), Ok(command), &lost()).await;
            assert_eq!(refused.expect_err("refused").code(), code, "{name}");
        }
    }
}
