//! Citus: tables that are distributed over several machines by workspace.

use std::time::Duration;

use adapters_sql::{MigrationError, TABLES};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use thiserror::Error;

use crate::Postgres;
use crate::server::ServerFacts;

/// An arbitrary number that no other lock uses.
const LOCK: &str = "SELECT pg_advisory_xact_lock(7301847)";

const IS_CITUS: &str = "SELECT to_regprocedure('citus_is_coordinator()') IS NOT NULL";
const IS_COORDINATOR: &str = "SELECT citus_is_coordinator()";
const IS_DISTRIBUTED: &str =
    "SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = CAST('workspaces' AS regclass))";
/// Distributes the table `$1` by the column `$2` like the table `$3`, unless it is distributed.
const DISTRIBUTE: &str = "\
    SELECT create_distributed_table(CAST($1 AS regclass), $2, colocate_with => $3) \
    WHERE NOT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = CAST($1 AS regclass))";
/// The statement that sets the parameter `$1` of the database to `$2`, if this role may.
const SET: &str = "\
    SELECT format('ALTER DATABASE %I SET %I = %L', datname, $1, $2) FROM pg_database \
    WHERE datname = current_database() AND pg_has_role(datdba, 'USAGE')";

/// The reason why the tables cannot be distributed.
#[derive(Debug, Error)]
pub enum DistributionError {
    /// A database without the extension.
    #[error(
        "the database is not distributed by Citus: create the extension with CREATE EXTENSION citus on all nodes, and add \
         the workers with citus_add_node on the coordinator"
    )]
    NoCitus,
    /// Another node than the coordinator.
    #[error("this node of Citus is not the coordinator: use the address of the coordinator")]
    NoCoordinator,
    /// Row-level security: workers do not know the workspace of a connection.
    #[error("row-level security does not work on Citus: turn it off first")]
    Walled,
    /// An error while the schema is brought up to date or distributed.
    #[error(transparent)]
    Migration(#[from] MigrationError),
}

impl Postgres {
    /// Applies missing migrations, and distributes all tables over the workers of Citus by workspace. May be repeated.
    pub async fn distribute(&self) -> Result<(), DistributionError> {
        match self.is_coordinator().await.map_err(MigrationError::from)? {
            None => return Err(DistributionError::NoCitus),
            Some(false) => return Err(DistributionError::NoCoordinator),
            Some(true) => {}
        }
        let mut connection = self.options.connect().await.map_err(MigrationError::from)?;
        if ServerFacts::of(&mut connection).await.map_err(MigrationError::from)?.is_walled {
            return Err(DistributionError::Walled);
        }
        self.migrate().await?;
        distribute(&mut connection, self.limits.wait).await.map_err(MigrationError::from)?;
        Ok(connection.close().await.map_err(MigrationError::from)?)
    }

    /// Whether the server is the coordinator of Citus; `None` without Citus.
    pub(crate) async fn is_coordinator(&self) -> Result<Option<bool>, sqlx::Error> {
        let mut connection = self.options.connect().await?;
        let is_coordinator = if is_citus(&mut connection).await? {
            Some(sqlx::query_scalar(IS_COORDINATOR).fetch_one(&mut connection).await?)
        } else {
            None
        };
        connection.close().await?;
        Ok(is_coordinator)
    }
}

/// Whether the database has the extension.
pub(crate) async fn is_citus(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(IS_CITUS).fetch_one(connection).await
}

/// Whether the tables were distributed.
pub(crate) async fn is_distributed(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    Ok(is_citus(connection).await? && sqlx::query_scalar(IS_DISTRIBUTED).fetch_one(connection).await?)
}

/// Distributes the tables that are not distributed yet, all of a workspace to the same worker. The workers' sessions do not get
/// the settings of this program's connections, but those of the database.
pub(crate) async fn distribute(connection: &mut PgConnection, wait: Duration) -> Result<(), sqlx::Error> {
    let mut transaction = connection.begin().await?;
    transaction.execute(LOCK).await?;
    for table in TABLES {
        let (column, like) = if table == TABLES[0] { ("id", "none") } else { ("workspace_id", TABLES[0]) };
        sqlx::query(DISTRIBUTE).bind(table).bind(column).bind(like).execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    for (parameter, value) in
        [("lock_timeout", wait.as_millis().to_string()), ("max_parallel_workers_per_gather", "0".to_owned())]
    {
        let set = sqlx::query_scalar::<_, String>(SET).bind(parameter).bind(value);
        if let Some(set) = set.fetch_optional(&mut *connection).await? {
            connection.execute(AssertSqlSafe(set)).await?;
        }
    }
    Ok(())
}
