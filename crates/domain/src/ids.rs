//! Identifiers: one type per kind of thing, all UUIDs.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use uuid::Uuid;

/// A text that is not a valid UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a valid UUID.")]
pub struct InvalidIdError;

/// The canonical form only: 36 characters, in any case.
///
/// # Errors
/// Any other text, also other forms of UUIDs.
pub fn parse(text: &str) -> Result<Uuid, InvalidIdError> {
    let canonical = Some(text).filter(|text| text.len() == 36);
    canonical.and_then(|text| Uuid::try_parse(text).ok()).ok_or(InvalidIdError)
}

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
                parse(text).map(Self)
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
    /// Names an integration account of a workspace.
    IntegrationAccountId;
    /// Names a listing of a workspace.
    ListingId;
    /// Names a promotion of a workspace.
    PromotionId;
    /// Names a quote of a workspace.
    QuoteId;
    /// Names a reservation of a workspace.
    ReservationId;
    /// Names an entry of a workspace's audit trail.
    AuditId;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_form() {
        let id = "0192f0c1-7b1e-7000-8000-00000000000a";
        assert!(id.parse::<TenantId>().is_ok());
        assert_eq!(id.to_uppercase().parse::<TenantId>(), id.parse());
        for text in [
            "",
            "x",
            &id[1..],
            &id.replace('-', ""),
            &format!("{{{id}}}"),
            &format!("urn:uuid:{id}"),
            &format!("{id} "),
        ] {
            assert_eq!(text.parse::<TenantId>(), Err(InvalidIdError), "{text}");
        }
    }
}
