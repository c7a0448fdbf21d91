//! API users: who calls. Each is at home in one tenant, and at work in a current one.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::audit::{AuditEntry, Fact, ResourceKind, Stamp};
use crate::change::Change;
use crate::ids::{LocationId, TenantId, UserId, WorkspaceId};
use crate::tenants::{DomainName, Tenant};
use crate::text::{Line, TextError};

/// A user's name.
pub type UserName = Line<5, 255>;

/// A text that is no e-mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EmailError {
    /// Not `somebody@a.domain`.
    #[error("must be a valid email address.")]
    Malformed,
    /// Not a text that may be stored.
    #[error(transparent)]
    Text(#[from] TextError),
}

/// An e-mail address, as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email(Line<3, 254>);

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let line: Line<3, 254> = text.parse()?;
        let (local, domain) = line.as_str().rsplit_once('@').ok_or(EmailError::Malformed)?;
        let local_is_fine = !local.is_empty() && local.len() <= 64 && !local.contains([' ', '@']);
        if !local_is_fine || domain.parse::<DomainName>().is_err() {
            return Err(EmailError::Malformed);
        }
        Ok(Self(line))
    }
}

/// A number that is no user status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be 0 (passive), 1 (active) or 2 (banned).")]
pub struct UserStatusError;

/// Whether a user may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UserStatus {
    /// 0: may not call.
    Passive,
    /// 1: may call.
    Active,
    /// 2: may not call.
    Banned,
}

impl UserStatus {
    /// The number that stands for it on the wire and in the database.
    pub const fn as_i16(self) -> i16 {
        match self {
            Self::Passive => 0,
            Self::Active => 1,
            Self::Banned => 2,
        }
    }
}

impl TryFrom<i64> for UserStatus {
    type Error = UserStatusError;

    fn try_from(number: i64) -> Result<Self, UserStatusError> {
        [Self::Passive, Self::Active, Self::Banned]
            .into_iter()
            .find(|status| i64::from(status.as_i16()) == number)
            .ok_or(UserStatusError)
    }
}

/// A text that is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be support, tenant, venue or front-desk.")]
pub struct RoleError;

/// What a user is called for; it carries no authority.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The operator's staff: the status of a tenant never touches theirs.
    Support,
    /// Runs a tenant.
    Tenant,
    /// Runs a venue.
    Venue,
    /// Works at a front desk.
    FrontDesk,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 4] = [Self::Support, Self::Tenant, Self::Venue, Self::FrontDesk];

    /// The word that stands for it on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Support => "support",
            Self::Tenant => "tenant",
            Self::Venue => "venue",
            Self::FrontDesk => "front-desk",
        }
    }
}

impl FromStr for Role {
    type Err = RoleError;

    fn from_str(text: &str) -> Result<Self, RoleError> {
        Self::ALL.into_iter().find(|role| role.as_str() == text).ok_or(RoleError)
    }
}

/// Someone, or something, that calls the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUser {
    parts: ApiUserParts,
}

/// All that is stored of a user, for adapters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiUserParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The user's id.
    pub id: UserId,
    /// Where the user is at home; never changes.
    pub home_tenant_id: TenantId,
    /// Where *create tenant* and *switch* have moved the user.
    pub current_tenant_id: TenantId,
    /// The location at which the user works.
    pub location_id: Option<LocationId>,
    /// The user's name.
    pub name: UserName,
    /// The address, unique in the workspace; the workspace's first user has none.
    pub email: Option<Email>,
    /// What the user is called for.
    pub role: Role,
    /// Whether the user may call.
    pub status: UserStatus,
    /// When the user was made, in milliseconds.
    pub created_at: DateTime<Utc>,
    /// When the user was last changed, in milliseconds.
    pub updated_at: DateTime<Utc>,
}

/// What a new user is made from.
#[derive(Debug, Clone)]
pub struct NewApiUser {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub name: UserName,
    /// The user's address.
    pub email: Option<Email>,
    /// What the user is called for.
    pub role: Role,
}

impl ApiUser {
    /// A new, active user at home in the tenant.
    pub fn create(new: NewApiUser, home: &Tenant, stamp: Stamp) -> Change<Self> {
        let parts = ApiUserParts {
            workspace_id: home.workspace_id(),
            id: new.id,
            home_tenant_id: home.id(),
            current_tenant_id: home.id(),
            location_id: None,
            name: new.name,
            email: new.email,
            role: new.role,
            status: UserStatus::Active,
            created_at: stamp.at,
            updated_at: stamp.at,
        };
        let audit = AuditEntry {
            id: stamp.id,
            workspace_id: parts.workspace_id,
            tenant_id: home.id(),
            tenant_name: home.name().to_string(),
            at: stamp.at,
            actor: stamp.actor,
            action: "user.create",
            resource_kind: ResourceKind::User,
            resource_id: parts.id.as_uuid(),
            resource_name: parts.name.to_string(),
            before: Vec::new(),
            after: vec![
                ("name", Fact::from(parts.name.as_str())),
                ("email", Fact::from(parts.email.as_ref().map(Email::as_str))),
                ("role", Fact::from(parts.role.as_str())),
            ],
        };
        Change::new(Self { parts }, audit)
    }

    /// A stored user. Checks no rule.
    pub const fn from_parts(parts: ApiUserParts) -> Self {
        Self { parts }
    }

    /// All that must be stored.
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

    /// Where the user is at home.
    pub const fn home_tenant_id(&self) -> TenantId {
        self.parts.home_tenant_id
    }

    /// Where *create tenant* and *switch* have moved the user.
    pub const fn current_tenant_id(&self) -> TenantId {
        self.parts.current_tenant_id
    }

    /// The user's name.
    pub const fn name(&self) -> &UserName {
        &self.parts.name
    }

    /// What the user is called for.
    pub const fn role(&self) -> Role {
        self.parts.role
    }

    /// Whether the user may call.
    pub const fn status(&self) -> UserStatus {
        self.parts.status
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_the_published_numbers() {
        for (number, status) in [(0, UserStatus::Passive), (1, UserStatus::Active), (2, UserStatus::Banned)] {
            assert_eq!(UserStatus::try_from(number), Ok(status));
        }
        for number in [-1, 3, i64::MAX] {
            assert_eq!(UserStatus::try_from(number), Err(UserStatusError));
        }
    }

    #[test]
    fn roles_read_back_as_written() {
        for role in Role::ALL {
            assert_eq!(role.as_str().parse(), Ok(role));
        }
        assert_eq!("Support".parse::<Role>(), Err(RoleError));
    }

    #[test]
    fn an_address_has_somebody_and_a_domain() {
        for text in ["ada@example.com", "a.b+c@localhost", "\"odd\"@example.com", "ünï@example.com"] {
            assert_eq!(text.parse::<Email>().as_ref().map(Email::as_str), Ok(text));
        }
        for text in ["", "ada", "@example.com", "ada@", "a@b@c.com", "a b@c.com", "ada@-x.com", "ada@exa mple.com"] {
            assert!(text.parse::<Email>().is_err(), "{text:?}");
        }
    }
}
