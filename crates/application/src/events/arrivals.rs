//! Arrivals: readers that wait for the next event of a log, without a connection to the database.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::{ApiKeyId, WorkspaceId};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};

/// The maximum number of readers of a key that wait at once.
pub(crate) const MOST_OF_KEY: usize = 20;
/// The maximum number of readers of this process that wait at once.
pub(crate) const MOST: usize = 1_000;
/// The minimum time between two reads of a waiting reader. It doubles, up to a limit, while a busy log has nothing for the
/// reader, so that many readers of such a log read little.
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// The last position of each event log that readers wait for. Clones share the readers.
#[derive(Clone, Default)]
pub struct Arrivals(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    logs: HashMap<WorkspaceId, watch::Sender<u64>>,
    readers: HashMap<ApiKeyId, usize>,
    is_closed: bool,
}

/// Too many readers wait already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// The readers of the key.
    Key,
    /// The readers of the process.
    Process,
}

/// The end of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wake {
    /// The log continues after the position.
    Arrived,
    /// The time is over.
    TimedOut,
    /// The service stops.
    Stopping,
}

impl Arrivals {
    /// Lists the workspaces whose logs readers wait for.
    #[must_use]
    pub fn awaited(&self) -> Vec<WorkspaceId> {
        self.state().logs.keys().copied().collect()
    }

    /// Wakes the readers of logs that have reached these positions.
    pub fn arrived(&self, positions: &[(WorkspaceId, u64)]) {
        let state = self.state();
        for (workspace, position) in positions {
            if let Some(log) = state.logs.get(workspace) {
                log.send_if_modified(|known| {
                    let is_new = position > known;
                    *known = (*position).max(*known);
                    is_new
                });
            }
        }
    }

    /// Ends all waits, now and later, because the service stops.
    pub fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.logs.clear();
    }

    /// Returns the number of waiting readers.
    #[must_use]
    pub fn readers(&self) -> usize {
        self.state().readers.values().sum()
    }

    /// Adds a reader of the workspace's log, unless too many wait already.
    pub(crate) fn enter(&self, workspace: WorkspaceId, key: ApiKeyId) -> Result<Reader, Full> {
        let mut state = self.state();
        if state.readers.values().sum::<usize>() >= MOST {
            return Err(Full::Process);
        }
        let of_key = state.readers.entry(key).or_default();
        if *of_key >= MOST_OF_KEY {
            return Err(Full::Key);
        }
        *of_key += 1;
        let positions = if state.is_closed {
            // Its sender is gone.
            watch::channel(0).1
        } else {
            state.logs.entry(workspace).or_default().subscribe()
        };
        drop(state);
        Ok(Reader { arrivals: self.clone(), workspace, key, positions, may_read: Instant::now(), pause: PAUSE })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A reader that may wait.
pub(crate) struct Reader {
    arrivals: Arrivals,
    workspace: WorkspaceId,
    key: ApiKeyId,
    positions: watch::Receiver<u64>,
    /// The instant from which it may read again.
    may_read: Instant,
    pause: Duration,
}

impl Reader {
    /// Waits until the log continues after the position, at most until an instant.
    pub(crate) async fn wait(&mut self, after: u64, until: Instant) -> Wake {
        match timeout_at(until, self.positions.wait_for(|position| *position > after)).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return Wake::Stopping,
            Err(_) => return Wake::TimedOut,
        }
        let is_busy = Instant::now() < self.may_read;
        self.pause = if is_busy { LONGEST_PAUSE.min(2 * self.pause) } else { PAUSE };
        sleep_until(self.may_read).await;
        self.may_read = Instant::now() + self.pause;
        Wake::Arrived
    }

    /// Notes that the log had events for the reader.
    pub(crate) fn found_events(&mut self) {
        self.pause = PAUSE;
        self.may_read = self.may_read.min(Instant::now() + PAUSE);
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut state = self.arrivals.state();
        if let Some(of_key) = state.readers.get_mut(&self.key) {
            *of_key -= 1;
            if *of_key == 0 {
                state.readers.remove(&self.key);
            }
        }
        // The log has no other reader.
        if state.logs.get(&self.workspace).is_some_and(|log| log.receiver_count() == 1) {
            state.logs.remove(&self.workspace);
        }
    }
}

