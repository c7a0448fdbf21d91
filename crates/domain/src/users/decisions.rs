//! Decisions about users.

use thiserror::Error;

use super::{ApiUser, ApiUserParts, Email, Role, UserName, UserStatus, Workplace};
use crate::access::{Caller, TenantScope};
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::events::EventData;
use crate::ids::{TenantId, UserId, WorkspaceId};
use crate::patch::Patch;
use crate::tenants::{Tenant, TenantName};

/// An attempt to create, change or delete a support user by a user who is not at home in the default tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Only users at home in the default tenant can make or change support users.")]
pub struct SupportRestrictedError;

/// The fields of a new user.
#[derive(Debug, Clone)]
pub struct NewApiUser {
    /// The user's id.
    pub id: UserId,
    /// The user's name.
    pub name: UserName,
    /// The user's e-mail address.
    pub email: Option<Email>,
    /// The user's role.
    pub role: Role,
    /// The status, which decides whether the user may call.
    pub status: UserStatus,
    /// The location at which the user works.
    pub workplace: Option<Workplace>,
}

/// The fields to change. `None` leaves a field unchanged.
#[derive(Debug, Clone, Default)]
pub struct UserEdit {
    /// The new name.
    pub name: Option<UserName>,
    /// The new address.
    pub email: Option<Email>,
    /// The new role.
    pub role: Option<Role>,
    /// The new status.
    pub status: Option<UserStatus>,
    /// The new workplace, or none.
    pub workplace: Patch<Workplace>,
}

impl ApiUser {
    /// Creates a user at home in the scope's tenant.
    ///
    /// # Errors
    /// If it is a support user and the caller may not create one.
    pub fn create(
        new: NewApiUser,
        scope: &TenantScope,
        by: &Caller,
        stamp: Stamp,
    ) -> Result<Change<Self>, SupportRestrictedError> {
        by.may_handle(new.role)?;
        let home = (scope.workspace_id(), scope.tenant_id(), scope.tenant_name().clone());
        let user = Self::new(new, home, &stamp);
        let audit = user.entry(stamp, "user.create", (Facts::new(), user.facts()));
        Ok(Change::new(user, audit))
    }

    /// Creates the first user of a new workspace; it is stored with the workspace.
    pub(crate) fn first_of_workspace(new: NewApiUser, home: &Tenant, stamp: &Stamp) -> Self {
        Self::new(new, (home.workspace_id(), home.id(), home.name().clone()), stamp)
    }

    fn new(
        new: NewApiUser,
        (workspace_id, home_tenant_id, home_tenant_name): (WorkspaceId, TenantId, TenantName),
        stamp: &Stamp,
    ) -> Self {
        let NewApiUser { id, name, email, role, status, workplace } = new;
        Self {
            parts: ApiUserParts {
                workspace_id,
                id,
                home_tenant_id,
                home_tenant_name,
                current_tenant_id: home_tenant_id,
                workplace,
                name,
                email,
                role,
                status,
                version: 1,
                created_at: stamp.at,
                updated_at: stamp.at,
            },
        }
    }

    /// Changes the fields that the edit names. Returns `None` if nothing changes.
    ///
    /// # Errors
    /// If the user is or becomes a support user and the caller may not change one.
    pub fn update(
        &self,
        edit: UserEdit,
        by: &Caller,
        stamp: Stamp,
    ) -> Result<Option<Change<Self>>, SupportRestrictedError> {
        let UserEdit { name, email, role, status, workplace } = edit;
        let mut after = self.clone();
        after.parts.name = name.unwrap_or(after.parts.name);
        after.parts.email = email.or(after.parts.email);
        after.parts.role = role.unwrap_or(after.parts.role);
        after.parts.status = status.unwrap_or(after.parts.status);
        after.parts.workplace = workplace.apply(after.parts.workplace);
        by.may_handle(self.role())?;
        by.may_handle(after.role())?;
        if after == *self {
            return Ok(None);
        }
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let audit = after.entry(stamp, "user.update", difference(self.facts(), after.facts()));
        Ok(Some(Change::new(after, audit)))
    }

