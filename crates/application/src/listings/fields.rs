//! The fields of a listing, as sent.

use domain::geography::Place;
use domain::listings::{AddressEdit, Approval, ListingEdit, NewListing, Picture};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::InvalidInput;
use crate::input::bodies::{bodies, objects};
use crate::input::enum_schemas::{ApprovalWord, ListingStatusWord};
use crate::input::reader::FieldReader;
use crate::input::wire::{bounded, digits, is_true};

bodies! {
    CreateListingBody: ListingFields =
        "integrationAccountID", "providerID", "name", "latitude", "longitude", "maxOccupancy", "startPrice";
    DeliverListingBody: ListingFields = "providerID", "name", "latitude", "longitude", "maxOccupancy", "startPrice";
}

objects!(ListingFields, PictureFields, AddressFields);

/// The fields of a listing. A new one needs `integrationAccountID` (except in a delivery), `providerID`, `name`,
/// `latitude`, `longitude`, `maxOccupancy` and `startPrice`. In an update, an absent field is left unchanged and null
/// clears a field. You may send a whole listing back: its read-only fields are ignored.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = ListingBody)]
#[serde(remote = "Self", rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields of a listing")]
pub struct ListingFields {
    /// The account of the listing. It never changes.
    #[serde(rename = "integrationAccountID", default)]
    #[schema(value_type = Option<uuid::Uuid>, nullable = false)]
    pub integration_account_id: Patch<String>,
    /// The provider's own id of the listing, unique in its account.
    #[serde(rename = "providerID", default)]
    #[schema(value_type = Option<String>, nullable = false, example = "17", min_length = 1, max_length = 255)]
    pub provider_id: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Loft in Harlem", min_length = 1, max_length = 255)]
    pub name: Patch<String>,
    /// The owner's own name for the listing.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub internal_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    pub description: Patch<String>,
    /// The kind of place.
    #[serde(rename = "type", default)]
    #[schema(value_type = Option<String>, example = "Apartment", max_length = 64)]
    pub kind: Patch<String>,
    /// The status: `ACTIVE` or `INACTIVE`.
    #[serde(default)]
    #[schema(value_type = Option<ListingStatusWord>, nullable = false)]
    pub status: Patch<String>,
    /// A web address.
    #[serde(rename = "thumbnailURL", default)]
    #[schema(value_type = Option<String>, max_length = 2048, pattern = "^([Hh][Tt][Tt][Pp][Ss]?://[^/\\s\\x00-\\x1f\\x7f][^\\s\\x00-\\x1f\\x7f]*)?$")]
    pub thumbnail_url: Patch<String>,
    /// All pictures, in order.
    #[serde(default, deserialize_with = "bounded::<_, _, _, { ListingFields::MOST_PICTURES }>")]
    #[schema(value_type = Option<Vec<PictureFields>>, max_items = 100)]
    pub pictures: Patch<Vec<PictureFields>>,
    #[serde(default)]
    #[schema(value_type = Option<AddressFields>)]
    pub address: Patch<AddressFields>,
    /// Degrees north, decimal.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, nullable = false, example = 40.7128, minimum = -90, maximum = 90)]
    pub latitude: Patch<String>,
    /// Degrees east, decimal.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, nullable = false, example = -74.006, minimum = -180, maximum = 180)]
    pub longitude: Patch<String>,
    /// The IANA name of the time zone; UTC if there is none.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "America/New_York")]
    pub time_zone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, nullable = false, example = 1, minimum = 1, maximum = 3650)]
    pub minimum_nights: Patch<i64>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    pub maximum_nights: Patch<i64>,
    /// The maximum number of guests.
    #[serde(default)]
    #[schema(value_type = Option<i64>, nullable = false, example = 4, minimum = 1, maximum = 1000)]
    pub max_occupancy: Patch<i64>,
    /// The maximum number of infants, who are not guests; null (default) for any number.
    #[serde(default)]
    #[schema(value_type = Option<i64>, example = 1, minimum = 0, maximum = 1000)]
    pub max_infants: Patch<i64>,
    /// Whether pets are allowed; null (default) if it is not stated.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    pub pets_allowed: Patch<bool>,
    #[serde(default)]
    #[schema(value_type = Option<i64>, nullable = false, example = 2, minimum = 0, maximum = 1000)]
    pub bedroom_count: Patch<i64>,
    /// The number of bathrooms, with at most one decimal.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, nullable = false, example = 1.5, minimum = 0, maximum = 1000)]
    pub bathroom_count: Patch<String>,
    /// The price of a night unless the calendar has another one, with at most the decimals of the currency.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, nullable = false, example = 149, minimum = 0, maximum = 1_000_000_000)]
    pub start_price: Patch<String>,
    /// The currency (ISO 4217). A new listing without one gets the workspace's.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "USD", pattern = "^[A-Za-z]{3}$")]
    pub currency: Patch<String>,
    /// All amenities, each of at most 64 characters.
    #[serde(default, deserialize_with = "bounded::<_, _, _, { ListingFields::MOST_AMENITIES }>")]
    #[schema(value_type = Option<Vec<String>>, max_items = 200)]
    pub amenities: Patch<Vec<String>>,
    /// The decision on offering it, which must be as the listing has it: other operations change it.
    #[schema(value_type = Option<ApprovalWord>)]
    pub approval: Option<String>,
    /// Set in a listing from a list, whose truncated description and pictures must not replace the full ones.
    #[serde(rename = "isTruncated", default, deserialize_with = "is_true")]
    #[schema(ignore)]
    pub is_truncated: bool,
}

