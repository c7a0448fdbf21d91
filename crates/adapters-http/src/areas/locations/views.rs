//! Responses of locations.

use domain::countries::Country;
use domain::locations::{Location, LocationDetails, LocationParts, LocationStatus};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A venue, branch or store of a tenant.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Location)]
pub(crate) struct LocationView {
    id: Uuid,
    #[schema(example = "Default")]
    name: String,
    description: Option<String>,
    address: Option<String>,
    post_code: Option<String>,
    city: Option<String>,
    state: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "US")]
    country_code: Option<&'static str>,
    /// The common English name of the country.
    #[schema(example = "United States")]
    country_name: Option<&'static str>,
    /// The latitude in degrees north, decimal.
    #[schema(example = "40.7127837")]
    lat: Option<String>,
    /// The longitude in degrees east, decimal.
    #[schema(example = "-74.0059413")]
    lng: Option<String>,
    /// The id of the location in another system.
    external_location_id: Option<String>,
    /// Whether it is the tenant's default location.
    is_default: bool,
    /// Whether the location is in the trash.
    is_trashed: bool,
}

/// A location with its buildings.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LocationHierarchy)]
pub(crate) struct LocationHierarchyView {
    id: Uuid,
    #[schema(example = "Default")]
    name: String,
    lat: Option<String>,
    lng: Option<String>,
    /// Always empty.
    #[schema(value_type = Vec<std::collections::BTreeMap<String, serde_json::Value>>, max_items = 0)]
    buildings: [(); 0],
}

impl From<Location> for LocationHierarchyView {
    fn from(location: Location) -> Self {
        let LocationView { id, name, lat, lng, .. } = location.into();
        Self { id, name, lat, lng, buildings: [] }
    }
}

impl From<Location> for LocationView {
    fn from(location: Location) -> Self {
        let LocationParts {
            workspace_id: _,
            id,
            tenant_id: _,
            name,
            details:
                LocationDetails {
                    description,
                    address,
                    post_code,
                    city,
                    state,
                    country,
                    latitude,
                    longitude,
                    external_location_id,
                },
            is_default,
            status,
            version: _,
            created_at: _,
            updated_at: _,
        } = location.into_parts();
        Self {
            id: id.as_uuid(),
            name: name.into(),
            description: description.map(Into::into),
            address: address.map(Into::into),
            post_code: post_code.map(Into::into),
            city: city.map(Into::into),
            state: state.map(Into::into),
            country_code: country.map(Country::code),
            country_name: country.map(Country::name),
            lat: latitude.map(Into::into),
            lng: longitude.map(Into::into),
            external_location_id: external_location_id.map(Into::into),
            is_default,
            is_trashed: status == LocationStatus::Trashed,
        }
    }
}
