//! Storage in PostgreSQL: any number of servers on one database.
//!
//! # What belongs here
//!
//! The pool, the migrations, the dialect and the notifications; statements and rows belong to `adapters-sql`.
//!
//! A connection belongs to the runtime that opened it, so each worker thread of the server has its own pool
//! ([`Postgres::database`]).

mod address;
mod citus;
mod dialect;
mod encoding;
mod notifications;
mod pooler;
mod server;
mod sizes;
mod wall;

use std::pin::Pin;
use std::sync::Arc;

use adapters_sql::{Connections, CredentialCache, NOTICED, Plans, Pool, WaitingChanges};
pub use adapters_sql::{Database, Limits, MigrationError};
use ports::fairness::{self, Gate};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions, Connection, Executor};

pub use crate::address::AddressError;
pub use crate::citus::DistributionError;
use crate::dialect::{CITUS, MIGRATIONS, POSTGRES, PostgresDialect, WALLED};
pub use crate::encoding::EncodingError;
use crate::server::ServerFacts;
pub use crate::wall::WallError;

/// The setting with which a connection plans each statement once. Otherwise PostgreSQL plans the statements of lists
/// and searches at each execution, for values that hardly change the plan: that takes longer than the execution.
pub const PLANNED_ONCE: (&str, &str) = ("plan_cache_mode", "force_generic_plan");

/// The setting with which Citus plans each statement for its values: it cannot plan most statements without knowing the
/// workspace.
const PLANNED_EACH_TIME: (&str, &str) = ("plan_cache_mode", "auto");

/// The setting that turns off the server's notices. Otherwise sqlx logs a warning for each client that closes its
/// connection during a commit: the rollback that follows finds no transaction.
const NO_NOTICES: (&str, &str) = ("client_min_messages", "error");

/// The setting with which a statement uses one processor. Otherwise a count that reads much would use several, and its
/// client more than its share.
const ONE_PROCESSOR: (&str, &str) = ("max_parallel_workers_per_gather", "0");

/// Time limits that the role or the database may set.
const LIMITS_OF_ROLE: [&str; 3] = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];
/// Lifts the limits that not every version has: a version refuses settings that it does not know.
const NO_LIMITS: &str = "SELECT set_config(name, '0', false) FROM pg_settings WHERE name IN ('transaction_timeout', 'idle_session_timeout')";

/// The default number of connections of a pool.
const CONNECTIONS: u32 = 8;

/// A PostgreSQL database.
#[derive(Clone)]
pub struct Postgres {
    /// Boxed because it is large.
    options: Box<PgConnectOptions>,
    /// The server itself, if `options` names a pooler.
    direct: Option<Box<PgConnectOptions>>,
    limits: Limits,
    /// The dialect of the server, as far as [`discover`](Self::discover) has asked.
    dialect: &'static PostgresDialect,
    /// The credential cache, which all [`Database`]s share.
    credentials: Arc<CredentialCache>,
    /// The changes that wait for their position; shared like the cache.
    numbering: Arc<WaitingChanges>,
    /// The order of turns, for the pools of all threads.
    gate: Arc<Gate>,
    /// The query plans of all connections.
    plans: Plans,
    /// The facts about the server, as far as [`discover`](Self::discover) has asked.
    server: ServerFacts,
}

impl Postgres {
    /// Parses a `postgres://…` URL, without connecting.
    pub fn new(url: &str) -> Result<Self, AddressError> {
        let options = address::parse(url)?.application_name("tenantry");
        Ok(Self {
            options: Box::new(options),
            direct: None,
            limits: Limits::default(),
            dialect: &POSTGRES,
            credentials: Arc::default(),
            numbering: Arc::default(),
            gate: Gate::new(fairness::share()),
            plans: Plans::default(),
            server: ServerFacts::default(),
        })
    }

