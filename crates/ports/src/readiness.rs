//! The port of `/readyz`.

use async_trait::async_trait;

use crate::RepositoryError;

/// The readiness of the service.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Checks that the database answers and has this program's schema.
    ///
    /// # Errors
    /// `Unavailable` if the database does not answer, `Internal` if it has another schema.
    async fn check(&self) -> Result<(), RepositoryError>;
}
