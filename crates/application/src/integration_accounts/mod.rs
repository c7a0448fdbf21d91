//! Integration accounts of the caller's tenant, and their moves between tenants.

mod create;
mod delete;
mod error;
mod fields;
mod find;
mod list;
mod move_tenant;
mod update;

use std::sync::Arc;

use ports::{IntegrationAccountQueries, IntegrationAccountRepository, TenantRepository};

pub use self::error::IntegrationAccountError;
pub use self::fields::IntegrationAccountFields;
pub use self::list::FindIntegrationAccounts;
pub use self::move_tenant::{MoveIntegrationAccount, MovedIntegrationAccount};
use crate::ambient::Ambient;
use crate::receipts::Receipts;

/// The use cases of integration accounts.
pub struct IntegrationAccounts {
    repository: Arc<dyn IntegrationAccountRepository>,
    queries: Arc<dyn IntegrationAccountQueries>,
    tenants: Arc<dyn TenantRepository>,
    receipts: Receipts,
    ambient: Ambient,
}

impl IntegrationAccounts {
    /// Creates the use cases from their ports.
    pub fn new(
        repository: Arc<dyn IntegrationAccountRepository>,
        queries: Arc<dyn IntegrationAccountQueries>,
        tenants: Arc<dyn TenantRepository>,
        receipts: Receipts,
        ambient: Ambient,
    ) -> Self {
        Self { repository, queries, tenants, receipts, ambient }
    }
}

#[cfg(test)]
mod fixture {
    use domain::tenants::FieldEdit;
    use ports::{MockIntegrationAccountQueries, MockIntegrationAccountRepository, MockTenantRepository};

    use super::*;
    use crate::ambient::fixture::ambient;
    use crate::receipts::fixture::receipts;

    /// Returns the use cases over this mock; calls of other ports panic.
    pub(super) fn accounts(accounts: MockIntegrationAccountRepository) -> IntegrationAccounts {
        over(accounts, MockIntegrationAccountQueries::new(), MockTenantRepository::new())
    }

    pub(super) fn over(
        accounts: MockIntegrationAccountRepository,
        queries: MockIntegrationAccountQueries,
        tenants: MockTenantRepository,
    ) -> IntegrationAccounts {
        IntegrationAccounts::new(Arc::new(accounts), Arc::new(queries), Arc::new(tenants), receipts(), ambient())
    }

    #[expect(clippy::unnecessary_wraps, reason = "it reads as what a client sent")]
    pub(super) fn sent(text: &str) -> FieldEdit<String> {
        Some(Some(text.to_owned()))
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
