//! The port of `/readyz`.

use async_trait::async_trait;

use crate::RepositoryError;

/// The readiness of the service.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Readiness: Send + Sync {
    /// Checks that the database answers, has this program's schema and can be written.
    ///
    /// # Errors
    /// `Unavailable` if the database does not answer or is read-only, `Internal` if it has another schema.
    async fn check(&self) -> Result<(), RepositoryError>;
}
