//! The ports of API keys.

use async_trait::async_trait;
use domain::access::OperatorScope;
use domain::api_keys::ApiKey;
use domain::change::Change;

use crate::RepositoryError;

/// The API keys of all workspaces. Each method is one atomic step: it happens whole or not at all.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ApiKeyRepository: Send + Sync {
    /// Stores a new key.
    ///
    /// # Errors
    /// `Stale` where the user is gone.
    async fn create(&self, scope: &OperatorScope, change: Change<ApiKey>) -> Result<ApiKey, RepositoryError>;
}
