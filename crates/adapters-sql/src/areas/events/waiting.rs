//! The changes that wait for their position in the event log: written by the transaction of the change, and read by the
//! numbering.

use std::collections::BTreeMap;

use domain::events::{EventData, EventType, Stirred};
use domain::ids::{AuditId, IntegrationAccountId, ListingId, TenantId, WorkspaceId};
use domain::traces::{TraceContext, TraceState};
use ports::{RepositoryError, traces};
use sea_orm::FromQueryResult;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::workspaces::Workspaces;
use crate::areas::facts::{NoFacts, datum_to_json, ids_to_json, to_ids, to_object};
use crate::engine::dialect::Dialect;
use crate::engine::query::Query;
use crate::engine::rows::corrupt;
use crate::engine::transaction::Transaction;
use crate::engine::writes::Insert;

const WHAT: &str = "waiting event";

/// Copies imports before they are deleted, and locks them, so that those that end in another way meanwhile are not told of
/// twice.
const END: &str = "\
    INSERT INTO ended_imports (workspace_id, entry_id, integration_account_id, tenant_id, listing_id) \
    SELECT import.workspace_id, $2, import.integration_account_id, import.tenant_id, import.listing_id \
    FROM imports import WHERE import.workspace_id = $1";

/// The first `$3` changes that wait in each workspace.
const WAITING: &str = "\
    SELECT waiting.workspace_id, waiting.sequence, waiting.entry_id, waiting.data, waiting.progress, \
           entry.action, entry.tenant_id, entry.other_tenant_id \
    FROM {items} CROSS JOIN unnumbered_events waiting CROSS JOIN audit entry \
    WHERE waiting.workspace_id = {workspace} AND {first} \
      AND entry.workspace_id = {workspace} AND entry.id = waiting.entry_id";
const FIRST: &str = "\
    SELECT early.sequence FROM unnumbered_events early WHERE early.workspace_id = {workspace} \
    ORDER BY early.sequence LIMIT $3";

/// The imports of an account, of one tenant or listing if these are named.
pub(crate) struct ImportsOf {
    pub(crate) account: IntegrationAccountId,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) listing: Option<ListingId>,
}

/// The part of a change that importers must still be told of, once the change has its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    /// The imports that ended.
    Ended,
    /// The imports that fell asleep or woke, after this one.
    Stirred(Place),
}

/// A place in the order in which importers are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, FromQueryResult)]
pub(super) struct Place {
    pub(super) account: Uuid,
    pub(super) tenant: Uuid,
    pub(super) listing: Uuid,
}

/// A change that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) workspace: Uuid,
    pub(super) sequence: i64,
    pub(super) entry: AuditId,
    pub(super) action: String,
    /// The type; `None` for an action of a newer program.
    pub(super) event_type: Option<EventType>,
    /// The tenant of the audit entry.
    pub(super) tenant: Uuid,
    /// The other tenant of the audit entry.
    pub(super) other: Option<Uuid>,
    /// The data for the tenant of the entry.
    pub(super) told: Value,
    pub(super) listings: Vec<Uuid>,
    pub(super) stirred: Stirred,
    /// The effect to tell next; `None` if the change has no position yet.
    pub(super) progress: Option<Effect>,
    /// The trace of the request that made the change, as it is stored.
    pub(super) trace: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    workspace_id: Uuid,
    sequence: i64,
    entry_id: Uuid,
    data: Value,
    progress: Option<Value>,
    action: String,
    tenant_id: Uuid,
    other_tenant_id: Option<Uuid>,
}

impl Transaction {
    /// Appends the event of a change, which waits for its position. Its sequence is drawn after all writes before it, under the
    /// row locks of the change.
    pub(crate) async fn append_event(
        &self,
        workspace: WorkspaceId,
        entry: AuditId,
        event: EventData,
    ) -> Result<(), RepositoryError> {
        self.note_event(workspace);
        let row = [
            ("workspace_id", workspace.as_uuid().into()),
            ("entry_id", entry.as_uuid().into()),
            ("data", to_json(event).into()),
        ];
        self.insert_row(Insert::new("unnumbered_events", row)).await
    }

    /// Notes the imports that the change will delete, so that their importers can be told.
    pub(crate) async fn note_ended_imports(
        &self,
        workspace_id: WorkspaceId,
        entry: AuditId,
        ImportsOf { account, tenant, listing }: ImportsOf,
    ) -> Result<(), RepositoryError> {
        let copy = Query::new(END, [workspace_id.as_uuid().into(), entry.as_uuid().into()])
            .and("import.integration_account_id = ?", Some(account.as_uuid()))
            .and("import.tenant_id = ?", tenant.map(TenantId::as_uuid))
            .and("import.listing_id = ?", listing.map(ListingId::as_uuid))
            .push(" ORDER BY import.tenant_id, import.listing_id")
            .push(self.dialect().for_update());
        self.execute(copy).await.map(drop)
    }