    /// Deletes the user and all of the user's keys.
    ///
    /// # Errors
    /// If it is a support user and the caller may not delete one.
    pub fn delete(&self, by: &Caller, stamp: Stamp) -> Result<Change<Self>, SupportRestrictedError> {
        by.may_handle(self.role())?;
        let audit = self.entry(stamp, "user.delete", (self.facts(), Facts::new()));
        Ok(Change::new(self.clone(), audit))
    }

    fn facts(&self) -> Facts {
        let parts = &self.parts;
        vec![
            ("name", Fact::from(parts.name.as_str())),
            ("email", Fact::from(parts.email.as_ref().map(Email::as_str))),
            ("role", Fact::from(parts.role.as_str())),
            ("status", Fact::Integer(parts.status.as_i16().into())),
            ("location_id", Fact::from(parts.workplace.as_ref().map(|workplace| workplace.id))),
        ]
    }

    fn entry(&self, stamp: Stamp, action: &'static str, (before, after): (Facts, Facts)) -> AuditEntry {
        AuditEntry {
            id: stamp.id,
            workspace_id: self.workspace_id(),
            tenant_id: self.home_tenant_id(),
            tenant_name: self.home_tenant_name().to_string(),
            other_tenant_id: None,
            at: stamp.at,
            actor: stamp.actor,
            action,
            resource_kind: ResourceKind::User,
            resource_id: self.id().as_uuid(),
            resource_name: self.name().to_string(),
            before,
            after,
            event: Some(EventData::default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, stamp, standing};

    fn administrator() -> Caller {
        caller(standing(1, true), standing(2, false), Permission::Admin)
    }

    fn channel() -> Caller {
        caller(standing(2, false), standing(2, false), Permission::Admin)
    }

    fn channel_scope() -> TenantScope {
        channel().tenant_scope(Permission::Admin).expect("an active channel")
    }

    fn new(role: Role) -> NewApiUser {
        NewApiUser {
            id: UserId::new(Uuid::from_u128(50)),
            name: "Grace Hopper".parse().expect("a name"),
            email: Some("grace@example.com".parse().expect("an address")),
            role,
            status: UserStatus::Active,
            workplace: None,
        }
    }

    fn user(role: Role) -> ApiUser {
        ApiUser::create(new(role), &channel_scope(), &administrator(), stamp()).expect("allowed").after
    }

    #[test]
    fn support_users_are_for_those_at_home_in_the_default_tenant() {
        for role in Role::ALL {
            let touched = [
                ApiUser::create(new(role), &channel_scope(), &channel(), stamp()).is_ok(),
                user(role).update(UserEdit::default(), &channel(), stamp()).is_ok(),
                user(role).delete(&channel(), stamp()).is_ok(),
            ];
            assert_eq!(touched, [role != Role::Support; 3], "{role:?}");
        }
        let promoted = UserEdit { role: Some(Role::Support), ..UserEdit::default() };
        assert_eq!(user(Role::Venue).update(promoted.clone(), &channel(), stamp()), Err(SupportRestrictedError));
        assert!(user(Role::Venue).update(promoted, &administrator(), stamp()).is_ok());
    }

    #[test]
    fn an_update_tells_what_changed_and_nothing_else() {
        let edit = UserEdit {
            name: Some("Grace Hopper".parse().expect("a name")),
            status: Some(UserStatus::Banned),
            ..UserEdit::default()
        };
        let change = user(Role::Venue).update(edit, &channel(), stamp()).expect("allowed").expect("a change");
        assert_eq!((change.after.status(), change.after.version()), (UserStatus::Banned, 2));
        assert_eq!(change.audit.before, [("status", Fact::Integer(1))]);
        assert_eq!(change.audit.after, [("status", Fact::Integer(2))]);
        assert_eq!(change.after.update(UserEdit::default(), &channel(), stamp()), Ok(None));
    }
}
