//! Decisions about tenants.

use thiserror::Error;

use super::{
    Address, City, Description, DomainName, PostCode, Tenant, TenantDetails, TenantName, TenantParts, TenantStatus,
};
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::countries::Country;
use crate::events::{EventData, Stirred};
use crate::ids::{LocationId, TenantId, UserId, WorkspaceId};
use crate::locations::Location;
use crate::patch::Patch;
use crate::users::UserStatus;

/// An attempt to delete, deactivate or demote the default tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The default tenant cannot be deleted or deactivated, nor all its users.")]
pub struct DefaultTenantError;

/// Resources of a tenant that are not deleted with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TenantHoldings {
    /// The number of its integration accounts.
    pub integration_accounts: u64,
    /// The number of listings of those accounts.
    pub listings: u64,
}

/// A refusal to delete a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DeleteTenantError {
    /// The default tenant stays.
    #[error(transparent)]
    Default(#[from] DefaultTenantError),
    /// The tenant still has integration accounts.
    #[error("The tenant still has integration accounts. Move or delete them first.")]
    NotEmpty(TenantHoldings),
}

/// The fields of a new tenant.
#[derive(Debug, Clone)]
pub struct NewTenant {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The tenant's id.
    pub id: TenantId,
    /// The id of its default location.
    pub default_location_id: LocationId,
    /// The name.
    pub name: TenantName,
    /// Its domain.
    pub domain: DomainName,
    /// The address and the description.
    pub details: TenantDetails,
}

/// A new tenant with the resources that come with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantCreated {
    /// The tenant.
    pub tenant: Tenant,
    /// Its default location.
    pub default_location: Location,
    /// The user whose current tenant it becomes, if any.
    pub moved_user: Option<UserId>,
}

/// A tenant with a new status, and the resulting status of its users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantStatusSet {
    /// The tenant.
    pub tenant: Tenant,
    /// The change to the users at home in it.
    pub users: UsersChange,
    /// The tenant before the decision, if its own status does not change: the result if no user changes either.
    pub unchanged: Option<Tenant>,
}

/// The change to the users of a tenant whose status is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UsersChange {
    /// No status changes.
    Kept,
    /// All users except support users get this status. A deactivation remembers the previous ones.
    Set(UserStatus),
    /// Each user gets back the status from before a deactivation, unless it was changed since.
    Restored,
}

/// The fields to change. `None` leaves a field unchanged.
#[derive(Debug, Clone, Default)]
pub struct TenantEdit {
    /// The new name.
    pub name: Option<TenantName>,
    /// The new domain.
    pub domain: Option<DomainName>,
    /// The new description, or none.
    pub description: Patch<Description>,
    /// The new address, or none.
    pub address: Patch<Address>,
    /// The new city, or none.
    pub city: Patch<City>,
    /// The new postal code, or none.
    pub post_code: Patch<PostCode>,
    /// The new country, or none.
    pub country: Patch<Country>,
}

impl Tenant {
    /// Creates a tenant with its default location, and moves a user into it if one is named.
    pub fn create(new: NewTenant, moved_user: Option<UserId>, stamp: Stamp) -> Change<TenantCreated> {
        let default_location_id = new.default_location_id;
        let tenant = Self::new(new, false, &stamp);
        let audit = tenant.entry(stamp, "tenant.create", (Facts::new(), tenant.facts()));
        let default_location = Location::default_of(&tenant, default_location_id);
        Change::new(TenantCreated { tenant, default_location, moved_user }, audit)
    }

    /// Creates the default tenant of a new workspace; it is stored with the workspace.
    pub(crate) fn default_of_workspace(new: NewTenant, stamp: &Stamp) -> Self {
        Self::new(new, true, stamp)
    }

    fn new(new: NewTenant, is_default: bool, stamp: &Stamp) -> Self {
        Self {
            parts: TenantParts {
                workspace_id: new.workspace_id,
                id: new.id,
                name: new.name,
                domain: new.domain,
                is_default,
                status: TenantStatus::Active,
                details: new.details,
                version: 1,
                created_at: stamp.at,
                updated_at: stamp.at,
            },
        }
    }

    /// Changes the fields that the edit names. Returns `None` if nothing changes.
    pub fn update(&self, edit: TenantEdit, stamp: Stamp) -> Option<Change<Self>> {
        let mut after = self.clone();
        after.parts.name = edit.name.clone().unwrap_or(after.parts.name);
        after.parts.domain = edit.domain.clone().unwrap_or(after.parts.domain);
        after.parts.details = after.parts.details.edited(edit);
        if after == *self {
            return None;
        }
        let facts = difference(self.facts(), after.facts());
        let after = after.changed(&stamp);
        let audit = after.entry(stamp, "tenant.update", facts);
        Some(Change::new(after, audit))
    }

