//! The fields of a listing, as sent.

use domain::geography::Place;
use domain::listings::{AddressEdit, ListingEdit, NewListing, Picture};
use domain::tenants::FieldEdit;

use crate::input::REQUIRED;
use crate::input::reader::{Collector, emptied};

/// The fields of a listing. Absent fields are left unchanged, or get their default in a new listing; null clears a
/// field. Decimal numbers are texts.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of a listing")]
pub struct ListingFields {
    pub integration_account_id: FieldEdit<String>,
    pub provider_id: FieldEdit<String>,
    pub name: FieldEdit<String>,
    pub internal_name: FieldEdit<String>,
    pub description: FieldEdit<String>,
    pub kind: FieldEdit<String>,
    pub status: FieldEdit<String>,
    pub thumbnail_url: FieldEdit<String>,
    pub pictures: FieldEdit<Vec<PictureFields>>,
    pub address: FieldEdit<AddressFields>,
    pub latitude: FieldEdit<String>,
    pub longitude: FieldEdit<String>,
    pub time_zone: FieldEdit<String>,
    pub minimum_nights: FieldEdit<i64>,
    pub maximum_nights: FieldEdit<i64>,
    pub max_occupancy: FieldEdit<i64>,
    pub bedroom_count: FieldEdit<i64>,
    pub bathroom_count: FieldEdit<String>,
    pub start_price: FieldEdit<String>,
    pub currency: FieldEdit<String>,
    pub amenities: FieldEdit<Vec<String>>,
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
    pub line1: FieldEdit<String>,
    pub line2: FieldEdit<String>,
    pub city: FieldEdit<String>,
    pub state: FieldEdit<String>,
    pub country: FieldEdit<String>,
    pub postal_code: FieldEdit<String>,
}

impl ListingFields {
    /// The maximum number of pictures of a listing.
    pub const MOST_PICTURES: usize = 100;
    /// The maximum number of amenities of a listing.
    pub const MOST_AMENITIES: usize = 200;

    /// Reads the fields of an update.
    pub(super) fn edit(&self, collector: &mut Collector) -> ListingEdit {
        let c = collector;
        for (field, is_sent) in [("description", self.description.is_some()), ("pictures", self.pictures.is_some())] {
            if self.is_truncated && is_sent {
                c.fault(field, "may not be sent with isTruncated: a list may have cut it.");
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
            address: self
                .address
                .as_ref()
                .map(|address| address.as_ref().map(|address| c.at("address", |c| address.edit(c)))),
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
            ("providerID", self.provider_id.is_none()),
            ("name", self.name.is_none()),
            ("latitude", self.latitude.is_none()),
            ("longitude", self.longitude.is_none()),
            ("maxOccupancy", self.max_occupancy.is_none()),
            ("startPrice", self.start_price.is_none()),
        ] {
            if is_absent {
                collector.fault(field, REQUIRED);
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
