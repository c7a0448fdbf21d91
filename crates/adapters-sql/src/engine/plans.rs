//! Cached query plans of connections.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A signal to connections to discard their query plans, on an engine that does not renew them when tables grow.
#[derive(Debug, Clone, Default)]
pub struct Plans(Arc<AtomicU64>);

impl Plans {
    /// Makes each connection discard its plans before its next use.
    pub fn give_up(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn given_up(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
