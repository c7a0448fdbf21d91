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

/// A request for an offer to sell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferRequest {
    /// The listing.
    pub listing: ListingId,
    /// The nights.
    pub stay: Stay,
    /// The requested promotion.
    pub promotion: Option<PromotionChoice>,
    /// The time at which to check whether holds have lapsed.
    pub at: DateTime<Utc>,
}

/// The quotes of one tenant, and the offers that they are made from. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait QuoteRepository: Send + Sync {
    /// Returns the offer at this instant, or `None` if the tenant neither owns nor imports the listing. All parts are
    /// read from one snapshot.
    async fn offer(&self, scope: &TenantScope, request: &OfferRequest) -> Result<Option<Offer>, RepositoryError>;

    /// Returns the quote, even an expired one, or `None` if the tenant did not request it.
    async fn get(&self, scope: &TenantScope, id: QuoteId) -> Result<Option<FoundQuote>, RepositoryError>;

    /// Stores a new quote.
    ///
    /// # Errors
    /// `Stale` if the tenant or the listing is gone.
    async fn create(&self, scope: &TenantScope, change: Change<Quote>) -> Result<(), RepositoryError>;

    /// Deletes at most `most` quotes of all workspaces that expired before the given time, and returns their number.
    /// Reservations made with them remain.
    async fn forget(&self, scope: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError>;
}
