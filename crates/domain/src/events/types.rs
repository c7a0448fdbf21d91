//! The types of events, one table.

use std::str::FromStr;

use thiserror::Error;

/// The tenants that an event concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// The tenant of the audit entry.
    Tenant,
    /// The tenant of the audit entry, and the default tenant.
    TenantAndDefault,
    /// The two tenants of the audit entry.
    Parties,
    /// The owner, and the importers of the listings, each of those that it imports.
    OwnerAndImporters,
    /// The importer, and the owners of the listings, each of its own.
    ImporterAndOwners,
    /// The source and the target of a moved account, and the tenants that import from it.
    Move,
    /// The importer whose imports fell asleep, woke or ended by the change of another tenant.
    Importer,
}

/// A type that no event has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a type of events.")]
pub struct EventTypeError;

macro_rules! event_types {
    ($($variant:ident: $name:literal, $action:expr, $audience:ident;)+) => {
        /// The type of an event.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "named like on the wire")]
        pub enum EventType {
            $($variant,)+
        }

        impl EventType {
            /// Every type, in the order of the documentation.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The name on the wire: `reservation.confirmed`.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            /// The action of the audit entries that leave events of the type. `None` for the events that tell importers of
            /// the effect of a change.
            pub const fn action(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => $action,)+
                }
            }

            /// The tenants that events of the type concern.
            pub const fn audience(self) -> Audience {
                match self {
                    $(Self::$variant => Audience::$audience,)+
                }
            }
        }
    };
}

event_types! {
    WorkspaceCreated: "workspace.created", Some("workspace.create"), Tenant;
    WorkspaceUpdated: "workspace.updated", Some("workspace.update"), Tenant;
    WorkspaceSuspended: "workspace.suspended", Some("workspace.suspend"), Tenant;
    WorkspaceResumed: "workspace.resumed", Some("workspace.resume"), Tenant;
    TenantCreated: "tenant.created", Some("tenant.create"), TenantAndDefault;
    TenantUpdated: "tenant.updated", Some("tenant.update"), TenantAndDefault;
    TenantDeactivated: "tenant.deactivated", Some("tenant.deactivate"), TenantAndDefault;
    TenantActivated: "tenant.activated", Some("tenant.activate"), TenantAndDefault;
    TenantDeleted: "tenant.deleted", Some("tenant.delete"), TenantAndDefault;
    LocationCreated: "location.created", Some("location.create"), Tenant;
    LocationUpdated: "location.updated", Some("location.update"), Tenant;
    LocationDeleted: "location.deleted", Some("location.delete"), Tenant;
    UserCreated: "user.created", Some("user.create"), Tenant;
    UserUpdated: "user.updated", Some("user.update"), Tenant;
    UserDeleted: "user.deleted", Some("user.delete"), Tenant;
    UserSwitched: "user.switched", Some("user.switch"), Tenant;
    ApiKeyCreated: "api_key.created", Some("api_key.create"), Tenant;
    ApiKeyRevoked: "api_key.revoked", Some("api_key.revoke"), Tenant;
    IntegrationAccountCreated: "integration_account.created", Some("integration_account.create"), Tenant;
    IntegrationAccountUpdated: "integration_account.updated", Some("integration_account.update"), Tenant;
    IntegrationAccountDeleted: "integration_account.deleted", Some("integration_account.delete"), Tenant;
    IntegrationAccountMoved: "integration_account.moved", Some("integration_account.move"), Move;
    ListingCreated: "listing.created", Some("listing.create"), Tenant;
    ListingUpdated: "listing.updated", Some("listing.update"), OwnerAndImporters;
    ListingDeleted: "listing.deleted", Some("listing.delete"), OwnerAndImporters;
    ListingApproved: "listing.approved", Some("listing.approve"), Tenant;
    ListingRejected: "listing.rejected", Some("listing.reject"), Tenant;
    ListingDelivered: "listing.delivered", Some("listing.deliver"), OwnerAndImporters;
    AvailabilityUpdated: "availability.updated", Some("availability.update"), OwnerAndImporters;
    PromotionCreated: "promotion.created", Some("promotion.create"), Tenant;
    PromotionUpdated: "promotion.updated", Some("promotion.update"), Tenant;
    PromotionDeleted: "promotion.deleted", Some("promotion.delete"), Tenant;
    PromotionListingsAssigned: "promotion.listings_assigned", Some("promotion.assign_listings"), Tenant;
    PromotionListingsUnassigned: "promotion.listings_unassigned", Some("promotion.unassign_listings"), Tenant;
    ImportCreated: "import.created", Some("listing.import"), ImporterAndOwners;
    ImportRemoved: "import.removed", Some("listing.remove_import"), ImporterAndOwners;
    ImportAsleep: "import.asleep", None, Importer;
    ImportAwake: "import.awake", None, Importer;
    ImportEnded: "import.ended", None, Importer;
    ReservationCreated: "reservation.created", Some("reservation.create"), Parties;
    ReservationConfirmed: "reservation.confirmed", Some("reservation.confirm"), Parties;
    ReservationAmended: "reservation.amended", Some("reservation.amend"), Parties;
    ReservationCancelled: "reservation.cancelled", Some("reservation.cancel"), Parties;
    ReservationExpired: "reservation.expired", Some("reservation.expire"), Parties;
    WebhookCreated: "webhook.created", Some("webhook.create"), Tenant;
    WebhookUpdated: "webhook.updated", Some("webhook.update"), Tenant;
    WebhookEnabled: "webhook.enabled", Some("webhook.enable"), Tenant;
    WebhookDisabled: "webhook.disabled", Some("webhook.disable"), Tenant;
    WebhookSecretRotated: "webhook.secret_rotated", Some("webhook.rotate_secret"), Tenant;
    WebhookDeleted: "webhook.deleted", Some("webhook.delete"), Tenant;
}

