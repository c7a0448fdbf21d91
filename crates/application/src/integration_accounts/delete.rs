//! Deleting an integration account.

use domain::access::{Caller, Permission};
use domain::ids::IntegrationAccountId;
use domain::integration_accounts::IntegrationAccount;

use super::{IntegrationAccountError, IntegrationAccounts};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl IntegrationAccounts {
    /// Deletes an account of the caller's tenant with its listings and their data. An account with reservations cannot
    /// be deleted.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: IntegrationAccountId,
        precondition: &Precondition<IntegrationAccount>,
    ) -> Result<(), IntegrationAccountError> {
        let scope = caller.tenant_scope(Permission::Admin)?;
        retry_stale(async || {
            let account = self.repository.get(&scope, id).await?.ok_or(IntegrationAccountError::NotFound)?;
            precondition.check(&account)?;
            let change = account.delete(&scope, scope.stamp(self.ambient.audit_id(), self.ambient.now()));
            Ok(self.repository.delete(&scope, change).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockIntegrationAccountRepository, RepositoryError, rules};
    use testkit::build;

    use super::super::fixture::accounts;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn it_takes_an_admin_key() {
        let accounts = accounts(MockIntegrationAccountRepository::new());
        let id = build::integration_account().id();
        let refused = accounts.delete(&build::channel(Permission::Write), id, &Precondition::default()).await;
        assert_eq!(refused.expect_err("refused").code(), Code::PermissionDenied);
    }

    #[tokio::test]
    async fn an_account_with_reservations_stays() {
        let mut repository = MockIntegrationAccountRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(Some(build::integration_account())));
        let taken = || RepositoryError::Taken { rule: rules::HAS_RESERVATIONS };
        repository.expect_delete().once().returning(move |_, _| Err(taken()));
        let id = build::integration_account().id();
        let (caller, any) = (build::channel(Permission::Admin), Precondition::default());
        let refused = accounts(repository).delete(&caller, id, &any).await.expect_err("refused");
        assert_eq!(refused.code(), Code::HasReservations);
    }
}
