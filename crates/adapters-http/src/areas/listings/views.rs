//! Responses of listings.

use application::ApprovedListings;
use domain::countries::Country;
use domain::ids::TenantId;
use domain::listings::{Address, Amenity, Delivered, ListingDetails, ListingParts, Picture, TenantListing};
use domain::quotes::StayPrice;
use domain::time_zones::TimeZone;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;
use crate::response::decimal::Decimal;
use application::enum_schemas::{ApprovalWord, ListingStatusWord, UnavailableWord};

/// A listing as the tenant of the request sees it. An own listing or an import that does not sleep is shown in full, a
/// sleeping import only with its name and the reason.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SeenListing)]
#[serde(untagged)]
pub(crate) enum SeenListingView {
    Listing(Box<ListingView>),
    Asleep(SleepingImportView),
}

/// A sleeping import: its owner does not offer the listing at present.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SleepingImport)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SleepingImportView {
    id: Uuid,
    #[schema(example = "Loft in Harlem")]
    name: String,
    /// Always false: the listing cannot be found and booked.
    #[schema(example = false)]
    is_available: bool,
    /// The first reason that applies: the owner is deactivated, the account is inactive, it does not allow imports, the
    /// listing is inactive, or it is not approved.
    reason: UnavailableWord,
}

/// A place to stay, as the tenant of the request sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Listing)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ListingView {
    id: Uuid,
    /// The provider's own id of the listing.
    #[serde(rename = "providerID")]
    #[schema(example = "17")]
    provider_id: String,
    #[serde(rename = "integrationAccountID")]
    integration_account_id: Uuid,
    /// The tenant that owns the listing: the tenant of its account.
    #[serde(rename = "tenantID")]
    tenant_id: Uuid,
    /// Whether the tenant of the request owns the listing.
    #[serde(rename = "is_tenant_owned")]
    is_tenant_owned: bool,
    /// Whether the listing can be found and booked.
    is_available: bool,
    #[schema(example = "Loft in Harlem")]
    name: String,
    /// The owner's own name for the listing, which only the owner sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, extensions(("x-may-be-absent" = json!(true))))]
    #[expect(clippy::option_option, reason = "absent if it is hidden, null if there is none")]
    internal_name: Option<Option<String>>,
    description: Option<String>,
    #[schema(example = "Apartment")]
    r#type: Option<String>,
    status: ListingStatusWord,
    /// The decision on offering it. Where the account requires none, it is `APPROVED`.
    approval: ApprovalWord,
    /// The reason for a rejection.
    rejection_reason: Option<String>,
    #[serde(rename = "thumbnailURL")]
    thumbnail_url: Option<String>,
    pictures: Vec<PictureView>,
    address: ListingAddressView,
    /// The latitude in degrees north.
    #[schema(value_type = f64, example = 40.7128)]
    latitude: Decimal,
    /// The longitude in degrees east.
    #[schema(value_type = f64, example = -74.006)]
    longitude: Decimal,
    /// The IANA name of the time zone.
    #[schema(example = "America/New_York")]
    time_zone: Option<&'static str>,
    minimum_nights: i32,
    maximum_nights: Option<i32>,
    /// The maximum number of guests.
    max_occupancy: i32,
    /// The maximum number of infants, who are not guests.
    max_infants: Option<i32>,
    /// Whether pets are allowed; null if it is not stated.
    pets_allowed: Option<bool>,
    bedroom_count: i32,
    #[schema(value_type = f64, example = 1.5)]
    bathroom_count: Decimal,
    /// The price of a night unless the calendar has another one.
    #[schema(value_type = f64, example = 149.00)]
    start_price: Decimal,
    /// The currency of the price (ISO 4217).
    #[schema(example = "USD")]
    currency: &'static str,
    amenities: Vec<String>,
    created_at: DateTime,
    updated_at: DateTime,
    /// Whether the list shows only the first 1,000 characters of the description or only the first 10 pictures. In
    /// lists only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    is_truncated: Option<bool>,
    /// The distance in kilometres from the location that you named.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<f64>, nullable = false, example = 1.234)]
    distance: Option<Decimal>,
    /// The price of the stay, with `include=price`, if the stay can be sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    stay: Option<StayView>,
    /// Whether the tenant of the request has imported the listing. In searches only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    is_imported: Option<bool>,
    /// The time of the import. Imported listings only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    imported_at: Option<DateTime>,
    /// The tenant that owns the listing. Imported listings only.
    #[serde(rename = "sourceTenantID", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    source_tenant_id: Option<Uuid>,
}

/// The price of a stay in a list: that of a quote without a promotion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedStay)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StayView {
    /// The number of nights.
    #[schema(example = 3)]
    nights: i32,
    /// The price that the guest pays.
    #[schema(value_type = f64, example = 460.64)]
    total_price: Decimal,
    #[schema(value_type = f64, example = 460.64)]
    price_before_taxes: Decimal,
    /// The total divided by the nights.
    #[schema(value_type = f64, example = 153.55)]
    average_nightly_price: Decimal,
    /// The currency of all amounts (ISO 4217).
    #[schema(example = "USD")]
    currency: &'static str,
}

