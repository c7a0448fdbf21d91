//! The ports of workspaces.

use async_trait::async_trait;
use domain::access::{AdminScope, OperatorScope};
use domain::change::Change;
use domain::operators::OperatorRecord;
use domain::workspaces::{Workspace, WorkspaceCreated, WorkspaceName};

use crate::RepositoryError;

/// The workspaces of the service. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait WorkspaceRepository: Send + Sync {
    /// Stores a new workspace with its default tenant, administrator and key, and the record of the operator's request.
    ///
    /// # Errors
    /// `Taken { rule: "idempotency_key" }` if there is a record with its key.
    async fn create(
        &self,
        scope: &OperatorScope,
        change: Change<WorkspaceCreated>,
        record: Option<OperatorRecord>,
    ) -> Result<Workspace, RepositoryError>;

    /// Stores a new workspace like `create`, but only if the database is new: of several concurrent calls, one succeeds.
    ///
    /// # Errors
    /// `Taken { rule: "first_workspace" }` if there is a workspace, or the trail of operators has an entry.
    async fn create_first(
        &self,
        scope: &OperatorScope,
        change: Change<WorkspaceCreated>,
    ) -> Result<Workspace, RepositoryError>;

    /// Whether a workspace has exactly this name.
    async fn is_named(&self, scope: &OperatorScope, name: &WorkspaceName) -> Result<bool, RepositoryError>;

    /// Returns the workspace of the scope.
    async fn get(&self, scope: &AdminScope) -> Result<Workspace, RepositoryError>;

    /// Stores the workspace's new fields.
    ///
    /// # Errors
    /// `Stale` if the workspace was changed since it was read, or is not the scope's.
    async fn update(&self, scope: &AdminScope, change: Change<Workspace>) -> Result<Workspace, RepositoryError>;
}
