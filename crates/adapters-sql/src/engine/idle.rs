//! The connections of a pool that are idle.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use crate::engine::opener::{Driver, Opened};
use crate::engine::reach::Reach;

/// The idle connections of a pool, the one that was returned last at the end.
pub(super) struct Idle<DB: Driver>(Mutex<Vec<Opened<DB::Connection>>>);

impl<DB: Driver> Default for Idle<DB> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<DB: Driver> Idle<DB> {
    /// Takes the connection that was returned last, so that few are busy. For a reach it is one that has it; if none has, the
    /// one that was returned first, so that the others keep theirs.
    pub(super) fn take(&self, reach: Option<Reach>) -> Option<Opened<DB::Connection>> {
        let mut idle = self.connections();
        if reach.is_none() {
            return idle.pop();
        }
        match idle.iter().rposition(|opened| opened.reach == reach) {
            Some(place) => Some(idle.remove(place)),
            None if idle.is_empty() => None,
            None => Some(idle.remove(0)),
        }
    }

    pub(super) fn put_back(&self, mut opened: Opened<DB::Connection>) {
        opened.idle_since = Instant::now();
        self.connections().push(opened);
    }

    pub(super) fn connections(&self) -> MutexGuard<'_, Vec<Opened<DB::Connection>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
