//! The errors of a copy.

use domain::ids::{TenantId, WorkspaceId};
use ports::RepositoryError;
use thiserror::Error;

/// The reason why nothing was copied.
#[derive(Debug, Error)]
pub enum CopyError {
    /// An unknown workspace.
    #[error("there is no workspace {0}")]
    NoWorkspace(WorkspaceId),
    /// A workspace of which a part is gone.
    #[error("the workspace {0} is being erased")]
    Erasing(WorkspaceId),
    /// A tenant that the workspace does not have.
    #[error("the workspace has no tenant {0}")]
    NoTenant(TenantId),
    /// A source that should have one workspace.
    #[error("it has no workspace")]
    Empty,
    /// A source that should have one workspace.
    #[error("it has more than one workspace: export the one to import with `tenantry tenant export`")]
    NotOne,
    /// A workspace that the target has.
    #[error("the database already has the workspace {0}")]
    Exists(WorkspaceId),
    /// Rows that the target has, although it does not have their workspace.
    #[error("the database already has rows of the workspace in {0}")]
    Left(&'static str),
    /// A database with the schema of another version of this program.
    #[error("the schema of {place} is at version {found}, and this program copies version {needed}")]
    Schema {
        /// The source or the target.
        place: &'static str,
        /// Its version.
        found: i64,
        /// The version of this program.
        needed: i64,
    },
    /// A column of a type that is not copied.
    #[error("the column {table}.{column} has a type that is not copied")]
    Type {
        /// The table.
        table: &'static str,
        /// Its column.
        column: String,
    },
    /// An error of one of the databases.
    #[error("{what}")]
    Database {
        /// The work that failed.
        what: String,
        /// Its cause.
        #[source]
        source: RepositoryError,
    },
}

/// Maps an error of a database in the course of some work.
pub(super) fn failed(what: impl Into<String>) -> impl FnOnce(RepositoryError) -> CopyError {
    |source| CopyError::Database { what: what.into(), source }
}
