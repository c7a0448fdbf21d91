//! Events: what tells tenants of the changes that concern them.

mod relation;
mod types;

use std::num::NonZeroU16;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

pub use self::relation::{Relation, RelationError};
pub use self::types::{Audience, EventType, EventTypeError, TypePattern};
use crate::audit::{Actor, Fact};
use crate::ids::{EventId, IntegrationAccountId, ListingId, TenantId};
use crate::traces::TraceContext;

/// The maximum number of listings that an event about imports names. More are told in several events.
pub const MAX_LISTINGS: usize = 1_000;

/// The time for which events are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRetention(TimeDelta);

impl EventRetention {
    /// A number of days.
    pub fn days(days: NonZeroU16) -> Self {
        Self(TimeDelta::days(days.get().into()))
    }

    /// The time before which events can be deleted.
    pub fn kept_since(self, now: DateTime<Utc>) -> DateTime<Utc> {
        now - self.0
    }
}

impl Default for EventRetention {
    fn default() -> Self {
        Self(TimeDelta::days(30))
    }
}

/// One value in the data of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Datum {
    /// A simple value.
    Fact(Fact),
    /// A list of ids.
    Ids(Vec<Uuid>),
}

impl<F: Into<Fact>> From<F> for Datum {
    fn from(fact: F) -> Self {
        Self::Fact(fact.into())
    }
}

impl From<&[ListingId]> for Datum {
    fn from(listings: &[ListingId]) -> Self {
        Self::Ids(listings.iter().map(|listing| listing.as_uuid()).collect())
    }
}

/// The imports that a change may put to sleep or wake.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stirred {
    /// No imports.
    #[default]
    Nothing,
    /// The imports of these listings.
    Listings(Vec<ListingId>),
    /// The imports of all listings of the account.
    Account(IntegrationAccountId),
    /// The imports of all listings of the tenant.
    Tenant(TenantId),
}

/// The parts of an event that are known when the change is decided, beside its audit entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventData {
    /// The data of the event, for the tenant of the entry.
    pub told: Vec<(&'static str, Datum)>,
    /// The listings whose importers are told, or whose owners are, if importers changed their imports.
    pub listings: Vec<ListingId>,
    /// The imports that the change may put to sleep or wake.
    pub stirred: Stirred,
}

impl EventData {
    /// Creates the data of an event that concerns the tenant of the entry, or both tenants of it.
    pub(crate) fn new<const N: usize>(told: [(&'static str, Datum); N]) -> Self {
        Self { told: told.into(), ..Self::default() }
    }
}

/// An event of the log, as read. Its type and resource may be words of another version of the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id.
    pub id: EventId,
    /// Its number in the workspace.
    pub position: u64,
    /// Its type: `reservation.confirmed`.
    pub event_type: String,
    /// The time of the change.
    pub at: DateTime<Utc>,
    /// The tenant in whose feed it stands; in the log of the whole workspace, the tenant whose data changed.
    pub tenant_id: TenantId,
    /// The author of the change; `None` for a user of another tenant than the reader's.
    pub actor: Option<Actor>,
    /// The kind of the changed resource: `reservation`.
    pub resource_kind: String,
    /// The resource's id.
    pub resource_id: Uuid,
    /// The changed values before the change, sorted by name.
    pub before: Vec<(String, Fact)>,
    /// The changed values after the change, sorted by name.
    pub after: Vec<(String, Fact)>,
    /// The ids that a consumer needs to act, and other data of the type, sorted by name.
    pub data: Vec<(String, Datum)>,
    /// The trace of the request that made the change, if it was in one.
    pub trace: Option<TraceContext>,
}
