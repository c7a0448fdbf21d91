//! Reading the charges of an account.

use domain::access::{Caller, Permission};
use domain::charges::AccountCharges;
use domain::ids::IntegrationAccountId;

use super::{ChargeError, Charges};

impl Charges {
    /// Returns the charges of an account of the caller's tenant.
    pub async fn get(&self, caller: &Caller, account: IntegrationAccountId) -> Result<AccountCharges, ChargeError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.repository.get(&scope, account).await?.ok_or(ChargeError::AccountNotFound)
    }
}

#[cfg(test)]
mod tests {
    use ports::MockChargeRepository;
    use testkit::build;

    use super::super::fixture::{charges, nothing, stored};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn charges_are_looked_for_in_the_tenant_of_the_request() {
        let account = build::integration_account().id();
        let found = charges(stored()).get(&build::channel(Permission::Read), account).await;
        assert_eq!(found.expect("an account"), nothing());
        let mut repository = MockChargeRepository::new();
        repository.expect_get().once().returning(|_, _| Ok(None));
        let unknown = charges(repository).get(&build::channel(Permission::Read), account).await;
        assert_eq!(unknown.expect_err("unknown").code(), Code::IntegrationAccountNotFound);
    }
}
