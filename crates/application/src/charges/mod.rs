//! Charges: the fees and taxes of the accounts of the caller's tenant.

mod error;
mod fields;
mod get;
mod replace;

use std::sync::Arc;

use ports::ChargeRepository;

pub use self::error::ChargeError;
pub use self::fields::{ChargeFields, ReplaceCharges};
use crate::steps::ambient::Ambient;

/// The use cases of charges.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Charges {
    pub repository: Arc<dyn ChargeRepository>,
    pub ambient: Ambient,
}

#[cfg(test)]
mod fixture {
    use domain::charges::{AccountCharges, AccountChargesParts};
    use ports::MockChargeRepository;
    use testkit::build;

    use super::*;
    use crate::steps::ambient::fixture::ambient;

    /// Returns the use cases over this mock.
    pub(super) fn charges(repository: MockChargeRepository) -> Charges {
        Charges { repository: Arc::new(repository), ambient: ambient() }
    }

    /// Returns an account of the channel without charges.
    pub(super) fn nothing() -> AccountCharges {
        let account = build::integration_account();
        AccountCharges::from_parts(AccountChargesParts {
            workspace_id: account.workspace_id(),
            integration_account_id: account.id(),
            account_name: account.details().name.clone(),
            charges: vec![],
            version: 1,
        })
    }

    /// Returns a repository in which the channel has the account.
    pub(super) fn stored() -> MockChargeRepository {
        let mut repository = MockChargeRepository::new();
        repository
            .expect_get()
            .withf(|scope, _| scope.tenant_id() == build::channel_id())
            .returning(|_, _| Ok(Some(nothing())));
        repository
    }
}
