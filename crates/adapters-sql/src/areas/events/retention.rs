//! The retention of events: the oldest are deleted, so that the log stays without gaps.

use chrono::{DateTime, Utc};
use ports::RepositoryError;
use sea_orm::{FromQueryResult, Statement};
use uuid::Uuid;

use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::reach::Reach;
use crate::engine::transaction::Transaction;

/// The maximum number of rows in feeds that one transaction deletes, but for those of a single event.
const MOST_RECIPIENTS: i64 = 5_000;

/// The workspaces whose oldest event is too old: one look into the index of events for each, however many are kept.
const WORKSPACES: &str = "\
    SELECT log.workspace_id FROM event_logs log CROSS JOIN workspaces workspace \
    WHERE workspace.id = log.workspace_id AND workspace.status = 'ACTIVE' \
      AND (SELECT event.numbered_at FROM events event \
           WHERE event.workspace_id = log.workspace_id AND event.position = log.oldest) < $1";

/// The oldest events, with the number of tenants that were told.
const OLDEST: &str = "\
    SELECT event.position, event.numbered_at, \
           (SELECT COUNT(*) FROM event_recipients recipient \
            WHERE recipient.workspace_id = $1 AND recipient.position = event.position) AS recipients \
    FROM events event WHERE event.workspace_id = $1 AND event.position >= $2 ORDER BY event.position LIMIT $3";

#[derive(FromQueryResult)]
struct OldestRow {
    position: i64,
    numbered_at: DateTime<Utc>,
    recipients: i64,
}

impl Database {
    /// Returns the statement that looks for workspaces with old events, for tests.
    #[doc(hidden)]
    pub fn old_events_statement(&self, before: DateTime<Utc>) -> Statement {
        self.statement(Query::new(WORKSPACES, [before.into()]))
    }

    pub(super) async fn forget_events(&self, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError> {
        let find = |workspace| Query::new(WORKSPACES, [before.into()]).and("log.workspace_id = ?", workspace);
        let workspaces = self.workspaces_with(find).await?;
        let step = |workspace, _| async move {
            let transaction = self.begin_writing_much(Reach::Workspace(workspace)).await?;
            let done = transaction.forget_events_of(workspace, before, most).await;
            transaction.end_unaudited(done).await
        };
        self.in_each(workspaces, u32::MAX, step).await
    }
}

impl Transaction {
    async fn forget_events_of(
        &self,
        workspace: Uuid,
        before: DateTime<Utc>,
        most: u32,
    ) -> Result<u64, RepositoryError> {
        let log = Query::new("SELECT log.oldest FROM event_logs log WHERE log.workspace_id = $1", [workspace.into()]);
        let log = log.push(self.dialect().for_no_key_update());
        let Some(oldest) = self.one::<i64>(log, "oldest").await? else { return Ok(0) };
        let rows = Query::new(OLDEST, [workspace.into(), oldest.into(), i64::from(most).into()]);
        let Some(last) = last_to_forget(self.rows(rows).await?, before) else { return Ok(0) };
        for delete in [
            "DELETE FROM event_recipients WHERE workspace_id = $1 AND position <= $2",
            "DELETE FROM events WHERE workspace_id = $1 AND position <= $2",
            "UPDATE event_logs SET oldest = $2 + 1 WHERE workspace_id = $1",
        ] {
            self.execute(Query::new(delete, [workspace.into(), last.into()])).await?;
        }
        Ok((last - oldest + 1).unsigned_abs())
    }
}

/// Returns the position of the last of the events that are too old and were not told to too many.
fn last_to_forget(oldest: Vec<OldestRow>, before: DateTime<Utc>) -> Option<i64> {
    let mut told = 0;
    let too_old = oldest.into_iter().take_while(|event| event.numbered_at < before);
    let few = too_old.enumerate().take_while(|(number, event)| {
        told += event.recipients;
        *number == 0 || told <= MOST_RECIPIENTS
    });
    few.last().map(|(_, event)| event.position)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn the_oldest_are_forgotten_up_to_the_first_that_is_young_or_one_that_too_many_were_told_of() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let event = |position, age: i64, recipients| OldestRow {
            position,
            numbered_at: now - TimeDelta::seconds(age),
            recipients,
        };
        for (events, expected) in [
            (vec![], None),
            (vec![event(7, 0, 1), event(8, 5, 1)], None),
            (vec![event(7, 5, 1), event(8, 5, 1), event(9, 0, 1), event(10, 5, 1)], Some(8)),
            (vec![event(7, 5, 9_000), event(8, 5, 1)], Some(7)),
            (vec![event(7, 5, 1), event(8, 5, 9_000)], Some(7)),
        ] {
            assert_eq!(last_to_forget(events, now), expected);
        }
    }
}
