//! The connection pool of both engines.
//!
//! The pool of sqlx pings every connection that is returned: a round trip for each statement. This pool pings only
//! connections that were idle, or whose work was interrupted.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::{self, PoolError, QueueMode};
use ports::fairness::{Door, Gate, Permit};
use sea_orm::DbErr;
use sqlx::Connection as _;
use tokio::time::{sleep, timeout};

use crate::engine::limits::{Limits, PoolUse};
use crate::engine::opener::{Driver, Opener, OptionsOf, Prepare};
use crate::engine::plans::Plans;
use crate::engine::pool::{Connection, Pool};
use crate::engine::pooled_connection::{PooledConnection, runtime_error};

/// A pool of connections.
pub struct Connections<DB: Driver> {
    name: &'static str,
    pool: managed::Pool<Opener<DB>>,
    door: Door,
    limits: Limits,
}

impl<DB: Driver> Connections<DB> {
    /// Creates a pool of at most `most` connections, which are opened on demand. The gate decides the order of turns.
    /// Acquiring a connection fails after `limits.wait`.
    pub fn new(
        name: &'static str,
        options: OptionsOf<DB>,
        most: u32,
        limits: Limits,
        gate: &Arc<Gate>,
        prepare: Prepare<DB>,
        plans: Plans,
    ) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        // The connection that was returned last is used next, so that few are busy.
        let pool = managed::Pool::builder(Opener { options, prepare, plans })
            .max_size(most)
            .queue_mode(QueueMode::Lifo)
            .build();
        let pool = pool.expect("a pool without timeouts of its own needs no runtime");
        Self { name, pool, door: gate.door(most), limits }
    }

    /// Acquires a connection of sqlx.
    pub async fn get(&self) -> sqlx::Result<PooledConnection<DB>> {
        let acquired = async { self.open(Some(self.turn().await)).await };
        timeout(self.limits.wait, acquired).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// Waits for the turn of the current client.
    pub async fn turn(&self) -> Permit {
        self.door.enter().await
    }

    /// Returns the number of turns that are taken.
    pub fn turns(&self) -> usize {
        self.door.used()
    }

    /// Waits for an idle connection, or opens one. It keeps the turn until it is back in the pool.
    pub async fn open(&self, turn: Option<Permit>) -> sqlx::Result<PooledConnection<DB>> {
        match self.pool.get().await {
            Ok(connection) => Ok(PooledConnection::new(connection, turn, self.limits.statement)),
            Err(PoolError::Backend(error)) => Err(error),
            Err(PoolError::Closed) => Err(sqlx::Error::PoolClosed),
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// Returns the time after which acquiring a connection fails.
    pub const fn wait(&self) -> Duration {
        self.limits.wait
    }

    /// Closes all connections. Those in use are closed when they are returned.
    pub async fn close(&self) {
        loop {
            for connection in self.pool.retain(|_, _| false).removed {
                if let Err(error) = connection.connection.close().await {
                    tracing::warn!(%error, pool = self.name, "failed to close a database connection cleanly");
                }
            }
            if self.pool.status().size == 0 {
                return self.pool.close();
            }
            sleep(Duration::from_millis(1)).await;
        }
    }
}

#[async_trait]
impl<DB: Driver> Pool for Connections<DB>
where
    PooledConnection<DB>: Connection,
{
    async fn acquire(&self) -> Result<Box<dyn Connection>, DbErr> {
        let connection = self.get().await.map_err(|error| DbErr::Conn(runtime_error(error)))?;
        Ok(Box::new(connection))
    }

    fn in_use(&self) -> PoolUse {
        let status = self.pool.status();
        let [idle, used, max] = [status.available, status.size - status.available, status.max_size]
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        PoolUse { pool: self.name, idle, used, max }
    }
}
