//! Request bodies of listings.

use application::{AddressFields, DeliverListings, ListingFields, PictureFields};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::openapi::bodies;
use crate::openapi::enum_schemas::ListingStatusWord;
use crate::request::input::{BoundedVec, sent};
use crate::response::decimal::{Decimal, digits};

bodies! {
    CreateListingBody: ListingBody =
        "integrationAccountID", "providerID", "name", "latitude", "longitude", "maxOccupancy", "startPrice";
    ReplaceListingBody: ListingBody = "providerID", "name", "latitude", "longitude", "maxOccupancy", "startPrice";
}

/// The fields of a listing. A new one needs `integrationAccountID` (except in a delivery), `providerID`, `name`,
/// `latitude`, `longitude`, `maxOccupancy` and `startPrice`. In an update, an absent field is left unchanged and null
/// clears a field. You may send a whole listing back: its read-only fields are ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListingBody {
    /// The account of the listing. It never changes.
    #[serde(rename = "integrationAccountID", default, deserialize_with = "sent")]
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    integration_account_id: Patch<String>,
    /// The provider's own id of the listing, unique in its account.
    #[serde(rename = "providerID", default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "17", min_length = 1, max_length = 255)]
    provider_id: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Loft in Harlem", min_length = 1, max_length = 255)]
    name: Patch<String>,
    /// The owner's own name for the listing.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    internal_name: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description: Patch<String>,
    /// The kind of place.
    #[serde(rename = "type", default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "Apartment", max_length = 64)]
    kind: Patch<String>,
    /// The status: `ACTIVE` or `INACTIVE`.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<ListingStatusWord>, nullable = false)]
    status: Patch<String>,
    /// A web address.
    #[serde(rename = "thumbnailURL", default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 2048, pattern = "^([Hh][Tt][Tt][Pp][Ss]?://[^/\\s\\x00-\\x1f\\x7f][^\\s\\x00-\\x1f\\x7f]*)?$")]
    thumbnail_url: Patch<String>,
    /// All pictures, in order.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<Vec<PictureBody>>, max_items = 100)]
    pictures: Patch<BoundedVec<PictureBody, { ListingFields::MOST_PICTURES }>>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<ListingAddressBody>)]
    address: Patch<ListingAddressBody>,
    /// Degrees north, decimal.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, example = 40.7128, minimum = -90, maximum = 90)]
    latitude: Patch<Decimal>,
    /// Degrees east, decimal.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, example = -74.006, minimum = -180, maximum = 180)]
    longitude: Patch<Decimal>,
    /// The IANA name of the time zone; UTC if there is none.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "America/New_York")]
    time_zone: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, nullable = false, example = 1, minimum = 1, maximum = 3650)]
    minimum_nights: Patch<i64>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    maximum_nights: Patch<i64>,
    /// The maximum number of guests.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, nullable = false, example = 4, minimum = 1, maximum = 1000)]
    max_occupancy: Patch<i64>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, nullable = false, example = 2, minimum = 0, maximum = 1000)]
    bedroom_count: Patch<i64>,
    /// The number of bathrooms, with at most one decimal.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, example = 1.5, minimum = 0, maximum = 1000)]
    bathroom_count: Patch<Decimal>,
    /// The price of a night unless the calendar has another one, with at most the decimals of the currency.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, example = 149, minimum = 0, maximum = 1_000_000_000)]
    start_price: Patch<Decimal>,
    /// The currency (ISO 4217). A new listing without one gets the workspace's.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "USD", pattern = "^[A-Za-z]{3}$")]
    currency: Patch<String>,
    /// All amenities, each of at most 64 characters.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    amenities: Patch<BoundedVec<String, { ListingFields::MOST_AMENITIES }>>,
    /// Set in a listing from a list, whose truncated fields must not replace the full ones.
    #[serde(default)]
    #[schema(ignore)]
    is_truncated: Option<serde_json::Value>,
}

/// A picture.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct PictureBody {
    /// A web address.
    #[schema(
        required,
        nullable = false,
        max_length = 2048,
        pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/\\s\\x00-\\x1f\\x7f][^\\s\\x00-\\x1f\\x7f]*$"
    )]
    url: Option<String>,
    #[schema(max_length = 255)]
    description: Option<String>,
}

/// The fields of an address. An absent field is left unchanged; null clears a field.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ListingAddressBody {
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    line1: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    line2: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    city: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    state: Patch<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "US", pattern = "^([A-Za-z]{2})?$")]
    country: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 32)]
    postal_code: Patch<String>,
}

impl ListingBody {
    /// Returns the body for PUT, which needs the fields of a new listing except the account: if absent, they become
    /// null, which is refused.
    pub(crate) fn whole(self) -> Self {
        Self {
            provider_id: Patch::Clear.then(self.provider_id),
            name: Patch::Clear.then(self.name),
            latitude: Patch::Clear.then(self.latitude),
            longitude: Patch::Clear.then(self.longitude),
            max_occupancy: Patch::Clear.then(self.max_occupancy),
            start_price: Patch::Clear.then(self.start_price),
            ..self
        }
    }
}

impl From<ListingBody> for ListingFields {
    fn from(body: ListingBody) -> Self {
        let ListingBody {
            integration_account_id,
            provider_id,
            name,
            internal_name,
            description,
            kind,
            status,
            thumbnail_url,
            pictures,
            address,
            latitude,
            longitude,
            time_zone,
            minimum_nights,
            maximum_nights,
            max_occupancy,
            bedroom_count,
            bathroom_count,
            start_price,
            currency,
            amenities,
            is_truncated,
        } = body;
        Self {
            integration_account_id,
            provider_id,
            name,
            internal_name,
            description,
            kind,
            status,
            thumbnail_url,
            pictures: pictures.map(|BoundedVec(pictures)| pictures.into_iter().map(Into::into).collect()),
            address: address.map(Into::into),
            latitude: digits(latitude),
            longitude: digits(longitude),
            time_zone,
            minimum_nights,
            maximum_nights,
            max_occupancy,
            bedroom_count,
            bathroom_count: digits(bathroom_count),
            start_price: digits(start_price),
            currency,
            amenities: amenities.map(|BoundedVec(amenities)| amenities),
            is_truncated: is_truncated == Some(true.into()),
        }
    }
}

impl From<PictureBody> for PictureFields {
    fn from(PictureBody { url, description }: PictureBody) -> Self {
        Self { url, description }
    }
}

impl From<ListingAddressBody> for AddressFields {
    fn from(body: ListingAddressBody) -> Self {
        let ListingAddressBody { line1, line2, city, state, country, postal_code } = body;
        Self { line1, line2, city, state, country, postal_code }
    }
}

/// Listings of one account that are delivered together.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct DeliveryBody {
    /// The listings, matched by `providerID`, each at most once.
    #[schema(value_type = Vec<ReplaceListingBody>, required, nullable = false, max_items = 1000)]
    listings: Option<BoundedVec<ListingBody, { DeliverListings::MOST }>>,
}

impl From<DeliveryBody> for DeliverListings {
    fn from(DeliveryBody { listings }: DeliveryBody) -> Self {
        Self { listings: listings.map(|BoundedVec(listings)| listings.into_iter().map(Into::into).collect()) }
    }
}