    /// Activates or deactivates the tenant and sets the status of its users. Returns `None` if nothing changes.
    ///
    /// # Errors
    /// If the default tenant or its users would be deactivated.
    pub fn set_status(
        &self,
        status: TenantStatus,
        users: Option<UserStatus>,
        stamp: Stamp,
    ) -> Result<Option<Change<TenantStatusSet>>, DefaultTenantError> {
        let action = match status {
            // No user would be left to activate the others again.
            _ if self.is_default() && users.is_some_and(|users| users != UserStatus::Active) => {
                return Err(DefaultTenantError);
            }
            TenantStatus::Active => "tenant.activate",
            TenantStatus::Inactive if self.is_default() => return Err(DefaultTenantError),
            TenantStatus::Inactive => "tenant.deactivate",
        };
        if self.status() == status && users.is_none() {
            return Ok(None);
        }
        let unchanged = (self.status() == status).then(|| self.clone());
        let mut tenant = self.clone().changed(&stamp);
        let before = tenant.parts.status;
        tenant.parts.status = status;
        let mut facts =
            difference(vec![("status", Fact::from(before.as_str()))], vec![("status", Fact::from(status.as_str()))]);
        if let Some(users) = users {
            facts.1.push(("user_status", Fact::Integer(users.as_i16().into())));
        }
        let users = match (users, status) {
            (Some(users), _) => UsersChange::Set(users),
            (None, TenantStatus::Active) => UsersChange::Restored,
            (None, TenantStatus::Inactive) => UsersChange::Kept,
        };
        let stirred = if before == status { Stirred::Nothing } else { Stirred::Tenant(self.id()) };
        let event = EventData { stirred, ..EventData::default() };
        let audit = tenant.entry(stamp, action, facts).telling(event);
        Ok(Some(Change::new(TenantStatusSet { tenant, users, unchanged }, audit)))
    }

    /// Deletes the tenant with its resources, except integration accounts: they must be deleted or moved first.
    ///
    /// # Errors
    /// `Default`, `NotEmpty`.
    pub fn delete(&self, holdings: TenantHoldings, stamp: Stamp) -> Result<Change<Self>, DeleteTenantError> {
        if self.is_default() {
            return Err(DefaultTenantError.into());
        }
        if holdings.integration_accounts > 0 {
            return Err(DeleteTenantError::NotEmpty(holdings));
        }
        let audit = self.entry(stamp, "tenant.delete", (self.facts(), Facts::new()));
        Ok(Change::new(self.clone(), audit))
    }

    fn changed(mut self, stamp: &Stamp) -> Self {
        self.parts.version += 1;
        self.parts.updated_at = stamp.at;
        self
    }

    fn facts(&self) -> Facts {
        let details = self.details();
        vec![
            ("name", Fact::from(self.name().as_str())),
            ("domain", Fact::from(self.domain().as_str())),
            ("status", Fact::from(self.status().as_str())),
            ("description", Fact::from(details.description.as_ref())),
            ("address", Fact::from(details.address.as_ref())),
            ("city", Fact::from(details.city.as_ref())),
            ("post_code", Fact::from(details.post_code.as_ref())),
            ("country_code", Fact::from(details.country.map(Country::code))),
        ]
    }

    fn entry(&self, stamp: Stamp, action: &'static str, (before, after): (Facts, Facts)) -> AuditEntry {
        AuditEntry {
            id: stamp.id,
            workspace_id: self.workspace_id(),
            tenant_id: self.id(),
            tenant_name: self.name().to_string(),
            other_tenant_id: None,
            at: stamp.at,
            actor: stamp.actor,
            action,
            resource_kind: ResourceKind::Tenant,
            resource_id: self.id().as_uuid(),
            resource_name: self.name().to_string(),
            before,
            after,
            event: Some(EventData::default()),
        }
    }
}

