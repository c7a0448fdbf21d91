//! Arrivals: readers that wait for the next event of a log or a feed, without a connection to the database.

use std::collections::HashMap;
use std::future::pending;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::access::EventScope;
use domain::ids::{ApiKeyId, WorkspaceId};
use tokio::select;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout_at};

/// The maximum number of readers of a key that wait at once.
pub(crate) const MOST_OF_KEY: usize = 20;
/// The maximum number of readers of this process that wait at once.
pub(crate) const MOST: usize = 1_000;
/// The minimum time between two reads of a waiting reader, so that many readers of a busy feed read little.
const PAUSE: Duration = Duration::from_millis(100);

/// The position of the last event of each log and feed that readers wait for. Clones share the readers.
#[derive(Clone, Default)]
pub struct Arrivals(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    feeds: HashMap<EventScope, watch::Sender<Known>>,
    readers: HashMap<ApiKeyId, usize>,
    is_closed: bool,
}

/// The known state of a log or feed.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// The position of its last event.
    position: u64,
    /// Whether its workspace is suspended, so that its readers are sent away.
    is_suspended: bool,
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
    /// The feed continues after the position, the reader may have been revoked, or its workspace is suspended.
    Arrived,
    /// The time is over.
    TimedOut,
    /// The service stops.
    Stopping,
}

impl Arrivals {
    /// Lists the logs and feeds that readers wait for.
    #[must_use]
    pub fn awaited(&self) -> Vec<EventScope> {
        self.state().feeds.keys().copied().collect()
    }

    /// Wakes the readers of logs and feeds whose last events have these positions.
    pub fn arrived(&self, positions: &[(EventScope, u64)]) {
        let state = self.state();
        for (feed, position) in positions {
            if let Some(known) = state.feeds.get(feed) {
                known.send_if_modified(|known| {
                    let is_new = *position > known.position;
                    known.position = known.position.max(*position);
                    is_new
                });
            }
        }
    }

    /// Wakes the readers of the logs and feeds of these workspaces, and of no others, until they are not suspended.
    pub fn suspended(&self, workspaces: &[WorkspaceId]) {
        for (feed, known) in &self.state().feeds {
            let is_suspended = workspaces.contains(&feed.workspace_id());
            known.send_if_modified(|known| {
                let is_new = is_suspended && !known.is_suspended;
                known.is_suspended = is_suspended;
                is_new
            });
        }
    }

    /// Ends all waits, now and later, because the service stops.
    pub fn close(&self) {
        let mut state = self.state();
        state.is_closed = true;
        state.feeds.clear();
    }

    /// Returns the number of waiting readers.
    #[must_use]
    pub fn readers(&self) -> usize {
        self.state().readers.values().sum()
    }

