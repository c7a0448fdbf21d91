//! The ports of listings.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{AdminScope, OperatorScope, TenantScope, TenantStanding};
use domain::change::Change;
use domain::currencies::Currency;
use domain::geography::Around;
use domain::ids::{IntegrationAccountId, ListingId, WorkspaceId};
use domain::instants::Edge;
use domain::listings::{
    Amenity, ApprovalStatus, Bathrooms, Bedrooms, Delivery, Listing, ListingAccount, ListingStatus, Occupancy,
    ProviderId, ReviewedListing, TenantListing,
};
use domain::money::{Amount, Total};
use domain::stays::Stay;
use domain::text::SearchText;

use crate::{Page, RepositoryError, Slice};

/// The listings of one tenant: its own and, for reading, those that it imports. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ListingRepository: Send + Sync {
    /// Returns the listing, or `None` if the tenant neither owns nor imports it.
    async fn get(&self, scope: &TenantScope, id: ListingId) -> Result<Option<TenantListing>, RepositoryError>;

    /// Returns the tenant of an account, or `None` if the workspace does not have the account or is
    /// being erased.
    async fn owner(
        &self,
        scope: &OperatorScope,
        workspace_id: WorkspaceId,
        account: IntegrationAccountId,
    ) -> Result<Option<TenantStanding>, RepositoryError>;

    /// Returns the account's fields for a listing, or `None` if the tenant does not have the account.
    async fn account(
        &self,
        scope: &TenantScope,
        id: IntegrationAccountId,
    ) -> Result<Option<ListingAccount>, RepositoryError>;

    /// Stores a new listing of an account of the tenant.
    ///
    /// # Errors
    /// `Taken { rule: "listing_provider_id" }` if the account has a listing with that id; `Stale` if the account is
    /// gone or belongs to another tenant, or has begun or ceased to require approval.
    async fn create(&self, scope: &TenantScope, change: Change<Listing>) -> Result<TenantListing, RepositoryError>;

    /// Stores a listing's new fields.
    ///
    /// # Errors
    /// `Taken { rule: "listing_provider_id" }` if another listing of the account has that id; `Stale` if the listing
    /// was changed or deleted since it was read, or its account was moved.
    async fn update(&self, scope: &TenantScope, change: Change<Listing>) -> Result<TenantListing, RepositoryError>;

    /// Deletes a listing with its imports, calendar, promotion assignments and quotes.
    ///
    /// # Errors
    /// `Taken { rule: "has_reservations" }` if it has reservations of any status; `Stale` if the listing was changed or
    /// deleted since it was read, or its account was moved.
    async fn delete(&self, scope: &TenantScope, change: Change<Listing>) -> Result<(), RepositoryError>;

    /// Returns the listings of an account of the tenant that have one of these ids, in any order.
    async fn with_provider_ids(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
        ids: &[ProviderId],
    ) -> Result<Vec<Listing>, RepositoryError>;

    /// Stores all listings of a delivery, or none.
    ///
    /// # Errors
    /// `Stale` if one of them was created, changed or deleted since the delivery was decided, or the account belongs to
    /// another tenant, or there are new ones and it has begun or ceased to require approval.
    async fn deliver(&self, scope: &TenantScope, change: Change<Delivery>) -> Result<(), RepositoryError>;
}

/// The listings of all tenants of a workspace, for the decisions on offering them. Each method is one atomic step.
///
/// No method takes more than [`MAX_LISTINGS`](domain::imports::MAX_LISTINGS) listings.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ListingReviews: Send + Sync {
    /// Returns those of the listings that the workspace has, in no order.
    async fn reviewed(&self, scope: &AdminScope, ids: &[ListingId]) -> Result<Vec<ReviewedListing>, RepositoryError>;

    /// Stores all decisions, or none.
    ///
    /// # Errors
    /// `Stale` if one of the listings was changed or deleted since it was read, or its account was moved.
    async fn review(&self, scope: &AdminScope, changes: Vec<Change<ReviewedListing>>) -> Result<(), RepositoryError>;
}

