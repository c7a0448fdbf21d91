//! Hearing of what other servers change.

use std::convert::Infallible;
use std::time::Instant;

use adapters_sql::{ACCESS_CHANNEL, BEAT};
use sqlx::postgres::{PgConnectOptions, PgListener, PgPoolOptions};
use tokio::time::{sleep, timeout};

use crate::Postgres;

impl Postgres {
    /// Listens to other servers, for as long as this one serves; until then, each request reads who calls.
    ///
    /// That a connection is open does not prove that notifications come through it: a network may have swallowed it, and a pooler may
    /// pass each statement to another. So this server sends itself a notification again and again, and trusts what it knows
    /// only as long as these arrive.
    pub async fn watch(self) -> Infallible {
        loop {
            let Err(error) = self.listen().await;
            tracing::warn!(%error, "no notifications: each request reads who calls");
            sleep(BEAT).await;
        }
    }

    async fn listen(&self) -> Result<Infallible, sqlx::Error> {
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(self.limits.wait)
            .max_lifetime(None)
            .idle_timeout(None);
        let pool =
            pool.connect_lazy_with(PgConnectOptions::clone(&self.options).application_name("tenantry notifications"));
        let mut listener = PgListener::connect_with(&pool).await?;
        listener.eager_reconnect(false);
        listener.listen(ACCESS_CHANNEL).await?;
        // Nobody knows what has happened before.
        self.credentials.forget_all();
        for number in 0_u64.. {
            let looked = Instant::now();
            timeout(self.limits.wait, self.beat(&mut listener, number))
                .await
                .map_err(|_| sqlx::Error::PoolTimedOut)??;
            self.credentials.is_current_at(looked);
            sleep(BEAT).await;
        }
        Err(sqlx::Error::PoolClosed)
    }

    /// Sends a notification to itself and waits for it: all that others have sent before has come by then.
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
