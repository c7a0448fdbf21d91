//! The port of authentication.

use async_trait::async_trait;
use domain::access::Credential;
use domain::ids::{ApiKeyId, TenantId, WorkspaceId};

use crate::RepositoryError;

/// What is stored about keys. Needs no scope: it is where scopes begin.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The key with its user, the user's tenants and the tenant that the request names, as they are at this moment;
    /// `None` where the workspace has no such key.
    async fn find(
        &self,
        workspace_id: WorkspaceId,
        key: ApiKeyId,
        named: Option<TenantId>,
    ) -> Result<Option<Credential>, RepositoryError>;
}