impl EventType {
    /// Returns the type of the events that entries with this action leave, if they leave any.
    pub fn of_action(action: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.action() == Some(action))
    }

    /// The reason that the importers are given whose imports such a change ends.
    pub const fn end_of_imports(self) -> Option<&'static str> {
        match self {
            Self::IntegrationAccountMoved => Some("ACCOUNT_MOVED"),
            Self::IntegrationAccountDeleted => Some("ACCOUNT_DELETED"),
            Self::ListingDeleted => Some("LISTING_DELETED"),
            _ => None,
        }
    }
}

impl FromStr for EventType {
    type Err = EventTypeError;

    fn from_str(text: &str) -> Result<Self, EventTypeError> {
        Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or(EventTypeError)
    }
}

/// A selection of types: one, or all whose names begin with the same word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypePattern {
    /// One type.
    Exact(EventType),
    /// The types of a resource: `reservation` for `reservation.*`.
    Prefix(&'static str),
}

impl TypePattern {
    /// Whether it selects the type with this name.
    pub fn matches(self, name: &str) -> bool {
        match self {
            Self::Exact(event_type) => event_type.as_str() == name,
            Self::Prefix(word) => name.split_once('.').is_some_and(|(first, _)| first == word),
        }
    }
}

impl std::fmt::Display for TypePattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Exact(event_type) => f.write_str(event_type.as_str()),
            Self::Prefix(word) => write!(f, "{word}.*"),
        }
    }
}

impl FromStr for TypePattern {
    type Err = EventTypeError;

    fn from_str(text: &str) -> Result<Self, EventTypeError> {
        let Some(word) = text.strip_suffix(".*") else { return text.parse().map(Self::Exact) };
        let words = EventType::ALL.iter().filter_map(|known| known.as_str().split_once('.'));
        let found = words.map(|(first, _)| first).find(|first| *first == word);
        found.map(Self::Prefix).ok_or(EventTypeError)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_name_and_each_action_stands_once() {
        let names: BTreeSet<_> = EventType::ALL.iter().map(|known| known.as_str()).collect();
        assert_eq!(names.len(), EventType::ALL.len());
        let actions: Vec<_> = EventType::ALL.iter().filter_map(|known| known.action()).collect();
        assert_eq!(actions.iter().collect::<BTreeSet<_>>().len(), actions.len());
    }

    #[test]
    fn a_type_is_found_by_its_name_and_by_its_action() {
        for known in EventType::ALL {
            assert_eq!(known.as_str().parse(), Ok(*known));
            assert_eq!(known.action().and_then(EventType::of_action), known.action().map(|_| *known));
        }
        assert_eq!("reservation.confirm".parse::<EventType>(), Err(EventTypeError));
        assert_eq!(EventType::of_action("quote.create"), None);
    }

    #[test]
    fn a_pattern_selects_one_type_or_those_of_a_word() {
        for (text, matching, other) in [
            ("listing.updated", "listing.updated", "listing.deleted"),
            ("listing.*", "listing.deleted", "listings.deleted"),
            ("import.*", "import.asleep", "listing.updated"),
        ] {
            let pattern: TypePattern = text.parse().expect("a pattern");
            assert_eq!(pattern.to_string(), text);
            assert_eq!((pattern.matches(matching), pattern.matches(other)), (true, false), "{text}");
        }
        for text in ["", "*", ".*", "nothing.*", "listing", "listing.", "listing.up*", "Listing.updated"] {
            assert_eq!(text.parse::<TypePattern>(), Err(EventTypeError), "{text}");
        }
    }
}
