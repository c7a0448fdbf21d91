//! Errors of the engines, and the checks by which a guarded write finds that the data has changed.

use domain::access::TenantScope;
use domain::ids::{TenantId, WorkspaceId};
use ports::RepositoryError;
use sea_orm::{DbErr, RuntimeErr};

use crate::engine::dialect::{Dialect, Violation};

/// Returns the error of sqlx, if it is the cause.
fn cause(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

pub(super) fn violation(dialect: &dyn Dialect, error: &DbErr) -> Option<Violation> {
    cause(error)?.as_database_error().and_then(|error| dialect.violation(error))
}

pub(super) fn repository_error(dialect: &dyn Dialect, error: DbErr) -> RepositoryError {
    let away = match cause(&error) {
        Some(sqlx::Error::Database(database)) => match dialect.violation(&**database) {
            Some(Violation::Taken(rule)) => return RepositoryError::Taken { rule },
            Some(Violation::Reference | Violation::Conflict) => return RepositoryError::Stale,
            Some(Violation::Locked) => true,
            None => dialect.is_unavailable(&**database),
        },
        Some(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed,
        ) => true,
        Some(_) | None => false,
    };
    if away { RepositoryError::Unavailable(error.into()) } else { RepositoryError::Internal(error.into()) }
}

/// Checks that a row to write belongs to the scope's workspace. Rows elsewhere do not exist for the scope.
pub(crate) fn inside(scope: WorkspaceId, row: WorkspaceId) -> Result<(), RepositoryError> {
    if scope == row { Ok(()) } else { Err(RepositoryError::Stale) }
}

/// Checks that a row to write belongs to the scope's tenant.
pub(crate) fn inside_tenant(
    scope: &TenantScope,
    workspace_id: WorkspaceId,
    tenant_id: TenantId,
) -> Result<(), RepositoryError> {
    inside(scope.workspace_id(), workspace_id)?;
    if scope.tenant_id() == tenant_id { Ok(()) } else { Err(RepositoryError::Stale) }
}

/// Checks that a guarded write has written one row. If not, the data changed since it was read.
pub(super) const fn guarded(rows: u64) -> Result<(), RepositoryError> {
    if rows == 1 { Ok(()) } else { Err(RepositoryError::Stale) }
}

/// Checks that a guarded write has written the expected number of rows.
pub(crate) fn guarded_all(rows: u64, expected: usize) -> Result<(), RepositoryError> {
    if usize::try_from(rows) == Ok(expected) { Ok(()) } else { Err(RepositoryError::Stale) }
}
