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

use adapters_sql::{Connections, CredentialCache};
pub use adapters_sql::{Database, Limits};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection};

use crate::dialect::PostgresDialect;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// The setting by which a connection plans each of its statements once. Otherwise PostgreSQL plans those of lists and
/// searches at each run, for values that hardly change the plan: that takes longer than to run them.
pub const PLANNED_ONCE: (&str, &str) = ("plan_cache_mode", "force_generic_plan");

/// Connections of one pool, unless told otherwise.
const CONNECTIONS: u32 = 8;

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
        let options = PgConnectOptions::clone(&self.options).options(timeouts).options([PLANNED_ONCE]);
        let connections = connections.unwrap_or(CONNECTIONS);
        let connections = Arc::new(Connections::<sqlx::Postgres>::new("postgres", options, connections, wait));
        Database::new(connections.clone(), connections, &PostgresDialect, self.credentials.clone())
    }
}
