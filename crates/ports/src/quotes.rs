//! The ports of quotes.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope};
use domain::change::Change;
use domain::ids::{ListingId, QuoteId};
use domain::promotions::PromotionChoice;
use domain::quotes::{FoundQuote, Offer, Quote};
use domain::stays::Stay;

use crate::RepositoryError;

/// What a tenant wants to sell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferRequest {
    /// The listing.
    pub listing: ListingId,
    /// The nights.
    pub stay: Stay,
    /// The promotion that is asked for.
    pub promotion: Option<PromotionChoice>,
    /// The instant at which holds have lapsed or not.
    pub at: DateTime<Utc>,
}

/// The quotes of one tenant, and what they are made of. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait QuoteRepository: Send + Sync {
    /// What the tenant may sell at this instant, or `None` if it has no such listing, neither of its own nor imported. All of it
    /// is read as it is at one moment.
    async fn offer(&self, scope: &TenantScope, request: &OfferRequest) -> Result<Option<Offer>, RepositoryError>;

    /// The quote, or `None` if the tenant has not asked for it. An expired one is there too.
    async fn find(&self, scope: &TenantScope, id: QuoteId) -> Result<Option<FoundQuote>, RepositoryError>;

    /// Stores a new quote.
    ///
    /// # Errors
    /// `Stale` if the tenant or the listing is gone.
    async fn create(&self, scope: &TenantScope, change: Change<Quote>) -> Result<(), RepositoryError>;

    /// Deletes at most so many quotes of all workspaces that have expired before the instant, and tells how many. What was booked
    /// with them stays.
    async fn forget(&self, scope: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError>;
}
