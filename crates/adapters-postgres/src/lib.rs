//! Tenantry on PostgreSQL: any number of servers on one database.
//!
//! # What belongs here
//!
//! The pool, the migrations, the dialect and the notifications; statements and rows are `adapters-sql`'s.
//!
//! A connection belongs to the runtime that opened it, so each worker thread of the server has a pool of its own
//! ([`Postgres::database`]).

mod dialect;
mod notifications;

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use adapters_sql::CredentialCache;
pub use adapters_sql::{Database, Limits};
use sea_orm::SqlxPostgresConnector;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnectionMetadata;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::dialect::PostgresDialect;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Connections of one pool, unless told otherwise.
const CONNECTIONS: u32 = 8;

/// After so long a connection is asked whether it is there still. Under load none rests so long.
const RESTED: Duration = Duration::from_millis(10);

/// A PostgreSQL database.
#[derive(Clone)]
pub struct Postgres {
    /// Boxed: it is large, and stands beside small things.
    options: Box<PgConnectOptions>,
    limits: Limits,
    /// What all its [`Database`]s know of access.
    credentials: Arc<CredentialCache>,
}

impl Postgres {
    /// The database that `postgres://…` names. Connects to nothing yet.
    pub fn new(url: &str) -> Result<Self, sqlx::Error> {
        let options = PgConnectOptions::from_str(url)?.application_name("tenantry");
        Ok(Self { options: Box::new(options), limits: Limits::default(), credentials: Arc::default() })
    }

    /// The same with other limits.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Brings the schema up to date. Servers that do this at the same time wait for each other.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let mut connection = self.options.connect().await?;
        MIGRATIONS.run(&mut connection).await?;
        Ok(connection.close().await?)
    }

    /// The database, for the threads of the present runtime: each call opens a pool, whose connections are made when
    /// they are needed.
    pub fn database(&self) -> Database {
        let Limits { connections, wait, statement } = self.limits;
        let timeouts = [("statement_timeout", statement), ("lock_timeout", wait)];
        let timeouts = timeouts.map(|(name, limit)| (name, limit.as_millis().to_string()));
        let pool = PgPoolOptions::new()
            .max_connections(connections.unwrap_or(CONNECTIONS))
            .acquire_timeout(wait)
            // A round trip before every statement would find what is found out by the statement too.
            .test_before_acquire(false)
            .before_acquire(|connection, idle| Box::pin(is_alive(connection, idle)))
            .connect_lazy_with(PgConnectOptions::clone(&self.options).options(timeouts));
        let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        Database::new(connection.clone(), connection, &PostgresDialect, self.credentials.clone())
    }
}

/// Whether a connection can be used. One that rested is asked: the server may have been restarted meanwhile.
async fn is_alive(connection: &mut PgConnection, meta: PoolConnectionMetadata) -> Result<bool, sqlx::Error> {
    Ok(meta.idle_for < RESTED || connection.ping().await.is_ok())
}
