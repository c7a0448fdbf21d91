//! The workspaces in which changes wait for their position in the event log, as far as this process knows.

use std::collections::BTreeSet;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::Notify;
use uuid::Uuid;

/// The time between two searches of a distributed database for changes of other processes: a search reaches every shard.
const SEARCH: TimeDelta = TimeDelta::seconds(1);

/// The workspaces in which this process has committed changes that wait.
#[derive(Default)]
pub struct WaitingChanges {
    committed: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    workspaces: BTreeSet<Uuid>,
    searched_at: Option<DateTime<Utc>>,
}

impl WaitingChanges {
    /// Adds the workspace of a committed change, and wakes the numbering.
    pub(crate) fn add(&self, workspace: Uuid) {
        self.keep(&[workspace]);
        self.committed.notify_one();
    }

    /// Adds workspaces for the next round.
    pub(crate) fn keep(&self, workspaces: &[Uuid]) {
        self.state().workspaces.extend(workspaces);
    }

    /// Takes the workspaces.
    pub(crate) fn take(&self) -> BTreeSet<Uuid> {
        mem::take(&mut self.state().workspaces)
    }

    /// Whether to search at this time; if so, notes the search.
    pub(crate) fn begin_search(&self, at: DateTime<Utc>) -> bool {
        let mut state = self.state();
        let is_due = state.searched_at.is_none_or(|before| (at - before).abs() >= SEARCH);
        if is_due {
            state.searched_at = Some(at);
        }
        is_due
    }

    /// Waits for a commit.
    pub(crate) async fn committed(&self) {
        self.committed.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_searched_once_a_second_and_after_the_clock_was_set_back() {
        let changes = WaitingChanges::default();
        let at = |milliseconds| DateTime::UNIX_EPOCH + TimeDelta::milliseconds(milliseconds);
        let searched = [0, 0, 999, 1_000, 1_900, 2_000, 500].map(|milliseconds| changes.begin_search(at(milliseconds)));
        assert_eq!(searched, [true, false, false, true, false, true, true]);
    }
}
