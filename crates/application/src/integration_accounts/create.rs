//! Creating an integration account.

use domain::access::{Caller, Permission};
use domain::ids::IntegrationAccountId;
use domain::integration_accounts::{IntegrationAccount, NewIntegrationAccount};

use super::{IntegrationAccountError, IntegrationAccountFields, IntegrationAccounts};
use crate::input::Input;
use crate::steps::idempotency::{Idempotent, Outcome};

impl IntegrationAccounts {
    /// Creates an account of the caller's tenant.
    pub async fn create(
        &self,
        caller: &Caller,
        input: Input<IntegrationAccountFields>,
        idempotent: &Idempotent<IntegrationAccount>,
    ) -> Result<Outcome<IntegrationAccount>, IntegrationAccountError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        let create = async || {
            let details = input?.details()?;
            let new = NewIntegrationAccount { id: self.ambient.id(IntegrationAccountId::new), details };
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let change = IntegrationAccount::create(new, &scope, stamp);
            let account = change.after.clone();
            self.repository.create(&scope, idempotent.sign(change, &account)).await?;
            Ok(account)
        };
        self.idempotency.run(caller, idempotent, create).await
    }
}

#[cfg(test)]
mod tests {
    use domain::integration_accounts::{AccountStatus, IntegrationAccountDetails};
    use domain::patch::Patch;
    use domain::percentages::Percentage;
    use ports::{MockIntegrationAccountRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::{accounts, fields, sent};
    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn create(
        repository: MockIntegrationAccountRepository,
        fields: IntegrationAccountFields,
    ) -> Result<IntegrationAccount, IntegrationAccountError> {
        let done =
            accounts(repository).create(&build::channel(Permission::Admin), Ok(fields), &Idempotent::default()).await;
        done.map(|done| done.now().expect("done now"))
    }

    #[tokio::test]
    async fn it_takes_an_admin_key_whatever_the_body() {
        for (permission, code) in [
            (Permission::Read, Code::PermissionDenied),
            (Permission::Write, Code::PermissionDenied),
            (Permission::Admin, Code::MalformedRequest),
        ] {
            let unreadable = Err(Unreadable::Malformed("broken".to_owned()));
            let accounts = accounts(MockIntegrationAccountRepository::new());
            let refused = accounts.create(&build::channel(permission), unreadable, &Idempotent::default()).await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn what_is_not_said_is_as_the_contract_says() {
        let mut repository = MockIntegrationAccountRepository::new();
        repository.expect_create().once().returning(|_, change| Ok(change.after));
        let created = create(repository, fields()).await.expect("created");
        assert_eq!(created.tenant_id(), build::channel_id());
        let IntegrationAccountDetails { status, allow_import, markup, default_discount, distribution_markup, .. } =
            created.details();
        assert_eq!((*status, *allow_import, *default_discount), (AccountStatus::Active, true, None));
        assert_eq!((*markup, *distribution_markup), (Percentage::default(), Percentage::default()));
    }

    #[tokio::test]
    async fn all_field_errors_are_told_at_once() {
        let wrong = IntegrationAccountFields {
            provider: sent("AIRBNB"),
            allow_import: Patch::Clear,
            markup_percentage: sent("100.5"),
            default_discount_percentage: sent("ten"),
            ..IntegrationAccountFields::default()
        };
        let refused = create(MockIntegrationAccountRepository::new(), wrong).await.expect_err("invalid");
        let field_errors: Vec<_> = refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
        let expected = [
            "accountIdentifier",
            "allowImport",
            "authType",
            "defaultDiscountPercentage",
            "markupPercentage",
            "name",
            "provider",
        ];
        assert_eq!(field_errors, expected);
    }

    #[tokio::test]
    async fn a_taken_identifier_is_a_conflict() {
        let mut repository = MockIntegrationAccountRepository::new();
        let taken = || RepositoryError::Taken { rule: rules::INTEGRATION_ACCOUNT_IDENTIFIER };
        repository.expect_create().once().returning(move |_, _| Err(taken()));
        let refused = create(repository, fields()).await.expect_err("taken");
        assert_eq!(refused.code(), Code::AccountIdentifierTaken);
        assert!(refused.field_errors().expect("field errors").contains_key("accountIdentifier"));
    }
}
