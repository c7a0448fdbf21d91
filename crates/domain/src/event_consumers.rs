//! Event consumers: the places up to which clients have read the events of a tenant.
//!
//! A consumer is a note of a reader, and no resource that others see: storing one is no change of the tenant's data, so it
//! has no audit entry and no event.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::access::TenantScope;
use crate::ids::{EventConsumerId, TenantId, WorkspaceId};

/// The maximum number of consumers of a tenant.
pub const MOST_CONSUMERS: u32 = 20;

/// A text that is not a valid name of a consumer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be 1 to 64 letters, digits, dots, hyphens and underscores, and begin with a letter or digit.")]
pub struct ConsumerNameError;

/// The name of a consumer: ASCII, so that it can stand in a path as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsumerName(String);

impl ConsumerName {
    /// The maximum number of characters.
    pub const MAX: usize = 64;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ConsumerName {
    type Err = ConsumerNameError;

    fn from_str(text: &str) -> Result<Self, ConsumerNameError> {
        let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
        let is_name = begins && text.bytes().all(|c| c.is_ascii_alphanumeric() || b".-_".contains(&c));
        if is_name && text.len() <= Self::MAX { Ok(Self(text.to_owned())) } else { Err(ConsumerNameError) }
    }
}

impl fmt::Display for ConsumerName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place that the log does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be between {first} and {last}: the position before the oldest kept event, and the last one.")]
pub struct PlaceError {
    first: u64,
    last: u64,
}

/// A place in the log: before an event that is kept, or at the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place(u64);

impl Place {
    /// Finds the place after a position in a log with this oldest kept event, and this last one.
    ///
    /// # Errors
    /// If events after the position are gone, or if the log does not reach it.
    pub const fn after(position: u64, oldest: u64, last: u64) -> Result<Self, PlaceError> {
        let first = oldest.saturating_sub(1);
        if first <= position && position <= last { Ok(Self(position)) } else { Err(PlaceError { first, last }) }
    }
}

/// The parts of a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventConsumerParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant.
    pub tenant_id: TenantId,
    /// The id.
    pub id: EventConsumerId,
    /// The name, which the tenant gives once.
    pub name: ConsumerName,
    /// The position of the last event that was read; 0 before the first.
    pub position: u64,
    /// The number of the version.
    pub version: i64,
    /// The time of its creation.
    pub created_at: DateTime<Utc>,
    /// The time of its last change.
    pub updated_at: DateTime<Utc>,
}

/// A consumer: how far a client has read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventConsumer(EventConsumerParts);

impl EventConsumer {
    /// Creates a consumer at a place of the log.
    pub fn new(
        scope: &TenantScope,
        (id, name): (EventConsumerId, ConsumerName),
        Place(position): Place,
        at: DateTime<Utc>,
    ) -> Self {
        let (workspace_id, tenant_id) = (scope.workspace_id(), scope.tenant_id());
        let (created_at, updated_at) = (at, at);
        Self(EventConsumerParts { workspace_id, tenant_id, id, name, position, version: 1, created_at, updated_at })
    }

    /// Moves it to another place of the log, forth or back. Returns `None` if it is there already.
    #[must_use]
    pub fn move_to(&self, Place(position): Place, at: DateTime<Utc>) -> Option<Self> {
        let moved = || EventConsumerParts { position, version: self.0.version + 1, updated_at: at, ..self.0.clone() };
        (position != self.0.position).then(|| Self(moved()))
    }

    /// Restores a stored consumer.
    pub const fn from_parts(parts: EventConsumerParts) -> Self {
        Self(parts)
    }

    /// Takes the consumer apart.
    pub fn into_parts(self) -> EventConsumerParts {
        self.0
    }

    /// The workspace.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.0.workspace_id
    }

    /// The tenant.
    pub const fn tenant_id(&self) -> TenantId {
        self.0.tenant_id
    }

    /// The id.
    pub const fn id(&self) -> EventConsumerId {
        self.0.id
    }

    /// The name.
    pub const fn name(&self) -> &ConsumerName {
        &self.0.name
    }

    /// The position of the last event that was read.
    pub const fn position(&self) -> u64 {
        self.0.position
    }
}

/// The events that a consumer has not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// The number of events, at most [`Unread::MOST`].
    pub events: u64,
    /// The time of the oldest one.
    pub oldest_at: Option<DateTime<Utc>>,
}

impl Unread {
    /// The number up to which unread events are counted.
    pub const MOST: u32 = 10_000;

    /// Returns the age of the oldest event in whole seconds, and 0 if there is none.
    pub fn age(self, now: DateTime<Utc>) -> u64 {
        let seconds = self.oldest_at.map_or(0, |oldest_at| (now - oldest_at).num_seconds());
        seconds.try_into().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, standing};

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn place(position: u64) -> Place {
        Place::after(position, 17, 20).expect("a place")
    }

    #[test]
    fn a_name_can_stand_in_a_path() {
        for name in ["a", "7", "Billing", "mail-sender_2.eu", &"x".repeat(64)] {
            assert_eq!(name.parse::<ConsumerName>().map(|name| name.to_string()), Ok(name.to_owned()));
        }
        for text in ["", " a", "a b", "a/b", "-a", ".", "..", "é", "a\n", &"x".repeat(65)] {
            assert_eq!(text.parse::<ConsumerName>(), Err(ConsumerNameError), "{text}");
        }
    }

    #[test]
    fn a_place_is_before_an_event_that_is_kept_or_at_the_end() {
        for (position, oldest, last, is_place) in [
            (15, 17, 20, false),
            (16, 17, 20, true),
            (18, 17, 20, true),
            (20, 17, 20, true),
            (21, 17, 20, false),
            (0, 1, 0, true),
            (1, 1, 0, false),
            (20, 21, 20, true),
        ] {
            assert_eq!(Place::after(position, oldest, last).is_ok(), is_place, "{position} of {oldest}..={last}");
        }
        let refused = Place::after(21, 17, 20).expect_err("beyond the end");
        assert!(refused.to_string().starts_with("must be between 16 and 20:"), "{refused}");
    }

    #[test]
    fn a_consumer_goes_forth_and_back_and_stays_where_it_is() {
        let caller = caller(standing(2, false), standing(2, false), Permission::Write);
        let scope = caller.tenant_scope(Permission::Write).expect("a scope");
        let named = (EventConsumerId::new(Uuid::from_u128(7)), "billing".parse().expect("a name"));
        let consumer = EventConsumer::new(&scope, named, place(18), at(0));
        for position in [16, 20] {
            let moved = consumer.move_to(place(position), at(1)).expect("moved").into_parts();
            let expected =
                EventConsumerParts { position, version: 2, updated_at: at(1), ..consumer.clone().into_parts() };
            assert_eq!(moved, expected);
        }
        assert_eq!(consumer.move_to(place(18), at(1)), None);
    }

    #[test]
    fn an_age_is_that_of_the_oldest_event() {
        for (oldest_at, now, age) in [(None, 9, 0), (Some(at(2)), 9, 7), (Some(at(9)), 2, 0)] {
            assert_eq!(Unread { events: 1, oldest_at }.age(at(now)), age, "clocks of servers may differ");
        }
    }
}
