//! Authenticated callers, and the operations they may do.

use super::{
    AccessError, AdminScope, AuditScope, EventScope, OwnScope, Permission, TenantScope, TenantStanding, UserStanding,
};
use crate::api_keys::ApiKey;
use crate::audit::{Actor, Stamp};
use crate::ids::{ApiKeyId, AuditId, TenantId, UserId, WorkspaceId};
use crate::tenants::{TenantName, TenantStatus};
use crate::users::{Role, SupportRestrictedError};
use chrono::{DateTime, Utc};

/// An authenticated API user, in the tenant of the request.
#[derive(Debug, Clone)]
pub struct Caller {
    workspace_id: WorkspaceId,
    user: UserStanding,
    actor: Actor,
    permission: Permission,
    api_key_id: ApiKeyId,
    key_expires_at: DateTime<Utc>,
    tenants: Tenants,
}

/// The tenants that matter to a request.
#[derive(Debug, Clone)]
pub(super) struct Tenants {
    pub(super) home: TenantStanding,
    /// The tenant to which the user was moved.
    pub(super) current: TenantId,
    pub(super) context: Context,
}

/// The source of the request's tenant.
#[derive(Debug, Clone)]
pub(super) enum Context {
    /// The tenant that the request names.
    Named(TenantStanding),
    /// The user's home tenant, because the request names none.
    Home,
    /// The user's current tenant, because the request names none.
    Current(TenantStanding),
}

impl Tenants {
    /// The tenant in which the request is served.
    const fn tenant(&self) -> &TenantStanding {
        match &self.context {
            Context::Named(tenant) | Context::Current(tenant) => tenant,
            Context::Home => &self.home,
        }
    }

    /// The tenant with whose authority it is served: the named tenant, or else the home tenant.
    const fn authority(&self) -> &TenantStanding {
        match &self.context {
            Context::Named(tenant) => tenant,
            Context::Home | Context::Current(_) => &self.home,
        }
    }
}

impl Caller {
    pub(super) fn admitted(workspace_id: WorkspaceId, api_key: &ApiKey, user: UserStanding, tenants: Tenants) -> Self {
        let actor = Actor::ApiUser { id: user.id, name: user.name.to_string(), api_key: api_key.id() };
        let permission = api_key.permission().min(user.role.most());
        let (api_key_id, key_expires_at) = (api_key.id(), api_key.expires_at());
        Self { workspace_id, user, actor, permission, api_key_id, key_expires_at, tenants }
    }

    /// Returns a scope to work in the tenant of the request.
    ///
    /// # Errors
    /// `TenantInactive`, `PermissionDenied`.
    pub fn tenant_scope(&self, permission: Permission) -> Result<TenantScope, AccessError> {
        if self.tenants.tenant().status == TenantStatus::Inactive {
            return Err(AccessError::TenantInactive);
        }
        self.scope_in(self.tenants.tenant(), permission)
    }

    /// Returns a scope to administer the workspace. Ignores the status of the user's current tenant.
    ///
    /// # Errors
    /// `PermissionDenied`, `DefaultTenantRequired`.
    pub fn admin_scope(&self, permission: Permission) -> Result<AdminScope, AccessError> {
        let scope = self.scope_in(self.tenants.authority(), permission)?;
        if self.tenants.authority().is_default {
            Ok(AdminScope::new(scope))
        } else {
            Err(AccessError::DefaultTenantRequired)
        }
    }

    /// Returns a scope to read one tenant: the default tenant may read every tenant, any other only itself.
    ///
    /// # Errors
    /// `TenantInactive`, `PermissionDenied`, `TenantNotFound`.
    pub fn view_scope(&self, id: TenantId) -> Result<TenantScope, AccessError> {
        if self.tenants.authority().is_default {
            return self.scope_in(self.tenants.authority(), Permission::Read);
        }
        let scope = self.tenant_scope(Permission::Read)?;
        if scope.tenant_id() == id { Ok(scope) } else { Err(AccessError::TenantNotFound) }
    }

    /// Returns a scope to read the audit trail: the default tenant may read that of the workspace, any other only its
    /// own.
    ///
    /// # Errors
    /// `TenantInactive`, `PermissionDenied`.
    pub fn audit_scope(&self) -> Result<AuditScope, AccessError> {
        if self.tenants.authority().is_default {
            return self.admin_scope(Permission::Admin).map(|scope| AuditScope::of_workspace(&scope));
        }
        self.tenant_scope(Permission::Admin).map(|scope| AuditScope::of_tenant(&scope))
    }

