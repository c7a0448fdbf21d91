//! Clients that create tenants as fast as they can.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::thread::Scope;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{Answer, Client, until_so};

/// The requests of the clients, by their results.
#[derive(Default)]
pub(crate) struct Load {
    begun: AtomicUsize,
    refused: AtomicUsize,
    is_over: AtomicBool,
    acknowledged: Mutex<Vec<String>>,
    unanswered: Mutex<Vec<String>>,
    slowest: Mutex<Duration>,
}

impl Load {
    /// Starts clients that send requests until the load is ended or the server is gone.
    pub(crate) fn start<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, client: &Client, clients: usize) {
        for _ in 0..clients {
            let client = client.clone();
            scope.spawn(move || {
                while !self.is_over.load(Ordering::Relaxed) {
                    let Some(()) = self.create(&client) else { return };
                }
            });
        }
    }

    /// Creates a tenant with a new domain. Returns `None` without an answer.
    fn create(&self, client: &Client) -> Option<()> {
        let domain = format!("d{}", self.begun.fetch_add(1, Ordering::Relaxed));
        let start = Instant::now();
        let answer = client.try_call("POST", "/api/v1/tenants", Some(&json!({ "name": "Channel", "domain": domain })));
        let mut slowest = locked(&self.slowest);
        *slowest = start.elapsed().max(*slowest);
        let Some(answer) = answer else {
            locked(&self.unanswered).push(domain);
            return None;
        };
        if answer.status == 200 {
            locked(&self.acknowledged).push(domain);
        } else {
            is_unavailable(&answer);
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        Some(())
    }

    /// Waits for this number of further acknowledged tenants.
    pub(crate) fn more_acknowledged(&self, more: usize) {
        wait_for_more(more, || locked(&self.acknowledged).len());
    }

    /// Waits for this number of further refused requests.
    pub(crate) fn more_refused(&self, more: usize) {
        wait_for_more(more, || self.refused.load(Ordering::Relaxed));
    }

    /// Ends the load after the last request of each client.
    pub(crate) fn end(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    pub(crate) fn slowest(&self) -> Duration {
        *locked(&self.slowest)
    }

    /// Asserts that all acknowledged tenants are stored, and none whose request was not answered.
    pub(crate) fn was_kept(&self, client: &Client) {
        let stored =
            |domain: &String| client.get(&format!("/api/v1/tenants?q={domain}&per_page=100")).json["data"].clone();
        let has = |domain: &String| {
            let found = stored(domain);
            found.as_array().is_some_and(|found| found.iter().any(|tenant| tenant["domain"] == domain.as_str()))
        };
        let lost: Vec<_> = locked(&self.acknowledged).iter().filter(|domain| !has(domain)).cloned().collect();
        assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
        let dropped: Vec<_> = locked(&self.unanswered).iter().filter(|domain| has(domain)).cloned().collect();
        assert!(dropped.is_empty(), "done and never answered: {dropped:?}");
    }
}

/// Asserts that the answer is the refusal that is expected during an outage of the database.
pub(crate) fn is_unavailable(answer: &Answer) {
    assert_eq!(answer.refusal(), (503, "unavailable"), "{}", answer.text);
    assert_eq!(answer.header("retry-after"), Some("1"));
}

fn wait_for_more(more: usize, count: impl Fn() -> usize) {
    let enough = count() + more;
    until_so(|| count() >= enough);
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic")
}
