//! The filter of listings.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use domain::geography::Around;
use domain::listings::Occupancy;
use domain::stays::Stay;
use ports::{FreeNights, ListingFilter, Origin, PricedNights};
use serde::Deserialize;
use thiserror::Error;
use utoipa::IntoParams;
use validator::ValidationErrors;

use crate::input::REQUIRED;
use crate::input::enum_schemas::{ApprovalWord, IncludedPart, ListingStatusWord, ListingType};
use crate::input::reader::FieldReader;

/// The maximum number of amenities in a filter.
pub(super) const MOST_AMENITIES: usize = 20;

/// The filter of listings.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct FindListings {
    /// The origin of the listings: `self` or `imported`.
    #[param(value_type = Option<ListingType>)]
    pub listing_type: Option<String>,
    /// The status of the listing.
    #[param(value_type = Option<ListingStatusWord>)]
    pub status: Option<String>,
    /// The decision on offering the listing.
    #[param(value_type = Option<ApprovalWord>)]
    pub approval: Option<String>,
    /// The account of the listings.
    #[serde(rename = "integrationAccountID")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub integration_account_id: Option<String>,
    /// The id in the property-management system, exactly.
    #[serde(rename = "providerID")]
    #[param(min_length = 1, max_length = 255)]
    pub provider_id: Option<String>,
    /// A part of the name, of the id in the property-management system, of the city or, of an own listing, of the internal
    /// name, ignoring case.
    pub q: Option<String>,
    /// The number of guests for whom there must be room.
    #[param(minimum = 1, maximum = 1000)]
    pub guests: Option<i64>,
    /// The minimum number of bedrooms.
    #[param(minimum = 0, maximum = 1000)]
    pub bedroom_count: Option<i64>,
    /// The minimum number of bathrooms, with at most one decimal.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1000)]
    pub bathroom_count: Option<String>,
    /// The minimum price of a night, in the listing's own currency.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1_000_000_000)]
    pub min_price: Option<String>,
    /// The maximum price of a night, in the listing's own currency.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1_000_000_000)]
    pub max_price: Option<String>,
    /// The currency of the price (ISO 4217).
    #[param(pattern = "^[A-Za-z]{3}$")]
    pub currency: Option<String>,
    /// The amenities that the listing must have, ignoring case: separated by commas, or as several parameters.
    #[serde(default)]
    #[param(style = Form, explode = false)]
    pub amenities: Vec<String>,
    /// The earliest instant of the last change.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub updated_since: Option<String>,
    /// The latitude and longitude of a location: the nearest listings come first. Requires `radius`.
    #[param(example = "40.7128,-74.0060", pattern = r"^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$")]
    pub location: Option<String>,
    /// The radius around the location, in kilometres: more than 0 and at most 1000. Requires `location`.
    #[param(value_type = Option<f64>, exclusive_minimum = 0, maximum = 1000, example = 50)]
    pub radius: Option<String>,
    /// The first night on which the listing must be free. Requires `checkOutDate`.
    #[param(value_type = Option<chrono::NaiveDate>, example = "2030-01-10")]
    pub check_in_date: Option<String>,
    /// The day after the last night on which the listing must be free: 1 to 730 nights later. Requires `checkInDate`.
    #[param(value_type = Option<chrono::NaiveDate>, example = "2030-01-12")]
    pub check_out_date: Option<String>,
    /// A part that each listing brings besides: `price`, for a `stay` with its total. Requires `checkInDate`, `checkOutDate` and
    /// `guests`.
    #[param(value_type = Option<IncludedPart>)]
    pub include: Option<String>,
    /// The minimum price of the stay, in the listing's own currency. Requires what `include` requires.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub min_total: Option<String>,
    /// The maximum price of the stay, in the listing's own currency. Requires what `include` requires.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub max_total: Option<String>,
}

/// An invalid listing type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be self or imported.")]
struct ListingTypeError;

/// An invalid part to include.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be price.")]
struct IncludeError;

struct PriceWord;

impl FromStr for PriceWord {
    type Err = IncludeError;

