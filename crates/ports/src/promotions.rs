//! The ports of promotions.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, PromotionId};
use domain::promotions::{Assignable, Promotion, PromotionListings};

use crate::{Page, RepositoryError, Slice};

/// The promotions of one tenant's accounts. Each method is one atomic step: it happens whole or not at all.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait PromotionRepository: Send + Sync {
    /// The promotion, or `None` where no account of the tenant has such a promotion.
    async fn find(&self, scope: &TenantScope, id: PromotionId) -> Result<Option<Promotion>, RepositoryError>;

    /// Whether the tenant has such an account.
    async fn has_account(&self, scope: &TenantScope, id: IntegrationAccountId) -> Result<bool, RepositoryError>;

    /// Stores a new promotion of an account of the tenant.
    ///
    /// # Errors
    /// `Taken { rule: "promotion_name" }` where the account has one of that name, ignoring case; `Taken { rule:
    /// "promotion_coupon_code" }` where it has one with that coupon code, ignoring case; `Stale` where the account is gone, or
    /// another tenant's.
    async fn create(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<Promotion, RepositoryError>;

    /// Stores a promotion's new fields.
    ///
    /// # Errors
    /// `Taken { rule: "promotion_name" }` and `Taken { rule: "promotion_coupon_code" }` as when it is made; `Stale` where the
    /// promotion was changed or deleted since it was read, or its account moved away.
    async fn update(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<Promotion, RepositoryError>;

    /// Deletes a promotion. What was quoted or sold with it stays.
    ///
    /// # Errors
    /// `Stale` where the promotion was changed or deleted since it was read, or its account moved away.
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
    /// `Stale` where the promotion is gone or its account moved away, or one of the listings is gone, or is what it should become
    /// already.
    async fn assign(&self, scope: &TenantScope, change: Change<PromotionListings>) -> Result<(), RepositoryError>;
}

/// Which promotions are asked for; what is `None` does not matter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromotionFilter {
    /// The account that gives them.
    pub integration_account_id: Option<IntegrationAccountId>,
    /// Also those that are not given at present.
    pub include_inactive: bool,
}

/// Lists of the promotions of one tenant's accounts. An importer may use the owner's, and does not find them here.
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

    /// How many promotions match.
    async fn count(&self, scope: &TenantScope, filter: &PromotionFilter) -> Result<u64, RepositoryError>;
}