    /// Returns the database with other limits.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Asks the server what it is: Citus has other plans and some other statements, and row-level security and poolers have
    /// settings of their own. To be called before [`database`](Self::database).
    pub async fn discover(self) -> Result<Self, sqlx::Error> {
        let mut connection = self.connect_directly().await?;
        let is_citus = citus::is_citus(&mut connection).await?;
        let server = ServerFacts::of(&mut connection).await?;
        let dialect = match server {
            _ if is_citus => &CITUS,
            ServerFacts { is_walled: true, .. } => &WALLED,
            ServerFacts { .. } => &POSTGRES,
        };
        let discovered = Self { dialect, server, ..self };
        if server.is_pooled {
            discovered.warn_of_settings(&mut connection).await?;
        }
        connection.close().await?;
        Ok(discovered)
    }

    /// Returns the database with the `postgres://…` URL of the server itself, where notifications arrive.
    pub fn listening_at(self, url: &str) -> Result<Self, AddressError> {
        Ok(Self { direct: Some(Box::new(address::parse(url)?)), ..self })
    }

    /// Whether the tables may be distributed over several machines, as far as [`discover`](Self::discover) has asked.
    pub fn is_distributed(&self) -> bool {
        self.dialect.is_citus
    }

    /// Applies missing migrations, however long that takes. Servers that do so at the same time wait for each other. If the
    /// tables are distributed, new ones are too.
    pub async fn migrate(&self) -> Result<(), MigrationError> {
        let unlimited = LIMITS_OF_ROLE.map(|limit| (limit, "0"));
        let mut connection = PgConnectOptions::clone(&self.options).options(unlimited).connect().await?;
        connection.execute(NO_LIMITS).await?;
        MIGRATIONS.run(&mut connection).await?;
        if citus::is_distributed(&mut connection).await? {
            citus::distribute(&mut connection, self.limits.wait).await?;
        }
        Ok(connection.close().await?)
    }

    /// Returns the database for the threads of the current runtime. Each call creates a pool, which connects when
    /// necessary.
    pub fn database(&self) -> Database {
        self.database_on(Arc::new(self.connections("postgres", self.limits.connections.unwrap_or(CONNECTIONS))))
    }

    /// Returns the database on a pool; public for tests that change statements.
    #[doc(hidden)]
    pub fn database_on(&self, pool: Arc<dyn Pool>) -> Database {
        Database::new(pool.clone(), pool, self.dialect, self.credentials.clone(), self.numbering.clone())
    }

    /// Creates a pool; public for tests that look at a single connection.
    #[doc(hidden)]
    pub fn connections(&self, name: &'static str, most: u32) -> Connections<sqlx::Postgres> {
        let options = PgConnectOptions::clone(&self.options).options(self.settings());
        // The server itself ends statements that take too long or whose connection is closed.
        let prepare = |_: &mut _, _| -> Pin<Box<dyn Future<Output = _> + Send>> { Box::pin(async { Ok(()) }) };
        let connections = Connections::new(name, options, most, self.limits, &self.gate, prepare, self.plans.clone());
        let ServerFacts { is_walled, is_pooled, .. } = self.server;
        connections.entering(is_walled.then(|| wall::enter(is_pooled)))
    }

    /// Returns the settings that a connection asks for when it is opened.
    pub fn settings(&self) -> [(&'static str, String); 6] {
        let Limits { wait, statement, .. } = self.limits;
        let limits =
            [("statement_timeout", statement), ("lock_timeout", wait), ("client_connection_check_interval", NOTICED)];
        let [statement, lock, check] = limits.map(|(name, limit)| (name, limit.as_millis().to_string()));
        let plans = if self.dialect.is_citus { PLANNED_EACH_TIME } else { PLANNED_ONCE };
        let [plans, processors, notices] =
            [plans, ONE_PROCESSOR, NO_NOTICES].map(|(name, value)| (name, value.to_owned()));
        [statement, lock, check, plans, processors, notices]
    }
}
