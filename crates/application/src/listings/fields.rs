//! The fields of a listing, as sent.

use domain::geography::Place;
use domain::listings::{AddressEdit, ListingEdit, NewListing, Picture};
use domain::patch::Patch;

use crate::input::REQUIRED;
use crate::input::reader::{Collector, emptied};

/// The fields of a listing. Absent fields are left unchanged, or get their default in a new listing; null clears a
/// field. Decimal numbers are texts.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a listing")]
pub struct ListingFields {
    pub integration_account_id: Patch<String>,
    pub provider_id: Patch<String>,
    pub name: Patch<String>,
    pub internal_name: Patch<String>,
    pub description: Patch<String>,
    pub kind: Patch<String>,
    pub status: Patch<String>,
    pub thumbnail_url: Patch<String>,
    pub pictures: Patch<Vec<PictureFields>>,
    pub address: Patch<AddressFields>,
    pub latitude: Patch<String>,
    pub longitude: Patch<String>,
    pub time_zone: Patch<String>,
    pub minimum_nights: Patch<i64>,
    pub maximum_nights: Patch<i64>,
    pub max_occupancy: Patch<i64>,
    pub bedroom_count: Patch<i64>,
    pub bathroom_count: Patch<String>,
    pub start_price: Patch<String>,
    pub currency: Patch<String>,
    pub amenities: Patch<Vec<String>>,
    /// Whether it was taken from a list, which may have truncated its description and its pictures.
    pub is_truncated: bool,
}

/// A picture, as sent.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a picture")]
pub struct PictureFields {
    pub url: Option<String>,
    pub description: Option<String>,
}

/// The fields of an address. Absent fields are left unchanged; null clears a field.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of an address")]
pub struct AddressFields {
    pub line1: Patch<String>,
    pub line2: Patch<String>,
    pub city: Patch<String>,
    pub state: Patch<String>,
    pub country: Patch<String>,
    pub postal_code: Patch<String>,
}

impl ListingFields {
    /// The maximum number of pictures of a listing.
    pub const MOST_PICTURES: usize = 100;
    /// The maximum number of amenities of a listing.
    pub const MOST_AMENITIES: usize = 200;

    /// Reads the fields of an update.
    pub(super) fn edit(&self, collector: &mut Collector) -> ListingEdit {
        let c = collector;
        for (field, is_sent) in [("description", !self.description.is_keep()), ("pictures", !self.pictures.is_keep())] {
            if self.is_truncated && is_sent {
                c.refuse(field, "may not be sent with isTruncated: a list may have cut it.");
            }
        }
        ListingEdit {
            provider_id: c.kept("providerID", &self.provider_id),
            name: c.kept("name", &self.name),
            internal_name: c.cleared("internalName", &self.internal_name),
            description: c.cleared("description", &self.description),
            kind: c.cleared("type", &self.kind),
            status: c.kept("status", &self.status),
            thumbnail: c.cleared("thumbnailURL", &self.thumbnail_url),
            pictures: c.items("pictures", emptied(&self.pictures), Self::MOST_PICTURES, |c, picture| {
                let url = c.required("url", picture.url.as_deref());
                let description = c.optional("description", picture.description.as_deref());
                Some(Picture { url: url?, description })
            }),
            address: self.address.as_ref().map(|address| c.at("address", |c| address.edit(c))),
            latitude: c.kept("latitude", &self.latitude),
            longitude: c.kept("longitude", &self.longitude),
            time_zone: c.cleared("timeZone", &self.time_zone),
            minimum_nights: c.kept_number("minimumNights", self.minimum_nights),
            maximum_nights: c.cleared_number("maximumNights", self.maximum_nights),
            max_occupancy: c.kept_number("maxOccupancy", self.max_occupancy),
            bedroom_count: c.kept_number("bedroomCount", self.bedroom_count),
            bathroom_count: c.kept("bathroomCount", &self.bathroom_count),
            start_price: c.kept("startPrice", &self.start_price),
            currency: c.kept("currency", &self.currency),
            amenities: c
                .items("amenities", emptied(&self.amenities), Self::MOST_AMENITIES, |c, amenity| c.item(amenity)),
        }
    }

    /// Reads the fields of a new listing, some of which are required.
    pub(super) fn new_listing(&self, collector: &mut Collector) -> Option<NewListing> {
        let mut rest = self.edit(collector);
        for (field, is_absent) in [
            ("providerID", self.provider_id.is_keep()),
            ("name", self.name.is_keep()),
            ("latitude", self.latitude.is_keep()),
            ("longitude", self.longitude.is_keep()),
            ("maxOccupancy", self.max_occupancy.is_keep()),
            ("startPrice", self.start_price.is_keep()),
        ] {
            if is_absent {
                collector.refuse(field, REQUIRED);
            }
        }
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
    fn edit(&self, c: &mut Collector) -> AddressEdit {
        AddressEdit {
            line1: c.cleared("line1", &self.line1),
            line2: c.cleared("line2", &self.line2),
            city: c.cleared("city", &self.city),
            state: c.cleared("state", &self.state),
            country: c.cleared("country", &self.country),
            postal_code: c.cleared("postal_code", &self.postal_code),
        }
    }
}
