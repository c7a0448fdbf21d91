//! The events that one transaction numbers, collected and stored together.

use chrono::{DateTime, Utc};
use domain::events::Relation;
use domain::ids::{AuditId, EventId};
use ports::RepositoryError;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::Value;
use uuid::Uuid;

use crate::engine::query::Query;
use crate::engine::transaction::Transaction;
use crate::tables::{event_recipients, events};

/// The numbers of rows that statements write at once. There are few, so that the engine prepares few statements.
const PIECES: [usize; 4] = [64, 16, 4, 1];

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
}

/// The events that a transaction numbers.
pub(super) struct Batch<'t> {
    pub(super) transaction: &'t Transaction,
    pub(super) workspace: Uuid,
    at: DateTime<Utc>,
    /// The position of the last event.
    position: i64,
    events: Vec<events::Model>,
    recipients: Vec<event_recipients::Model>,
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
        let NewEvent { id, entry, event_type, tenant, data } = event;
        let (workspace_id, position) = (self.workspace, self.position);
        let id = id.unwrap_or_else(|| EventId::derived(entry, position.unsigned_abs()));
        self.recipients.extend(recipients.into_iter().map(|Recipient { tenant, relation, data }| {
            let relation = relation.as_str().to_owned();
            let event_type = event_type.clone();
            event_recipients::Model { workspace_id, tenant_id: tenant, position, event_type, relation, data }
        }));
        self.events.push(events::Model {
            workspace_id,
            position,
            id: id.as_uuid(),
            entry_id: entry.as_uuid(),
            numbered_at: self.at,
            event_type,
            tenant_id: tenant,
            data,
        });
    }

    /// Notes that a change need no longer wait.
    pub(super) fn finish(&mut self, sequence: i64) {
        self.done.push(sequence);
    }

    /// Stores the events, and returns their number.
    pub(super) async fn store(self) -> Result<u64, RepositoryError> {
        let Self { transaction, workspace, at: _, position, events, recipients, done } = self;
        let number = events.len();
        for events in pieces(events) {
            transaction
                .run(&events::Entity::insert_many(events.into_iter().map(IntoActiveModel::into_active_model)))
                .await?;
        }
        for recipients in pieces(recipients) {
            let rows = recipients.into_iter().map(IntoActiveModel::into_active_model);
            transaction.run(&event_recipients::Entity::insert_many(rows)).await?;
        }
        for done in pieces(done) {
            let delete = "DELETE FROM unnumbered_events WHERE workspace_id = $1 AND sequence IN ";
            transaction.execute(Query::new(delete, [workspace.into()]).push_list(done)).await?;
        }
        if number > 0 {
            let update = "UPDATE event_logs SET position = $2 WHERE workspace_id = $1";
            transaction.execute_guarded(Query::new(update, [workspace.into(), position.into()])).await?;
        }
        Ok(u64::try_from(number).unwrap_or(u64::MAX))
    }
}

/// Divides rows into the pieces that statements write.
pub(super) fn pieces<T>(rows: Vec<T>) -> Vec<Vec<T>> {
    let mut rows = rows.into_iter();
    let mut pieces = vec![];
    for size in PIECES {
        while rows.len() >= size {
            pieces.push(rows.by_ref().take(size).collect());
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_written_in_pieces_of_few_sizes() {
        let sizes = |rows: usize| pieces((0..rows).collect()).iter().map(Vec::len).collect::<Vec<_>>();
        assert!(sizes(0).is_empty());
        assert_eq!(sizes(150), [64, 64, 16, 4, 1, 1]);
        assert_eq!(pieces((0..150).collect()).concat(), (0..150).collect::<Vec<_>>());
    }
}
