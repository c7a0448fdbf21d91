//! Changing an integration account's fields.

use domain::access::{Caller, Permission};
use domain::ids::IntegrationAccountId;
use domain::integration_accounts::IntegrationAccount;

use super::{IntegrationAccountError, IntegrationAccountFields, IntegrationAccounts};
use crate::input::Input;
use crate::input::reader::read;
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl IntegrationAccounts {
    /// Changes the fields that the command contains.
    pub async fn update(
        &self,
        caller: &Caller,
        id: IntegrationAccountId,
        input: Input<IntegrationAccountFields>,
        precondition: &Precondition<IntegrationAccount>,
    ) -> Result<IntegrationAccount, IntegrationAccountError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        let edit = read(&input?)?;
        retry_stale(async || {
            let account = self.repository.get(&scope, id).await?.ok_or(IntegrationAccountError::NotFound)?;
            precondition.check(&account)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match account.update(edit.clone(), &scope, stamp) {
                Some(change) => Ok(self.repository.update(&scope, change).await?),
                None => Ok(account),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use domain::patch::Patch;
    use ports::MockIntegrationAccountRepository;
    use testkit::build;

    use super::super::fixture::{accounts, sent};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn stored() -> MockIntegrationAccountRepository {
        let mut repository = MockIntegrationAccountRepository::new();
        repository.expect_get().returning(|_, _| Ok(Some(build::integration_account())));
        repository
    }

    async fn update(
        repository: MockIntegrationAccountRepository,
        permission: Permission,
        fields: IntegrationAccountFields,
    ) -> Result<IntegrationAccount, IntegrationAccountError> {
        let id = build::integration_account().id();
        accounts(repository).update(&build::channel(permission), id, Ok(fields), &Precondition::default()).await
    }

    #[tokio::test]
    async fn what_changes_nothing_is_not_stored() {
        let fields =
            IntegrationAccountFields { name: sent("Host"), provider_account_id: Patch::Clear, ..Default::default() };
        let updated = update(stored(), Permission::Admin, fields).await;
        assert_eq!(updated.expect("unchanged"), build::integration_account());
    }

    #[tokio::test]
    async fn null_clears_what_may_be_missing_and_nothing_else() {
        let nulls = IntegrationAccountFields {
            name: Patch::Clear,
            provider_account_id: Patch::Clear,
            markup_percentage: Patch::Clear,
            default_discount_percentage: Patch::Clear,
            ..Default::default()
        };
        let refused = update(MockIntegrationAccountRepository::new(), Permission::Admin, nulls).await;
        let refused = refused.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("fields").keys().collect::<Vec<_>>(), ["markupPercentage", "name"]);
    }

    #[tokio::test]
    async fn who_may_only_write_changes_no_account_and_nobody_one_that_is_not_there() {
        let fields = IntegrationAccountFields::default;
        let refused = update(MockIntegrationAccountRepository::new(), Permission::Write, fields()).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
        let mut nothing = MockIntegrationAccountRepository::new();
        nothing.expect_get().once().returning(|_, _| Ok(None));
        let unknown = update(nothing, Permission::Admin, fields()).await;
        assert_eq!(unknown.expect_err("unknown").code(), Code::IntegrationAccountNotFound);
    }
}
