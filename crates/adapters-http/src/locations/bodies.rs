//! What is read about locations.

use application::{CreateLocation, UpdateLocation};
use domain::tenants::FieldEdit;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::input::sent;

/// A new location. Read-only fields of a location may be sent along and are ignored.
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
    /// Degrees north, decimal, from -90 to 90.
    #[schema(example = "40.7127837", max_length = 32)]
    lat: Option<String>,
    /// Degrees east, decimal, from -180 to 180.
    #[schema(example = "-74.0059413", max_length = 32)]
    lng: Option<String>,
    /// The name that another system knows it by.
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

/// New fields of a location: what is absent stays, what is null is cleared. A whole location may be sent back; its
/// read-only fields are ignored.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct UpdateLocationBody {
    /// PUT needs it.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Airport", min_length = 1, max_length = 255)]
    name: FieldEdit<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    description: FieldEdit<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    address: FieldEdit<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 32)]
    post_code: FieldEdit<String>,
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    city: FieldEdit<String>,
    /// The state or province.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    state: FieldEdit<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "US", pattern = "^([A-Za-z]{2})?$")]
    country_code: FieldEdit<String>,
    /// Degrees north, decimal, from -90 to 90.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "40.7127837", max_length = 32)]
    lat: FieldEdit<String>,
    /// Degrees east, decimal, from -180 to 180.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, example = "-74.0059413", max_length = 32)]
    lng: FieldEdit<String>,
    /// The name that another system knows it by.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    external_location_id: FieldEdit<String>,
}

impl UpdateLocationBody {
    /// PUT needs a name: one that is absent is taken for null, which a name refuses.
    pub(crate) fn named(self) -> Self {
        Self { name: self.name.or(Some(None)), ..self }
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
