//! The ports of promotions.

use async_trait::async_trait;
use domain::access::TenantScope;
use domain::change::Change;
use domain::ids::{IntegrationAccountId, ListingId, PromotionId};
use domain::promotions::{Assignable, Promotion, PromotionListings};
use domain::text::SearchText;

use crate::{Page, RepositoryError, Slice};

/// The promotions of one tenant's accounts. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait PromotionRepository: Send + Sync {
    /// Returns the promotion, or `None` if no account of the tenant has it.
    async fn get(&self, scope: &TenantScope, id: PromotionId) -> Result<Option<Promotion>, RepositoryError>;

    /// Whether the tenant has the account.
    async fn has_account(&self, scope: &TenantScope, id: IntegrationAccountId) -> Result<bool, RepositoryError>;

    /// Stores a new promotion of an account of the tenant.
    ///
    /// # Errors
    /// `Taken { rule: "promotion_name" }` if the account has a promotion of that name, ignoring case; `Taken { rule:
    /// "promotion_coupon_code" }` if it has one with that coupon code, ignoring case; `Stale` if the account is gone or
    /// belongs to another tenant.
    async fn create(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<Promotion, RepositoryError>;

    /// Stores a promotion's new fields.
    ///
    /// # Errors
    /// `Taken { rule: "promotion_name" }` and `Taken { rule: "promotion_coupon_code" }` as for `create`; `Stale` if the
    /// promotion was changed or deleted since it was read, or its account was moved.
    async fn update(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<Promotion, RepositoryError>;

    /// Deletes a promotion. Quotes and reservations made with it remain.
    ///
    /// # Errors
    /// `Stale` if the promotion was changed or deleted since it was read, or its account was moved.
    async fn delete(&self, scope: &TenantScope, change: Change<Promotion>) -> Result<(), RepositoryError>;

    /// Returns those of the listings that belong to the promotion's account, in any order.
    async fn assignable(
        &self,
        scope: &TenantScope,
        promotion: &Promotion,
        ids: &[ListingId],
    ) -> Result<Vec<Assignable>, RepositoryError>;

    /// Assigns a promotion to listings, or unassigns it. The promotion's version is unchanged.
    ///
    /// # Errors
    /// `Stale` if the promotion is gone or its account was moved, or one of the listings is gone, or was assigned or
    /// unassigned before this change.
    async fn assign(&self, scope: &TenantScope, change: Change<PromotionListings>) -> Result<(), RepositoryError>;
}

/// A filter of promotions. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromotionFilter {
    /// The account of the promotions.
    pub integration_account_id: Option<IntegrationAccountId>,
    /// Whether inactive promotions are included.
    pub include_inactive: bool,
    /// A part of the name or the coupon code, ignoring case.
    pub q: Option<SearchText>,
}

/// Lists and counts of the promotions of one tenant's accounts. Promotions of imported listings are not included,
/// though the importer may use them.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait PromotionQueries: Send + Sync {
    /// Lists the promotions that match, by id.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &PromotionFilter,
        page: Page,
    ) -> Result<Slice<Promotion>, RepositoryError>;

    /// Counts the promotions that match.
    async fn count(&self, scope: &TenantScope, filter: &PromotionFilter) -> Result<u64, RepositoryError>;
}
