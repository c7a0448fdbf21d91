//! Identifiers: one type per kind of thing, all UUIDs.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use uuid::Uuid;

/// A text that is no UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a valid UUID.")]
pub struct InvalidIdError;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Uuid);

        impl $name {
            /// Names the thing that this UUID stands for.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// The bare UUID.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = InvalidIdError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::try_parse(text).map(Self).map_err(|_| InvalidIdError)
            }
        }
    )*};
}

ids! {
    /// Names a workspace.
    WorkspaceId;
    /// Names a tenant of a workspace.
    TenantId;
    /// Names an API user of a workspace.
    UserId;
    /// Names an API key of a workspace.
    ApiKeyId;
    /// Names a location of a workspace.
    LocationId;
    /// Names an entry of a workspace's audit trail.
    AuditId;
}
