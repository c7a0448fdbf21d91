//! The port of authentication.

use async_trait::async_trait;
use domain::access::{Credential, TenantChoice};
use domain::ids::{ApiKeyId, WorkspaceId};

use crate::RepositoryError;

/// Stored credentials. Needs no scope, because scopes are created from them.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Credentials: Send + Sync {
    /// Returns the key with its user, the user's tenants and the tenant that the request names; `None` if the workspace
    /// does not have the key.
    ///
    /// A credential that is not admitted, and the user's current tenant, are always up to date. Everything else
    /// reflects all changes by this process, and changes by other processes after at most one second.
    async fn get(
        &self,
        workspace_id: WorkspaceId,
        key: ApiKeyId,
        choice: TenantChoice,
    ) -> Result<Option<Credential>, RepositoryError>;
}