    fn from_str(text: &str) -> Result<Self, IncludeError> {
        if text == "price" { Ok(Self) } else { Err(IncludeError) }
    }
}

struct OriginWord(Origin);

impl FromStr for OriginWord {
    type Err = ListingTypeError;

    fn from_str(text: &str) -> Result<Self, ListingTypeError> {
        match text {
            "self" => Ok(Self(Origin::Own)),
            "imported" => Ok(Self(Origin::Imported)),
            _ => Err(ListingTypeError),
        }
    }
}

impl FindListings {
    pub(super) fn filter(&self, needs_place: bool, now: DateTime<Utc>) -> Result<ListingFilter, ValidationErrors> {
        let mut reader = FieldReader::default();
        let filter = self.read(&mut reader, needs_place, now);
        reader.finish(Some(filter))
    }

    pub(crate) fn read(&self, r: &mut FieldReader, needs_place: bool, now: DateTime<Utc>) -> ListingFilter {
        let amenities = self.amenities.iter().flat_map(|list| list.split(',')).map(str::trim);
        let amenities: Vec<_> = amenities.filter(|amenity| !amenity.is_empty()).map(str::to_owned).collect();
        let place = r.given("location", &self.location);
        let radius = r.given("radius", &self.radius);
        let needs_place = needs_place || self.location.is_some() || self.radius.is_some();
        for (field, text) in [("location", &self.location), ("radius", &self.radius)] {
            if needs_place && text.is_none() {
                r.refuse(field, REQUIRED);
            }
        }
        let guests = r.given("guests", &self.guests);
        let free = self.stay(r).map(|stay| FreeNights { stay, at: now });
        ListingFilter {
            price: self.price(r, free, guests),
            origin: r.given("listingType", &self.listing_type).map(|OriginWord(origin)| origin),
            status: r.given("status", &self.status),
            approval: r.given("approval", &self.approval),
            integration_account_id: r.given("integrationAccountID", &self.integration_account_id),
            provider_id: r.given("providerID", &self.provider_id),
            guests,
            bedroom_count: r.given("bedroomCount", &self.bedroom_count),
            bathroom_count: r.given("bathroomCount", &self.bathroom_count),
            min_price: r.given("minPrice", &self.min_price),
            max_price: r.given("maxPrice", &self.max_price),
            currency: r.given("currency", &self.currency),
            amenities: r.items("amenities", &amenities, MOST_AMENITIES, FieldReader::item).unwrap_or_default(),
            updated_since: r.given("updatedSince", &self.updated_since),
            free,
            around: place.zip(radius).map(|(place, radius)| Around { place, radius }),
            q: r.optional("q", &self.q),
        }
    }

    /// Reads the request for prices, which needs a stay and guests.
    fn price(&self, r: &mut FieldReader, free: Option<FreeNights>, guests: Option<Occupancy>) -> Option<PricedNights> {
        let is_shown = r.given::<_, PriceWord>("include", &self.include).is_some();
        let (min, max) = (r.given("minTotal", &self.min_total), r.given("maxTotal", &self.max_total));
        if self.include.is_none() && self.min_total.is_none() && self.max_total.is_none() {
            return None;
        }
        let has_stay = self.check_in_date.is_some() || self.check_out_date.is_some();
        for (field, is_missing) in
            [("checkInDate", !has_stay), ("checkOutDate", !has_stay), ("guests", self.guests.is_none())]
        {
            if is_missing {
                r.refuse(field, REQUIRED);
            }
        }
        let FreeNights { stay, at } = free?;
        Some(PricedNights { stay, guests: guests?, at, is_shown, min, max })
    }

    /// Reads the nights that must be free. Either both dates are present or neither.
    fn stay(&self, r: &mut FieldReader) -> Option<Stay> {
        if self.check_in_date.is_none() && self.check_out_date.is_none() {
            return None;
        }
        let check_in = r.required("checkInDate", &self.check_in_date);
        let check_out = r.required("checkOutDate", &self.check_out_date);
        let stay = Stay::new(check_in?, check_out?);
        stay.map_err(|error| r.refuse("checkOutDate", error)).ok()
    }
}