impl From<StayPrice> for StayView {
    fn from(price: StayPrice) -> Self {
        Self {
            nights: price.nights.get(),
            total_price: Decimal::of(price.total),
            price_before_taxes: Decimal::of(price.before_taxes),
            average_nightly_price: Decimal::of(price.average_nightly()),
            currency: price.total.currency().code(),
        }
    }
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Picture)]
pub(crate) struct PictureView {
    url: String,
    description: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListingAddress)]
pub(crate) struct ListingAddressView {
    line1: Option<String>,
    line2: Option<String>,
    city: Option<String>,
    state: Option<String>,
    /// ISO 3166-1 alpha-2.
    country: Option<&'static str>,
    postal_code: Option<String>,
}

impl ListingView {
    /// Returns the view of a listing for this tenant.
    pub(crate) fn of(tenant: TenantId, seen: TenantListing) -> Self {
        let TenantListing { listing, owner, unavailable, imported_at, distance, is_truncated, stay } = seen;
        let ListingParts {
            workspace_id: _,
            id,
            integration_account_id,
            details,
            approval,
            version: _,
            created_at,
            updated_at,
        } = listing.into_parts();
        let ListingDetails {
            provider_id,
            name,
            internal_name,
            description,
            kind,
            status,
            thumbnail,
            pictures,
            address,
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
        Self {
            id: id.as_uuid(),
            provider_id: provider_id.into(),
            integration_account_id: integration_account_id.as_uuid(),
            tenant_id: owner.as_uuid(),
            is_tenant_owned: owner == tenant,
            is_available: unavailable.is_none(),
            name: name.into(),
            internal_name: (owner == tenant).then(|| internal_name.map(Into::into)),
            description: description.map(Into::into),
            r#type: kind.map(Into::into),
            status: status.into(),
            approval: approval.status().into(),
            rejection_reason: approval.rejection_reason().map(ToString::to_string),
            thumbnail_url: thumbnail.as_ref().map(ToString::to_string),
            pictures: pictures.into_iter().map(Into::into).collect(),
            address: address.into(),
            latitude: Decimal::of(place.latitude),
            longitude: Decimal::of(place.longitude),
            time_zone: time_zone.map(TimeZone::name),
            minimum_nights: minimum_nights.get(),
            maximum_nights: maximum_nights.map(domain::numbers::Whole::get),
            max_occupancy: max_occupancy.get(),
            max_infants: max_infants.map(domain::numbers::Whole::get),
            pets_allowed,
            bedroom_count: bedroom_count.get(),
            bathroom_count: Decimal::of(bathroom_count),
            start_price: Decimal::of(start_price),
            currency: start_price.currency().code(),
            amenities: amenities.into_iter().map(Amenity::into).collect(),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
            is_truncated: is_truncated.then_some(true),
            distance: distance.map(Decimal::of),
            stay: stay.map(Into::into),
            is_imported: None,
            imported_at: imported_at.map(DateTime),
            source_tenant_id: imported_at.map(|_| owner.as_uuid()),
        }
    }

    /// Returns the view of a listing for a search of this tenant.
    pub(crate) fn found(tenant: TenantId, seen: TenantListing) -> Self {
        Self { is_imported: Some(seen.imported_at.is_some()), ..Self::of(tenant, seen) }
    }
}

impl SeenListingView {
    /// Returns the view of a listing for this tenant.
    pub(crate) fn of(tenant: TenantId, seen: TenantListing) -> Self {
        match seen.asleep(tenant) {
            None => Self::Listing(Box::new(ListingView::of(tenant, seen))),
            Some(reason) => {
                let ListingParts { id, details: ListingDetails { name, .. }, .. } = seen.listing.into_parts();
                let (id, name, reason) = (id.as_uuid(), name.into(), reason.into());
                Self::Asleep(SleepingImportView { id, name, is_available: false, reason })
            }
        }
    }
}

impl From<Picture> for PictureView {
    fn from(Picture { url, description }: Picture) -> Self {
        Self { url: url.to_string(), description: description.map(Into::into) }
    }
}

impl From<Address> for ListingAddressView {
    fn from(Address { line1, line2, city, state, country, postal_code }: Address) -> Self {
        Self {
            line1: line1.map(Into::into),
            line2: line2.map(Into::into),
            city: city.map(Into::into),
            state: state.map(Into::into),
            country: country.map(Country::code),
            postal_code: postal_code.map(Into::into),
        }
    }
}

/// The result of an approval, in numbers of listings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovedListings)]
pub(crate) struct ApprovedView {
    #[schema(example = 1000)]
    approved: usize,
    unchanged: usize,
}

impl From<ApprovedListings> for ApprovedView {
    fn from(ApprovedListings { approved, unchanged }: ApprovedListings) -> Self {
        Self { approved, unchanged }
    }
}

/// The result of a delivery, in numbers of listings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
pub(crate) struct DeliveredView {
    #[schema(example = 1000)]
    created: usize,
    updated: usize,
    unchanged: usize,
}

impl From<Delivered> for DeliveredView {
    fn from(Delivered { created, updated, unchanged }: Delivered) -> Self {
        Self { created, updated, unchanged }
    }
}