#[cfg(test)]
mod tests {
    use testkit::build;
    use tokio::join;

    use super::*;

    fn key() -> ApiKeyId {
        ApiKeyId::new(build::id())
    }

    fn reader(arrivals: &Arrivals) -> Reader {
        arrivals.enter(build::workspace_id(), key()).expect("a reader")
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_is_woken_by_a_later_position_of_its_log() {
        let arrivals = Arrivals::default();
        let mut reader = reader(&arrivals);
        let other = WorkspaceId::new(build::id());
        let started = Instant::now();
        let (woken, ()) = join!(reader.wait(7, soon()), async {
            arrivals.arrived(&[(other, 9), (build::workspace_id(), 7)]);
            tokio::task::yield_now().await;
            arrivals.arrived(&[(build::workspace_id(), 8)]);
        });
        assert_eq!((woken, started.elapsed()), (Wake::Arrived, Duration::ZERO));
        assert_eq!(reader.wait(8, soon()).await, Wake::TimedOut, "the position is read already");
        assert_eq!(reader.wait(7, soon()).await, Wake::Arrived, "it came before the wait");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_of_a_busy_log_pauses_between_two_reads() {
        let arrivals = Arrivals::default();
        let mut reader = reader(&arrivals);
        let wait = async |reader: &mut Reader, position| {
            let started = Instant::now();
            arrivals.arrived(&[(build::workspace_id(), position)]);
            assert_eq!(reader.wait(position - 1, soon()).await, Wake::Arrived);
            // The clock of the test has whole milliseconds.
            started.elapsed().as_millis()
        };
        for (position, paused) in (1..).zip([0, 100, 200, 400, 500, 500]) {
            assert!((paused..paused + 2).contains(&wait(&mut reader, position).await), "{position}");
        }
        reader.found_events();
        assert!((100..102).contains(&wait(&mut reader, 7).await));
        assert_eq!(reader.wait(7, soon()).await, Wake::TimedOut);
        assert!(wait(&mut reader, 8).await < 2, "the log was quiet");
    }

    #[tokio::test(start_paused = true)]
    async fn all_waits_end_when_the_service_stops() {
        let arrivals = Arrivals::default();
        let mut before = reader(&arrivals);
        let (woken, ()) = join!(before.wait(0, soon()), async { arrivals.close() });
        assert_eq!(woken, Wake::Stopping);
        assert_eq!(reader(&arrivals).wait(0, soon()).await, Wake::Stopping);
    }

    #[tokio::test]
    async fn a_log_is_awaited_until_its_last_reader_is_gone() {
        let arrivals = Arrivals::default();
        let (one, other) = (reader(&arrivals), reader(&arrivals));
        drop(one);
        assert_eq!((arrivals.awaited(), arrivals.readers()), (vec![build::workspace_id()], 1));
        drop(other);
        assert_eq!((arrivals.awaited(), arrivals.readers()), (vec![], 0));
    }

    #[tokio::test]
    async fn readers_are_limited_for_each_key_and_together() {
        let arrivals = Arrivals::default();
        let enter = |key| arrivals.enter(build::workspace_id(), key);
        let own = key();
        let mut readers: Vec<_> = (0..MOST_OF_KEY).map(|_| enter(own).expect("a reader")).collect();
        assert_eq!(enter(own).err(), Some(Full::Key));
        readers.pop();
        readers.push(enter(own).expect("another one has left"));
        readers.extend((MOST_OF_KEY..MOST).map(|_| enter(key()).expect("a reader")));
        assert_eq!(enter(key()).err(), Some(Full::Process));
        drop(readers);
        assert!(enter(own).is_ok());
    }
}
