//! The numbering: one transaction at a time gives positions to the waiting changes of a workspace.

use std::iter;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{EventScope, OperatorScope};
use domain::events::Stirred;
use domain::ids::{EventId, TenantId, WorkspaceId};
use ports::{EventLog, Numbered, RepositoryError};
use sea_orm::{FromQueryResult, Statement};
use serde_json::json;
use uuid::Uuid;

use super::batch::{Batch, NewEvent, storing};
use super::effects::Budget;
use super::waiting::{Effect, Place, Waiting, waiting};
use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::reach::Reach;
use crate::engine::transaction::Transaction;

/// The workspaces in which changes wait: one look into the index for each, however many wait.
const WORKSPACES: &str = "\
    WITH RECURSIVE found (workspace_id) AS (\
        SELECT (SELECT waiting.workspace_id FROM unnumbered_events waiting ORDER BY waiting.workspace_id LIMIT 1) \
        UNION ALL \
        SELECT (SELECT waiting.workspace_id FROM unnumbered_events waiting \
                WHERE waiting.workspace_id > found.workspace_id ORDER BY waiting.workspace_id LIMIT 1) \
        FROM found WHERE found.workspace_id IS NOT NULL) \
    SELECT found.workspace_id FROM found WHERE found.workspace_id IS NOT NULL";
/// The workspaces with waiting changes in a distributed database, which reads no table recursively. Few changes wait at a time.
const DISTRIBUTED_WORKSPACES: &str = "SELECT DISTINCT waiting.workspace_id FROM unnumbered_events waiting WHERE TRUE";

const LOG: &str = "SELECT log.position FROM event_logs log WHERE log.workspace_id = $1";
const BEGIN: &str = "\
    INSERT INTO event_logs (workspace_id, position, oldest) VALUES ($1, 0, 1) ON CONFLICT (workspace_id) DO NOTHING";

/// The active ones of some workspaces.
const SERVED: &str = "\
    SELECT workspace.id AS workspace_id FROM workspaces workspace WHERE workspace.status = 'ACTIVE' AND workspace.id IN ";

/// The position of the last event of each feed, or of the whole log where the tenant is NULL: one look into an index for
/// each. The VALUES of `feed` come first. `{workspace}` is the feed's, or `$1` if all feeds are of one workspace.
const POSITIONS: &str = "\
    SELECT feed.workspace_id, feed.tenant_id, CASE WHEN feed.tenant_id IS NULL \
        THEN (SELECT log.position FROM event_logs log WHERE log.workspace_id = {workspace}) \
        ELSE (SELECT recipient.position FROM event_recipients recipient \
              WHERE recipient.workspace_id = {workspace} AND recipient.tenant_id = feed.tenant_id \
              ORDER BY recipient.position DESC LIMIT 1) END AS position \
    FROM feed";

/// The log of a workspace, for one who wants to number.
enum Log {
    /// Locked by this transaction; its last position.
    Locked(i64),
    /// Locked by another transaction.
    Elsewhere,
    /// Gone with its workspace.
    Gone,
}

#[derive(FromQueryResult)]
struct PositionRow {
    workspace_id: Uuid,
    tenant_id: Option<Uuid>,
    position: Option<i64>,
}

