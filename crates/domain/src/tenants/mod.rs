//! Tenants: the channels and business units of a workspace, each with its own view of the data.
//!
//! One of them is the default tenant: created with the workspace, the only one that may administer tenants, and never
//! deleted, deactivated or demoted.

mod decisions;
mod domain_name;
mod restated;
mod switches;

use std::str::FromStr;

use chrono::{DateTime, Utc};
use thiserror::Error;

pub use self::decisions::{
    DefaultTenantError, DeleteTenantError, NewTenant, TenantCreated, TenantEdit, TenantHoldings, TenantStatusSet,
    UsersChange,
};
pub use self::domain_name::{DomainName, DomainNameError};
pub use self::restated::{Restated, RestatedError};
pub use self::switches::{TargetInactiveError, TenantSwitched, switch};
use crate::countries::Country;
use crate::ids::{TenantId, WorkspaceId};
use crate::text::{Line, Prose};

/// A tenant's name.
pub type TenantName = Line<5, 255>;
/// A description of a tenant.
pub type Description = Prose<10_000>;
/// Street and number.
pub type Address = Line<1, 255>;
/// A city.
pub type City = Line<1, 255>;
/// A postal code.
pub type PostCode = Line<1, 32>;

/// A text that is not a valid tenant status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ACTIVE or INACTIVE.")]
pub struct TenantStatusError;

/// The status of a tenant, which decides whether its requests are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TenantStatus {
    /// In use.
    Active,
    /// Deactivated: every request in it is refused.
    Inactive,
}

impl TenantStatus {
    /// Every status.
    pub const ALL: [Self; 2] = [Self::Active, Self::Inactive];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Inactive => "INACTIVE",
        }
    }
}

impl FromStr for TenantStatus {
    type Err = TenantStatusError;

    fn from_str(text: &str) -> Result<Self, TenantStatusError> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(TenantStatusError)
    }
}

/// The address and the description of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantDetails {
    /// A description.
    pub description: Option<Description>,
    /// Street and number.
    pub address: Option<Address>,
    /// The city.
    pub city: Option<City>,
    /// The postal code.
    pub post_code: Option<PostCode>,
    /// The country.
    pub country: Option<Country>,
}

/// A channel or business unit of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tenant {
    parts: TenantParts,
}

/// The stored fields of a tenant, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant's id.
    pub id: TenantId,
    /// The name.
    pub name: TenantName,
    /// Its domain, unique in the workspace.
    pub domain: DomainName,
    /// Whether it is the workspace's default tenant.
    pub is_default: bool,
    /// The status, which decides whether requests in the tenant are served.
    pub status: TenantStatus,
    /// The address and the description.
    pub details: TenantDetails,
    /// The version, which each change increments; a write over an older version is refused.
    pub version: i64,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time of the last change, in whole milliseconds.
    pub updated_at: DateTime<Utc>,
}

impl Tenant {
    /// Creates a tenant from stored fields. Checks no rule.
    pub const fn from_parts(parts: TenantParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> TenantParts {
        self.parts
    }

    /// The workspace.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.parts.workspace_id
    }

    /// The tenant's id.
    pub const fn id(&self) -> TenantId {
        self.parts.id
    }

    /// The name.
    pub const fn name(&self) -> &TenantName {
        &self.parts.name
    }

    /// Its domain.
    pub const fn domain(&self) -> &DomainName {
        &self.parts.domain
    }

    /// Whether it is the workspace's default tenant.
    pub const fn is_default(&self) -> bool {
        self.parts.is_default
    }

    /// The status, which decides whether requests in the tenant are served.
    pub const fn status(&self) -> TenantStatus {
        self.parts.status
    }

    /// Whether it is deactivated, which the venue contract calls trashed.
    pub fn is_trashed(&self) -> bool {
        self.parts.status == TenantStatus::Inactive
    }

    /// The address and the description.
    pub const fn details(&self) -> &TenantDetails {
        &self.parts.details
    }

    /// The version, which each change increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }

    /// The creation time.
    pub const fn created_at(&self) -> DateTime<Utc> {
        self.parts.created_at
    }
}
