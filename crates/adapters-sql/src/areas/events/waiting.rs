//! The changes that wait for their position in the event log, as the transaction of the change writes them.

use domain::events::{EventData, Stirred};
use domain::ids::{AuditId, ListingId, WorkspaceId};
use ports::RepositoryError;
use serde_json::{Map, Value};

use crate::areas::facts::{datum_to_json, ids_to_json, to_object};
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

const WAIT: &str = "INSERT INTO unnumbered_events (workspace_id, entry_id, data) VALUES ($1, $2, $3)";

impl Transaction {
    /// Notes that the change waits for its position. The sequence is drawn here, under the row locks of the change.
    pub(crate) async fn await_position(
        &self,
        workspace_id: WorkspaceId,
        entry: AuditId,
        event: EventData,
    ) -> Result<(), RepositoryError> {
        let values = [workspace_id.as_uuid().into(), entry.as_uuid().into(), to_json(event).into()];
        self.execute(Query::new(WAIT, values)).await?;
        self.note_event();
        Ok(())
    }
}

fn to_json(event: EventData) -> Value {
    let EventData { told, listings, stirred } = event;
    let ids = |listings: Vec<ListingId>| ids_to_json(listings.into_iter().map(ListingId::as_uuid));
    let mut json = Map::new();
    if !told.is_empty() {
        json.insert("told".to_owned(), to_object(told, datum_to_json));
    }
    if !listings.is_empty() {
        json.insert("listings".to_owned(), ids(listings));
    }
    let stirred = match stirred {
        Stirred::Nothing => None,
        Stirred::Listings(listings) => Some(("stirred_listings", ids(listings))),
        Stirred::Account(account) => Some(("stirred_account", account.to_string().into())),
        Stirred::Tenant(tenant) => Some(("stirred_tenant", tenant.to_string().into())),
    };
    json.extend(stirred.map(|(name, value)| (name.to_owned(), value)));
    Value::Object(json)
}
