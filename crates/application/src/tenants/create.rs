//! Creating a tenant.

use domain::access::{AdminScope, Caller, Permission};
use domain::countries::Country;
use domain::ids::{LocationId, TenantId};
use domain::tenants::{
    Address, City, Description, DomainName, NewTenant, PostCode, Tenant, TenantDetails, TenantName, TenantStatus,
};
use ports::{RepositoryError, rules};
use validator::Validate;

use super::{TenantError, Tenants, restated};
use crate::input::{Input, InvalidInput, is, is_or_blank, optional, required, together, unless_blank, valid};
use crate::steps::idempotency::{Idempotent, Outcome};

/// A request to create a tenant.
#[derive(Debug, Clone, Default, Validate)]
#[expect(missing_docs, reason = "the fields of a tenant, as the domain describes them")]
pub struct CreateTenant {
    #[validate(required, custom(function = is::<TenantName>))]
    pub name: Option<String>,
    /// The domain; derived from the name by default.
    #[validate(custom(function = is::<DomainName>))]
    pub domain: Option<String>,
    #[validate(custom(function = is_or_blank::<Description>))]
    pub description: Option<String>,
    #[validate(custom(function = is_or_blank::<Address>))]
    pub address: Option<String>,
    #[validate(custom(function = is_or_blank::<City>))]
    pub city: Option<String>,
    #[validate(custom(function = is_or_blank::<PostCode>))]
    pub post_code: Option<String>,
    #[validate(custom(function = is_or_blank::<Country>))]
    pub country_code: Option<String>,
    pub is_default: Option<bool>,
    #[validate(custom(function = is::<TenantStatus>))]
    pub status: Option<String>,
    pub is_trashed: Option<bool>,
    /// Whether it becomes the caller's current tenant.
    pub moves_caller: bool,
}

impl CreateTenant {
    fn details(&self) -> Result<TenantDetails, InvalidInput> {
        Ok(TenantDetails {
            description: unless_blank("description", self.description.as_deref())?,
            address: unless_blank("address", self.address.as_deref())?,
            city: unless_blank("city", self.city.as_deref())?,
            post_code: unless_blank("post_code", self.post_code.as_deref())?,
            country: unless_blank("country_code", self.country_code.as_deref())?,
        })
    }
}

impl Tenants {
    /// Creates a tenant with its default location, and makes it the caller's current tenant if the command says so.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<CreateTenant>,
        idempotent: &Idempotent<Tenant>,
    ) -> Result<Outcome<Tenant>, TenantError> {
        let scope = caller.admin_scope(Permission::Admin)?;
        self.idempotency.run(caller, idempotent, async || self.create_in(&scope, caller, input, idempotent).await).await
    }

    async fn create_in(
        &self,
        scope: &AdminScope,
        caller: &Caller,
        input: Input<CreateTenant>,
        idempotent: &Idempotent<Tenant>,
    ) -> Result<Tenant, TenantError> {
        let command = input?;
        let restated = restated(command.is_default, command.status.as_deref(), command.is_trashed);
        together(valid(&command), restated.check(false, TenantStatus::Active))?;
        let name: TenantName = required("name", command.name.as_deref())?;
        let domain: Option<DomainName> = optional("domain", command.domain.as_deref())?;
        let details = command.details()?;

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
            let change = Tenant::create(new, command.moves_caller.then(|| caller.user_id()), stamp);
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

    fn named(name: &str) -> CreateTenant {
        CreateTenant { name: Some(name.to_owned()), ..CreateTenant::default() }
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
        let command = CreateTenant { country_code: Some("XX".to_owned()), ..CreateTenant::default() };
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
        let command = CreateTenant { domain: Some("channel-a".to_owned()), ..named("Channel A") };
        let refused = tenants(repository).create(&build::administrator(), Ok(command), &Idempotent::default()).await;
        let error = refused.expect_err("taken");
        assert_eq!(error.code(), Code::DomainTaken);
    }

    #[tokio::test]
    async fn blank_texts_stand_for_none() {
        let mut repository = MockTenantRepository::new();
        repository.expect_create().once().returning(|_, change| Ok(change.after.tenant));
        let command =
            CreateTenant { city: Some("  ".to_owned()), description: Some(String::new()), ..named("Hotel A") };
        let created = tenants(repository).create(&build::administrator(), Ok(command), &Idempotent::default()).await;
        let created = created.expect("created").now().expect("done now");
        assert_eq!(created.details(), &TenantDetails::default());
    }
}