    /// Returns a scope to read the feed of the tenant of the request or, under the default tenant's authority, the log of
    /// the whole workspace.
    ///
    /// # Errors
    /// `TenantInactive`, `PermissionDenied`, `DefaultTenantRequired`.
    pub fn event_scope(&self, whole_workspace: bool) -> Result<EventScope, AccessError> {
        if whole_workspace {
            return self.admin_scope(Permission::Read).map(|scope| EventScope::of_workspace(&scope));
        }
        self.tenant_scope(Permission::Read).map(|scope| EventScope::of_tenant(&scope))
    }

    /// Returns the feed of the home tenant, whose events say that the key is revoked or its user changed: to wait for them, in
    /// whichever tenant the request is served.
    pub const fn home_event_scope(&self) -> EventScope {
        EventScope::of_home(self.workspace_id, self.tenants.home.id)
    }

    /// Returns a scope to switch to the target tenant. Ignores the status of the tenant that the user leaves.
    ///
    /// # Errors
    /// `PermissionDenied`; `TenantNotFound` if the caller may not enter the target.
    pub fn switch_scope(&self, target: TenantId) -> Result<TenantScope, AccessError> {
        let scope = self.scope_in(self.tenants.tenant(), Permission::Write)?;
        if self.may_enter(target) { Ok(scope) } else { Err(AccessError::TenantNotFound) }
    }

    /// Returns a scope to read the caller's own user. Ignores the status of all tenants.
    pub const fn own_scope(&self) -> OwnScope {
        OwnScope::new(self.workspace_id, self.user.id)
    }

    /// Checks that the caller may create, change or delete users of this role, and their keys: a key can do as much as
    /// its user.
    ///
    /// # Errors
    /// If the role is support and the caller is not at home in the default tenant.
    pub fn may_handle(&self, role: Role) -> Result<(), SupportRestrictedError> {
        if role == Role::Support && !self.tenants.home.is_default { Err(SupportRestrictedError) } else { Ok(()) }
    }

    /// The permission of the caller's key, capped by the user's role.
    pub const fn permission(&self) -> Permission {
        self.permission
    }

    /// The caller's key.
    pub const fn api_key_id(&self) -> ApiKeyId {
        self.api_key_id
    }

    /// The time from which the caller's key is refused.
    pub const fn key_expires_at(&self) -> DateTime<Utc> {
        self.key_expires_at
    }

    /// Whether the caller may work in the tenant, if the workspace has it.
    pub fn may_enter(&self, tenant: TenantId) -> bool {
        self.tenants.home.is_default || tenant == self.tenants.home.id
    }

    /// Creates the stamp of a decision about the caller's own key.
    pub fn stamp(&self, id: AuditId, at: DateTime<Utc>) -> Stamp {
        Stamp { id, actor: self.actor.clone(), at }
    }

    /// The tenant of the request, as it was when the caller was admitted.
    pub const fn tenant(&self) -> &TenantStanding {
        self.tenants.tenant()
    }

    /// Whether the caller is at home in the default tenant.
    pub const fn is_at_home_in_default(&self) -> bool {
        self.tenants.home.is_default
    }

    /// The tenant of the request.
    pub const fn tenant_id(&self) -> TenantId {
        self.tenants.tenant().id
    }

    /// The tenant with whose authority administrative operations run.
    pub const fn authority_id(&self) -> TenantId {
        self.tenants.authority().id
    }

    /// The tenant to which *create tenant* and *switch* have moved the user.
    pub const fn current_tenant_id(&self) -> TenantId {
        self.tenants.current
    }

    /// The user's home tenant.
    pub const fn home_tenant_id(&self) -> TenantId {
        self.tenants.home.id
    }

    /// The home tenant's name.
    pub const fn home_tenant_name(&self) -> &TenantName {
        &self.tenants.home.name
    }

    /// The user's id.
    pub const fn user_id(&self) -> UserId {
        self.user.id
    }

    /// The user's name.
    pub fn user_name(&self) -> &str {
        self.user.name.as_str()
    }

