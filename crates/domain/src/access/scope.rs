//! Scopes: proofs of authorisation, required by every repository.

use chrono::{DateTime, Utc};

use super::TenantStanding;
use crate::audit::{Actor, Stamp};
use crate::ids::{AuditId, TenantId, UserId, WorkspaceId};
use crate::operators::Operator;
use crate::tenants::TenantName;

/// Permission to work in one tenant. Created only by a [`Caller`](super::Caller) or an [`OperatorScope`].
#[derive(Debug, Clone)]
pub struct TenantScope {
    workspace_id: WorkspaceId,
    tenant_id: TenantId,
    tenant_name: TenantName,
    actor: Actor,
}

impl TenantScope {
    pub(super) const fn new(
        workspace_id: WorkspaceId,
        tenant_id: TenantId,
        tenant_name: TenantName,
        actor: Actor,
    ) -> Self {
        Self { workspace_id, tenant_id, tenant_name, actor }
    }

    /// The workspace, which is part of every query.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// The tenant.
    pub const fn tenant_id(&self) -> TenantId {
        self.tenant_id
    }

    /// The tenant's name when the caller was admitted: the audit trail stores names with ids.
    pub const fn tenant_name(&self) -> &TenantName {
        &self.tenant_name
    }

    /// Creates the stamp of a decision.
    pub fn stamp(&self, id: AuditId, at: DateTime<Utc>) -> Stamp {
        Stamp { id, actor: self.actor.clone(), at }
    }
}

/// Permission to administer a workspace: that of its default tenant. Created only by a [`Caller`](super::Caller).
#[derive(Debug, Clone)]
pub struct AdminScope {
    default_tenant: TenantScope,
}

impl AdminScope {
    pub(super) const fn new(default_tenant: TenantScope) -> Self {
        Self { default_tenant }
    }

    /// Permission to work in the default tenant itself.
    pub const fn tenant_scope(&self) -> &TenantScope {
        &self.default_tenant
    }

    /// The default tenant.
    pub const fn tenant_id(&self) -> TenantId {
        self.default_tenant.tenant_id()
    }

    /// The default tenant's name when the caller was admitted, for the audit trail.
    pub const fn tenant_name(&self) -> &TenantName {
        self.default_tenant.tenant_name()
    }

    /// The workspace, which is part of every query.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.default_tenant.workspace_id()
    }

    /// Creates the stamp of a decision.
    pub fn stamp(&self, id: AuditId, at: DateTime<Utc>) -> Stamp {
        self.default_tenant.stamp(id, at)
    }
}

/// Permission to read the audit trail of a workspace, or of one tenant in it. Created only by a
/// [`Caller`](super::Caller).
#[derive(Debug, Clone)]
pub struct AuditScope {
    workspace_id: WorkspaceId,
    tenant_id: Option<TenantId>,
}

impl AuditScope {
    pub(super) const fn of_workspace(scope: &AdminScope) -> Self {
        Self { workspace_id: scope.workspace_id(), tenant_id: None }
    }

    pub(super) const fn of_tenant(scope: &TenantScope) -> Self {
        Self { workspace_id: scope.workspace_id(), tenant_id: Some(scope.tenant_id()) }
    }

    /// The workspace, which is part of every query.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// The only tenant whose entries are visible; `None` if all entries of the workspace are.
    pub const fn tenant_id(&self) -> Option<TenantId> {
        self.tenant_id
    }
}

/// Permission to read the event log of a workspace, or the feed of one tenant in it. Created only by a
/// [`Caller`](super::Caller) or an [`OperatorScope`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EventScope {
    workspace_id: WorkspaceId,
    tenant_id: Option<TenantId>,
}

impl EventScope {
    pub(super) const fn of_home(workspace_id: WorkspaceId, home: TenantId) -> Self {
        Self { workspace_id, tenant_id: Some(home) }
    }

    pub(super) const fn of_workspace(scope: &AdminScope) -> Self {
        Self { workspace_id: scope.workspace_id(), tenant_id: None }
    }

    pub(super) const fn of_tenant(scope: &TenantScope) -> Self {
        Self { workspace_id: scope.workspace_id(), tenant_id: Some(scope.tenant_id()) }
    }

    /// The workspace, which is part of every query.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// The tenant whose feed is read; `None` for the log of the workspace.
    pub const fn tenant_id(&self) -> Option<TenantId> {
        self.tenant_id
    }
}

/// Permission to read the caller's own user. Created only by a [`Caller`](super::Caller).
#[derive(Debug, Clone, Copy)]
pub struct OwnScope {
    workspace_id: WorkspaceId,
    user_id: UserId,
}

impl OwnScope {
    pub(super) const fn new(workspace_id: WorkspaceId, user_id: UserId) -> Self {
        Self { workspace_id, user_id }
    }

    /// The workspace, which is part of every query.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// The user.
    pub const fn user_id(&self) -> UserId {
        self.user_id
    }
}

/// Permission to run the service, across workspaces: for the command line, start-up, sweeps and the bearers of operators'
/// keys, never for a tenant's request.
#[derive(Debug, Clone)]
pub struct OperatorScope {
    operator: Operator,
}

impl OperatorScope {
    /// Creates the scope of the command line and of the service itself; only the binary does.
    #[expect(clippy::new_without_default, reason = "the operator's permission is never a default")]
    pub const fn new() -> Self {
        Self { operator: Operator::CommandLine }
    }

    /// Creates the scope of an admitted operator.
    pub(crate) const fn of(operator: Operator) -> Self {
        Self { operator }
    }

    /// The operator, for the trail.
    pub const fn operator(&self) -> &Operator {
        &self.operator
    }

    /// Returns a scope to work in a tenant, even an inactive one: the trail names the operator as the author.
    pub fn tenant_scope(&self, workspace_id: WorkspaceId, tenant: TenantStanding) -> TenantScope {
        TenantScope::new(workspace_id, tenant.id, tenant.name, Actor::Operator)
    }

    /// Returns a scope to read the feed of a tenant, or the log of the workspace if there is none.
    pub const fn event_scope(&self, workspace_id: WorkspaceId, tenant_id: Option<TenantId>) -> EventScope {
        EventScope { workspace_id, tenant_id }
    }

    /// Creates the stamp of a decision.
    pub const fn stamp(&self, id: AuditId, at: DateTime<Utc>) -> Stamp {
        Stamp { id, actor: Actor::Operator, at }
    }
}
