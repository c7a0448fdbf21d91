//! Conversion between listings and rows.

use domain::countries::Country;
use domain::geography::{Distance, Place};
use domain::ids::{IntegrationAccountId, ListingId, TenantId, WorkspaceId};
use domain::listings::{
    Address, Amenity, Approval, Bathrooms, Listing, ListingDetails, ListingName, ListingParts, Picture, TenantListing,
    WebAddress,
};
use domain::money::Money;
use domain::numbers::Whole;
use domain::text::{Line, fold};
use domain::time_zones::TimeZone;
use ports::RepositoryError;
use sea_orm::prelude::{DateTimeUtc, Uuid};
use serde_json::{Value, json};
use thiserror::Error;

use super::totals::to_price;
use crate::engine::rows::{corrupt, sound, stored, stored_option, whole};
use crate::engine::table::joined;
use crate::engine::text_search::search_text;
use crate::tables::listings::{Model, Row};

const WHAT: &str = "listing";
/// The separator around and between folded amenities, none of which contains it.
const SEPARATOR: char = '\n';

/// A stored list with an invalid shape.
#[derive(Debug, Error)]
#[error("a list that is not a JSON array of the expected values")]
struct CorruptList;

joined! {
    /// A listing with the further data that a tenant sees.
    pub(super) struct SeenRow {
        listing: Row;
        owner_id: Uuid,
        unavailable: Option<String>,
        imported_at: Option<DateTimeUtc>,
        squared_chord: Option<f64>,
        is_truncated: bool,
        stay: Option<String>,
    }
}

pub(super) fn to_tenant_listing(row: SeenRow) -> Result<TenantListing, RepositoryError> {
    let SeenRow { listing: row, owner_id, unavailable, imported_at, squared_chord, is_truncated, stay } = row;
    let listing = to_listing(row)?;
    let currency = listing.details().start_price.currency();
    let stay = stay.map(|price| to_price(&price, currency)).transpose()?;
    Ok(TenantListing {
        listing,
        owner: TenantId::new(owner_id),
        unavailable: stored_option(WHAT, unavailable)?,
        imported_at,
        distance: squared_chord.map(Distance::of_squared_chord),
        is_truncated,
        stay,
    })
}

/// Returns the folded text by which an amenity is found among those of a listing.
pub(super) fn folded(amenity: &Amenity) -> String {
    format!("{SEPARATOR}{}{SEPARATOR}", fold(amenity.as_str()))
}

/// The position of the internal name among the searched texts. Importers see those before it.
pub(super) const INTERNAL_NAME: u8 = 3;

pub(super) fn to_row(listing: Listing) -> Model {
    let ListingParts { workspace_id, id, integration_account_id, details, approval, version, created_at, updated_at } =
        listing.into_parts();
    let ListingDetails {
        provider_id,
        name,
        internal_name,
        description,
        kind,
        status,
        thumbnail,
        pictures,
        address: Address { line1, line2, city, state, country, postal_code },
        place,
        time_zone,
        minimum_nights,
        maximum_nights,
        max_occupancy,
        max_infants,
        pets_allowed,
        bedroom_count,
        bathroom_count,
        start_price,
        amenities,
    } = details;
    let position = place.position();
    let picture = |picture: &Picture| json!({ "url": picture.url.as_str(), "description": picture.description.as_ref().map(Line::as_str) });
    Model {
        workspace_id: workspace_id.as_uuid(),
        id: id.as_uuid(),
        integration_account_id: integration_account_id.as_uuid(),
        search_text: search_text(&[
            Some(name.as_str()),
            Some(provider_id.as_str()),
            city.as_ref().map(Line::as_str),
            internal_name.as_ref().map(ListingName::as_str),
        ]),
        provider_id: provider_id.into(),
        name: name.into(),
        internal_name: internal_name.map(Into::into),
        description: description.map(Into::into),
        kind: kind.map(Into::into),
        status: status.as_str().to_owned(),
        thumbnail_url: thumbnail.as_ref().map(ToString::to_string),
        pictures: pictures.iter().map(picture).collect(),
        line1: line1.map(Into::into),
        line2: line2.map(Into::into),
        city: city.map(Into::into),
        state: state.map(Into::into),
        country_code: country.map(Country::code).map(Into::into),
        postal_code: postal_code.map(Into::into),
        latitude: place.latitude.billionths(),
        longitude: place.longitude.billionths(),
        x: position.x,
        y: position.y,
        z: position.z,
        time_zone: time_zone.map(TimeZone::name).map(Into::into),
        minimum_nights: minimum_nights.get(),
        maximum_nights: maximum_nights.map(Whole::get),
        max_occupancy: max_occupancy.get(),
        max_infants: max_infants.map(Whole::get),
        pets_allowed,
        bedroom_count: bedroom_count.get(),
        bathroom_tenths: bathroom_count.tenths(),
        start_price: start_price.minor(),
        start_price_scaled: start_price.ten_thousandths(),
        currency: start_price.currency().code().to_owned(),
        amenities_folded: amenities.iter().map(folded).collect(),
        amenities: amenities.iter().map(Amenity::as_str).collect(),
        is_approved: approval == Approval::Approved,
        rejection_reason: approval.rejection_reason().map(ToString::to_string),
        version,
        created_at,
        updated_at,
    }
}

