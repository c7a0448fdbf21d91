//! API users: the callers of the service. Each has one home tenant and one current tenant.

mod decisions;
mod values;

use chrono::{DateTime, Utc};

pub use self::decisions::{NewApiUser, SupportRestrictedError, UserEdit};
pub use self::values::{Email, EmailError, Role, RoleError, UserName, UserStatus, UserStatusError};
use crate::ids::{LocationId, TenantId, UserId, WorkspaceId};
use crate::locations::LocationName;
use crate::tenants::TenantName;

/// The location at which a user works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workplace {
    /// The location.
    pub id: LocationId,
    /// The name.
    pub name: LocationName,
}

/// A person or program that calls the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUser {
    parts: ApiUserParts,
}

/// The fields of a user, for adapters and views. Names of other resources are given with their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUserParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The user's id.
    pub id: UserId,
    /// The home tenant; never changes.
    pub home_tenant_id: TenantId,
    /// The home tenant's name.
    pub home_tenant_name: TenantName,
    /// The tenant to which *create tenant* and *switch* have moved the user.
    pub current_tenant_id: TenantId,
    /// The location at which the user works.
    pub workplace: Option<Workplace>,
    /// The user's name.
    pub name: UserName,
    /// The e-mail address, unique in the workspace; the workspace's first user has none.
    pub email: Option<Email>,
    /// The role.
    pub role: Role,
    /// The status, which decides whether the user may call.
    pub status: UserStatus,
    /// The version, which each change increments; a write over an older version is refused.
    pub version: i64,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time of the last change, in whole milliseconds.
    pub updated_at: DateTime<Utc>,
}

impl ApiUser {
    /// Creates a user from stored fields. Checks no rule.
    pub const fn from_parts(parts: ApiUserParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> ApiUserParts {
        self.parts
    }

    /// The workspace.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.parts.workspace_id
    }

    /// The user's id.
    pub const fn id(&self) -> UserId {
        self.parts.id
    }

    /// The home tenant.
    pub const fn home_tenant_id(&self) -> TenantId {
        self.parts.home_tenant_id
    }

    /// The home tenant's name.
    pub const fn home_tenant_name(&self) -> &TenantName {
        &self.parts.home_tenant_name
    }

    /// The tenant to which *create tenant* and *switch* have moved the user.
    pub const fn current_tenant_id(&self) -> TenantId {
        self.parts.current_tenant_id
    }

    /// The user's name.
    pub const fn name(&self) -> &UserName {
        &self.parts.name
    }

    /// The role.
    pub const fn role(&self) -> Role {
        self.parts.role
    }

    /// The version, which each change increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }

    /// The e-mail address.
    pub const fn email(&self) -> Option<&Email> {
        self.parts.email.as_ref()
    }

    /// The status, which decides whether the user may call.
    pub const fn status(&self) -> UserStatus {
        self.parts.status
    }
}
