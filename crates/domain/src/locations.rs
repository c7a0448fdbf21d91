//! Locations: the venues, branches or stores of a tenant. Every tenant has a default one.

use chrono::{DateTime, Utc};

use crate::countries::Country;
use crate::ids::{LocationId, TenantId, WorkspaceId};
use crate::tenants::Tenant;
use crate::text::{Line, Prose};

/// A location's name.
pub type LocationName = Line<1, 255>;
/// The name that another system knows a location by.
pub type ExternalLocationId = Line<1, 255>;
/// A latitude or longitude as somebody wrote it.
pub type CoordinateText = Line<1, 32>;

const DEFAULT_NAME: &str = "Default";

/// Whether a location is in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LocationStatus {
    /// In use.
    Active,
    /// Put away.
    Trashed,
}

/// A venue, branch or store of a tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    parts: LocationParts,
}

/// All that is stored of a location, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The location's id.
    pub id: LocationId,
    /// Whose location it is.
    pub tenant_id: TenantId,
    /// What people call it.
    pub name: LocationName,
    /// What there is to say of it.
    pub description: Option<Prose<10_000>>,
    /// Street and number.
    pub address: Option<Line<1, 255>>,
    /// The postal code.
    pub post_code: Option<Line<1, 32>>,
    /// The city.
    pub city: Option<Line<1, 255>>,
    /// The state or province.
    pub state: Option<Line<1, 255>>,
    /// The country.
    pub country: Option<Country>,
    /// Degrees north, as written.
    pub latitude: Option<CoordinateText>,
    /// Degrees east, as written.
    pub longitude: Option<CoordinateText>,
    /// The name that another system knows it by.
    pub external_location_id: Option<ExternalLocationId>,
    /// Whether it is the tenant's default one.
    pub is_default: bool,
    /// Whether it is in use.
    pub status: LocationStatus,
    /// When it was made, in milliseconds.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, in milliseconds.
    pub updated_at: DateTime<Utc>,
}

impl Location {
    /// The location that every new tenant gets: the tenant's own address.
    pub fn default_of(tenant: &Tenant, id: LocationId) -> Self {
        let profile = tenant.profile().clone();
        Self {
            parts: LocationParts {
                workspace_id: tenant.workspace_id(),
                id,
                tenant_id: tenant.id(),
                name: DEFAULT_NAME.parse().expect("a constant that is a name"),
                description: None,
                address: profile.address,
                post_code: profile.post_code,
                city: profile.city,
                state: None,
                country: profile.country,
                latitude: None,
                longitude: None,
                external_location_id: None,
                is_default: true,
                status: LocationStatus::Active,
                created_at: tenant.created_at(),
                updated_at: tenant.created_at(),
            },
        }
    }

    /// A stored location. Checks no rule.
    pub const fn from_parts(parts: LocationParts) -> Self {
        Self { parts }
    }

    /// All that must be stored or shown.
    pub fn into_parts(self) -> LocationParts {
        self.parts
    }

    /// The location's id.
    pub const fn id(&self) -> LocationId {
        self.parts.id
    }

    /// Whose location it is.
    pub const fn tenant_id(&self) -> TenantId {
        self.parts.tenant_id
    }
}
