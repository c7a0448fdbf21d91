//! Locations: the venues, branches or stores of a tenant. Every tenant has a default location.

mod coordinates;
mod decisions;

use chrono::{DateTime, Utc};

pub use self::coordinates::{Latitude, LatitudeError, Longitude, LongitudeError};
pub use self::decisions::{DefaultLocationError, LocationEdit, NewLocation};
use crate::countries::Country;
use crate::ids::{LocationId, TenantId, WorkspaceId};
pub use crate::tenants::{Address, City, Description, PostCode};
use crate::text::Line;

/// A location's name.
pub type LocationName = Line<1, 255>;
/// A state or province.
pub type State = Line<1, 255>;
/// The id of a location in another system.
pub type ExternalLocationId = Line<1, 255>;

/// The status of a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LocationStatus {
    /// In use.
    Active,
    /// Put aside.
    Trashed,
}

/// The address, coordinates and description of a location.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LocationDetails {
    /// A description.
    pub description: Option<Description>,
    /// Street and number.
    pub address: Option<Address>,
    /// The postal code.
    pub post_code: Option<PostCode>,
    /// The city.
    pub city: Option<City>,
    /// The state or province.
    pub state: Option<State>,
    /// The country.
    pub country: Option<Country>,
    /// Degrees north.
    pub latitude: Option<Latitude>,
    /// Degrees east.
    pub longitude: Option<Longitude>,
    /// The id in another system.
    pub external_location_id: Option<ExternalLocationId>,
}

/// A venue, branch or store of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    parts: LocationParts,
}

/// The stored fields of a location, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The location's id.
    pub id: LocationId,
    /// The tenant of the location.
    pub tenant_id: TenantId,
    /// The name.
    pub name: LocationName,
    /// The address, coordinates and description.
    pub details: LocationDetails,
    /// Whether it is the tenant's default location.
    pub is_default: bool,
    /// The status.
    pub status: LocationStatus,
    /// The version, which each change increments; a write over an older version is refused.
    pub version: i64,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time of the last change, in whole milliseconds.
    pub updated_at: DateTime<Utc>,
}

impl Location {
    /// Creates a location from stored fields. Checks no rule.
    pub const fn from_parts(parts: LocationParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> LocationParts {
        self.parts
    }

    /// The workspace.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.parts.workspace_id
    }

    /// The location's id.
    pub const fn id(&self) -> LocationId {
        self.parts.id
    }

    /// The tenant of the location.
    pub const fn tenant_id(&self) -> TenantId {
        self.parts.tenant_id
    }

    /// The name.
    pub const fn name(&self) -> &LocationName {
        &self.parts.name
    }

    /// The address, coordinates and description.
    pub const fn details(&self) -> &LocationDetails {
        &self.parts.details
    }

    /// Whether it is the tenant's default location.
    pub const fn is_default(&self) -> bool {
        self.parts.is_default
    }

    /// The version, which each change increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }
}
