//! Integration accounts of the caller's tenant, and their moves between tenants.

mod create;
mod delete;
mod error;
mod fields;
mod get;
mod import_policy;
mod importers;
mod list;
mod move_account;
mod update;

use std::sync::Arc;

use ports::{ImporterQueries, IntegrationAccountQueries, IntegrationAccountRepository, TenantRepository};

pub use self::error::IntegrationAccountError;
pub use self::fields::{CreateIntegrationAccountBody, IntegrationAccountFields};
pub use self::import_policy::PutImportPolicy;
pub use self::list::FindIntegrationAccounts;
pub use self::move_account::{MoveIntegrationAccount, MoveOptions, MovedIntegrationAccount};
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of integration accounts.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct IntegrationAccounts {
    pub repository: Arc<dyn IntegrationAccountRepository>,
    pub queries: Arc<dyn IntegrationAccountQueries>,
    pub tenants: Arc<dyn TenantRepository>,
    pub importers: Arc<dyn ImporterQueries>,
    pub idempotency: Idempotency,
    pub ambient: Ambient,
}

#[cfg(test)]
mod fixture {
    use domain::patch::Patch;
    use ports::{
        MockImporterQueries, MockIntegrationAccountQueries, MockIntegrationAccountRepository, MockTenantRepository,
    };

    use super::*;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    /// Returns the use cases over this mock; calls of other ports panic.
    pub(super) fn accounts(accounts: MockIntegrationAccountRepository) -> IntegrationAccounts {
        over(accounts, MockIntegrationAccountQueries::new(), MockTenantRepository::new())
    }

    pub(super) fn over(
        accounts: MockIntegrationAccountRepository,
        queries: MockIntegrationAccountQueries,
        tenants: MockTenantRepository,
    ) -> IntegrationAccounts {
        IntegrationAccounts {
            repository: Arc::new(accounts),
            queries: Arc::new(queries),
            tenants: Arc::new(tenants),
            importers: Arc::new(MockImporterQueries::new()),
            idempotency: idempotency(),
            ambient: ambient(),
        }
    }

    pub(super) fn sent(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }

    /// Returns the required fields of a new account.
    pub(super) fn fields() -> IntegrationAccountFields {
        IntegrationAccountFields {
            name: sent("Host"),
            provider: sent("GUESTY"),
            account_identifier: sent("host@example.com"),
            auth_type: sent("API_KEY"),
            ..IntegrationAccountFields::default()
        }
    }
}