pub(super) fn to_listing(row: Row) -> Result<Listing, RepositoryError> {
    let details = ListingDetails {
        provider_id: stored(WHAT, &row.provider_id)?,
        name: stored(WHAT, &row.name)?,
        internal_name: stored_option(WHAT, row.internal_name)?,
        description: stored_option(WHAT, row.description)?,
        kind: stored_option(WHAT, row.kind)?,
        status: stored(WHAT, &row.status)?,
        thumbnail: stored_option(WHAT, row.thumbnail_url)?,
        pictures: items(&row.pictures)?.iter().map(picture).collect::<Result<_, _>>()?,
        address: Address {
            line1: stored_option(WHAT, row.line1)?,
            line2: stored_option(WHAT, row.line2)?,
            city: stored_option(WHAT, row.city)?,
            state: stored_option(WHAT, row.state)?,
            country: stored_option(WHAT, row.country_code)?,
            postal_code: stored_option(WHAT, row.postal_code)?,
        },
        place: Place {
            latitude: sound(WHAT, row.latitude.try_into())?,
            longitude: sound(WHAT, row.longitude.try_into())?,
        },
        time_zone: stored_option(WHAT, row.time_zone)?,
        minimum_nights: whole(WHAT, row.minimum_nights)?,
        maximum_nights: row.maximum_nights.map(|nights| whole(WHAT, nights)).transpose()?,
        max_occupancy: whole(WHAT, row.max_occupancy)?,
        max_infants: row.max_infants.map(|infants| whole(WHAT, infants)).transpose()?,
        pets_allowed: row.pets_allowed,
        bedroom_count: whole(WHAT, row.bedroom_count)?,
        bathroom_count: sound(WHAT, Bathrooms::try_from(row.bathroom_tenths))?,
        start_price: Money::from_minor(row.start_price, stored(WHAT, &row.currency)?),
        amenities: items(&row.amenities)?
            .iter()
            .map(|amenity| stored(WHAT, text(amenity)?))
            .collect::<Result<_, _>>()?,
    };
    let approval = match stored_option(WHAT, row.rejection_reason)? {
        Some(reason) => Approval::Rejected(reason),
        None if row.is_approved => Approval::Approved,
        None => Approval::Pending,
    };
    Ok(Listing::from_parts(ListingParts {
        workspace_id: WorkspaceId::new(row.workspace_id),
        id: ListingId::new(row.id),
        integration_account_id: IntegrationAccountId::new(row.integration_account_id),
        details,
        approval,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }))
}

fn picture(value: &Value) -> Result<Picture, RepositoryError> {
    let description = value["description"].as_str().map(ToOwned::to_owned);
    Ok(Picture {
        url: stored::<WebAddress>(WHAT, text(&value["url"])?)?,
        description: stored_option(WHAT, description)?,
    })
}

fn items(list: &Value) -> Result<&Vec<Value>, RepositoryError> {
    list.as_array().ok_or_else(|| corrupt(WHAT, CorruptList))
}

fn text(value: &Value) -> Result<&str, RepositoryError> {
    value.as_str().ok_or_else(|| corrupt(WHAT, CorruptList))
}
