//! Files with one workspace, which carry it to another database: they are databases of the service.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;

use adapters_sql::{Connections, Database, Limits, MigrationError, Plans};
use ports::fairness::{self, Gate};
use sqlx::error::DatabaseError;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use thiserror::Error;

use crate::dialect::{MIGRATIONS, SqliteDialect};
use crate::file::make_file;
use crate::{CACHE, end_in_time};

/// The suffixes of files of another database, which SQLite would apply to a new one.
const LEFTOVERS: [&str; 3] = ["", "-wal", "-journal"];

/// Primary result codes of files that SQLite cannot read: damaged, and not a database.
const CORRUPT: i32 = 11;
const NOT_A_DATABASE: i32 = 26;

/// The reason why a file cannot be written or read.
#[derive(Debug, Error)]
pub enum WorkspaceFileError {
    /// A file that would be overwritten.
    #[error("{0} is there already")]
    Exists(String),
    /// A file that cannot be created.
    #[error("{0} cannot be written")]
    Unwritable(String, #[source] io::Error),
    /// A file that cannot be opened.
    #[error("{0} cannot be read")]
    Unreadable(String, #[source] io::Error),
    /// A file of another program.
    #[error("{0} is not a database of Tenantry")]
    Foreign(String),
    /// A file of an older version.
    #[error("{0} is of an older version: bring it up to date with `tenantry migrate --database sqlite:{0}`")]
    Older(String),
    /// A file whose schema is not the one of this program.
    #[error("{0} is of another version: use a program as new as the file")]
    Other(String),
    /// A damaged file.
    #[error("{0} is damaged: {1}")]
    Damaged(String, String),
    /// A schema that cannot be created.
    #[error("{0} cannot be written")]
    Schema(String, #[source] MigrationError),
    /// Another error of the database.
    #[error("{0} cannot be used")]
    Database(String, #[source] sqlx::Error),
}

/// A file that is being written, under another name until it is whole. Dropped before, it is removed.
pub struct NewWorkspaceFile {
    path: PathBuf,
    unfinished: PathBuf,
    connections: Arc<Connections<sqlx::Sqlite>>,
}

impl NewWorkspaceFile {
    /// Creates an empty database, for its owner only.
    pub async fn create(path: &Path, limits: Limits) -> Result<Self, WorkspaceFileError> {
        for leftover in LEFTOVERS.map(|suffix| beside(path, suffix)) {
            if leftover.symlink_metadata().is_ok() {
                return Err(WorkspaceFileError::Exists(name(&leftover)));
            }
        }
        let unfinished = beside(path, &format!(".unfinished-{}", process::id()));
        make_file(&unfinished).map_err(|error| WorkspaceFileError::Unwritable(name(&unfinished), error))?;
        // Until the file has its name, a crash may leave it in any state.
        let options = options(&unfinished).journal_mode(SqliteJournalMode::Off).synchronous(SqliteSynchronous::Off);
        let created = Self { path: path.to_owned(), unfinished, connections: connections(options, limits) };
        created.migrate().await?;
        Ok(created)
    }

    async fn migrate(&self) -> Result<(), WorkspaceFileError> {
        let failed = |error| WorkspaceFileError::Database(name(&self.unfinished), error);
        let mut connection = self.connections.get().await.map_err(failed)?;
        let migrated = MIGRATIONS.run(connection.start()).await;
        let migrated = connection.finish(migrated);
        migrated.map_err(|error| WorkspaceFileError::Schema(name(&self.unfinished), error.into()))
    }

    /// Returns the database.
    pub fn database(&self) -> Database {
        database(&self.connections)
    }

    /// Gives the file its name, once it is on the disk. Another file that got this name is kept.
    pub async fn finish(self) -> Result<(), WorkspaceFileError> {
        self.connections.close().await;
        let Self { path, unfinished, .. } = &self;
        let named =
            File::open(unfinished).and_then(|file| file.sync_all()).and_then(|()| fs::hard_link(unfinished, path));
        named.and_then(|()| sync_folder(path)).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => WorkspaceFileError::Exists(name(path)),
            _ => WorkspaceFileError::Unwritable(name(path), error),
        })
    }
}

impl Drop for NewWorkspaceFile {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.unfinished) {
            tracing::warn!(%error, "{} is left", self.unfinished.display());
        }
    }
}

