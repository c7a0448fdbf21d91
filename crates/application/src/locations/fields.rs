//! The fields of a location, as sent.

use domain::locations::{LocationEdit, LocationName};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::ValidationErrors;

use crate::input::bodies::bodies;
use crate::input::reader::{FieldReader, Fields};

bodies! {
    CreateLocationBody: LocationFields = "name";
    ReplaceLocationBody: LocationFields = "name";
}

/// The fields of a location. In an update, an absent field is left unchanged and null clears a field. You may send a
/// whole location back: its read-only fields are ignored.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = UpdateLocationBody)]
#[expect(missing_docs, reason = "the fields of a location")]
pub struct LocationFields {
    /// The name. POST and PUT require it.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Airport", min_length = 1, max_length = 255)]
    pub name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 10_000)]
    pub description: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub address: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 32)]
    pub post_code: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub city: Patch<String>,
    /// The state or province.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub state: Patch<String>,
    /// ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "US", pattern = "^([A-Za-z]{2})?$")]
    pub country_code: Patch<String>,
    /// The latitude in degrees north, decimal, from -90 to 90.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "40.7127837", max_length = 32)]
    pub lat: Patch<String>,
    /// The longitude in degrees east, decimal, from -180 to 180.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "-74.0059413", max_length = 32)]
    pub lng: Patch<String>,
    /// The id of the location in another system.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub external_location_id: Patch<String>,
}

impl LocationFields {
    /// Returns the fields of a new location or a replacement. An absent name becomes null, which is refused.
    #[must_use]
    pub fn complete(self) -> Self {
        Self { name: Patch::Clear.then(self.name), ..self }
    }

    /// Reads the name and the other fields of a new location.
    pub(super) fn new_location(self) -> Result<(LocationName, LocationEdit), ValidationErrors> {
        let mut reader = FieldReader::default();
        let edit = self.complete().read(&mut reader);
        reader.finish(edit.and_then(|edit| edit.name.clone().zip(Some(edit))))
    }
}

impl Fields for LocationFields {
    type Values = LocationEdit;

    fn read(&self, r: &mut FieldReader) -> Option<LocationEdit> {
        Some(LocationEdit {
            name: r.keep("name", &self.name),
            description: r.clear("description", &self.description),
            address: r.clear("address", &self.address),
            post_code: r.clear("post_code", &self.post_code),
            city: r.clear("city", &self.city),
            state: r.clear("state", &self.state),
            country: r.clear("country_code", &self.country_code),
            latitude: r.clear("lat", &self.lat),
            longitude: r.clear("lng", &self.lng),
            external_location_id: r.clear("external_location_id", &self.external_location_id),
        })
    }
}
