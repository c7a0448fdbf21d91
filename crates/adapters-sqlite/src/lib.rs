//! Storage in SQLite, the embedded default: one file, no server.
//!
//! # What belongs here
//!
//! The pools, the migrations, the dialect and the detection of changes by other programs; statements and rows belong to
//! `adapters-sql`.
//!
//! * One connection writes, several read (WAL). A write transaction takes the write lock when it begins, which is the
//!   lock that guarded writes need.
//! * `synchronous = FULL`: committed changes survive a crash of the machine.

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

/// The default number of connections that read.
const READERS: u32 = 8;
/// The page cache of each connection. The pragma takes KiB as a negative number.
const CACHE: &str = "-8192";

/// An error while opening a database.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The URL names no file. A database in memory would be lost at the end, and every connection would have its own.
    #[error("an SQLite database needs a file: sqlite:PATH")]
    NoFile,
    /// The folder of the file cannot be created.
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
    /// A connection that detects changes by other programs.
    watcher: Arc<Connections<sqlx::Sqlite>>,
    /// The credential cache, which all [`Database`]s share.
    credentials: Arc<CredentialCache>,
}

impl Sqlite {
    /// Opens the file that `sqlite:PATH` names, and creates it if it is missing.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_within(url, Limits::default()).await
    }

    /// Opens the file with other limits.
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
        // The first connection creates the file.
        opened.writer.get().await?;
        Ok(opened)
    }

    /// Applies missing migrations.
    pub async fn migrate(&self) -> Result<(), MigrateError> {
        let mut writer = self.writer.get().await?;
        let migrated = MIGRATIONS.run(writer.start()).await;
        writer.finish(migrated)
    }

    /// Returns the database, for any number of threads.
    pub fn database(&self) -> Database {
        Database::new(self.readers.clone(), self.writer.clone(), &SqliteDialect, self.credentials.clone())
    }

    /// Closes all connections, which moves the write-ahead log into the file.
    pub async fn close(&self) {
        self.watcher.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}
