//! Request bodies of locations.

use application::{CreateLocation, UpdateLocation};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::openapi::bodies;
use crate::request::input::sent;

bodies! {
    ReplaceLocationBody: UpdateLocationBody = "name";
}

/// A new location. You may send the read-only fields of a location too: they are ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateLocationBody {
    #[schema(required, nullable = false, example = "Airport", min_length = 1, max_length = 255)]
    name: Option<String>,
    #[schema(max_length = 10_000)]
    description: Option<String>,
    #[schema(max_length = 255)]
    address: Option<String>,
    #[schema(max_length = 32)]
    post_code: Option<String>,
    #[schema(max_length = 255)]
    city: Option<String>,
    /// The state or province.
    #[schema(max_length = 255)]
    state: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(example = "US", pattern = "^([A-Za-z]{2})?$")]
    country_code: Option<String>,
    /// The latitude in degrees north, decimal, from -90 to 90.
    #[schema(example = "40.7127837", max_length = 32)]
    lat: Option<String>,
    /// The longitude in degrees east, decimal, from -180 to 180.
    #[schema(example = "-74.0059413", max_length = 32)]
    lng: Option<String>,
    /// The id of the location in another system.
    #[schema(max_length = 255)]
    external_location_id: Option<String>,
}

impl From<CreateLocationBody> for CreateLocation {
    fn from(body: CreateLocationBody) -> Self {
        let CreateLocationBody {
            name,
            description,
            address,
            post_code,
            city,
            state,
            country_code,
            lat,
            lng,
            external_location_id,
        } = body;
        Self { name, description, address, post_code, city, state, country_code, lat, lng, external_location_id }
    }
}

/// The fields of a location to change. An absent field is left unchanged; null clears a field. You may send a whole
/// location back: its read-only fields are ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateLocationBody {
    /// The name, which PUT needs.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Airport", min_length = 1, max_length = 255)]
    name: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    address: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 32)]
    post_code: Patch<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    city: Patch<String>,
    /// The state or province.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    state: Patch<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "US", pattern = "^([A-Za-z]{2})?$")]
    country_code: Patch<String>,
    /// The latitude in degrees north, decimal, from -90 to 90.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "40.7127837", max_length = 32)]
    lat: Patch<String>,
    /// The longitude in degrees east, decimal, from -180 to 180.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "-74.0059413", max_length = 32)]
    lng: Patch<String>,
    /// The id of the location in another system.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    external_location_id: Patch<String>,
}

impl UpdateLocationBody {
    /// Returns the body for PUT, which needs a name: if absent, it becomes null, which is refused.
    pub(crate) fn named(self) -> Self {
        Self { name: Patch::Clear.then(self.name), ..self }
    }
}

impl From<UpdateLocationBody> for UpdateLocation {
    fn from(body: UpdateLocationBody) -> Self {
        let UpdateLocationBody {
            name,
            description,
            address,
            post_code,
            city,
            state,
            country_code,
            lat,
            lng,
            external_location_id,
        } = body;
        Self { name, description, address, post_code, city, state, country_code, lat, lng, external_location_id }
    }
}
