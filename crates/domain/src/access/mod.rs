//! Access control: callers, their permissions, and the tenants that they may work in.
//!
//! A request presents a key and may name a tenant. [`Credential::admit`] compares the key with the stored credential
//! and creates a [`Caller`]. The caller's methods check permission and authority and create the scopes that
//! repositories require. A request cannot get a [`TenantScope`], an [`AdminScope`] or an [`AuditScope`] in any other
//! way, so it cannot reach data without authorisation. The command line works in a tenant with the scope of the
//! operator.

mod caller;
mod credential;
#[cfg(test)]
pub(crate) mod fixture;
mod scope;

use std::str::FromStr;

use thiserror::Error;

pub use self::caller::Caller;
pub use self::credential::{Credential, CredentialParts, Identified, TenantChoice, TenantStanding, UserStanding};
pub use self::scope::{AdminScope, AuditScope, EventScope, OperatorScope, OwnScope, TenantScope};

/// A text that is not a valid permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ADMIN, WRITE or READ.")]
pub struct PermissionError;

/// The permission of a key; each one includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Read.
    Read,
    /// Change the data that tenants work with.
    Write,
    /// Administer tenants, users and keys.
    Admin,
}

impl Permission {
    /// Every permission.
    pub const ALL: [Self; 3] = [Self::Read, Self::Write, Self::Admin];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Write => "WRITE",
            Self::Admin => "ADMIN",
        }
    }
}

impl FromStr for Permission {
    type Err = PermissionError;

    fn from_str(text: &str) -> Result<Self, PermissionError> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == text).ok_or(PermissionError)
    }
}

/// A refusal of a caller, in the order in which the reasons are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccessError {
    /// No key, or one that is unknown, malformed, revoked or expired; the reply does not say which.
    #[error("Authentication failed")]
    Unauthenticated,
    /// The workspace is suspended, or being erased.
    #[error("The workspace is suspended.")]
    WorkspaceSuspended,
    /// The API user is passive or banned.
    #[error("The API user is not active.")]
    UserNotActive,
    /// The tenant does not exist or is not open to this caller; the reply does not say which.
    #[error("The tenant was not found.")]
    TenantNotFound,
    /// The tenant of the request is inactive.
    #[error("The tenant is inactive.")]
    TenantInactive,
    /// The key's permission is not sufficient for the operation.
    #[error("The API key does not permit this operation. Use one with a higher permission.")]
    PermissionDenied,
    /// The operation needs the authority of the default tenant.
    #[error(
        "Only the default tenant can do this. Use a key of a user at home there, and name no other tenant in the headers."
    )]
    DefaultTenantRequired,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_read_by_its_word_alone() {
        assert_eq!(Permission::ALL.map(Permission::as_str), ["READ", "WRITE", "ADMIN"]);
        for permission in Permission::ALL {
            assert_eq!(permission.as_str().parse(), Ok(permission));
        }
        for text in ["", "read", "OWNER"] {
            assert_eq!(text.parse::<Permission>(), Err(PermissionError), "{text:?}");
        }
    }
}
