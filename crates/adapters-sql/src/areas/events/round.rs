//! A transaction that numbers the waiting changes of some workspaces.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::events::Stirred;
use domain::ids::EventId;
use ports::{Numbered, RepositoryError};
use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::batch::{Batch, NewEvent};
use super::effects::Budget;
use super::waiting::{Effect, Place, Waiting};
use super::workspaces::Workspaces;
use crate::areas::facts::ids_to_json;
use crate::engine::query::Query;
use crate::engine::transaction::Transaction;

/// Logs, with the number of changes that wait, at most `$3` of each.
const LOGS: &str = "\
    SELECT log.workspace_id, log.position, \
           (SELECT COUNT(*) FROM (SELECT 1 FROM unnumbered_events waiting WHERE waiting.workspace_id = {workspace} \
                                  ORDER BY waiting.sequence LIMIT $3) few) AS waiting \
    FROM {items} CROSS JOIN event_logs log WHERE log.workspace_id = {workspace}";
/// Whether workspaces that are there have a log.
const THERE: &str = "\
    SELECT workspace.id AS workspace_id, \
           EXISTS (SELECT 1 FROM event_logs log WHERE log.workspace_id = {workspace}) AS has_log \
    FROM {items} CROSS JOIN workspaces workspace WHERE workspace.id = {workspace} ORDER BY workspace.id";
/// SQLite would take ON for that of a join.
const BEGIN: &str = "\
    INSERT INTO event_logs (workspace_id, position, oldest) SELECT {workspace}, 0, 1 FROM {items} WHERE TRUE \
    ON CONFLICT (workspace_id) DO NOTHING";

#[derive(FromQueryResult)]
struct LogRow {
    workspace_id: Uuid,
    position: i64,
    waiting: i64,
}

#[derive(FromQueryResult)]
struct ThereRow {
    workspace_id: Uuid,
    has_log: bool,
}

/// The result of a transaction.
#[derive(Default)]
pub(super) struct Round {
    pub(super) numbered: Numbered,
    /// The workspaces that take a transaction of their own, because importers must be told of effects.
    pub(super) alone: Vec<Uuid>,
    /// Whether another transaction numbers some of the workspaces.
    pub(super) is_elsewhere: bool,
}

impl Transaction {
    /// Numbers about `most` changes of these workspaces.
    pub(super) async fn number(
        &self,
        workspaces: Workspaces,
        ids: &[Uuid],
        at: DateTime<Utc>,
        most: usize,
    ) -> Result<Round, RepositoryError> {
        let (logs, is_elsewhere) = self.lock_logs(workspaces, ids, most).await?;
        let mut round = Round { is_elsewhere, ..Round::default() };
        if logs.is_empty() {
            return Ok(round);
        }
        let share = share(logs.iter().map(|log| usize::try_from(log.waiting).unwrap_or_default()), most);
        let mut waiting = self.waiting(workspaces, logs.iter().map(|log| log.workspace_id), share).await?;
        let is_full = waiting.values().any(|changes| changes.len() >= share);
        if ids.len() > 1 {
            let with_effects = waiting.extract_if(.., |_, changes| changes.iter().any(has_effects));
            round.alone = with_effects.map(|(workspace, _)| workspace).collect();
        }
        let positions = logs.into_iter().map(|log| (log.workspace_id, log.position)).collect();
        let mut batch = Batch::new(self, workspaces, at, positions);
        let is_left = batch.number_all(lightest_first(waiting)).await?;
        round.numbered = Numbered { events: batch.store().await?, has_more: is_full || is_left };
        Ok(round)
    }

    /// Locks the logs that no other transaction has locked. Returns them, and whether there are others.
    async fn lock_logs(
        &self,
        workspaces: Workspaces,
        ids: &[Uuid],
        most: usize,
    ) -> Result<(Vec<LogRow>, bool), RepositoryError> {
        let logs = |ids: &[Uuid]| logs(workspaces, ids, most).push(self.dialect().for_update_of_unlocked());
        let mut locked = self.rows::<LogRow>(logs(ids)).await?;
        let mut others = ids.to_vec();
        others.retain(|id| locked.iter().all(|log| log.workspace_id != *id));
        if others.is_empty() {
            return Ok((locked, false));
        }
        // The lock waits for the end of an erasure, which must leave no log.
        let there = of(workspaces, THERE, &others).push(self.dialect().for_key_share());
        let there = self.rows::<ThereRow>(there).await?;
        // An INSERT would wait for the transaction that has locked the log.
        let new: Vec<_> = there.iter().filter(|row| !row.has_log).map(|row| row.workspace_id).collect();
        let before = locked.len();
        if !new.is_empty() && self.execute(of(workspaces, BEGIN, &new)).await?.rows_affected() > 0 {
            locked.extend(self.rows::<LogRow>(logs(&new)).await?);
        }
        let is_elsewhere = locked.len() - before < there.len();
        Ok((locked, is_elsewhere))
    }
}

