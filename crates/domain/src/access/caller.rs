//! A caller who was let in, and what the caller may do.

use super::{AccessError, AdminScope, Permission, TenantScope, TenantStanding};
use crate::api_keys::ApiKey;
use crate::audit::Actor;
use crate::ids::{TenantId, UserId, WorkspaceId};
use crate::tenants::TenantStatus;
use crate::users::ApiUser;

/// An API user whose key was good, in the tenant of the request.
#[derive(Debug, Clone)]
pub struct Caller {
    workspace_id: WorkspaceId,
    user: ApiUser,
    actor: Actor,
    permission: Permission,
    home: TenantStanding,
    /// In which the request is served.
    tenant: TenantStanding,
    /// With whose authority: the named tenant's, or the home tenant's where none is named.
    authority: TenantStanding,
}

impl Caller {
    pub(super) fn admitted(
        workspace_id: WorkspaceId,
        api_key: &ApiKey,
        user: ApiUser,
        home: TenantStanding,
        tenant: TenantStanding,
        authority: TenantStanding,
    ) -> Self {
        let actor = Actor::ApiUser { id: user.id(), name: user.name().to_string(), api_key: api_key.id() };
        Self { workspace_id, user, actor, permission: api_key.permission(), home, tenant, authority }
    }

    /// To work in the tenant of the request.
    ///
    /// # Errors
    /// `TenantInactive`, `PermissionDenied`.
    pub fn tenant_scope(&self, permission: Permission) -> Result<TenantScope, AccessError> {
        if self.tenant.status == TenantStatus::Inactive {
            return Err(AccessError::TenantInactive);
        }
        self.scope_in(&self.tenant, permission)
    }

    /// To administer the workspace. Does not look at the status of the user's current tenant.
    ///
    /// # Errors
    /// `PermissionDenied`, `DefaultTenantRequired`.
    pub fn admin_scope(&self, permission: Permission) -> Result<AdminScope, AccessError> {
        let scope = self.scope_in(&self.authority, permission)?;
        if self.authority.is_default { Ok(AdminScope::new(scope)) } else { Err(AccessError::DefaultTenantRequired) }
    }

    /// To look at one tenant: the default tenant sees every tenant, any other only itself.
    ///
    /// # Errors
    /// `TenantInactive`, `PermissionDenied`, `TenantNotFound`.
    pub fn view_scope(&self, id: TenantId) -> Result<TenantScope, AccessError> {
        if self.authority.is_default {
            return self.scope_in(&self.authority, Permission::Read);
        }
        let scope = self.tenant_scope(Permission::Read)?;
        if scope.tenant_id() == id { Ok(scope) } else { Err(AccessError::TenantNotFound) }
    }

    /// To go to work in the target. Does not look at the status of the tenant that is left.
    ///
    /// # Errors
    /// `PermissionDenied`; `TenantNotFound` where the caller may not enter the target.
    pub fn switch_scope(&self, target: TenantId) -> Result<TenantScope, AccessError> {
        let scope = self.scope_in(&self.tenant, Permission::Write)?;
        if self.may_enter(target) { Ok(scope) } else { Err(AccessError::TenantNotFound) }
    }

    /// Whether the caller may work in the tenant, if the workspace has it.
    pub fn may_enter(&self, tenant: TenantId) -> bool {
        self.home.is_default || tenant == self.home.id
    }

    /// The tenant of the request.
    pub const fn tenant_id(&self) -> TenantId {
        self.tenant.id
    }

    /// The tenant with whose authority administrative operations run.
    pub const fn authority_id(&self) -> TenantId {
        self.authority.id
    }

    /// Where *create tenant* and *switch* have moved the user.
    pub const fn current_tenant_id(&self) -> TenantId {
        self.user.current_tenant_id()
    }

    /// Who calls.
    pub const fn user_id(&self) -> UserId {
        self.user.id()
    }

    /// The name of who calls.
    pub fn user_name(&self) -> &str {
        self.user.name().as_str()
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
        let administrator = caller(&default, &inactive, Permission::Admin);

        let refused = administrator.tenant_scope(Permission::Read).err();
        assert_eq!(refused, Some(AccessError::TenantInactive));
        let scope = administrator.admin_scope(Permission::Admin).expect("an administrator");
        assert_eq!(scope.tenant_scope().tenant_id(), default.id);
        assert_eq!(scope.tenant_name(), &default.name);
        assert!(administrator.view_scope(inactive.id).is_ok());
        assert!(administrator.switch_scope(default.id).is_ok());
    }

    #[test]
    fn permission_is_looked_at_before_authority() {
        let channel = standing(2, false);
        let refusal = |permission| caller(&channel, &channel, permission).admin_scope(Permission::Admin).err();
        assert_eq!(refusal(Permission::Write), Some(AccessError::PermissionDenied));
        assert_eq!(refusal(Permission::Admin), Some(AccessError::DefaultTenantRequired));
    }

    #[test]
    fn a_permission_includes_the_ones_before_it() {
        let home = standing(2, false);
        let permissions = [Permission::Read, Permission::Write, Permission::Admin];
        for (held, rank) in permissions.into_iter().zip(0..) {
            for (asked, needed) in permissions.into_iter().zip(0..) {
                assert_eq!(
                    caller(&home, &home, held).tenant_scope(asked).is_ok(),
                    rank >= needed,
                    "{held:?} {asked:?}"
                );
            }
        }
    }

    #[test]
    fn a_channel_sees_and_enters_only_itself() {
        let channel = caller(&standing(2, false), &standing(2, false), Permission::Admin);
        for (id, allowed) in [(1, false), (2, true), (3, false)] {
            let id = standing(id, false).id;
            assert_eq!(channel.view_scope(id).is_ok(), allowed);
            assert_eq!(channel.switch_scope(id).is_ok(), allowed);
        }
    }
}
