//! The ports of workspaces.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{AdminScope, OperatorScope};
use domain::change::Change;
use domain::ids::TenantId;
use domain::operators::OperatorRecord;
use domain::workspaces::{Workspace, WorkspaceCreated, WorkspaceName};
use uuid::Uuid;

use crate::RepositoryError;

/// The kind of a thing that needs the attention of a workspace's administrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// An inactive tenant that has active users.
    InactiveTenant,
    /// A webhook whose deliveries fail, or that was disabled because they did.
    FailingWebhook,
    /// An integration account that is not offered, although tenants import from it.
    SleepingImports,
    /// A pending reservation whose hold ends soon.
    LapsingHold,
}

/// A thing that needs attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Concerned {
    /// Its kind.
    pub concern: Concern,
    /// The tenant whose it is.
    pub tenant_id: TenantId,
    /// Its id.
    pub id: Uuid,
    /// Its name: that of the tenant or account, the address of the webhook, or the last name of a reservation's guest.
    pub name: String,
}

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

    /// Returns the first things of each kind that need attention, at most so many of a kind. Holds that end before the time
    /// end soon.
    async fn concerns(
        &self,
        scope: &AdminScope,
        hold_ends_before: DateTime<Utc>,
        most: u32,
    ) -> Result<Vec<Concerned>, RepositoryError>;

    /// Stores the workspace's new fields.
    ///
    /// # Errors
    /// `Stale` if the workspace was changed since it was read, or is not the scope's.
    async fn update(&self, scope: &AdminScope, change: Change<Workspace>) -> Result<Workspace, RepositoryError>;
}
