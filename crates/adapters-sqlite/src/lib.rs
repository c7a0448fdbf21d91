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

use adapters_sql::{Connections, CredentialCache};
pub use adapters_sql::{Database, Limits};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use thiserror::Error;

use crate::dialect::SqliteDialect;

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Connections that read, unless told otherwise.
const READERS: u32 = 8;
/// What each connection keeps of the file in memory, in KiB below zero, as the pragma has it.
const CACHE: &str = "-8192";

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
    readers: Arc<Connections<sqlx::Sqlite>>,
    writer: Arc<Connections<sqlx::Sqlite>>,
    /// One connection that looks what other programs change.
    watcher: Arc<Connections<sqlx::Sqlite>>,
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
            .pragma("cache_size", CACHE)
            .busy_timeout(limits.wait);
        let file = options.get_filename();
        if file == Path::new("") || url.contains(":memory:") || url.contains("mode=memory") {
            return Err(OpenError::NoFile);
        }
        if let Some(folder) = file.parent().filter(|folder| *folder != Path::new("")) {
            std::fs::create_dir_all(folder).map_err(OpenError::Folder)?;
        }
        let connections = |name, most| Arc::new(Connections::new(name, options.clone(), most, limits.wait));
        let opened = Self {
            readers: connections("sqlite-reader", limits.connections.unwrap_or(READERS)),
            writer: connections("sqlite-writer", 1),
            watcher: connections("sqlite-watcher", 1),
            credentials: Arc::default(),
        };
        // It makes the file.
        opened.writer.get().await?;
        Ok(opened)
    }

    /// Brings the schema up to date.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let mut writer = self.writer.get().await?;
        let migrated = MIGRATIONS.run(writer.start()).await;
        writer.finish(migrated)
    }

    /// The database, for any number of threads.
    pub fn database(&self) -> Database {
        Database::new(self.readers.clone(), self.writer.clone(), &SqliteDialect, self.credentials.clone())
    }

    /// Lets go of the file: what is still in the write-ahead log moves into it.
    pub async fn close(&self) {
        self.watcher.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}
