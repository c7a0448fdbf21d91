//! Creating a tenant.

use domain::access::{AdminScope, Caller, Permission};
use domain::ids::{LocationId, TenantId};
use domain::patch::Patch;
use domain::tenants::{DomainName, NewTenant, Tenant, TenantDetails, TenantStatus};
use ports::{RepositoryError, rules};

use super::fields::refuse_changes;
use super::{TenantError, TenantFields, Tenants};
use crate::input::Input;
use crate::input::reader::{FieldReader, Fields};
use crate::steps::idempotency::{Idempotent, Outcome};

impl Tenants {
    /// Creates a tenant with its default location, and makes it the caller's current tenant if the command says so.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<TenantFields>,
        idempotent: &Idempotent<Tenant>,
    ) -> Result<Outcome<Tenant>, TenantError> {
        let scope = caller.admin_scope(Permission::Admin)?;
        self.idempotency.run(caller, idempotent, async || self.create_in(&scope, caller, input, idempotent).await).await
    }

    async fn create_in(
        &self,
        scope: &AdminScope,
        caller: &Caller,
        input: Input<TenantFields>,
        idempotent: &Idempotent<Tenant>,
    ) -> Result<Tenant, TenantError> {
        let mut fields = input?.complete();
        // This operation never makes a default tenant, whatever the field says.
        fields.is_default = None;
        // Null means the default, as if the field was absent.
        fields.domain = fields.domain.value().map_or(Patch::Keep, Patch::Set);
        let mut reader = FieldReader::default();
        let read = fields.read(&mut reader).and_then(|(edit, restated)| {
            refuse_changes(&mut reader, &restated, false, TenantStatus::Active);
            edit.name.clone().zip(Some(edit))
        });
        let (name, edit) = reader.finish(read)?;
        let domain = edit.domain.clone();
        let details = TenantDetails::default().edited(edit);

        let id = self.ambient.id(TenantId::new);
        let default_location_id = self.ambient.id(LocationId::new);
        let mut taken = RepositoryError::Taken { rule: rules::TENANT_DOMAIN };
        for domain in domain.map_or_else(|| DomainName::proposals(name.as_str(), id), |domain| vec![domain]) {
            let new = NewTenant {
                workspace_id: scope.workspace_id(),
                id,
                default_location_id,
                name: name.clone(),
                domain,
                details: details.clone(),
            };
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = Tenant::create(new, fields.moves_caller.then(|| caller.user_id()), stamp);
            let tenant = change.after.tenant.clone();
            match self.repository.create(scope, idempotent.sign(change, &tenant)).await {
                Err(error @ RepositoryError::Taken { rule: rules::TENANT_DOMAIN }) => taken = error,
                stored => return Ok(stored.map(|_| tenant)?),
            }
        }
        Err(taken.into())
    }
}

#[cfg(test)]
mod tests {
    use ports::MockTenantRepository;
    use testkit::build;

    use super::super::fixture::tenants;
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn named(name: &str) -> TenantFields {
        TenantFields { name: Patch::Set(name.to_owned()), ..TenantFields::default() }
    }

    #[tokio::test]
    async fn who_may_not_is_told_so_before_the_body_is_looked_at() {
        let unreadable = || Err(Unreadable::Malformed("broken".to_owned()));
        for (caller, code) in [
            (build::channel(Permission::Write), Code::PermissionDenied),
            (build::channel(Permission::Admin), Code::DefaultTenantRequired),
            (build::administrator(), Code::MalformedRequest),
        ] {
            let refused =
                tenants(MockTenantRepository::new()).create(&caller, unreadable(), &Idempotent::default()).await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn all_field_errors_are_reported_together() {
        let command = TenantFields { country_code: Patch::Set("XX".to_owned()), ..TenantFields::default() };
        let refused = tenants(MockTenantRepository::new())
            .create(&build::administrator(), Ok(command), &Idempotent::default())
            .await;
        let error = refused.expect_err("invalid");
        let field_errors = error.field_errors().expect("field errors");
        assert_eq!(field_errors["name"], ["The name field is required."]);
        assert_eq!(
            field_errors["country_code"],
            ["The country code field is invalid. It must be ISO 3166-1 alpha-2 country code."]
        );
        assert_eq!(field_errors.len(), 2);
    }

    #[tokio::test]
    async fn a_domain_made_from_the_name_gets_a_tail_where_it_is_taken() {
        let mut repository = MockTenantRepository::new();
        repository.expect_create().times(2).returning(|_, change| {
            let tenant = change.after.tenant;
            match tenant.domain().as_str() {
                "channel-a" => Err(RepositoryError::Taken { rule: rules::TENANT_DOMAIN }),
                _ => Ok(tenant),
            }
        });
        let created =
            tenants(repository).create(&build::administrator(), Ok(named("Channel A")), &Idempotent::default()).await;
        let created = created.expect("the second proposal is free").now().expect("done now");
        assert!(created.domain().as_str().starts_with("channel-a-"), "{}", created.domain());
    }

    #[tokio::test]
    async fn a_domain_that_was_asked_for_is_not_replaced() {
        let mut repository = MockTenantRepository::new();
        repository.expect_create().once().returning(|_, _| Err(RepositoryError::Taken { rule: rules::TENANT_DOMAIN }));
        let command = TenantFields { domain: Patch::Set("channel-a".to_owned()), ..named("Channel A") };
        let refused = tenants(repository).create(&build::administrator(), Ok(command), &Idempotent::default()).await;
        let error = refused.expect_err("taken");
        assert_eq!(error.code(), Code::DomainTaken);
    }

    #[tokio::test]
    async fn blank_texts_stand_for_none() {
        let mut repository = MockTenantRepository::new();
        repository.expect_create().once().returning(|_, change| Ok(change.after.tenant));
        let command = TenantFields {
            city: Patch::Set("  ".to_owned()),
            description: Patch::Set(String::new()),
            ..named("Hotel A")
        };
        let created = tenants(repository).create(&build::administrator(), Ok(command), &Idempotent::default()).await;
        let created = created.expect("created").now().expect("done now");
        assert_eq!(created.details(), &TenantDetails::default());
    }
}
