//! The ports of promotions.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, PromotionId};
use domain::promotions::{Assignable, Promotion, PromotionListings};

use crate::{Page, RepositoryError, Slice};

/// The promotions of one tenant's accounts. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait PromotionRepository: Send + Sync {
    /// The promotion, or `None` if no account of the tenant has such a promotion.
    async fn find(&self, scope: &TenantScope, id: PromotionId) -> Result<Option<Promotion>, RepositoryError>;

    /// Whether the tenant has such an account.
    async fn has_account(&self, scope: &TenantScope, id: IntegrationAccountId) -> Result<bool, RepositoryError>;

    /// Stores a new promotion of an account of the tenant.
    ///
    /// # Errors
    /// `Taken { rule: "promotion_name" }` if the account has one of that name, ignoring case; `Taken { rule:
    /// "promotion_coupon_code" }` if it has one with that coupon code, ignoring case; `Stale` if the account is gone, or
    /// another tenant's.
    async fn create(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<Promotion, RepositoryError>;

    /// Stores a promotion's new fields.
    ///
    /// # Errors
    /// `Taken { rule: "promotion_name" }` and `Taken { rule: "promotion_coupon_code" }` as when it is made; `Stale` if the
    /// promotion was changed or deleted since it was read, or its account moved away.
    async fn update(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<Promotion, RepositoryError>;

    /// Deletes a promotion. What was quoted or sold with it stays.
    ///
    /// # Errors
    /// `Stale` if the promotion was changed or deleted since it was read, or its account moved away.
    async fn delete(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<(), RepositoryError>;

    /// Those of the listings that belong to the promotion's account, in no order.
    async fn assignable(
        &self,
        scope: &TenantScope,
        promotion: &Promotion,
        ids: &[ListingId],
    ) -> Result<Vec<Assignable>, RepositoryError>;

    /// Stores that a promotion is given on listings from now on, or no more. Its version stays.
    ///
    /// # Errors
    /// `Stale` if the promotion is gone or its account moved away, or one of the listings is gone, or is what it should become
    /// already.
    async fn assign(&self, scope: &TenantScope, change: Change<PromotionListings>) -> Result<(), RepositoryError>;
}

/// A filter of promotions. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromotionFilter {
    /// The account that gives them.
    pub integration_account_id: Option<IntegrationAccountId>,
    /// Also those that are not given at present.
    pub include_inactive: bool,
}

/// Lists and counts of the promotions of one tenant's accounts. An importer may use the owner's, and does not find them here.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait PromotionQueries: Send + Sync {
    /// The promotions that match, by id.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &PromotionFilter,
        page: Page,
    ) -> Result<Slice<Promotion>, RepositoryError>;

    /// The number of promotions that match.
    async fn count(&self, scope: &TenantScope, filter: &PromotionFilter) -> Result<u64, RepositoryError>;
}
