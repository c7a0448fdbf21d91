//! Listings that the caller's tenant owns, imports or can import.

mod create;
mod delete;
mod deliver;
mod error;
mod fields;
mod filter;
mod get;
mod importers;
mod list;
mod load;
mod review;
mod update;

use std::sync::Arc;

use ports::{ImporterQueries, ListingQueries, ListingRepository, ListingReviews};

pub use self::deliver::DeliverListings;
pub use self::error::ListingError;
pub use self::fields::{AddressFields, CreateListingBody, DeliverListingBody, ListingFields, PictureFields};
pub use self::filter::FindListings;
pub use self::load::{LoadListings, Loaded};
pub use self::review::{ApprovedListings, RejectListing};
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of listings.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Listings {
    pub repository: Arc<dyn ListingRepository>,
    pub queries: Arc<dyn ListingQueries>,
    pub reviews: Arc<dyn ListingReviews>,
    pub importers: Arc<dyn ImporterQueries>,
    pub idempotency: Idempotency,
    pub ambient: Ambient,
}

#[cfg(test)]
mod fixture {
    use domain::patch::Patch;
    use ports::{MockImporterQueries, MockListingQueries, MockListingRepository, MockListingReviews};
    use testkit::build;

    use super::*;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    /// Returns the use cases over this mock; calls of other ports panic.
    pub(super) fn listings(listings: MockListingRepository) -> Listings {
        over(listings, MockListingQueries::new())
    }

    pub(super) fn over(listings: MockListingRepository, queries: MockListingQueries) -> Listings {
        Listings {
            repository: Arc::new(listings),
            queries: Arc::new(queries),
            reviews: Arc::new(MockListingReviews::new()),
            importers: Arc::new(MockImporterQueries::new()),
            idempotency: idempotency(),
            ambient: ambient(),
        }
    }

    pub(super) fn sent(text: impl Into<String>) -> Patch<String> {
        Patch::Set(text.into())
    }

    /// Returns the required fields of a new listing.
    pub(super) fn fields(provider_id: &str) -> ListingFields {
        ListingFields {
            integration_account_id: sent(build::listing_account().id.to_string()),
            provider_id: sent(provider_id),
            name: sent("Loft"),
            latitude: sent("40.7128"),
            longitude: sent("-74.0060"),
            max_occupancy: Patch::Set(4),
            start_price: sent("149"),
            ..ListingFields::default()
        }
    }
}