    /// Adds a reader of the feed, unless too many wait already. It is woken by the events of `home` too, which may revoke it.
    pub(crate) fn enter(&self, feed: EventScope, home: EventScope, key: ApiKeyId) -> Result<Reader, Full> {
        let mut state = self.state();
        if state.readers.values().sum::<usize>() >= MOST {
            return Err(Full::Process);
        }
        let of_key = state.readers.entry(key).or_default();
        if *of_key >= MOST_OF_KEY {
            return Err(Full::Key);
        }
        *of_key += 1;
        let watched = (home != feed).then(|| state.watch(home));
        let positions = state.watch(feed);
        drop(state);
        Ok(Reader { arrivals: self.clone(), feed, home, key, positions, watched, may_read: Instant::now() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn watch(&mut self, feed: EventScope) -> watch::Receiver<Known> {
        if self.is_closed {
            // Its sender is gone.
            return watch::channel(Known::default()).1;
        }
        self.feeds.entry(feed).or_default().subscribe()
    }

    /// Forgets a feed that has no other reader.
    fn leave(&mut self, feed: &EventScope) {
        if self.feeds.get(feed).is_some_and(|known| known.receiver_count() == 1) {
            self.feeds.remove(feed);
        }
    }
}

/// A reader that may wait.
pub(crate) struct Reader {
    arrivals: Arrivals,
    feed: EventScope,
    /// The feed of the tenant in which the user of the key is at home.
    home: EventScope,
    key: ApiKeyId,
    positions: watch::Receiver<Known>,
    /// The events of that tenant, if they are not those of the feed.
    watched: Option<watch::Receiver<Known>>,
    /// The instant from which it may read again.
    may_read: Instant,
}

impl Reader {
    pub(crate) const fn feed(&self) -> &EventScope {
        &self.feed
    }

    /// Waits until the feed continues after the position, the reader may have been revoked, or the workspace is suspended; at
    /// most until an instant.
    pub(crate) async fn wait(&mut self, after: u64, until: Instant) -> Wake {
        let wakes = |known: &Known| known.is_suspended || known.position > after;
        let (positions, watched) = (&mut self.positions, &mut self.watched);
        let at_home = async {
            match watched {
                Some(watched) => watched.changed().await.is_ok(),
                None => pending().await,
            }
        };
        let woken = async {
            select! {
                known = positions.wait_for(wakes) => known.is_ok(),
                is_open = at_home => is_open,
            }
        };
        match timeout_at(until, woken).await {
            Ok(true) => {}
            Ok(false) => return Wake::Stopping,
            Err(_) => return Wake::TimedOut,
        }
        sleep_until(self.may_read).await;
        self.may_read = Instant::now() + PAUSE;
        Wake::Arrived
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
        state.leave(&self.feed);
        if self.watched.is_some() {
            state.leave(&self.home);
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::access::{OperatorScope, Permission};
    use domain::ids::{TenantId, WorkspaceId};
    use testkit::build;
    use tokio::join;

    use super::*;

    fn key() -> ApiKeyId {
        ApiKeyId::new(build::id())
    }

    fn feed() -> EventScope {
        build::channel(Permission::Read).event_scope(false).expect("a tenant")
    }

    fn log() -> EventScope {
        OperatorScope::new().event_scope(build::workspace_id(), None)
    }

    fn reader(arrivals: &Arrivals) -> Reader {
        arrivals.enter(feed(), feed(), key()).expect("a reader")
    }

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(5)
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_is_woken_by_a_later_event_of_its_feed() {
        let arrivals = Arrivals::default();
        let mut reader = reader(&arrivals);
        let elsewhere = OperatorScope::new().event_scope(WorkspaceId::new(build::id()), feed().tenant_id());
        let sibling = OperatorScope::new().event_scope(build::workspace_id(), Some(TenantId::new(build::id())));
        arrivals.arrived(&[(elsewhere, 9), (sibling, 9), (log(), 9), (feed(), 7)]);
        assert_eq!(reader.wait(7, soon()).await, Wake::TimedOut);
        let started = Instant::now();
        let (woken, ()) = join!(reader.wait(7, soon()), async { arrivals.arrived(&[(feed(), 8)]) });
        assert_eq!((woken, started.elapsed()), (Wake::Arrived, Duration::ZERO));
        assert_eq!(reader.wait(8, soon()).await, Wake::TimedOut, "the event is read already");
        assert_eq!(reader.wait(7, soon()).await, Wake::Arrived, "it came before the wait");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_of_the_log_is_not_woken_by_the_feed_of_a_tenant() {
        let arrivals = Arrivals::default();
        let mut of_log = arrivals.enter(log(), log(), key()).expect("a reader");
        let _of_feed = reader(&arrivals);
        arrivals.arrived(&[(feed(), 8)]);
        assert_eq!(of_log.wait(7, soon()).await, Wake::TimedOut);
        arrivals.arrived(&[(log(), 8)]);
        assert_eq!(of_log.wait(7, soon()).await, Wake::Arrived);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_is_woken_by_the_events_of_its_home_because_they_may_revoke_it() {
        let arrivals = Arrivals::default();
        let home = OperatorScope::new().event_scope(build::workspace_id(), Some(TenantId::new(build::id())));
        let mut reader = arrivals.enter(feed(), home, key()).expect("a reader");
        assert!(arrivals.awaited().contains(&home));
        let (woken, ()) = join!(reader.wait(7, soon()), async { arrivals.arrived(&[(home, 3)]) });
        assert_eq!(woken, Wake::Arrived);
        assert_eq!(reader.wait(7, soon()).await, Wake::TimedOut, "once for each");
        let (woken, ()) = join!(reader.wait(7, soon()), async { arrivals.close() });
        assert_eq!(woken, Wake::Stopping);
    }

    #[tokio::test(start_paused = true)]
    async fn the_readers_of_a_suspended_workspace_are_woken_until_it_is_resumed() {
        let arrivals = Arrivals::default();
        let mut reader = reader(&arrivals);
        arrivals.suspended(&[WorkspaceId::new(build::id())]);
        assert_eq!(reader.wait(7, soon()).await, Wake::TimedOut, "another workspace is suspended");
        let (woken, ()) = join!(reader.wait(7, soon()), async { arrivals.suspended(&[build::workspace_id()]) });
        assert_eq!(woken, Wake::Arrived);
        assert_eq!(reader.wait(7, soon()).await, Wake::Arrived, "it is suspended still");
        arrivals.suspended(&[]);
        assert_eq!(reader.wait(7, soon()).await, Wake::TimedOut);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_is_woken_by_an_event_that_is_no_longer_kept() {
        let arrivals = Arrivals::default();
        let mut reader = reader(&arrivals);
        arrivals.arrived(&[(feed(), 8)]);
        arrivals.arrived(&[(feed(), 0)]);
        assert_eq!(reader.wait(7, soon()).await, Wake::Arrived);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_of_a_busy_feed_pauses_between_two_reads() {
        let arrivals = Arrivals::default();
        let mut reader = reader(&arrivals);
        let started = Instant::now();
        for position in 1..=3 {
            arrivals.arrived(&[(feed(), position)]);
            assert_eq!(reader.wait(position - 1, soon()).await, Wake::Arrived);
        }
        assert!((2 * PAUSE..3 * PAUSE).contains(&started.elapsed()), "{:?}", started.elapsed());
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
    async fn a_feed_is_awaited_until_its_last_reader_is_gone() {
        let arrivals = Arrivals::default();
        let home = OperatorScope::new().event_scope(build::workspace_id(), Some(TenantId::new(build::id())));
        let (one, other) = (arrivals.enter(feed(), home, key()).expect("a reader"), reader(&arrivals));
        assert_eq!(arrivals.awaited().len(), 2);
        drop(one);
        assert_eq!((arrivals.awaited(), arrivals.readers()), (vec![feed()], 1));
        drop(other);
        assert_eq!((arrivals.awaited(), arrivals.readers()), (vec![], 0));
    }

    #[tokio::test]
    async fn readers_are_limited_for_each_key_and_together() {
        let arrivals = Arrivals::default();
        let enter = |key| arrivals.enter(feed(), feed(), key);
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
