//! The events that one transaction numbers, collected and stored together.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::events::Relation;
use domain::ids::{AuditId, EventId};
use ports::RepositoryError;
use serde_json::{Value, json};
use uuid::Uuid;

use super::workspaces::Workspaces;
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
    pub(super) workspace: Uuid,
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
    pub(super) workspaces: Workspaces,
    at: DateTime<Utc>,
    /// The positions of the last events of the logs, before the transaction.
    positions: BTreeMap<Uuid, i64>,
    /// The last positions of the logs with new events.
    ends: BTreeMap<Uuid, i64>,
    /// The rows, as arrays of their columns.
    events: Vec<Value>,
    recipients: Vec<Value>,
    /// The position of the last event that each tenant of a workspace is told of.
    told: BTreeMap<(Uuid, Uuid), i64>,
    /// The changes that need no longer wait.
    done: Vec<Value>,
}

impl<'t> Batch<'t> {
    /// Begins after the last positions of the logs.
    pub(super) const fn new(
        transaction: &'t Transaction,
        workspaces: Workspaces,
        at: DateTime<Utc>,
        positions: BTreeMap<Uuid, i64>,
    ) -> Self {
        Self {
            transaction,
            workspaces,
            at,
            positions,
            ends: BTreeMap::new(),
            events: vec![],
            recipients: vec![],
            told: BTreeMap::new(),
            done: vec![],
        }
    }

    /// Gives the next position of its log to an event.
    pub(super) fn number(&mut self, event: NewEvent, recipients: Vec<Recipient>) {
        let NewEvent { workspace, id, entry, event_type, tenant, data, trace } = event;
        let before = self.positions.get(&workspace).copied().unwrap_or_default();
        let position = *self.ends.entry(workspace).and_modify(|last| *last += 1).or_insert(before + 1);
        let id = id.unwrap_or_else(|| EventId::derived(entry, position.unsigned_abs()));
        let named = json!(workspace.to_string());
        for Recipient { tenant, relation, data } in recipients {
            self.told.insert((workspace, tenant), position);
            let (tenant, relation) = (json!(tenant.to_string()), json!(relation.as_str()));
            let row = [named.clone(), tenant, json!(position), json!(event_type), relation];
            self.recipients.push(row.into_iter().chain(data).collect());
        }
        let (id, entry) = (id.as_uuid().to_string(), entry.as_uuid().to_string());
        self.events.push(json!([named, position, id, entry, tenant.to_string(), event_type, data, trace]));
    }

    /// Notes that a change need no longer wait.
    pub(super) fn finish(&mut self, workspace: Uuid, sequence: i64) {
        self.done.push(json!([workspace.to_string(), sequence]));
    }

    /// Stores the events, and returns their number. The rows are JSON: on both engines, an exchange of many statements takes
    /// longer than reading them from it.
    pub(super) async fn store(self) -> Result<u64, RepositoryError> {
        let Self { transaction, workspaces, at, positions: _, ends, events, recipients, told, done } = self;
        let number = events.len();
        if number > 0 || !done.is_empty() {
            let logs = ends.into_iter().map(|(workspace, position)| json!([workspace.to_string(), position]));
            let told = told
                .into_iter()
                .map(|((workspace, tenant), position)| json!([workspace.to_string(), tenant.to_string(), position]));
            let rows = [events.into(), recipients.into(), done.into(), logs.collect(), told.collect()];
            transaction.execute(storing(transaction.dialect(), workspaces, at, rows)).await?;
        }
        Ok(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

/// Stores events and their recipients, deletes the changes that need no longer wait, and notes the ends of the logs, and of the
/// feeds that webhooks follow.
pub(super) fn storing(dialect: &dyn Dialect, workspaces: Workspaces, at: DateTime<Utc>, rows: [Value; 5]) -> Query {
    let [events, recipients, logs, told] = ["$3", "$4", "$6", "$7"].map(|rows| dialect.items(rows));
    let (id, number) = (|place| workspaces.id(place), |place| workspaces.number(place));
    let events = format!(
        "INSERT INTO events (workspace_id, numbered_at, position, id, entry_id, tenant_id, type, data, trace) \
         SELECT {{workspace}}, $2, {}, {}, {}, {}, item.value ->> 5, item.value -> 6, item.value ->> 7 FROM {events}",
        number(1),
        id(2),
        id(3),
        id(4),
    );
    let recipients = format!(
        "INSERT INTO event_recipients (workspace_id, tenant_id, position, type, relation, data) \
         SELECT {{workspace}}, {}, {}, item.value ->> 3, item.value ->> 4, item.value -> 5 FROM {recipients}",
        id(1),
        number(2),
    );
    let done = format!("DELETE FROM unnumbered_events WHERE {}", workspaces.has_key("sequence", "$5"));
    let of_tenants = format!(
        "UPDATE webhooks SET newest = {} FROM {told} WHERE webhooks.workspace_id = {{workspace}} \
         AND webhooks.tenant_id = {} AND webhooks.scope = 'tenant' AND webhooks.status = 'ENABLED'",
        number(2),
        id(1),
    );
    let of_workspaces = format!(
        "UPDATE webhooks SET newest = {} FROM {logs} WHERE webhooks.workspace_id = {{workspace}} \
         AND webhooks.scope = 'workspace' AND webhooks.status = 'ENABLED'",
        number(1),
    );
    let log = format!(
        "UPDATE event_logs SET position = {} FROM {logs} WHERE event_logs.workspace_id = {{workspace}}",
        number(1)
    );
    let text = dialect.together(&[&events, &recipients, &done, &of_tenants, &of_workspaces, &log]);
    workspaces.query(text, [at.into()]).bind(rows.map(Into::into))
}
