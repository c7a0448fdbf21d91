//! The rows that statements reach on an engine with row-level security.

use domain::access::{AdminScope, TenantScope};
use domain::ids::WorkspaceId;
use uuid::Uuid;

/// The rows that a connection reaches, whatever its statements say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The rows of one workspace.
    Workspace(Uuid),
    /// The rows in which the service itself looks for work in all workspaces.
    Service,
}

impl Reach {
    /// The reach of a statement that names no workspace.
    pub const NOTHING: Self = Self::Workspace(Uuid::max());
}

impl From<WorkspaceId> for Reach {
    fn from(workspace: WorkspaceId) -> Self {
        Self::Workspace(workspace.as_uuid())
    }
}

impl From<&TenantScope> for Reach {
    fn from(scope: &TenantScope) -> Self {
        scope.workspace_id().into()
    }
}

impl From<&AdminScope> for Reach {
    fn from(scope: &AdminScope) -> Self {
        scope.workspace_id().into()
    }
}

/// The way in which a connection is given its reach.
#[derive(Debug, Clone, Copy)]
pub struct Enter {
    /// Returns the statement.
    pub statement: fn(Reach) -> String,
    /// Whether the reach ends with the transaction. Through a pooler, the next one may run on another connection of the server.
    pub is_local: bool,
}
