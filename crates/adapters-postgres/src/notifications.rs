//! Notifications of changes by other servers.

use std::convert::Infallible;
use std::future::pending;
use std::time::Instant;

use adapters_sql::{ACCESS_CHANNEL, HEARTBEAT_INTERVAL};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::join;
use tokio::time::{sleep, timeout};

use crate::Postgres;

impl Postgres {
    /// Listens for changes by other servers, and watches the sizes of the tables, as long as this server runs.
    pub async fn watch(self) -> Infallible {
        let (heard, _) = join!(self.watch_access(), self.watch_sizes());
        heard
    }

    /// Listens for changes by other servers. While it cannot listen, each request reads the credentials from the database.
    ///
    /// An open connection does not prove that notifications arrive: a network may have dropped it silently, and a
    /// pooler may send each statement to another server connection. So this server sends itself notifications at the
    /// heartbeat interval, and uses the credential cache only while they arrive.
    ///
    /// Notifications are those of one node of Citus.
    async fn watch_access(&self) -> Infallible {
        if self.server.is_pooled && self.direct.is_none() {
            tracing::warn!(
                "no LISTEN through a pooler: the credential cache is off, unless --database-direct names the server"
            );
            return pending().await;
        }
        loop {
            if matches!(self.is_coordinator().await, Ok(Some(false))) {
                tracing::warn!("this node of Citus is not the coordinator: there is no credential cache");
                return pending().await;
            }
            let Err(error) = self.listen().await;
            tracing::warn!(%error, "no LISTEN connection: the credential cache is off until it is back");
            sleep(HEARTBEAT_INTERVAL).await;
        }
    }

    async fn listen(&self) -> Result<Infallible, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(self.limits.wait)
            .max_lifetime(None)
            .idle_timeout(None);
        let options = self.direct.as_ref().unwrap_or(&self.options);
        let pool = pool.connect_lazy_with(PgConnectOptions::clone(options).application_name("tenantry notifications"));
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(ACCESS_CHANNEL).await?;
        // Notifications sent before LISTEN are lost, so the cache is emptied.
        self.credentials.invalidate_all();
        for number in 0_u64.. {
            let looked = Instant::now();
            timeout(self.limits.wait, self.beat(&mut listener, number))
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)??;
            self.credentials.is_current_at(looked);
            sleep(HEARTBEAT_INTERVAL).await;
        }
        Err(sqlx::Error::PoolClosed)
    }

    /// Sends a notification to this connection and waits for it: all that were sent before have then arrived.
    async fn beat(&self, listener: &mut PgListener, number: u64) -> Result<(), sqlx::Error> {
        let notify =
            "SELECT 'beat ' || pg_backend_pid() || ' ' || $2, pg_notify($1, 'beat ' || pg_backend_pid() || ' ' || $2)";
        let query = sqlx::query_scalar::<_, String>(notify).bind(ACCESS_CHANNEL).bind(number.to_string());
        let beat = query.fetch_one(&mut *listener).await?;
        loop {
            let heard = match listener.next_buffered() {
                Some(heard) => heard,
                None => listener.try_recv().await?.ok_or(sqlx::Error::PoolClosed)?,
            };
            if heard.payload() == beat {
                return Ok(());
            }
            self.credentials.changed(heard.payload());
        }
    }
}
