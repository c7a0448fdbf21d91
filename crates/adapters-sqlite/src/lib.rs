//! Storage in SQLite, the embedded default: one file, no server.
//!
//! # What belongs here
//!
//! The pools, the migrations, the dialect and the detection of changes by other programs; statements and rows belong to
//! `adapters-sql`.
//!
//! * One connection writes, several read (WAL). A write transaction takes the write lock when it begins, which is the
//!   lock that guarded writes need. Changes that wait for the connection share a transaction and its commit.
//! * `synchronous = FULL`: committed changes survive a crash of the machine.

mod address;
mod dialect;
mod file;
mod group;
mod guarded;
mod versions;
mod workspace_file;
mod writer;

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use adapters_sql::{Connections, CredentialCache, Deadline, Plans, Pool, WaitingChanges};
pub use adapters_sql::{CopyEntry, CopyError, Database, Limits, MigrationError};
use ports::fairness::{self, Gate};
use sqlx::SqliteConnection;
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use thiserror::Error;

pub use crate::address::AddressError;
use crate::address::Mode;
use crate::dialect::{MIGRATIONS, SqliteDialect};
use crate::file::DatabaseFile;
use crate::guarded::Guarded;
pub use crate::workspace_file::{NewWorkspaceFile, WorkspaceFile, WorkspaceFileError};
use crate::writer::Writer;

/// The default number of connections that read.
const READERS: u32 = 8;
/// The page cache of each connection. The pragma takes KiB as a negative number.
const CACHE: &str = "-8192";
/// The number of pages of the write-ahead log after which they are moved into the file, by the commit that exceeds it. A
/// page that was changed several times is moved once, so a longer log costs less; up to 4,062 pages are found by one
/// table of its index.
const CHECKPOINT_AFTER: &str = "4000";
/// The number of operations of SQLite's virtual machine between two checks of a statement's deadline.
const OPERATIONS: i32 = 500;

/// An error while opening a database.
#[derive(Debug, Error)]
pub enum OpenError {
    /// An invalid address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// A file or folder that does not exist or cannot be created.
    #[error("the database file {0} cannot be used")]
    File(String, #[source] std::io::Error),
    /// The file cannot be opened.
    #[error("the database file {0} cannot be opened")]
    Database(String, #[source] sqlx::Error),
}

/// A database file.
#[derive(Clone)]
pub struct Sqlite {
    file: Arc<DatabaseFile>,
    readers: Arc<Guarded>,
    writer: Writer,
    /// A connection that detects changes by other programs. It is always open: SQLite removes the write-ahead log with the last
    /// connection.
    watcher: Arc<Guarded>,
    /// The credential cache, which all [`Database`]s share.
    credentials: Arc<CredentialCache>,
    /// The changes that wait for their position; shared like the cache.
    numbering: Arc<WaitingChanges>,
}

impl Sqlite {
    /// Opens the file that `sqlite:PATH` names, and creates it if it is missing.
    pub async fn open(url: &str) -> Result<Self, OpenError> {
        Self::open_within(url, Limits::default()).await
    }

    /// Opens the file with other limits.
    pub async fn open_within(url: &str, limits: Limits) -> Result<Self, OpenError> {
        let (options, mode) = address::parse(url)?;
        let path = options.get_filename().to_owned();
        let unusable = |error| OpenError::File(path.display().to_string(), error);
        let unopened = |error| OpenError::Database(path.display().to_string(), error);
        if mode == Mode::Make {
            file::make(&path).map_err(unusable)?;
        }
        if mode != Mode::Read {
            file::close_to_others(&path).map_err(unusable)?;
        }
        let options = options
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .pragma("cache_size", CACHE)
            .busy_timeout(limits.wait);
        let gate = Gate::new(fairness::share());
        // What a savepoint would restore is kept in memory, not in a temporary file.
        let writing = options.clone().pragma("temp_store", "MEMORY").pragma("wal_autocheckpoint", CHECKPOINT_AFTER);
        let connections =
            |name, options, most| Connections::new(name, options, most, limits, &gate, end_in_time, Plans::default());
        let writer = connections("sqlite-writer", writing, 1);
        let watcher = connections("sqlite-watcher", options.clone(), 1);
        for connections in [&writer, &watcher] {
            let mut opened = connections.get().await.map_err(unopened)?;
            // The write-ahead log is opened by the first read.
            let read = sqlx::query("SELECT 1 FROM sqlite_schema LIMIT 1").execute(opened.start()).await;
            opened.finish(read).map_err(unopened)?;
        }
        let file = Arc::new(DatabaseFile::opened(&path).map_err(unusable)?);
        let guarded = |connections, writes| Arc::new(Guarded { connections, file: file.clone(), writes });
        Ok(Self {
            readers: guarded(connections("sqlite-reader", options, limits.connections.unwrap_or(READERS)), false),
            writer: Writer::new(writer, file.clone()),
            watcher: guarded(watcher, true),
            file,
            credentials: Arc::default(),
            numbering: Arc::default(),
        })
    }

    /// Applies missing migrations.
    pub async fn migrate(&self) -> Result<(), MigrationError> {
        let mut writer = self.writer.get().await?;
        let migrated = MIGRATIONS.run(writer.start()).await;
        Ok(writer.finish(migrated)?)
    }

    /// Returns the path of the file in which the service keeps the key of encrypted secrets. A copy of the database alone
    /// does not contain it.
    pub fn secret_key_path(&self) -> PathBuf {
        let mut path = self.file.path().to_owned().into_os_string();
        path.push("-secret-key");
        path.into()
    }

    /// Returns the database, for any number of threads.
    pub fn database(&self) -> Database {
        Database::new(
            self.readers.clone(),
            Arc::new(self.writer.clone()),
            &SqliteDialect,
            self.credentials.clone(),
            self.numbering.clone(),
        )
    }

    /// Returns the pool of the connection that writes, with transactions that admit changes for this long; public for
    /// tests that look at them.
    #[doc(hidden)]
    pub fn writer(&self, longest: Duration) -> Arc<dyn Pool> {
        Arc::new(self.writer.sharing_for(longest))
    }

    /// Closes all connections, which moves the write-ahead log into the file.
    pub async fn close(&self) {
        for Guarded { connections, .. } in [&*self.watcher, &self.readers] {
            connections.close().await;
        }
        self.writer.close().await;
    }
}

/// Makes SQLite check the deadline while it runs a statement. An interrupted write rolls its transaction back.
pub fn end_in_time(
    connection: &mut SqliteConnection,
    deadline: Deadline,
) -> Pin<Box<dyn Future<Output = sqlx::Result<()>> + Send + '_>> {
    Box::pin(async move {
        let mut handle = connection.lock_handle().await?;
        handle.set_progress_handler(OPERATIONS, move || !deadline.has_passed());
        Ok(())
    })
}
