//! The connection pool of both engines.
//!
//! The pool of sqlx pings every connection that is returned: a round trip for each statement. This pool pings only
//! connections that were idle, or whose work was interrupted. Under row-level security it lends a connection to the
//! workspace that had it last, where one is idle, because another reach costs a round trip.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ports::fairness::{Door, Gate, Permit};
use sea_orm::DbErr;
use sqlx::Connection as _;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::engine::idle::Idle;
use crate::engine::limits::{Limits, PoolUse};
use crate::engine::opener::{Driver, Opened, Opener, OptionsOf, Prepare};
use crate::engine::plans::Plans;
use crate::engine::pool::{Connection, Pool};
use crate::engine::pooled_connection::{PooledConnection, runtime_error};
use crate::engine::reach::{Enter, Reach};

/// A pool of connections.
pub struct Connections<DB: Driver> {
    name: &'static str,
    opener: Opener<DB>,
    idle: Arc<Idle<DB>>,
    /// The places of connections in use.
    places: Arc<Semaphore>,
    most: usize,
    door: Door,
    limits: Limits,
    /// Set where row-level security limits connections.
    enter: Option<Enter>,
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
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Self {
            name,
            opener: Opener { options, prepare, plans },
            idle: Arc::new(Idle::default()),
            places: Arc::new(Semaphore::new(most)),
            most,
            door: gate.door(most),
            limits,
            enter: None,
        }
    }

    /// Returns the pool of a role that row-level security limits. The statement of `enter` gives a connection its reach.
    #[must_use]
    pub fn entering(self, enter: Option<Enter>) -> Self {
        Self { enter, ..self }
    }

    /// Acquires a connection of sqlx.
    pub async fn get(&self) -> sqlx::Result<PooledConnection<DB>> {
        self.get_for(None).await
    }

    async fn get_for(&self, reach: Option<Reach>) -> sqlx::Result<PooledConnection<DB>> {
        let acquired = async { self.open_for(reach, Some(self.turn().await)).await };
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
        self.open_for(None, turn).await
    }

    async fn open_for(&self, reach: Option<Reach>, turn: Option<Permit>) -> sqlx::Result<PooledConnection<DB>> {
        let Ok(place) = self.places.clone().acquire_owned().await else { return Err(sqlx::Error::PoolClosed) };
        let reach = self.enter.zip(reach);
        let kept = reach.filter(|(enter, _)| !enter.is_local);
        let (opened, is_new) = match self.idle_for(kept).await {
            Some(opened) => (opened, false),
            None => (self.opener.open().await?, true),
        };
        let idle = self.idle.clone();
        Ok(PooledConnection::new(opened, is_new, idle, (place, turn), self.limits.statement).wanted_for(reach))
    }

    async fn idle_for(&self, reach: Option<(Enter, Reach)>) -> Option<Opened<DB::Connection>> {
        loop {
            let mut opened = self.idle.take(reach.map(|(_, reach)| reach))?;
            if self.opener.is_usable(&mut opened, reach).await {
                return Some(opened);
            }
        }
    }

    /// Returns the time after which acquiring a connection fails.
    pub const fn wait(&self) -> Duration {
        self.limits.wait
    }

    /// Closes all connections. Those in use are closed when they are returned.
    pub async fn close(&self) {
        loop {
            // The lock is released before the connections are closed.
            let idle = std::mem::take(&mut *self.idle.connections());
            for opened in idle {
                if let Err(error) = opened.connection.close().await {
                    tracing::warn!(%error, pool = self.name, "failed to close a database connection cleanly");
                }
            }
            if self.places.available_permits() == self.most && self.idle.connections().is_empty() {
                return self.places.close();
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
        self.acquire_for(Reach::NOTHING).await
    }

    async fn acquire_for(&self, reach: Reach) -> Result<Box<dyn Connection>, DbErr> {
        let connection = self.get_for(Some(reach)).await.map_err(|error| DbErr::Conn(runtime_error(error)))?;
        Ok(Box::new(connection))
    }

    fn in_use(&self) -> PoolUse {
        let idle = self.idle.connections().len();
        let used = self.most - self.places.available_permits();
        let [idle, used, max] = [idle, used, self.most].map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        PoolUse { pool: self.name, idle, used, max }
    }
}
