//! The ports of listings.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantScope, TenantStanding};
use domain::change::Change;
use domain::currencies::Currency;
use domain::geography::Around;
use domain::ids::{IntegrationAccountId, ListingId, WorkspaceId};
use domain::instants::Edge;
use domain::listings::{
    Amenity, Bathrooms, Bedrooms, Delivery, Listing, ListingAccount, ListingStatus, Occupancy, ProviderId,
    TenantListing,
};
use domain::money::Amount;
use domain::stays::Stay;

use crate::{Page, RepositoryError, Slice};

/// The listings of one tenant: its own, and for reading those that it imported. Each method is one atomic step: it happens entirely
/// or not at all.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ListingRepository: Send + Sync {
    /// The listing, or `None` if the tenant has no such listing, neither of its own nor imported.
    async fn find(&self, scope: &TenantScope, id: ListingId) -> Result<Option<TenantListing>, RepositoryError>;

    /// The tenant of an account, or `None` if the workspace does not have it.
    async fn owner(
        &self,
        scope: &OperatorScope,
        workspace_id: WorkspaceId,
        account: IntegrationAccountId,
    ) -> Result<Option<TenantStanding>, RepositoryError>;

    /// What a listing takes from its account, or `None` if the tenant does not have it.
    async fn account(
        &self,
        scope: &TenantScope,
        id: IntegrationAccountId,
    ) -> Result<Option<ListingAccount>, RepositoryError>;

    /// Stores a new listing of an account of the tenant.
    ///
    /// # Errors
    /// `Taken { rule: "listing_provider_id" }` if the account has a listing with that id; `Stale` if the account is
    /// gone, or another tenant's.
    async fn create(&self, scope: &TenantScope, change: Change<Listing>) -> Result<TenantListing, RepositoryError>;

    /// Stores a listing's new fields.
    ///
    /// # Errors
    /// `Taken { rule: "listing_provider_id" }` if another listing of the account has that id; `Stale` if the listing was
    /// changed or deleted since it was read, or its account moved away.
    async fn update(&self, scope: &TenantScope, change: Change<Listing>) -> Result<TenantListing, RepositoryError>;

    /// Deletes a listing, all imports of it, and all that was said or quoted of it.
    ///
    /// # Errors
    /// `Taken { rule: "has_reservations" }` if it has reservations, whatever became of them; `Stale` if the listing was changed or deleted since it was read, or its account moved away.
    async fn delete(&self, scope: &TenantScope, change: Change<Listing>) -> Result<(), RepositoryError>;

    /// The listings of an account of the tenant that have one of these ids, in any order.
    async fn with_provider_ids(
        &self,
        scope: &TenantScope,
        account: IntegrationAccountId,
        ids: &[ProviderId],
    ) -> Result<Vec<Listing>, RepositoryError>;

    /// Stores all listings of a delivery, or none.
    ///
    /// # Errors
    /// `Stale` if one of them was changed, deleted or made since the delivery was decided, or the account is another
    /// tenant's.
    async fn deliver(&self, scope: &TenantScope, change: Change<Delivery>) -> Result<(), RepositoryError>;
}

/// Whose listings are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Those of the tenant's own accounts.
    Own,
    /// Those that it imported from others.
    Imported,
}

/// Nights that somebody looks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FreeNights {
    /// The nights: none of them is blocked or sold.
    pub stay: Stay,
    /// The instant at which holds have lapsed or not.
    pub at: DateTime<Utc>,
}

/// A filter of listings. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ListingFilter {
    /// Whose they are.
    pub origin: Option<Origin>,
    /// The status.
    pub status: Option<ListingStatus>,
    /// The account they hang on.
    pub integration_account_id: Option<IntegrationAccountId>,
    /// How many people must find room.
    pub guests: Option<Occupancy>,
    /// At least so many bedrooms.
    pub bedroom_count: Option<Bedrooms>,
    /// At least so many bathrooms.
    pub bathroom_count: Option<Bathrooms>,
    /// A night costs at least so much, in the listing's own currency.
    pub min_price: Option<Amount>,
    /// A night costs at most so much, in the listing's own currency.
    pub max_price: Option<Amount>,
    /// The currency of the price.
    pub currency: Option<Currency>,
    /// All of these, ignoring case.
    pub amenities: Vec<Amenity>,
    /// Changed then or later.
    pub updated_since: Option<Edge>,
    /// Free for all of these nights.
    pub free: Option<FreeNights>,
    /// In these surroundings: then the list is ordered by distance, nearest first, and by id where that is the same.
    pub around: Option<Around>,
}

/// Lists of listings, as one tenant sees them.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ListingQueries: Send + Sync {
    /// The tenant's own listings and those that it imported, by id.
    async fn list(
        &self,
        scope: &TenantScope,
        filter: &ListingFilter,
        page: Page,
    ) -> Result<Slice<TenantListing>, RepositoryError>;

    /// The number of listings that match.
    async fn count(&self, scope: &TenantScope, filter: &ListingFilter) -> Result<u64, RepositoryError>;

    /// The listings that others offer for import around a place, nearest first. With an origin, those that are imported
    /// already, or none: they never are the tenant's own.
    async fn search(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
        page: Page,
    ) -> Result<Slice<TenantListing>, RepositoryError>;

    /// The number of listings around a place that other tenants offer for import.
    async fn count_found(
        &self,
        scope: &TenantScope,
        around: Around,
        filter: &ListingFilter,
    ) -> Result<u64, RepositoryError>;
}
