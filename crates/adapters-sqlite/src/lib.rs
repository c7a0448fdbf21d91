//! Tenantry on SQLite, the embedded default: one file, nothing to install.
//!
//! # What belongs here
//!
//! The pools, the migrations, the dialect, and a look at what other programs change; statements and rows are `adapters-sql`'s.
//!
//! * One connection writes, several read (WAL): a write transaction takes the writer's lock when it begins, and is itself
//!   the lock that guarded writes need.
//! * `synchronous = FULL`: what was acknowledged survives a crash of the machine.

mod dialect;
mod versions;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;

use adapters_sql::CredentialCache;
pub use adapters_sql::{Database, Limits};
use sea_orm::SqlxSqliteConnector;
use sqlx::Connection;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use thiserror::Error;

use crate::dialect::SqliteDialect;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Connections that read, unless told otherwise.
const READERS: u32 = 4;

/// Why there is no database.
#[derive(Debug, Error)]
pub enum OpenError {
    /// It would be forgotten at the end, and every connection would have its own.
    #[error("an SQLite database needs a file: sqlite:PATH")]
    NoFile,
    /// The folder of the file cannot be made.
    #[error("the folder of the database file cannot be made")]
    Folder(#[source] std::io::Error),
    /// The file cannot be opened.
    #[error("the database file cannot be opened")]
    Database(#[from] sqlx::Error),
}

/// A database file.
#[derive(Clone)]
pub struct Sqlite {
    reader: SqlitePool,
    writer: SqlitePool,
    /// One connection that looks what other programs change.
    watcher: SqlitePool,
    /// What all its [`Database`]s know of access.
    credentials: Arc<CredentialCache>,
}

impl Sqlite {
    /// Opens the file that `sqlite:PATH` names, and makes it where it is missing.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_within(url, Limits::default()).await
    }

    /// The same with other limits.
    pub async fn open_within(url: &str, limits: Limits) -> Result<Self, OpenError> {
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(limits.wait);
        let file = options.get_filename();
        if file == Path::new("") || url.contains(":memory:") || url.contains("mode=memory") {
            return Err(OpenError::NoFile);
        }
        if let Some(folder) = file.parent().filter(|folder| *folder != Path::new("")) {
            std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
        }
        let pool = |connections| {
            SqlitePoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(limits.wait)
                // A file does not go away.
                .test_before_acquire(false)
                // SQLite itself rolls back what found the disk full. The driver does not notice, takes the connection for being
                // in that transaction for ever, and could begin no other.
                .before_acquire(|connection, _| Box::pin(async { Ok(!connection.is_in_transaction()) }))
        };
        // The writer first: it makes the file.
        let writer = pool(1).connect_with(options.clone()).await?;
        let reader = pool(limits.connections.unwrap_or(READERS)).connect_with(options.clone()).await?;
        let watcher = pool(1).max_lifetime(None).idle_timeout(None).connect_lazy_with(options);
        Ok(Self { reader, writer, watcher, credentials: Arc::default() })
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        MIGRATIONS.run(&self.writer).await
    }

    /// The database, for any number of threads.
    pub fn database(&self) -> Database {
        let [reader, writer] =
            [&self.reader, &self.writer].map(|pool| SqlxSqliteConnector::from_sqlx_sqlite_pool(pool.clone()));
        Database::new(reader, writer, &SqliteDialect, self.credentials.clone())
    }

    /// Lets go of the file: what is still in the write-ahead log moves into it.
    pub async fn close(&self) {
        self.watcher.close().await;
        self.reader.close().await;
        self.writer.close().await;
    }
}