/// A file to read from, which is of this version and undamaged.
pub struct WorkspaceFile {
    name: String,
    connections: Arc<Connections<sqlx::Sqlite>>,
}

impl WorkspaceFile {
    /// Opens and checks a file.
    pub async fn open(path: &Path, limits: Limits) -> Result<Self, WorkspaceFileError> {
        let is_file = fs::metadata(path).map(|found| found.is_file());
        match is_file {
            Ok(true) => {}
            Ok(false) => return Err(WorkspaceFileError::Foreign(name(path))),
            Err(error) => return Err(WorkspaceFileError::Unreadable(name(path), error)),
        }
        let file = Self { name: name(path), connections: connections(options(path).read_only(true), limits) };
        file.expect_version().await?;
        file.expect_undamaged().await?;
        Ok(file)
    }

    /// Returns the database.
    pub fn database(&self) -> Database {
        database(&self.connections)
    }

    /// Closes the file.
    pub async fn close(self) {
        self.connections.close().await;
    }

    async fn expect_version(&self) -> Result<(), WorkspaceFileError> {
        let select =
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name IN ('_sqlx_migrations', 'workspaces')";
        let tables: Vec<(String,)> = self.rows(select).await?;
        if tables.len() < 2 {
            return Err(WorkspaceFileError::Foreign(self.name.clone()));
        }
        let select = "SELECT version, checksum FROM _sqlx_migrations WHERE success ORDER BY version";
        let found: Vec<(i64, Vec<u8>)> = self.rows(select).await?;
        let known = MIGRATIONS.iter().map(|migration| (migration.version, migration.checksum.to_vec()));
        let known: Vec<_> = known.collect();
        if found == known {
            return Ok(());
        }
        let is_older = found.len() < known.len() && known.starts_with(&found);
        let error = if is_older { WorkspaceFileError::Older } else { WorkspaceFileError::Other };
        Err(error(self.name.clone()))
    }

    async fn expect_undamaged(&self) -> Result<(), WorkspaceFileError> {
        let found: Vec<(String,)> = self.rows("PRAGMA integrity_check(1)").await?;
        match &found[..] {
            [(found,)] if found == "ok" => Ok(()),
            found => {
                let found = found.iter().map(|(found,)| found.replace('\n', " "));
                Err(WorkspaceFileError::Damaged(self.name.clone(), found.collect::<Vec<_>>().join(" ")))
            }
        }
    }

    /// Runs a SELECT, however long that takes.
    async fn rows<R>(&self, select: &'static str) -> Result<Vec<R>, WorkspaceFileError>
    where
        R: for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow> + Send + Unpin,
    {
        let read = async {
            let mut connection = self.connections.get().await?;
            let rows = sqlx::query_as(select).fetch_all(connection.start()).await;
            connection.finish(rows)
        };
        read.await.map_err(|error| {
            let code = error.as_database_error().and_then(DatabaseError::code);
            match code.and_then(|code| code.parse::<i32>().ok()).map(|code| code & 0xff) {
                Some(NOT_A_DATABASE) => WorkspaceFileError::Foreign(self.name.clone()),
                Some(CORRUPT) => WorkspaceFileError::Damaged(self.name.clone(), error.to_string()),
                _ => WorkspaceFileError::Database(self.name.clone(), error),
            }
        })
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).foreign_keys(true).pragma("cache_size", CACHE)
}

fn connections(options: SqliteConnectOptions, limits: Limits) -> Arc<Connections<sqlx::Sqlite>> {
    let gate = Gate::new(fairness::share());
    Arc::new(Connections::new("sqlite-file", options, 1, limits, &gate, end_in_time, Plans::default()))
}

fn database(connections: &Arc<Connections<sqlx::Sqlite>>) -> Database {
    Database::new(connections.clone(), connections.clone(), &SqliteDialect, Arc::default(), Arc::default())
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_owned().into_os_string();
    name.push(suffix);
    name.into()
}

fn name(path: &Path) -> String {
    path.display().to_string()
}

/// Makes the name of a new file survive a crash of the machine.
fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