    fn scope_in(&self, tenant: &TenantStanding, permission: Permission) -> Result<TenantScope, AccessError> {
        if self.permission < permission {
            return Err(AccessError::PermissionDenied);
        }
        Ok(TenantScope::new(self.workspace_id, tenant.id, tenant.name.clone(), self.actor.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::fixture::{caller, standing};

    const INACTIVE: TenantStatus = TenantStatus::Inactive;

    #[test]
    fn an_inactive_tenant_is_not_worked_in_but_can_be_administered_and_left() {
        let default = standing(1, true);
        let inactive = TenantStanding { status: INACTIVE, ..standing(2, false) };
        let administrator = caller(default.clone(), inactive.clone(), Permission::Admin);

        let refused = administrator.tenant_scope(Permission::Read).err();
        assert_eq!(refused, Some(AccessError::TenantInactive));
        let scope = administrator.admin_scope(Permission::Admin).expect("an administrator");
        assert_eq!(scope.tenant_scope().tenant_id(), default.id);
        assert!(administrator.view_scope(inactive.id).is_ok());
        assert!(administrator.audit_scope().is_ok());
        assert!(administrator.switch_scope(default.id).is_ok());
    }

    #[test]
    fn permission_is_looked_at_before_authority() {
        let channel = || standing(2, false);
        let refusal = |permission| caller(channel(), channel(), permission).admin_scope(Permission::Admin).err();
        assert_eq!(refusal(Permission::Write), Some(AccessError::PermissionDenied));
        assert_eq!(refusal(Permission::Admin), Some(AccessError::DefaultTenantRequired));
    }

    #[test]
    fn a_permission_includes_the_ones_before_it() {
        let home = || standing(2, false);
        let permissions = [Permission::Read, Permission::Write, Permission::Admin];
        for (held, rank) in permissions.into_iter().zip(0..) {
            for (requested, needed) in permissions.into_iter().zip(0..) {
                assert_eq!(
                    caller(home(), home(), held).tenant_scope(requested).is_ok(),
                    rank >= needed,
                    "{held:?} {requested:?}"
                );
            }
        }
    }

    #[test]
    fn a_channel_sees_and_enters_only_itself() {
        let channel = caller(standing(2, false), standing(2, false), Permission::Admin);
        for (id, allowed) in [(1, false), (2, true), (3, false)] {
            let id = standing(id, false).id;
            assert_eq!(channel.view_scope(id).is_ok(), allowed);
            assert_eq!(channel.switch_scope(id).is_ok(), allowed);
        }
    }

    #[test]
    fn the_trail_of_a_workspace_is_the_default_tenants_to_read() {
        let [default, channel] = [(1, true), (2, false)].map(|(id, is_default)| move || standing(id, is_default));
        let inactive = || TenantStanding { status: INACTIVE, ..channel() };
        // Home, current, permission -> the only tenant whose entries are visible.
        for (home, current, permission, expected) in [
            (default(), default(), Permission::Admin, Ok(None)),
            (default(), channel(), Permission::Admin, Ok(None)),
            (channel(), channel(), Permission::Admin, Ok(Some(channel().id))),
            (default(), default(), Permission::Write, Err(AccessError::PermissionDenied)),
            (channel(), channel(), Permission::Write, Err(AccessError::PermissionDenied)),
            (inactive(), inactive(), Permission::Read, Err(AccessError::TenantInactive)),
        ] {
            let scope = caller(home, current, permission).audit_scope();
            assert_eq!(scope.map(|scope| scope.tenant_id()), expected, "{permission:?}");
        }
    }

    #[test]
    fn a_feed_is_its_tenants_and_the_log_of_a_workspace_the_default_tenants_to_read() {
        let [default, channel] = [(1, true), (2, false)].map(|(id, is_default)| move || standing(id, is_default));
        let inactive = || TenantStanding { status: INACTIVE, ..channel() };
        // Home, current, whether the log is requested -> the only tenant whose events are visible.
        for (home, current, whole_workspace, expected) in [
            (default(), channel(), true, Ok(None)),
            (default(), channel(), false, Ok(Some(channel().id))),
            (channel(), channel(), true, Err(AccessError::DefaultTenantRequired)),
            (channel(), channel(), false, Ok(Some(channel().id))),
            (inactive(), inactive(), false, Err(AccessError::TenantInactive)),
        ] {
            let id = home.id;
            let caller = caller(home, current, Permission::Read);
            let scope = caller.event_scope(whole_workspace);
            assert_eq!(scope.map(|scope| scope.tenant_id()), expected, "{id} {whole_workspace}");
            assert_eq!(caller.home_event_scope().tenant_id(), Some(id));
        }
    }

    #[test]
    fn a_user_is_at_home_in_one_tenant_whichever_is_worked_in() {
        let [default, channel] = [(1, true), (2, false)].map(|(id, is_default)| move || standing(id, is_default));
        assert!(caller(default(), channel(), Permission::Read).is_at_home_in_default());
        assert!(!caller(channel(), channel(), Permission::Read).is_at_home_in_default());
    }
}
