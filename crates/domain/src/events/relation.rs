//! The relations of tenants to an event, and how much each relation sees of it.

use std::str::FromStr;

use thiserror::Error;

use super::{Datum, Event, EventType};
use crate::audit::{Actor, Fact, ResourceKind};

/// The relation of a tenant to an event in its feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The change is of the tenant's own data.
    Own,
    /// The reservation is also the tenant's, as owner or seller, but the other one changed it.
    OtherParty,
    /// The tenant imports the listings that changed.
    Importer,
    /// The tenant owns the listings that another one imports.
    Owner,
}

/// A text that is not a relation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a relation to an event.")]
pub struct RelationError;

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 4] = [Self::Own, Self::OtherParty, Self::Importer, Self::Owner];

    /// The word for it in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::OtherParty => "other_party",
            Self::Importer => "importer",
            Self::Owner => "owner",
        }
    }

    /// Whether the tenant sees a changed value.
    fn sees(self, event_type: &str, fact: &str) -> bool {
        match self {
            Self::Own | Self::OtherParty => true,
            Self::Importer => match event_type.parse() {
                Ok(EventType::ListingUpdated) => fact != "internalName",
                Ok(EventType::IntegrationAccountMoved) => true,
                // Those of a calendar would tell blocked nights from sold ones.
                _ => false,
            },
            Self::Owner => false,
        }
    }
}

impl FromStr for Relation {
    type Err = RelationError;

    fn from_str(text: &str) -> Result<Self, RelationError> {
        Self::ALL.into_iter().find(|known| known.as_str() == text).ok_or(RelationError)
    }
}

/// Whether events of the type tell of the effect of a change.
fn is_effect(event_type: &str) -> bool {
    event_type.parse::<EventType>().is_ok_and(|known| known.action().is_none())
}

/// The name of the status among the changed values.
const STATUS: &str = "status";

/// The name of the account in the data of an event.
const ACCOUNT: &str = "integrationAccountID";

impl Event {
    /// Removes what a tenant with this relation may not learn: which user of another tenant acted, in which trace, and the
    /// values that a GET would not show it.
    #[must_use]
    pub fn for_reader(self, relation: Relation) -> Self {
        let actor = self.actor.filter(|actor| match relation {
            Relation::Own => true,
            Relation::OtherParty => *actor == Actor::Operator,
            Relation::Importer | Relation::Owner => false,
        });
        // A listing that becomes active or inactive has values from while the import was asleep.
        let wakes = relation == Relation::Importer && self.after.iter().any(|(name, _)| name == STATUS);
        let is_seen = |(name, _): &(String, Fact)| !wakes && relation.sees(&self.event_type, name);
        let before = self.before.into_iter().filter(is_seen).collect();
        let after = self.after.into_iter().filter(is_seen).collect();
        let (resource_kind, resource_id) = match self.data.iter().find(|(name, _)| name == ACCOUNT) {
            // The effect of a change of anything else: the importer may not even know the owner.
            Some((_, Datum::Fact(Fact::Text(account)))) if is_effect(&self.event_type) => {
                let kind = ResourceKind::IntegrationAccount.as_str().to_owned();
                (kind, account.parse().unwrap_or(self.resource_id))
            }
            _ => (self.resource_kind, self.resource_id),
        };
        let trace = self.trace.filter(|_| relation == Relation::Own);
        Self { actor, resource_kind, resource_id, before, after, trace, ..self }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;
    use crate::ids::{ApiKeyId, EventId, TenantId, UserId};

    fn event(event_type: EventType, actor: Actor) -> Event {
        let facts = || vec![("internalName".to_owned(), Fact::Null), ("name".to_owned(), Fact::from("Loft"))];
        Event {
            id: EventId::new(Uuid::from_u128(1)),
            position: 7,
            event_type: event_type.as_str().to_owned(),
            at: DateTime::UNIX_EPOCH,
            tenant_id: TenantId::new(Uuid::from_u128(2)),
            actor: Some(actor),
            resource_kind: "listing".to_owned(),
            resource_id: Uuid::from_u128(3),
            before: facts(),
            after: facts(),
            data: vec![],
            trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().ok(),
        }
    }

    fn user() -> Actor {
        let id = Uuid::from_u128(5);
        Actor::ApiUser { id: UserId::new(id), name: "Ada".to_owned(), api_key: ApiKeyId::new(id) }
    }

    #[test]
    fn only_the_tenant_itself_learns_which_user_acted_in_which_trace() {
        for (relation, sees_user, sees_operator) in [
            (Relation::Own, true, true),
            (Relation::OtherParty, false, true),
            (Relation::Importer, false, false),
            (Relation::Owner, false, false),
        ] {
            for (actor, sees) in [(user(), sees_user), (Actor::Operator, sees_operator)] {
                let told = event(EventType::ListingUpdated, actor.clone()).for_reader(relation);
                assert_eq!(told.actor, Some(actor).filter(|_| sees), "{relation:?}");
                assert_eq!(told.trace.is_some(), relation == Relation::Own, "{relation:?}");
            }
        }
    }

    #[test]
    fn importers_see_the_values_that_they_could_read_themselves() {
        for known in EventType::ALL {
            let told = event(*known, user()).for_reader(Relation::Importer);
            let names: Vec<_> = told.after.iter().map(|(name, _)| name.as_str()).collect();
            let expected: &[&str] = match known {
                EventType::ListingUpdated => &["name"],
                EventType::IntegrationAccountMoved => &["internalName", "name"],
                _ => &[],
            };
            assert_eq!(names, expected, "{}", known.as_str());
            assert_eq!(told.before, told.after);
            assert_eq!(event(*known, user()).for_reader(Relation::Owner).after, []);
            assert_eq!(event(*known, user()).for_reader(Relation::OtherParty).after.len(), 2);
        }
    }

    #[test]
    fn the_effect_of_a_change_is_about_the_account() {
        let account = Uuid::from_u128(8);
        for known in EventType::ALL {
            let data = vec![(ACCOUNT.to_owned(), Datum::from(account.to_string().as_str()))];
            let told = Event { data, ..event(*known, Actor::Operator) }.for_reader(Relation::Importer);
            let expected = match known {
                EventType::ImportAsleep | EventType::ImportAwake | EventType::ImportEnded => {
                    ("integration_account", account)
                }
                _ => ("listing", Uuid::from_u128(3)),
            };
            assert_eq!((told.resource_kind.as_str(), told.resource_id), expected);
        }
    }

    #[test]
    fn importers_see_no_values_of_a_listing_that_wakes() {
        let facts = |status| vec![("status".to_owned(), Fact::from(status)), ("name".to_owned(), Fact::from("Loft"))];
        let (before, after) = (facts("INACTIVE"), facts("ACTIVE"));
        let woken = Event { before, after, ..event(EventType::ListingUpdated, user()) };
        assert_eq!(woken.clone().for_reader(Relation::Own), woken);
        let told = woken.for_reader(Relation::Importer);
        assert_eq!((told.before, told.after), (vec![], vec![]));
    }

    #[test]
    fn a_relation_is_stored_as_a_word() {
        for relation in Relation::ALL {
            assert_eq!(relation.as_str().parse(), Ok(relation));
        }
        assert_eq!("foreign".parse::<Relation>(), Err(RelationError));
    }
}