#[async_trait]
impl EventLog for Database {
    async fn number(&self, _: &OperatorScope, at: DateTime<Utc>, most: u32) -> Result<Numbered, RepositoryError> {
        let (mut all, mut failed) = (Numbered::default(), None);
        for workspace in self.workspaces_with_changes(at).await? {
            match self.number_of(workspace, at, most).await {
                Ok(Some(Numbered { events, has_more })) => {
                    all.events += events;
                    all.has_more |= has_more;
                    if has_more {
                        self.numbering().keep(workspace);
                    }
                }
                // The other transaction may have begun before the change.
                Ok(None) => self.numbering().keep(workspace),
                // The other workspaces do not wait for this one.
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(all), Err)
    }

    async fn positions(
        &self,
        scope: &OperatorScope,
        feeds: &[EventScope],
    ) -> Result<Vec<(EventScope, u64)>, RepositoryError> {
        let position = |PositionRow { workspace_id, tenant_id, position }| {
            let feed = scope.event_scope(WorkspaceId::new(workspace_id), tenant_id.map(TenantId::new));
            (feed, position.unwrap_or_default().unsigned_abs())
        };
        if !self.is_distributed() {
            let rows = self.rows(positions(None, feeds).for_service()).await?;
            return Ok(rows.into_iter().map(position).collect());
        }
        let mut feeds = feeds.to_vec();
        feeds.sort_unstable_by_key(EventScope::workspace_id);
        let (mut found, mut failed) = (vec![], None);
        for feeds in feeds.chunk_by(|feed, next| feed.workspace_id() == next.workspace_id()) {
            match self.rows(positions(feeds.first().map(EventScope::workspace_id), feeds)).await {
                Ok(rows) => found.extend(rows.into_iter().map(position)),
                // The readers of the other workspaces are woken.
                Err(error) => failed = Some(error),
            }
        }
        failed.filter(|_| found.is_empty()).map_or(Ok(found), Err)
    }

    async fn suspended(
        &self,
        _: &OperatorScope,
        workspaces: &[WorkspaceId],
    ) -> Result<Vec<WorkspaceId>, RepositoryError> {
        let ids = || workspaces.iter().map(|workspace| workspace.as_uuid());
        let served = |workspace| Query::new(SERVED, []).push_list(ids()).and("workspace.id = ?", workspace);
        let served = self.workspaces_with(served).await?;
        let is_served = |id: &WorkspaceId| served.contains(&id.as_uuid());
        Ok(workspaces.iter().filter(|id| !is_served(id)).copied().collect())
    }

    async fn forget(&self, _: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError> {
        self.forget_events(before, most).await
    }

    async fn committed(&self) {
        self.numbering().committed().await;
    }
}

impl Database {
    /// Returns the statement of the positions of feeds, for tests.
    #[doc(hidden)]
    pub fn event_positions_statement(&self, feeds: &[EventScope]) -> Statement {
        self.statement(positions(None, feeds))
    }

    /// Returns the statements of the numbering that depend on no change, for tests.
    #[doc(hidden)]
    pub fn numbering_statements(&self, workspace: WorkspaceId, at: DateTime<Utc>) -> [Statement; 3] {
        let workspace = workspace.as_uuid();
        let storing = storing(self.dialect(), workspace, at, 1, [(); 3].map(|()| json!([])));
        [Query::new(WORKSPACES, []), waiting(workspace, 100), storing].map(|query| self.statement(query))
    }

    /// Returns the workspaces in which changes wait. In a distributed database those of other processes are searched for less
    /// often.
    async fn workspaces_with_changes(&self, at: DateTime<Utc>) -> Result<Vec<Uuid>, RepositoryError> {
        let own = self.numbering().take();
        let waiting = match self.is_distributed() {
            true if !self.numbering().begin_search(at) => return Ok(own.into_iter().collect()),
            true => DISTRIBUTED_WORKSPACES,
            false => WORKSPACES,
        };
        self.workspaces_with(|workspace| Query::new(waiting, []).and("waiting.workspace_id = ?", workspace)).await
    }

    /// Numbers the changes of a workspace; `None` if another transaction does.
    async fn number_of(
        &self,
        workspace: Uuid,
        at: DateTime<Utc>,
        most: u32,
    ) -> Result<Option<Numbered>, RepositoryError> {
        let transaction = self.begin_numbering(Reach::Workspace(workspace)).await?;
        let numbered = transaction.number(workspace, at, most).await;
        transaction.end_unaudited(numbered).await
    }
}

impl Transaction {
    async fn number(&self, workspace: Uuid, at: DateTime<Utc>, most: u32) -> Result<Option<Numbered>, RepositoryError> {
        let position = match self.lock_log(workspace).await? {
            Log::Locked(position) => position,
            Log::Elsewhere => return Ok(None),
            Log::Gone => return Ok(Some(Numbered::default())),
        };
        let waiting = self.waiting(workspace, most).await?;
        let mut has_more = waiting.len() >= usize::try_from(most).unwrap_or(usize::MAX);
        let (begun, new): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|change| change.progress.is_some());
        let mut batch = Batch::new(self, workspace, at, position);
        let mut budget = Budget::new();
        for change in &begun {
            let left = batch.tell_and_finish(change, change.progress, &mut budget).await?;
            has_more |= left.is_some();
            if left == Some(Effect::Ended) {
                // Importers must know that their imports ended before they hear of later ones.
                return Ok(Some(Numbered { events: batch.store().await?, has_more }));
            }
        }
        let (audiences, covered) = self.audiences(workspace, &new).await?;
        has_more |= covered < new.len();
        for change in &new[..covered] {
            let recipients = self.recipients(workspace, change, &audiences).await?;
            batch.number(to_event(change), recipients);
            batch.note_own(change).await?;
            let left = batch.tell_and_finish(change, first_effect(change), &mut budget).await?;
            has_more |= left.is_some();
            if left == Some(Effect::Ended) {
                has_more = true;
                break;
            }
        }
        Ok(Some(Numbered { events: batch.store().await?, has_more }))
    }

    /// Locks the log of the workspace.
    async fn lock_log(&self, workspace: Uuid) -> Result<Log, RepositoryError> {
        let log = || Query::new(LOG, [workspace.into()]);
        if let Some(position) = self.one(log().push(self.dialect().for_update_of_unlocked()), "position").await? {
            return Ok(Log::Locked(position));
        }
        // An INSERT would wait for the transaction that has it.
        if self.has_row(log()).await? {
            return Ok(Log::Elsewhere);
        }
        // The lock waits for the end of an erasure, which must leave no log.
        let workspace_is_there = Query::new("SELECT 1 FROM workspaces WHERE id = $1", [workspace.into()]);
        if !self.has_row(workspace_is_there.push(self.dialect().for_key_share())).await? {
            return Ok(Log::Gone);
        }
        let begun = self.execute(Query::new(BEGIN, [workspace.into()])).await?.rows_affected();
        Ok(if begun == 1 { Log::Locked(0) } else { Log::Elsewhere })
    }
}

impl Batch<'_> {
    /// Tells the effects of a change, as far as the transaction goes. Returns the effect that is left.
    async fn tell_and_finish(
        &mut self,
        change: &Waiting,
        effect: Option<Effect>,
        budget: &mut Budget,
    ) -> Result<Option<Effect>, RepositoryError> {
        let left = self.tell(change, effect, budget).await?;
        match left {
            None => self.finish(change.sequence),
            Some(next) => self.transaction.progress(self.workspace, change.sequence, next).await?,
        }
        Ok(left)
    }
}

