//! The events that one transaction numbers, collected and stored together.

use chrono::{DateTime, Utc};
use domain::events::Relation;
use domain::ids::{AuditId, EventId};
use ports::RepositoryError;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::engine::dialect::Dialect;
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

/// A tenant that is told of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Recipient {
    pub(super) tenant: Uuid,
    pub(super) relation: Relation,
    /// The data for this tenant, if it is told other data than the event has.
    pub(super) data: Option<Value>,
}

/// An event without its position.
pub(super) struct NewEvent {
    /// Its id; `None` for the effect of a change.
    pub(super) id: Option<EventId>,
    pub(super) entry: AuditId,
    pub(super) event_type: String,
    pub(super) tenant: Uuid,
    pub(super) data: Value,
    pub(super) trace: Option<String>,
}

/// The events that a transaction numbers.
pub(super) struct Batch<'t> {
    pub(super) transaction: &'t Transaction,
    pub(super) workspace: Uuid,
    at: DateTime<Utc>,
    /// The position of the last event.
    position: i64,
    /// The rows, as arrays of their columns.
    events: Vec<Value>,
    recipients: Vec<Value>,
    /// The changes that need no longer wait.
    done: Vec<i64>,
}

impl<'t> Batch<'t> {
    /// Begins after the last position of the log.
    pub(super) const fn new(transaction: &'t Transaction, workspace: Uuid, at: DateTime<Utc>, position: i64) -> Self {
        Self { transaction, workspace, at, position, events: vec![], recipients: vec![], done: vec![] }
    }

    /// Gives the next position to an event.
    pub(super) fn number(&mut self, event: NewEvent, recipients: Vec<Recipient>) {
        self.position += 1;
        let NewEvent { id, entry, event_type, tenant, data, trace } = event;
        let position = self.position;
        let id = id.unwrap_or_else(|| EventId::derived(entry, position.unsigned_abs()));
        self.recipients.extend(recipients.into_iter().map(|Recipient { tenant, relation, data }| {
            let row = [json!(tenant.to_string()), json!(position), json!(event_type), json!(relation.as_str())];
            row.into_iter().chain(data).collect()
        }));
        let (id, entry) = (id.as_uuid().to_string(), entry.as_uuid().to_string());
        self.events.push(json!([position, id, entry, tenant.to_string(), event_type, data, trace]));
    }

    /// Notes that a change need no longer wait.
    pub(super) fn finish(&mut self, sequence: i64) {
        self.done.push(sequence);
    }

    /// Stores the events, and returns their number. The rows are JSON: on both engines, an exchange of many statements takes
    /// longer than reading them from it.
    pub(super) async fn store(self) -> Result<u64, RepositoryError> {
        let Self { transaction, workspace, at, position, events, recipients, done } = self;
        let number = events.len();
        if number > 0 || !done.is_empty() {
            let rows = [events.into(), recipients.into(), done.into()];
            transaction.execute(storing(transaction.dialect(), workspace, at, position, rows)).await?;
        }
        Ok(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

/// Stores events and their recipients, and deletes the changes that need no longer wait.
pub(super) fn storing(
    dialect: &dyn Dialect,
    workspace: Uuid,
    at: DateTime<Utc>,
    position: i64,
    rows: [Value; 3],
) -> Query {
    let id = |place: u8| dialect.to_id(&format!("item.value ->> {place}"));
    let events = format!(
        "INSERT INTO events (workspace_id, numbered_at, position, id, entry_id, tenant_id, type, data, trace) \
         SELECT $1, $2, CAST(item.value ->> 0 AS bigint), {}, {}, {}, item.value ->> 4, item.value -> 5, item.value ->> 6 FROM {}",
        id(1),
        id(2),
        id(3),
        dialect.items("$4"),
    );
    let recipients = format!(
        "INSERT INTO event_recipients (workspace_id, tenant_id, position, type, relation, data) \
         SELECT $1, {}, CAST(item.value ->> 1 AS bigint), item.value ->> 2, item.value ->> 3, item.value -> 4 FROM {}",
        id(0),
        dialect.items("$5"),
    );
    let done = format!("SELECT CAST(item.value AS bigint) FROM {}", dialect.items("$6"));
    let delete =
        format!("DELETE FROM unnumbered_events WHERE workspace_id = $1 AND {}", dialect.one_of("sequence", &done));
    let log = "UPDATE event_logs SET position = $3 WHERE workspace_id = $1";
    let text = dialect.together(&[&events, &recipients, &delete, log]);
    Query::new(text, [workspace.into(), at.into(), position.into()]).bind(rows.map(Into::into))
}
