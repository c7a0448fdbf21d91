//! The numbering: one transaction at a time gives positions to the waiting changes of a workspace, and of others with it.

use std::collections::VecDeque;
use std::iter;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{EventScope, OperatorScope};
use domain::ids::{TenantId, WorkspaceId};
use ports::{EventLog, Numbered, RepositoryError};
use sea_orm::{FromQueryResult, Statement};
use serde_json::json;
use uuid::Uuid;

use super::audiences::queries as audience_queries;
use super::batch::storing;
use super::round::{Round, logs};
use super::waiting::waiting;
use super::workspaces::Workspaces;
use crate::engine::database::Database;
use crate::engine::query::Query;

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

/// The maximum number of workspaces of a transaction.
const MOST_WORKSPACES: usize = 250;

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

#[derive(FromQueryResult)]
struct PositionRow {
    workspace_id: Uuid,
    tenant_id: Option<Uuid>,
    position: Option<i64>,
}

#[async_trait]
impl EventLog for Database {
    async fn number(&self, _: &OperatorScope, at: DateTime<Utc>, most: u32) -> Result<Numbered, RepositoryError> {
        let ids = self.workspaces_with_changes(at).await?;
        let together = if self.dialect().numbers_together() { MOST_WORKSPACES } else { 1 };
        let mut groups: VecDeque<_> = ids.chunks(together).map(<[_]>::to_vec).collect();
        let (mut all, mut failed) = (Numbered::default(), None);
        while let Some(group) = groups.pop_front() {
            match self.number_of(&group, at, most).await {
                Ok(Round { numbered: Numbered { events, has_more }, alone, is_elsewhere }) => {
                    all.events += events;
                    all.has_more |= has_more;
                    if has_more || is_elsewhere {
                        // The other transaction may have begun before the change.
                        self.numbering().keep(&group);
                    }
                    groups.extend(alone.into_iter().map(|workspace| vec![workspace]));
                }
                // The others do not wait for the one that is the reason.
                Err(_) if group.len() > 1 => groups.extend(group.into_iter().map(|workspace| vec![workspace])),
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

    /// Returns the statements of the numbering, for tests: those that look for workspaces, logs, changes, importers, owners and
    /// default tenants, and the one that stores.
    #[doc(hidden)]
    pub fn numbering_statements(&self, workspace: WorkspaceId, at: DateTime<Utc>) -> [Statement; 7] {
        let id = workspace.as_uuid();
        let (workspaces, _) = Workspaces::of_transaction(self.dialect(), &[id]);
        let [importers, owners, tenants] = audience_queries(self.dialect(), workspaces, id);
        let waiting = waiting(self.dialect(), workspaces, [id], 100);
        let storing = storing(self.dialect(), workspaces, at, [(); 5].map(|()| json!([])));
        [Query::new(WORKSPACES, []), logs(workspaces, &[id], 500), waiting, importers, owners, tenants, storing]
            .map(|query| self.statement(query))
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

    /// Numbers changes of these workspaces in one transaction.
    async fn number_of(&self, ids: &[Uuid], at: DateTime<Utc>, most: u32) -> Result<Round, RepositoryError> {
        let (workspaces, reach) = Workspaces::of_transaction(self.dialect(), ids);
        let transaction = self.begin_numbering(reach).await?;
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        let numbered = transaction.number(workspaces, ids, at, most).await;
        transaction.end_unaudited(numbered).await
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