    /// Reads the changes of the workspaces that wait, at most `most` of each, in the order in which conflicting ones took
    /// effect.
    pub(super) async fn waiting(
        &self,
        workspaces: Workspaces,
        ids: impl IntoIterator<Item = Uuid>,
        most: usize,
    ) -> Result<BTreeMap<Uuid, Vec<Waiting>>, RepositoryError> {
        let rows = self.rows::<Row>(waiting(self.dialect(), workspaces, ids, most)).await?;
        let mut waiting = BTreeMap::<_, Vec<_>>::new();
        for row in rows {
            let change = to_waiting(row).map_err(|error| corrupt(WHAT, error))?;
            waiting.entry(change.workspace).or_default().push(change);
        }
        for changes in waiting.values_mut() {
            changes.sort_unstable_by_key(|change| change.sequence);
        }
        Ok(waiting)
    }

    /// Stores the effect that importers must be told next.
    pub(super) async fn progress(&self, workspace: Uuid, sequence: i64, next: Effect) -> Result<(), RepositoryError> {
        let update = "UPDATE unnumbered_events SET progress = $3 WHERE workspace_id = $1 AND sequence = $2";
        self.execute(Query::new(update, [workspace.into(), sequence.into(), to_progress(next).into()])).await.map(drop)
    }
}

/// Reads the changes of the workspaces that wait, at most `most` of each.
pub(super) fn waiting(
    dialect: &dyn Dialect,
    workspaces: Workspaces,
    ids: impl IntoIterator<Item = Uuid>,
    most: usize,
) -> Query {
    let text = WAITING.replace("{first}", &dialect.one_of("waiting.sequence", FIRST));
    workspaces
        .of(text, ids.into_iter().map(|id| ids_to_json([id])))
        .bind([i64::try_from(most).unwrap_or(i64::MAX).into()])
}

/// Returns the text in which the trace of the current work is stored: the `traceparent`, and after a space the `tracestate`.
fn trace_to_text() -> Option<String> {
    let trace = traces::current()?;
    let text = format!("{trace} {}", trace.state.as_str());
    Some(text.trim_end().to_owned())
}

/// Reads the trace of an event. An unknown text, of another version of the program, is no trace.
pub(super) fn to_trace(text: &str) -> Option<TraceContext> {
    let (parent, state) = text.split_once(' ').unwrap_or((text, ""));
    Some(TraceContext { state: TraceState::read([state]), ..parent.parse().ok()? })
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
    let trace = trace_to_text().map(|text| ("trace", text.into()));
    json.extend(stirred.into_iter().chain(trace).map(|(name, value)| (name.to_owned(), value)));
    Value::Object(json)
}

fn to_waiting(row: Row) -> Result<Waiting, NoFacts> {
    let Row { workspace_id, sequence, entry_id, mut data, progress, action, tenant_id, other_tenant_id } = row;
    let mut take = |name: &str| data.get_mut(name).map(Value::take);
    let stirred = if let Some(listings) = take("stirred_listings") {
        Stirred::Listings(to_ids(listings)?.into_iter().map(ListingId::new).collect())
    } else if let Some(account) = take("stirred_account") {
        Stirred::Account(IntegrationAccountId::new(to_id(&account)?))
    } else if let Some(tenant) = take("stirred_tenant") {
        Stirred::Tenant(TenantId::new(to_id(&tenant)?))
    } else {
        Stirred::Nothing
    };
    Ok(Waiting {
        workspace: workspace_id,
        sequence,
        entry: AuditId::new(entry_id),
        event_type: EventType::of_action(&action),
        action,
        tenant: tenant_id,
        other: other_tenant_id,
        told: take("told").unwrap_or_else(|| json!({})),
        listings: take("listings").map_or(Ok(vec![]), to_ids)?,
        stirred,
        progress: progress.map(|progress| of_progress(&progress)).transpose()?,
        trace: take("trace").and_then(|text| text.as_str().map(str::to_owned)),
    })
}

fn to_progress(effect: Effect) -> Value {
    match effect {
        Effect::Ended => json!({}),
        Effect::Stirred(Place { account, tenant, listing }) => ids_to_json([account, tenant, listing]),
    }
}

fn of_progress(progress: &Value) -> Result<Effect, NoFacts> {
    match progress {
        Value::Object(_) => Ok(Effect::Ended),
        Value::Array(place) => match &place[..] {
            [account, tenant, listing] => Ok(Effect::Stirred(Place {
                account: to_id(account)?,
                tenant: to_id(tenant)?,
                listing: to_id(listing)?,
            })),
            _ => Err(NoFacts),
        },
        _ => Err(NoFacts),
    }
}

fn to_id(value: &Value) -> Result<Uuid, NoFacts> {
    value.as_str().and_then(|id| id.parse().ok()).ok_or(NoFacts)
}