/// Reads the positions of feeds, of any workspaces or of one. The last feed is repeated up to a power of two, so that few statements are prepared.
fn positions(workspace: Option<WorkspaceId>, feeds: &[EventScope]) -> Query {
    let repeated = feeds.len().next_power_of_two() - feeds.len();
    let feeds = feeds.iter().chain(iter::repeat_n(feeds.last(), repeated).flatten());
    let feeds = feeds.map(|feed| [Some(feed.workspace_id().as_uuid()), feed.tenant_id().map(TenantId::as_uuid)]);
    let values = Query::new("WITH feed (workspace_id, tenant_id) AS (VALUES ", workspace.map(|id| id.as_uuid().into()));
    let of_one = workspace.is_some();
    values
        .push_rows(feeds)
        .push(") ")
        .push(POSITIONS)
        .fill("workspace", if of_one { "$1" } else { "feed.workspace_id" })
}

fn to_event(change: &Waiting) -> NewEvent {
    NewEvent {
        id: Some(EventId::new(change.entry.as_uuid())),
        entry: change.entry,
        event_type: change.event_type.map_or_else(|| change.action.clone(), |known| known.as_str().to_owned()),
        tenant: change.tenant,
        data: change.told.clone(),
        trace: change.trace.clone(),
    }
}

fn first_effect(change: &Waiting) -> Option<Effect> {
    if change.event_type.is_some_and(|known| known.end_of_imports().is_some()) {
        return Some(Effect::Ended);
    }
    (change.stirred != Stirred::Nothing).then(|| Effect::Stirred(Place::default()))
}
