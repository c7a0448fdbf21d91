//! The port of charges.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::charges::AccountCharges;
use domain::ids::{IntegrationAccountId, ListingId};

use crate::RepositoryError;

/// The charges of one tenant's accounts. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ChargeRepository: Send + Sync {
    /// Returns the charges of the account, or `None` if the tenant does not have the account.
    async fn get(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
    ) -> Result<Option<AccountCharges>, RepositoryError>;

    /// Returns which of these listings belong to the account of the tenant.
    async fn listings_of(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
        ids: &BTreeSet<ListingId>,
    ) -> Result<BTreeSet<ListingId>, RepositoryError>;

    /// Replaces all charges of the account.
    ///
    /// # Errors
    /// `Stale` if the charges were changed since they were read, or the account is gone or belongs to another tenant, or
    /// one of the listings is gone.
    async fn replace(&self, scope: &TenantScope, change: Change<AccountCharges>) -> Result<(), RepositoryError>;
}
