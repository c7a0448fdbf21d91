//! The port of authentication.

use async_trait::async_trait;
use domain::access::{Credential, TenantChoice};
use domain::ids::{ApiKeyId, WorkspaceId};

use crate::RepositoryError;

/// What is stored about keys. Needs no scope: it is where scopes begin.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The key with its user, the user's tenants and the tenant that the request names; `None` if the workspace does not have it.
    ///
    /// What admits nobody is told as it is at this moment, and so is where the user was moved to. The rest is as it is after all
    /// changes by this process, and after those that others have made a second ago.
    async fn find(
        &self,
        workspace_id: WorkspaceId,
        key: ApiKeyId,
        choice: TenantChoice,
    ) -> Result<Option<Credential>, RepositoryError>;
}
