//! How many connections there are, how long they are waited for, and how busy they are.

use std::time::Duration;

/// What a database is given.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections of a pool; `None` is what suits the engine.
    pub connections: Option<u32>,
    /// How long a request waits for a connection or a lock before it is told to try again.
    pub wait: Duration,
    /// How long a statement may take before it is ended.
    pub statement: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        // Whoever has waited in vain is answered before two seconds have passed.
        Self { connections: None, wait: Duration::from_millis(1500), statement: Duration::from_secs(10) }
    }
}

/// How much of a pool of connections is in use, at this moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// The pool's name. Pools of different threads may have the same.
    pub pool: &'static str,
    /// Open connections that nobody uses.
    pub idle: u32,
    /// Connections that somebody uses, or waits for to open.
    pub used: u32,
    /// How many connections there may be.
    pub max: u32,
}
