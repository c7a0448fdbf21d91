//! Who may do what in which tenant.
//!
//! A request presents a key and perhaps names a tenant. [`Credential::admit`] holds the key against what is stored and
//! makes a [`Caller`]; a caller's methods check permission and authority and make the scopes that repositories ask
//! for. No request has another way to a [`TenantScope`], an [`AdminScope`] or an [`AuditScope`], so data that nobody was
//! authorised for cannot be reached. The command line works in a tenant on the operator's leave.

mod caller;
mod credential;
#[cfg(test)]
pub(crate) mod fixture;
mod scope;

use std::str::FromStr;

use thiserror::Error;

pub use self::caller::Caller;
pub use self::credential::{Credential, CredentialParts, TenantChoice, TenantStanding, UserStanding};
pub use self::scope::{AdminScope, AuditScope, OperatorScope, OwnScope, TenantScope};

/// A text that is not a valid permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ADMIN, WRITE or READ.")]
pub struct PermissionError;

/// What a key permits; each permission includes the ones before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// To see.
    Read,
    /// To change what tenants work with.
    Write,
    /// To administer tenants, users and keys.
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

/// Why a caller was turned away, in the order in which the reasons are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AccessError {
    /// No key, or one that is unknown, malformed, revoked or expired: nobody is told which.
    #[error("Authentication failed")]
    Unauthenticated,
    /// The API user is passive or banned.
    #[error("The API user is not active.")]
    UserNotActive,
    /// There is no such tenant, or not for this caller: nobody is told which.
    #[error("The tenant was not found.")]
    TenantNotFound,
    /// The tenant of the request is inactive.
    #[error("The tenant is inactive.")]
    TenantInactive,
    /// The key permits less than the operation takes.
    #[error("The API key does not permit this operation.")]
    PermissionDenied,
    /// The operation takes the authority of the default tenant.
    #[error("Only the default tenant can do this.")]
    DefaultTenantRequired,
}
