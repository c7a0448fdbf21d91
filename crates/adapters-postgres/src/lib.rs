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
pub use adapters_sql::Database;
use sea_orm::SqlxPostgresConnector;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{ConnectOptions, Connection};

use crate::dialect::PostgresDialect;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Connections of one pool.
const CONNECTIONS: u32 = 8;
/// How long a request waits for a connection or a lock before it is told to try again.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long a statement may take before it is given up, in milliseconds.
const STATEMENT_TIMEOUT: &str = "10000";
/// How long a statement may wait for a lock, in milliseconds: [`PATIENCE`].
const LOCK_TIMEOUT: &str = "2000";

/// A PostgreSQL database.
#[derive(Clone)]
pub struct Postgres {
    /// Boxed: it is large, and stands beside small things.
    options: Box<PgConnectOptions>,
    /// What all its [`Database`]s know of access.
    credentials: Arc<CredentialCache>,
}

impl Postgres {
    /// The database that `postgres://…` names. Connects to nothing yet.
    pub fn new(url: &str) -> Result<Self, sqlx::Error> {
        let options = Box::new(PgConnectOptions::from_str(url)?.application_name("tenantry"));
        Ok(Self { options, credentials: Arc::default() })
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
        let limits = [("statement_timeout", STATEMENT_TIMEOUT), ("lock_timeout", LOCK_TIMEOUT)];
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(PATIENCE)
            .connect_lazy_with(PgConnectOptions::clone(&self.options).options(limits));
        let connection = SqlxPostgresConnector::from_sqlx_postgres_pool(pool);
        Database::new(connection.clone(), connection, &PostgresDialect, self.credentials.clone())
    }
}
