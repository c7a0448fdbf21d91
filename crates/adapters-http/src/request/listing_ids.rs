//! The listings that a request names.

use application::ListingIds;
use serde::Deserialize;
use utoipa::ToSchema;

/// The listings of an operation, which applies to all of them or to none.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ListingIdsBody {
    #[serde(rename = "listingIDs")]
    #[schema(required, nullable = false, value_type = Vec<uuid::Uuid>, min_items = 1, max_items = 1_000)]
    listing_ids: Option<Vec<String>>,
}

impl From<ListingIdsBody> for ListingIds {
    fn from(ListingIdsBody { listing_ids }: ListingIdsBody) -> Self {
        Self { listing_ids }
    }
}
