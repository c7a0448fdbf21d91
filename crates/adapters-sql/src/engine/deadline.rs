//! Deadlines of statements.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);
const NONE: u64 = u64::MAX;

/// The deadline of the statement that a connection runs, shared between threads.
#[derive(Debug, Clone)]
pub struct Deadline(Arc<AtomicU64>);

impl Default for Deadline {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(NONE)))
    }
}

impl Deadline {
    /// Sets the deadline to this time from now; `None` removes it.
    pub(crate) fn set(&self, limit: Option<Duration>) {
        self.0.store(limit.map_or(NONE, |limit| since_start().saturating_add(millis(limit))), Ordering::Relaxed);
    }

    /// Makes the deadline pass at once.
    pub(crate) fn pass(&self) {
        self.0.store(0, Ordering::Relaxed);
    }

    /// Whether the deadline has passed.
    pub fn has_passed(&self) -> bool {
        match self.0.load(Ordering::Relaxed) {
            NONE => false,
            deadline => since_start() >= deadline,
        }
    }
}

fn since_start() -> u64 {
    millis(START.elapsed())
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(NONE - 1)
}