impl Batch<'_> {
    /// Numbers changes, those of a workspace in their order, as far as a transaction goes. Returns whether some are left.
    async fn number_all(&mut self, changes: Vec<Waiting>) -> Result<bool, RepositoryError> {
        let (begun, new): (Vec<_>, Vec<_>) = changes.into_iter().partition(|change| change.progress.is_some());
        let (mut budget, mut is_left) = (Budget::new(), false);
        for change in &begun {
            let left = self.tell_and_finish(change, change.progress, &mut budget).await?;
            is_left |= left.is_some();
            if left == Some(Effect::Ended) {
                // Importers must know that their imports ended before they hear of later ones.
                return Ok(true);
            }
        }
        let (audiences, covered) = self.transaction.audiences(self.workspaces, &new).await?;
        is_left |= covered < new.len();
        for change in &new[..covered] {
            let recipients = self.transaction.recipients(change, &audiences).await?;
            self.number(to_event(change), recipients);
            self.note_own(change).await?;
            let left = self.tell_and_finish(change, first_effect(change), &mut budget).await?;
            is_left |= left.is_some();
            if left == Some(Effect::Ended) {
                return Ok(true);
            }
        }
        Ok(is_left)
    }

    /// Tells the effects of a change, as far as the transaction goes. Returns the effect that is left.
    async fn tell_and_finish(
        &mut self,
        change: &Waiting,
        effect: Option<Effect>,
        budget: &mut Budget,
    ) -> Result<Option<Effect>, RepositoryError> {
        let left = self.tell(change, effect, budget).await?;
        match left {
            None => self.finish(change.workspace, change.sequence),
            Some(next) => self.transaction.progress(change.workspace, change.sequence, next).await?,
        }
        Ok(left)
    }
}

/// Begins a statement whose items are workspaces.
fn of(workspaces: Workspaces, text: &'static str, ids: &[Uuid]) -> Query {
    workspaces.of(text, ids.iter().map(|id| ids_to_json([*id])))
}

/// Reads the logs of workspaces.
pub(super) fn logs(workspaces: Workspaces, ids: &[Uuid], most: usize) -> Query {
    of(workspaces, LOGS, ids).bind([i64::try_from(most).unwrap_or(i64::MAX).into()])
}

/// Returns how many changes of each workspace are numbered, so that they are `most` together, or one of each: all of those
/// where few wait.
fn share(waiting: impl Iterator<Item = usize>, most: usize) -> usize {
    let mut waiting: Vec<_> = waiting.collect();
    waiting.sort_unstable();
    let mut left = most;
    for (place, number) in waiting.iter().enumerate() {
        let share = left / (waiting.len() - place);
        if *number > share {
            return share.max(1);
        }
        left -= number;
    }
    most
}

/// Returns the changes of one workspace after the other. Those that name the most listings are the last: what does not fit into
/// the transaction delays no other workspace.
fn lightest_first(waiting: BTreeMap<Uuid, Vec<Waiting>>) -> Vec<Waiting> {
    let mut of_each: Vec<_> = waiting.into_values().collect();
    of_each.sort_by_cached_key(|changes| changes.iter().map(|change| change.listings.len()).sum::<usize>());
    of_each.into_iter().flatten().collect()
}

fn to_event(change: &Waiting) -> NewEvent {
    NewEvent {
        workspace: change.workspace,
        id: Some(EventId::new(change.entry.as_uuid())),
        entry: change.entry,
        event_type: change.event_type.map_or_else(|| change.action.clone(), |known| known.as_str().to_owned()),
        tenant: change.tenant,
        data: change.told.clone(),
        trace: change.trace.clone(),
    }
}

fn has_effects(change: &Waiting) -> bool {
    change.progress.is_some() || first_effect(change).is_some()
}

fn first_effect(change: &Waiting) -> Option<Effect> {
    if change.event_type.is_some_and(|known| known.end_of_imports().is_some()) {
        return Some(Effect::Ended);
    }
    (change.stirred != Stirred::Nothing).then(|| Effect::Stirred(Place::default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_few_changes_wait_all_are_numbered_and_the_rest_is_shared() {
        for (waiting, expected) in [
            (&[][..], 500),
            (&[1], 500),
            (&[500], 500),
            (&[501], 500),
            (&[1, 1, 1, 100_000], 497),
            (&[100_000, 2, 100_000], 249),
            (&[10; 50], 500),
            (&[10; 51], 9),
            (&[7; 1_000], 1),
        ] {
            assert_eq!(share(waiting.iter().copied(), 500), expected, "{waiting:?}");
        }
    }
}
