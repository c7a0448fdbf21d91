//! The port of readiness.

use async_trait::async_trait;
use ports::{Readiness, RepositoryError};
use thiserror::Error;

use crate::database::Database;
use crate::query::Query;

/// `sqlx`'s own table of the migrations that were run.
const SCHEMA_VERSION: &str = "SELECT COALESCE(MAX(version), 0) AS version FROM _sqlx_migrations WHERE success";

#[derive(Debug, Error)]
#[error("the schema is at version {found}, this program needs {needed}")]
struct OldSchemaError {
    found: i64,
    needed: i64,
}

#[async_trait]
impl Readiness for Database {
    /// A newer schema is fine: servers are upgraded one after the other, behind their database.
    async fn check(&self) -> Result<(), RepositoryError> {
        let row = self.first(self.statement(Query::new(SCHEMA_VERSION, []))).await?;
        let found = row.map_or(Ok(0), |row| row.try_get("", "version")).map_err(|error| self.error(error))?;
        let needed = self.dialect().schema_version();
        if found < needed {
            return Err(RepositoryError::Internal(OldSchemaError { found, needed }.into()));
        }
        Ok(())
    }
}