/// A picture.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = PictureBody)]
#[serde(remote = "Self")]
#[expect(missing_docs, reason = "the fields of a picture")]
pub struct PictureFields {
    /// A web address.
    #[schema(
        required,
        nullable = false,
        max_length = 2048,
        pattern = "^[Hh][Tt][Tt][Pp][Ss]?://[^/\\s\\x00-\\x1f\\x7f][^\\s\\x00-\\x1f\\x7f]*$"
    )]
    pub url: Option<String>,
    #[schema(max_length = 255)]
    pub description: Option<String>,
}

/// The fields of an address. An absent field is left unchanged; null clears a field.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = ListingAddressBody)]
#[serde(remote = "Self")]
#[expect(missing_docs, reason = "the fields of an address")]
pub struct AddressFields {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub line1: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub line2: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub city: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub state: Patch<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "US", pattern = "^([A-Za-z]{2})?$")]
    pub country: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 32)]
    pub postal_code: Patch<String>,
}

impl ListingFields {
    /// The maximum number of pictures of a listing.
    pub const MOST_PICTURES: usize = 100;
    /// The maximum number of amenities of a listing.
    pub const MOST_AMENITIES: usize = 200;

    /// Returns the fields of a new listing or a replacement: a required field that is absent becomes null, which is
    /// refused.
    #[must_use]
    pub fn complete(self) -> Self {
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

    /// Reads the fields of an update.
    pub(crate) fn edit(&self, r: &mut FieldReader) -> ListingEdit {
        for (field, is_sent) in [("description", !self.description.is_keep()), ("pictures", !self.pictures.is_keep())] {
            if self.is_truncated && is_sent {
                r.refuse(field, "may not be sent with isTruncated: a list may have cut it.");
            }
        }
        ListingEdit {
            provider_id: r.keep("providerID", &self.provider_id),
            name: r.keep("name", &self.name),
            internal_name: r.clear("internalName", &self.internal_name),
            description: r.clear("description", &self.description),
            kind: r.clear("type", &self.kind),
            status: r.keep("status", &self.status),
            thumbnail: r.clear("thumbnailURL", &self.thumbnail_url),
            pictures: emptied(&self.pictures).and_then(|pictures| {
                r.items("pictures", pictures, Self::MOST_PICTURES, |r, picture| {
                    let url = r.required("url", &picture.url);
                    let description = r.optional("description", &picture.description);
                    Some(Picture { url: url?, description })
                })
            }),
            address: self.address.as_ref().map(|address| r.at("address", |r| address.edit(r))),
            latitude: r.keep("latitude", &self.latitude),
            longitude: r.keep("longitude", &self.longitude),
            time_zone: r.clear("timeZone", &self.time_zone),
            minimum_nights: r.keep("minimumNights", &self.minimum_nights),
            maximum_nights: r.clear("maximumNights", &self.maximum_nights),
            max_occupancy: r.keep("maxOccupancy", &self.max_occupancy),
            max_infants: r.clear("maxInfants", &self.max_infants),
            pets_allowed: r.clear("petsAllowed", &self.pets_allowed),
            bedroom_count: r.keep("bedroomCount", &self.bedroom_count),
            bathroom_count: r.keep("bathroomCount", &self.bathroom_count),
            start_price: r.keep("startPrice", &self.start_price),
            currency: r.keep("currency", &self.currency),
            amenities: emptied(&self.amenities)
                .and_then(|amenities| r.items("amenities", amenities, Self::MOST_AMENITIES, FieldReader::item)),
        }
    }

    /// Checks that the approval, if it is sent, is that of the listing.
    pub(super) fn repeats(&self, approval: &Approval) -> Result<(), InvalidInput> {
        match &self.approval {
            Some(sent) if sent != approval.status().as_str() => {
                Err(InvalidInput::new("approval", "is changed by PUT /listing/{id}/approve and /reject."))
            }
            _ => Ok(()),
        }
    }

    /// Reads the fields of a new listing, which must be [complete](Self::complete).
    pub(crate) fn new_listing(&self, r: &mut FieldReader) -> Option<NewListing> {
        let mut rest = self.edit(r);
        let place = Place { latitude: rest.latitude?, longitude: rest.longitude? };
        Some(NewListing {
            provider_id: rest.provider_id.take()?,
            name: rest.name.take()?,
            place,
            max_occupancy: rest.max_occupancy.take()?,
            start_price: rest.start_price?,
            currency: rest.currency,
            rest,
        })
    }
}

impl AddressFields {
    fn edit(&self, r: &mut FieldReader) -> AddressEdit {
        AddressEdit {
            line1: r.clear("line1", &self.line1),
            line2: r.clear("line2", &self.line2),
            city: r.clear("city", &self.city),
            state: r.clear("state", &self.state),
            country: r.clear("country", &self.country),
            postal_code: r.clear("postal_code", &self.postal_code),
        }
    }
}

/// Returns the new items of a list that can be changed and emptied.
fn emptied<T>(edit: &Patch<Vec<T>>) -> Option<&[T]> {
    match edit {
        Patch::Keep => None,
        Patch::Clear => Some(&[]),
        Patch::Set(items) => Some(items),
    }
}
