//! The port of `/readyz`.

use async_trait::async_trait;

use crate::RepositoryError;

/// Whether what the service stands on is there.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Asks the database for its schema.
    ///
    /// # Errors
    /// `Unavailable` if the database does not answer, `Internal` if its schema is not this program's.
    async fn check(&self) -> Result<(), RepositoryError>;
}
