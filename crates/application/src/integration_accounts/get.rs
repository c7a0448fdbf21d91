//! Reading an integration account.

use domain::access::{Caller, Permission};
use domain::ids::IntegrationAccountId;
use domain::integration_accounts::IntegrationAccount;

use super::{IntegrationAccountError, IntegrationAccounts};

impl IntegrationAccounts {
    /// Returns an account of the caller's tenant.
    pub async fn get(
        &self,
        caller: &Caller,
        id: IntegrationAccountId,
    ) -> Result<IntegrationAccount, IntegrationAccountError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.repository.get(&scope, id).await?.ok_or(IntegrationAccountError::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use ports::MockIntegrationAccountRepository;
    use testkit::build;

    use super::super::fixture::accounts;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn an_account_is_looked_for_in_the_tenant_of_the_request() {
        let id = build::integration_account().id();
        for (found, expected) in
            [(Some(build::integration_account()), None), (None, Some(Code::IntegrationAccountNotFound))]
        {
            let mut repository = MockIntegrationAccountRepository::new();
            repository
                .expect_get()
                .withf(|scope, _| scope.tenant_id() == build::channel_id())
                .returning(move |_, _| Ok(found.clone()));
            let found = accounts(repository).get(&build::channel(Permission::Read), id).await;
            assert_eq!(found.err().map(|error| error.code()), expected);
        }
    }
}
