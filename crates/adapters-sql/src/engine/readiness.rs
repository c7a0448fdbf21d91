//! The version of the schema, and the port of readiness.

use async_trait::async_trait;
use ports::{Readiness, RepositoryError};
use sqlx::migrate::MigrateError;
use thiserror::Error;

use crate::engine::database::Database;
use crate::engine::limits::PoolUse;
use crate::engine::query::Query;

/// Reads the newest migration from the table in which sqlx records them.
pub(crate) const SCHEMA_VERSION: &str =
    "SELECT COALESCE(MAX(version), 0) AS version FROM _sqlx_migrations WHERE success";

/// The SQLSTATE of a statement that the role may not execute.
const FORBIDDEN: &str = "42501";

/// An error while the schema is brought up to date.
#[derive(Debug, Error)]
pub enum MigrationError {
    /// A schema with a migration that this program does not have, or has in another form.
    #[error(
        "migration {0} of the schema is not one of this program: use a program as new as the database, or create a new \
         database in place of one from before the first release"
    )]
    Unknown(i64),
    /// A role that may not create what the schema needs.
    #[error(
        "the role may not do what the schema needs ({0}): let it create extensions with GRANT CREATE ON DATABASE, or let \
         an administrator create them first"
    )]
    Forbidden(String),
    /// Another error.
    #[error(transparent)]
    Other(MigrateError),
}

impl<E: Into<MigrateError>> From<E> for MigrationError {
    fn from(error: E) -> Self {
        match error.into() {
            MigrateError::VersionMissing(version) | MigrateError::VersionMismatch(version) => Self::Unknown(version),
            MigrateError::Execute(sqlx::Error::Database(cause))
            | MigrateError::ExecuteMigration(sqlx::Error::Database(cause), _)
                if cause.code().is_some_and(|code| code == FORBIDDEN) =>
            {
                Self::Forbidden(cause.message().to_owned())
            }
            error => Self::Other(error),
        }
    }
}

#[derive(Debug, Error)]
#[error("the schema is at version {found}, this program needs {needed}")]
struct OldSchemaError {
    found: i64,
    needed: i64,
}

impl Database {
    /// Checks that the schema is not older than this program. A newer one is accepted, because servers are upgraded one
    /// by one after their database.
    ///
    /// # Errors
    /// `Unavailable` if the database does not respond, `Internal` if its schema is older.
    pub async fn expect_schema(&self) -> Result<(), RepositoryError> {
        let row = self.first(Query::new(SCHEMA_VERSION, [])).await?;
        let found = row.map_or(Ok(0), |row| row.try_get("", "version")).map_err(|error| self.error(error))?;
        let needed = self.dialect().schema_version();
        if found < needed {
            return Err(RepositoryError::Internal(OldSchemaError { found, needed }.into()));
        }
        Ok(())
    }

    /// Checks that the database can be written.
    async fn expect_writable(&self) -> Result<(), RepositoryError> {
        let PoolUse { idle, used, max, .. } = self.writers().in_use();
        if idle == 0 && used == max {
            // All connections are writing, so requests find out by themselves. The probe does not wait for one.
            return Ok(());
        }
        let mut writer = self.writers().acquire().await.map_err(|error| self.error(error))?;
        let probe = self.statement(Query::new(self.dialect().probe_writing(), []));
        writer.execute(probe).await.map(drop).map_err(|error| self.error(error))
    }
}

#[async_trait]
impl Readiness for Database {
    async fn check(&self) -> Result<(), RepositoryError> {
        self.expect_schema().await?;
        self.expect_writable().await
    }
}
