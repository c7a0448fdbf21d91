//! Switches of users between tenants.

use thiserror::Error;

use super::{Tenant, TenantStatus};
use crate::access::Caller;
use crate::audit::{AuditEntry, Fact, ResourceKind, Stamp};
use crate::change::Change;
use crate::events::EventData;
use crate::ids::{TenantId, UserId};

/// An inactive tenant as the target of a switch or of a moved integration account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The target tenant is inactive.")]
pub struct TargetInactiveError;

/// An API user who switches to another tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSwitched {
    /// The user.
    pub user: UserId,
    /// The tenant to switch to.
    pub target: TenantId,
}

/// Moves the caller's current tenant. Returns `None` if it is the target already.
///
/// Does not check whether the caller may enter the target: see [`Caller::may_enter`].
///
/// # Errors
/// If the target is inactive.
pub fn switch(
    caller: &Caller,
    target: &Tenant,
    stamp: Stamp,
) -> Result<Option<Change<TenantSwitched>>, TargetInactiveError> {
    if target.status() == TenantStatus::Inactive {
        return Err(TargetInactiveError);
    }
    let from = caller.current_tenant_id();
    if from == target.id() {
        return Ok(None);
    }
    let audit = AuditEntry {
        id: stamp.id,
        workspace_id: target.workspace_id(),
        // The user belongs to the home tenant: the trail of the target must not reveal the users of other tenants.
        tenant_id: caller.home_tenant_id(),
        tenant_name: caller.home_tenant_name().to_string(),
        other_tenant_id: None,
        at: stamp.at,
        actor: stamp.actor,
        action: "user.switch",
        resource_kind: ResourceKind::User,
        resource_id: caller.user_id().as_uuid(),
        resource_name: caller.user_name().to_owned(),
        before: vec![("current_tenant_id", Fact::Text(from.to_string()))],
        after: vec![("current_tenant_id", Fact::Text(target.id().to_string()))],
        event: Some(EventData::default()),
    };
    Ok(Some(Change::new(TenantSwitched { user: caller.user_id(), target: target.id() }, audit)))
}

#[cfg(test)]
mod tests {
    use super::super::TenantParts;
    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, stamp, standing, tenant};

    #[test]
    fn a_user_switches_to_an_active_tenant_once() {
        let channel = Tenant::from_parts(tenant(2));
        let default = Tenant::from_parts(TenantParts { is_default: true, ..tenant(1) });
        let caller = caller(standing(1, true), standing(1, true), Permission::Write);
        let change = switch(&caller, &channel, stamp()).expect("active").expect("a change");
        assert_eq!(change.after, TenantSwitched { user: caller.user_id(), target: channel.id() });
        assert_eq!(change.audit.tenant_id, caller.home_tenant_id());
        assert_eq!(change.audit.resource_name, "Ada Lovelace");

        assert_eq!(switch(&caller, &default, stamp()), Ok(None), "already there");
        let inactive = Tenant::from_parts(TenantParts { status: TenantStatus::Inactive, ..tenant(2) });
        assert_eq!(switch(&caller, &inactive, stamp()), Err(TargetInactiveError));
    }
}
