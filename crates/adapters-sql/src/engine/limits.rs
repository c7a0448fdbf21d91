//! Limits and use of connection pools.

use std::time::Duration;

/// The limits of a database.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The connections of a pool; `None` is the engine's default.
    pub connections: Option<u32>,
    /// The time that a request waits for a connection or a lock before it fails as unavailable.
    pub wait: Duration,
    /// The time after which a statement is ended.
    pub statement: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        // A request that gets no connection or lock is refused within two seconds.
        Self { connections: None, wait: Duration::from_millis(1500), statement: Duration::from_secs(10) }
    }
}

/// The current use of a connection pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolUse {
    /// The pool's name. Pools of different threads may have the same name.
    pub pool: &'static str,
    /// Open connections that are idle.
    pub idle: u32,
    /// Connections that are in use or being opened.
    pub used: u32,
    /// The maximum number of connections.
    pub max: u32,
}