/// The source of the listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The tenant's own accounts.
    Own,
    /// Imports from other tenants.
    Imported,
}

/// Nights that must be free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeNights {
    /// The nights: none may be blocked or sold.
    pub stay: Stay,
    /// The time at which to check whether holds have lapsed.
    pub at: DateTime<Utc>,
}

/// A stay whose price is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PricedNights {
    /// The nights.
    pub stay: Stay,
    /// The adults who come.
    pub guests: Occupancy,
    /// The time at which to check whether the day of check-in has passed.
    pub at: DateTime<Utc>,
    /// Whether each listing brings the price, if the stay can be sold there.
    pub is_shown: bool,
    /// The minimum price of the stay, in the listing's own currency.
    pub min: Option<Total>,
    /// The maximum price of the stay, in the listing's own currency.
    pub max: Option<Total>,
}

/// A filter of listings. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListingFilter {
    /// The source.
    pub origin: Option<Origin>,
    /// The status.
    pub status: Option<ListingStatus>,
    /// The decision on offering it.
    pub approval: Option<ApprovalStatus>,
    /// The account.
    pub integration_account_id: Option<IntegrationAccountId>,
    /// The id in the property-management system, exactly.
    pub provider_id: Option<ProviderId>,
    /// The minimum capacity for guests.
    pub guests: Option<Occupancy>,
    /// The minimum number of bedrooms.
    pub bedroom_count: Option<Bedrooms>,
    /// The minimum number of bathrooms.
    pub bathroom_count: Option<Bathrooms>,
    /// The minimum price of a night, in the listing's own currency.
    pub min_price: Option<Amount>,
    /// The maximum price of a night, in the listing's own currency.
    pub max_price: Option<Amount>,
    /// The currency of the price.
    pub currency: Option<Currency>,
    /// Amenities, all of which are required, ignoring case.
    pub amenities: Vec<Amenity>,
    /// The earliest time of the last change.
    pub updated_since: Option<Edge>,
    /// Nights that must all be free.
    pub free: Option<FreeNights>,
    /// The stay whose price is asked for.
    pub price: Option<PricedNights>,
    /// The surroundings to search. The list is then ordered by distance, and by id at the same distance.
    pub around: Option<Around>,
    /// A part of the name, the id in the property-management system, the city or, for the owner, the internal name, ignoring
    /// case.
    pub q: Option<SearchText>,
}

impl ListingFilter {
    /// Whether a condition other than the origin is set. No sleeping import matches then, so that conditions reveal
    /// nothing about its hidden fields.
    pub fn looks_inside(&self) -> bool {
        *self != Self { origin: self.origin, ..Self::default() }
    }
}

/// Lists and counts of the listings that one tenant sees. Lists have the first 1,000 characters of a description and the first
/// 10 pictures.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ListingQueries: Send + Sync {
    /// Lists the listings that the tenant owns or imports, by id. Sleeping imports match no condition but the origin.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &ListingFilter,
        page: Page,
    ) -> Result<Slice<TenantListing>, RepositoryError>;

    /// Counts the listings that match.
    async fn count(&self, scope: &TenantScope, filter: &ListingFilter) -> Result<u64, RepositoryError>;

    /// Lists the listings around a place that other tenants offer for import, nearest first. An origin of `Imported`
    /// selects those that are imported already; `Own` selects none, since the tenant's own are never included.
    /// Returns `None` if the page needs a look at an area with more than `most` listings of the workspace.
    async fn search(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
        page: Page,
        most: u32,
    ) -> Result<Option<Slice<TenantListing>>, RepositoryError>;

    /// Counts the listings around a place that other tenants offer for import. Returns `None` if more than `most`
    /// listings of the workspace lie there.
    async fn count_found(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
        most: u32,
    ) -> Result<Option<u64>, RepositoryError>;
}
