//! Decisions about locations.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{
    Address, City, Description, ExternalLocationId, Latitude, Location, LocationDetails, LocationName, LocationParts,
    LocationStatus, Longitude, PostCode, State,
};
use crate::access::TenantScope;
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::countries::Country;
use crate::ids::{LocationId, TenantId, WorkspaceId};
use crate::patch::Patch;
use crate::tenants::Tenant;

const DEFAULT_NAME: &str = "Default";

/// An attempt to delete the default location of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("The default location cannot be deleted.")]
pub struct DefaultLocationError;

/// The fields of a new location.
#[derive(Debug, Clone)]
pub struct NewLocation {
    /// The location's id.
    pub id: LocationId,
    /// The name.
    pub name: LocationName,
    /// The address, coordinates and description.
    pub details: LocationDetails,
}

/// The fields to change. `None` leaves a field unchanged.
#[derive(Debug, Clone, Default)]
pub struct LocationEdit {
    /// The new name.
    pub name: Option<LocationName>,
    /// The new description, or none.
    pub description: Patch<Description>,
    /// The new address, or none.
    pub address: Patch<Address>,
    /// The new postal code, or none.
    pub post_code: Patch<PostCode>,
    /// The new city, or none.
    pub city: Patch<City>,
    /// The new state or province, or none.
    pub state: Patch<State>,
    /// The new country, or none.
    pub country: Patch<Country>,
    /// The new latitude, or none.
    pub latitude: Patch<Latitude>,
    /// The new longitude, or none.
    pub longitude: Patch<Longitude>,
    /// The new id in another system, or none.
    pub external_location_id: Patch<ExternalLocationId>,
}

impl Location {
    /// Creates a location of the scope's tenant.
    pub fn create(new: NewLocation, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let NewLocation { id, name, details } = new;
        let owner = (scope.workspace_id(), scope.tenant_id());
        let location = Self::new(owner, id, name, details, stamp.at);
        let audit = location.entry(scope, stamp, "location.create", (Facts::new(), location.facts()));
        Change::new(location, audit)
    }

    /// Creates the default location of a new tenant, at the tenant's own address. It is stored with the tenant.
    pub fn default_of(tenant: &Tenant, id: LocationId) -> Self {
        let name = DEFAULT_NAME.parse().expect("a constant that is a name");
        let of_tenant = tenant.details().clone();
        let details = LocationDetails {
            address: of_tenant.address,
            post_code: of_tenant.post_code,
            city: of_tenant.city,
            country: of_tenant.country,
            ..LocationDetails::default()
        };
        let owner = (tenant.workspace_id(), tenant.id());
        let mut location = Self::new(owner, id, name, details, tenant.created_at());
        location.parts.is_default = true;
        location
    }

    const fn new(
        (workspace_id, tenant_id): (WorkspaceId, TenantId),
        id: LocationId,
        name: LocationName,
        details: LocationDetails,
        at: DateTime<Utc>,
    ) -> Self {
        Self {
            parts: LocationParts {
                workspace_id,
                id,
                tenant_id,
                name,
                details,
                is_default: false,
                status: LocationStatus::Active,
                version: 1,
                created_at: at,
                updated_at: at,
            },
        }
    }

    /// Changes the fields that the edit names. Returns `None` if nothing changes.
    pub fn update(&self, edit: LocationEdit, scope: &TenantScope, stamp: Stamp) -> Option<Change<Self>> {
        let mut after = self.clone();
        after.parts.name = edit.name.clone().unwrap_or(after.parts.name);
        after.parts.details = after.parts.details.edited(edit);
        if after == *self {
            return None;
        }
        let facts = difference(self.facts(), after.facts());
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let audit = after.entry(scope, stamp, "location.update", facts);
        Some(Change::new(after, audit))
    }

    /// Deletes the location. The repository checks that no user works there.
    ///
    /// # Errors
    /// If it is the default location.
    pub fn delete(&self, scope: &TenantScope, stamp: Stamp) -> Result<Change<Self>, DefaultLocationError> {
        if self.is_default() {
            return Err(DefaultLocationError);
        }
        let audit = self.entry(scope, stamp, "location.delete", (self.facts(), Facts::new()));
        Ok(Change::new(self.clone(), audit))
    }

    fn facts(&self) -> Facts {
        let details = self.details();
        vec![
            ("name", Fact::from(self.name().as_str())),
            ("description", Fact::from(details.description.as_ref())),
            ("address", Fact::from(details.address.as_ref())),
            ("post_code", Fact::from(details.post_code.as_ref())),
            ("city", Fact::from(details.city.as_ref())),
            ("state", Fact::from(details.state.as_ref())),
            ("country_code", Fact::from(details.country.map(Country::code))),
            ("lat", Fact::from(details.latitude.as_ref())),
            ("lng", Fact::from(details.longitude.as_ref())),
            ("external_location_id", Fact::from(details.external_location_id.as_ref())),
        ]
    }

