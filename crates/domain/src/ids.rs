//! Identifiers: one type for each kind of resource, all UUIDs.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;
use uuid::Uuid;

/// A text that is not a valid UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be a valid UUID.")]
pub struct InvalidIdError;

/// Parses the canonical form only: 36 characters, in upper or lower case.
///
/// # Errors
/// Any other text, including the other forms of UUIDs.
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
            /// Creates an id from a UUID.
            pub const fn new(id: Uuid) -> Self {
                Self(id)
            }

            /// Returns the UUID.
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
    /// The id of a workspace.
    WorkspaceId;
    /// The id of a tenant in a workspace.
    TenantId;
    /// The id of an API user in a workspace.
    UserId;
    /// The id of an API key in a workspace.
    ApiKeyId;
    /// The id of a location in a workspace.
    LocationId;
    /// The id of an integration account in a workspace.
    IntegrationAccountId;
    /// The id of a charge of an integration account.
    ChargeId;
    /// The id of a listing in a workspace.
    ListingId;
    /// The id of a promotion in a workspace.
    PromotionId;
    /// The id of a quote in a workspace.
    QuoteId;
    /// The id of a reservation in a workspace.
    ReservationId;
    /// The id of a webhook in a workspace.
    WebhookId;
    /// The id of an attempt of a webhook.
    AttemptId;
    /// The id of a running server, new at each start.
    ServerId;
    /// The id of an entry in the audit trail of a workspace or of operators.
    AuditId;
    /// The id of an event in a workspace's log.
    EventId;
    /// The id of an event consumer in a workspace.
    EventConsumerId;
    /// The id of an operator's key.
    OperatorKeyId;
}

impl EventId {
    /// Creates the id of an event that tells of the effect of an audited change, from its position. As a UUID of version
    /// 7 it has the time of the change.
    pub fn derived(entry: AuditId, position: u64) -> Self {
        let hash = Sha256::new().chain_update(entry.0.as_bytes()).chain_update(position.to_be_bytes()).finalize();
        let mut bytes = *entry.0.as_bytes();
        bytes[6..].copy_from_slice(&hash[..10]);
        let bytes = uuid::Builder::from_bytes(bytes).with_version(uuid::Version::SortRand);
        Self(bytes.with_variant(uuid::Variant::RFC4122).into_uuid())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_derived_id_has_the_time_of_the_change_and_is_unique() {
        let entry = |random: u128| AuditId::new(Uuid::from_u128((0x0192_f0c1_7b1e_7000 << 64) | random));
        let id = EventId::derived(entry(1), 7).as_uuid();
        assert_eq!((id.get_version_num(), &id.as_bytes()[..6]), (7, &entry(1).as_uuid().as_bytes()[..6]));
        assert_eq!(id, EventId::derived(entry(1), 7).as_uuid());
        for other in [EventId::derived(entry(1), 8), EventId::derived(entry(2), 7), EventId(entry(1).0)] {
            assert_ne!(id, other.as_uuid());
        }
    }

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