impl TenantDetails {
    /// Returns the details after an edit.
    #[must_use]
    pub fn edited(self, edit: TenantEdit) -> Self {
        let TenantEdit { name: _, domain: _, description, address, city, post_code, country } = edit;
        Self {
            description: description.apply(self.description),
            address: address.apply(self.address),
            city: city.apply(self.city),
            post_code: post_code.apply(self.post_code),
            country: country.apply(self.country),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    use super::*;
    use crate::access::fixture::{at, stamp, tenant};
    use crate::locations::LocationDetails;

    fn channel() -> Tenant {
        Tenant::from_parts(tenant(2))
    }

    fn default_tenant() -> Tenant {
        Tenant::from_parts(TenantParts { is_default: true, ..tenant(1) })
    }

    fn later() -> DateTime<Utc> {
        at() + TimeDelta::seconds(1)
    }

    fn later_stamp() -> Stamp {
        Stamp { at: later(), ..stamp() }
    }

    #[test]
    fn a_new_tenant_comes_with_a_default_location_at_its_address() {
        let new = NewTenant {
            workspace_id: WorkspaceId::new(Uuid::from_u128(9)),
            id: TenantId::new(Uuid::from_u128(5)),
            default_location_id: LocationId::new(Uuid::from_u128(6)),
            name: "Channel A".parse().expect("a name"),
            domain: "channel-a".parse().expect("a domain"),
            details: TenantDetails {
                address: Some("1 Main Street".parse().expect("an address")),
                city: Some("New York".parse().expect("a city")),
                post_code: Some("10001".parse().expect("a postal code")),
                country: Some("US".parse().expect("a country")),
                description: Some("Not the location's".parse().expect("a description")),
            },
        };
        let change = Tenant::create(new, Some(UserId::new(Uuid::from_u128(7))), stamp());

        let TenantCreated { tenant, default_location, moved_user } = change.after;
        assert_eq!(moved_user, Some(UserId::new(Uuid::from_u128(7))));
        assert_eq!((tenant.is_default(), tenant.status(), tenant.version()), (false, TenantStatus::Active, 1));
        assert_eq!(default_location.name().as_str(), "Default");
        let TenantDetails { address, city, post_code, country, description: _ } = tenant.details().clone();
        let expected = LocationDetails { address, post_code, city, country, ..LocationDetails::default() };
        assert_eq!(default_location.details(), &expected);
        assert_eq!((default_location.is_default(), default_location.tenant_id()), (true, tenant.id()));
        assert_eq!((change.audit.action, change.audit.tenant_id), ("tenant.create", tenant.id()));
    }

    #[test]
    fn an_update_leaves_what_it_does_not_name_and_clears_what_is_null() {
        let before = Tenant::from_parts(TenantParts {
            details: TenantDetails {
                city: Some("Paris".parse().expect("a city")),
                description: Some("Rooms".parse().expect("a description")),
                ..TenantDetails::default()
            },
            ..tenant(2)
        });
        let edit = TenantEdit {
            name: Some("Channel B".parse().expect("a name")),
            description: Patch::Clear,
            ..TenantEdit::default()
        };
        let change = before.update(edit, later_stamp()).expect("something changes");

        assert_eq!(change.after.name().as_str(), "Channel B");
        assert_eq!(change.after.domain(), before.domain());
        assert_eq!(change.after.details(), &TenantDetails { description: None, ..before.details().clone() });
        assert_eq!((change.after.version(), change.after.parts.updated_at), (before.version() + 1, later()));
        let names: Vec<_> = change.audit.after.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["name", "description"], "the trail holds only the changed fields");
    }

    #[test]
    fn an_update_that_changes_nothing_is_none() {
        let same = TenantEdit { name: Some(channel().name().clone()), city: Patch::Clear, ..TenantEdit::default() };
        assert_eq!(channel().update(same, later_stamp()), None);
    }

    #[test]
    fn deactivating_and_activating_are_idempotent_unless_users_are_named() {
        let set = |tenant: &Tenant, status, users| {
            tenant.set_status(status, users, later_stamp()).expect("no default tenant")
        };

        let change = set(&channel(), TenantStatus::Inactive, Some(UserStatus::Banned)).expect("a change");
        assert_eq!(
            (change.audit.action, change.after.users),
            ("tenant.deactivate", UsersChange::Set(UserStatus::Banned))
        );
        let stirred = |change: &Change<TenantStatusSet>| change.audit.event.clone().expect("an event").stirred;
        assert_eq!(stirred(&change), Stirred::Tenant(channel().id()));
        let inactive = change.after.tenant;
        assert_eq!(inactive.status(), TenantStatus::Inactive);
        assert_eq!(set(&inactive, TenantStatus::Inactive, None), None);
        let users = set(&inactive, TenantStatus::Inactive, Some(UserStatus::Passive)).expect("the users may change");
        assert_eq!((&users.after.unchanged, stirred(&users)), (&Some(inactive.clone()), Stirred::Nothing));

        let change = set(&inactive, TenantStatus::Active, None).expect("a change");
        assert_eq!(change.after.users, UsersChange::Restored);
        assert_eq!((change.audit.action, change.after.tenant.status()), ("tenant.activate", TenantStatus::Active));
        assert_eq!(set(&change.after.tenant, TenantStatus::Active, None), None);
    }

    #[test]
    fn the_default_tenant_is_never_deleted_or_deactivated() {
        assert_eq!(default_tenant().set_status(TenantStatus::Inactive, None, stamp()), Err(DefaultTenantError));
        for users in [UserStatus::Passive, UserStatus::Banned] {
            let locked_out = default_tenant().set_status(TenantStatus::Active, Some(users), stamp());
            assert_eq!(locked_out, Err(DefaultTenantError));
        }
        assert!(default_tenant().set_status(TenantStatus::Active, Some(UserStatus::Active), stamp()).is_ok());
        let nothing = TenantHoldings::default();
        assert_eq!(default_tenant().delete(nothing, stamp()), Err(DefaultTenantError.into()));
        assert!(channel().delete(nothing, stamp()).is_ok());
        let something = TenantHoldings { integration_accounts: 1, listings: 0 };
        assert_eq!(channel().delete(something, stamp()), Err(DeleteTenantError::NotEmpty(something)));
    }
}