    fn entry(&self, scope: &TenantScope, stamp: Stamp, action: &'static str, facts: (Facts, Facts)) -> AuditEntry {
        let resource = (ResourceKind::Location, self.id().as_uuid(), self.name().to_string());
        stamp.entry(scope, action, resource, facts)
    }
}

impl LocationDetails {
    /// Returns the details after an edit.
    #[must_use]
    pub fn edited(self, edit: LocationEdit) -> Self {
        let LocationEdit {
            name: _,
            description,
            address,
            post_code,
            city,
            state,
            country,
            latitude,
            longitude,
            external_location_id,
        } = edit;
        Self {
            description: description.apply(self.description),
            address: address.apply(self.address),
            post_code: post_code.apply(self.post_code),
            city: city.apply(self.city),
            state: state.apply(self.state),
            country: country.apply(self.country),
            latitude: latitude.apply(self.latitude),
            longitude: longitude.apply(self.longitude),
            external_location_id: external_location_id.apply(self.external_location_id),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{at, caller, stamp, standing, tenant};

    fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Write).tenant_scope(Permission::Write).expect("an active tenant")
    }

    fn later_stamp() -> Stamp {
        Stamp { at: at() + TimeDelta::seconds(1), ..stamp() }
    }

    fn created() -> Change<Location> {
        let new = NewLocation {
            id: LocationId::new(Uuid::from_u128(6)),
            name: "Airport".parse().expect("a name"),
            details: LocationDetails {
                city: Some("Paris".parse().expect("a city")),
                latitude: Some("49.0097".parse().expect("a latitude")),
                ..LocationDetails::default()
            },
        };
        Location::create(new, &scope(), stamp())
    }

    #[test]
    fn a_new_location_belongs_to_the_tenant_of_the_scope() {
        let Change { after, audit, idempotency_record: _ } = created();
        assert_eq!((after.workspace_id(), after.tenant_id()), (scope().workspace_id(), scope().tenant_id()));
        assert_eq!((after.is_default(), after.version()), (false, 1));
        assert_eq!((audit.action, audit.resource_kind), ("location.create", ResourceKind::Location));
        assert_eq!((audit.tenant_id, audit.tenant_name.as_str()), (scope().tenant_id(), "Channel"));
        assert_eq!((audit.resource_id, audit.resource_name.as_str()), (after.id().as_uuid(), "Airport"));
    }

    #[test]
    fn an_update_leaves_what_it_does_not_name_and_clears_what_is_null() {
        let before = created().after;
        let edit = LocationEdit {
            name: Some("Seaport".parse().expect("a name")),
            latitude: Patch::Clear,
            longitude: Patch::Set("2.5479".parse().expect("a longitude")),
            ..LocationEdit::default()
        };
        let change = before.update(edit, &scope(), later_stamp()).expect("something changes");

        assert_eq!(change.after.name().as_str(), "Seaport");
        let details = LocationDetails {
            latitude: None,
            longitude: Some("2.5479".parse().expect("a longitude")),
            ..before.details().clone()
        };
        assert_eq!(change.after.details(), &details);
        let LocationParts { version, created_at, updated_at, .. } = change.after.into_parts();
        assert_eq!((version, created_at, updated_at), (2, at(), later_stamp().at));
        assert_eq!(change.audit.action, "location.update");
        let names: Vec<_> = change.audit.after.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["name", "lat", "lng"], "the trail holds only the changed fields");
    }

    #[test]
    fn an_update_that_changes_nothing_is_none() {
        let before = created().after;
        let same = LocationEdit { name: Some(before.name().clone()), state: Patch::Clear, ..LocationEdit::default() };
        assert_eq!(before.update(same, &scope(), later_stamp()), None);
    }

    #[test]
    fn the_default_location_may_be_changed_but_not_deleted() {
        let default = Location::default_of(&Tenant::from_parts(tenant(2)), LocationId::new(Uuid::from_u128(6)));
        assert_eq!(default.delete(&scope(), stamp()), Err(DefaultLocationError));
        let edit = LocationEdit { name: Some("Main".parse().expect("a name")), ..LocationEdit::default() };
        assert!(default.update(edit, &scope(), stamp()).expect("a change").after.is_default());

        let deleted = created().after.delete(&scope(), stamp()).expect("not the default one");
        assert_eq!(deleted.audit.action, "location.delete");
        assert_eq!(deleted.audit.before[0], ("name", Fact::from("Airport")));
    }
}
