//! Workspaces: the customers of the service, isolated from each other.

mod status;

use chrono::{DateTime, Utc};

pub use self::status::{Erasure, Usage, WorkspaceStatus, WorkspaceStatusError, WorkspaceStatusRefused};
use crate::access::Permission;
use crate::api_keys::{ApiKey, KeySecret, MaxKeyAge, NewApiKey};
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::currencies::Currency;
use crate::events::EventData;
use crate::ids::{ApiKeyId, LocationId, TenantId, UserId, WorkspaceId};
use crate::locations::Location;
use crate::percentages::Percentage;
use crate::reservations::{ImporterHoldHours, ImporterHolds};
use crate::tenants::{NewTenant, Tenant, TenantDetails, TenantName};
use crate::text::Line;
use crate::users::{ApiUser, Email, NewApiUser, Role, UserStatus};

/// A workspace's name.
pub type WorkspaceName = Line<1, 255>;

/// A customer of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    parts: WorkspaceParts,
}

/// The stored fields of a workspace, for adapters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceParts {
    /// The workspace's id.
    pub id: WorkspaceId,
    /// The name.
    pub name: WorkspaceName,
    /// The currency of prices that state none.
    pub default_currency: Currency,
    /// The discount of integration accounts that state none.
    pub default_discount: Percentage,
    /// The maximum hours for which an importer may hold nights.
    pub longest_importer_hold: ImporterHoldHours,
    /// The maximum number of pending stays of one owner for one importer.
    pub most_importer_holds: ImporterHolds,
    /// The status, which decides whether its requests are served.
    pub status: WorkspaceStatus,
    /// The version, which each change increments; a write over an older version is refused.
    pub version: i64,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time of the last change, in whole milliseconds.
    pub updated_at: DateTime<Utc>,
}

/// The fields of a new workspace.
#[derive(Debug, Clone)]
pub struct NewWorkspace {
    /// The workspace's id.
    pub id: WorkspaceId,
    /// The name.
    pub name: WorkspaceName,
    /// The currency of prices that state none; by default US dollars.
    pub default_currency: Option<Currency>,
    /// The id of its default tenant.
    pub default_tenant_id: TenantId,
    /// The id of that tenant's default location.
    pub default_location_id: LocationId,
    /// The id of its first user.
    pub administrator_id: UserId,
    /// The e-mail address of its first user.
    pub administrator_email: Option<Email>,
    /// The id of that user's key.
    pub api_key_id: ApiKeyId,
    /// The random part of that key.
    pub secret: KeySecret,
    /// The maximum lifetime of that key.
    pub max_key_age: MaxKeyAge,
}

/// The fields to change. `None` leaves a field unchanged.
#[derive(Debug, Clone, Default)]
pub struct WorkspaceEdit {
    /// The new name.
    pub name: Option<WorkspaceName>,
    /// The new currency for prices that state none.
    pub default_currency: Option<Currency>,
    /// The new discount for integration accounts that state none.
    pub default_discount: Option<Percentage>,
    /// The new maximum hours for which an importer may hold nights.
    pub longest_importer_hold: Option<ImporterHoldHours>,
    /// The new maximum number of pending stays of one owner for one importer.
    pub most_importer_holds: Option<ImporterHolds>,
}

/// A new workspace with its default tenant, location, administrator and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceCreated {
    /// The workspace.
    pub workspace: Workspace,
    /// Its default tenant.
    pub default_tenant: Tenant,
    /// The default location of the default tenant.
    pub default_location: Location,
    /// Its first user, at home in the default tenant.
    pub administrator: ApiUser,
    /// The administrator's key, with every permission.
    pub api_key: ApiKey,
}

impl Workspace {
    /// Creates a workspace with a default tenant, an administrator and a key.
    pub fn create(new: NewWorkspace, stamp: Stamp) -> Change<WorkspaceCreated> {
        let NewWorkspace {
            id,
            name,
            default_currency,
            default_tenant_id,
            default_location_id,
            administrator_id,
            administrator_email,
            api_key_id,
            secret,
            max_key_age,
        } = new;
        let default_tenant = Tenant::default_of_workspace(
            NewTenant {
                workspace_id: id,
                id: default_tenant_id,
                default_location_id,
                name: "Default".parse().expect("a constant that is a name"),
                domain: "default".parse().expect("a constant that is a domain"),
                details: TenantDetails::default(),
            },
            &stamp,
        );
        let administrator = ApiUser::first_of_workspace(
            NewApiUser {
                id: administrator_id,
                name: "Administrator".parse().expect("a constant that is a name"),
                email: administrator_email,
                role: Role::Tenant,
                status: UserStatus::Active,
                workplace: None,
            },
            &default_tenant,
            &stamp,
        );
        let api_key = ApiKey::issue(
            NewApiKey {
                id: api_key_id,
                secret,
                name: "First key".parse().expect("a constant that is a name"),
                permission: Permission::Admin,
                expires_at: None,
            },
            &administrator,
            max_key_age,
            stamp.clone(),
        )
        .expect("an administrator's key may permit everything, and the default lifetime is allowed")
        .after;
        let workspace = Self {
            parts: WorkspaceParts {
                id,
                name,
                default_currency: default_currency
                    .unwrap_or_else(|| "USD".parse().expect("a constant that is a currency")),
                default_discount: Percentage::default(),
                longest_importer_hold: 72.try_into().expect("a constant within the bounds"),
                most_importer_holds: 100.try_into().expect("a constant within the bounds"),
                status: WorkspaceStatus::Active,
                version: 1,
                created_at: stamp.at,
                updated_at: stamp.at,
            },
        };
        let mut facts = workspace.facts();
        facts.extend([
            ("default_tenant_id", Fact::Text(default_tenant.id().to_string())),
            ("user_id", Fact::Text(administrator.id().to_string())),
            ("api_key_id", Fact::Text(api_key.id().to_string())),
        ]);
        let tenant = (default_tenant.id(), default_tenant.name());
        let audit = workspace.entry(stamp, "workspace.create", tenant, (Facts::new(), facts));
        let default_location = Location::default_of(&default_tenant, default_location_id);
        let created = WorkspaceCreated { workspace, default_tenant, default_location, administrator, api_key };
        Change::new(created, audit)
    }

    /// Changes the fields that the edit names. Returns `None` if nothing changes. The change is audited in the default
    /// tenant, which `tenant` names.
    pub fn update(&self, edit: WorkspaceEdit, tenant: (TenantId, &TenantName), stamp: Stamp) -> Option<Change<Self>> {
        let mut after = self.clone();
        let WorkspaceEdit { name, default_currency, default_discount, longest_importer_hold, most_importer_holds } =
            edit;
        let parts = &mut after.parts;
        if let Some(name) = name {
            parts.name = name;
        }
        parts.default_currency = default_currency.unwrap_or(parts.default_currency);
        parts.default_discount = default_discount.unwrap_or(parts.default_discount);
        parts.longest_importer_hold = longest_importer_hold.unwrap_or(parts.longest_importer_hold);
        parts.most_importer_holds = most_importer_holds.unwrap_or(parts.most_importer_holds);
        if after == *self {
            return None;
        }
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let facts = difference(self.facts(), after.facts());
        let audit = after.entry(stamp, "workspace.update", tenant, facts);
        Some(Change::new(after, audit))
    }

    fn facts(&self) -> Facts {
        vec![
            ("name", Fact::from(self.parts.name.as_str())),
            ("defaultCurrency", Fact::from(self.parts.default_currency.code())),
            ("defaultDiscountPercentage", Fact::Text(self.parts.default_discount.to_string())),
            ("maxImporterHoldHours", Fact::Integer(self.parts.longest_importer_hold.get().into())),
            ("maxImporterHolds", Fact::Integer(self.parts.most_importer_holds.get().into())),
        ]
    }

    fn entry(
        &self,
        stamp: Stamp,
        action: &'static str,
        (tenant_id, tenant_name): (TenantId, &TenantName),
        (before, after): (Facts, Facts),
    ) -> AuditEntry {
        AuditEntry {
            id: stamp.id,
            workspace_id: self.id(),
            tenant_id,
            tenant_name: tenant_name.to_string(),
            other_tenant_id: None,
            at: stamp.at,
            actor: stamp.actor,
            action,
            resource_kind: ResourceKind::Workspace,
            resource_id: self.id().as_uuid(),
            resource_name: self.parts.name.to_string(),
            before,
            after,
            event: Some(EventData::default()),
        }
    }

    /// Creates a workspace from stored fields. Checks no rule.
    pub const fn from_parts(parts: WorkspaceParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> WorkspaceParts {
        self.parts
    }

    /// The workspace's id.
    pub const fn id(&self) -> WorkspaceId {
        self.parts.id
    }

    /// The currency of prices that state none.
    pub const fn default_currency(&self) -> Currency {
        self.parts.default_currency
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use uuid::Uuid;

    use super::*;
    use crate::access::fixture::{secret, stamp};

    pub(crate) fn created() -> Change<WorkspaceCreated> {
        let new = NewWorkspace {
            id: WorkspaceId::new(Uuid::from_u128(9)),
            name: "Stays Inc.".parse().expect("a name"),
            default_currency: None,
            default_tenant_id: TenantId::new(Uuid::from_u128(1)),
            default_location_id: LocationId::new(Uuid::from_u128(2)),
            administrator_id: UserId::new(Uuid::from_u128(3)),
            administrator_email: None,
            api_key_id: ApiKeyId::new(Uuid::from_u128(4)),
            secret: secret(),
            max_key_age: MaxKeyAge::default(),
        };
        Workspace::create(new, stamp())
    }

    pub(crate) fn workspace() -> Workspace {
        created().after.workspace
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::fixture::created;
    use super::*;
    use crate::access::fixture::{at, stamp};

    fn update(edit: WorkspaceEdit) -> Option<Change<Workspace>> {
        let WorkspaceCreated { workspace, default_tenant, .. } = created().after;
        let later = Stamp { at: at() + TimeDelta::hours(1), ..stamp() };
        workspace.update(edit, (default_tenant.id(), default_tenant.name()), later)
    }

    #[test]
    fn a_new_workspace_reckons_in_dollars_and_gives_no_discount() {
        let Change { after, audit, .. } = created();
        let parts = after.workspace.into_parts();
        assert_eq!((parts.default_currency.code(), parts.default_discount.basis_points()), ("USD", 0));
        assert_eq!((parts.longest_importer_hold.get(), parts.most_importer_holds.get()), (72, 100));
        assert_eq!((audit.action, &*audit.tenant_name), ("workspace.create", "Default"));
        assert!(audit.after.contains(&("defaultDiscountPercentage", Fact::from("0"))));
    }

    #[test]
    fn an_update_changes_what_it_names_and_says_so() {
        let edit = WorkspaceEdit {
            default_currency: Some("EUR".parse().expect("a currency")),
            default_discount: Some("12.5".parse().expect("a percentage")),
            ..WorkspaceEdit::default()
        };
        let Change { after, audit, .. } = update(edit).expect("a change");
        let parts = after.into_parts();
        assert_eq!(parts.name.as_str(), "Stays Inc.");
        assert_eq!((parts.default_currency.code(), parts.default_discount.basis_points()), ("EUR", 1_250));
        assert_eq!((parts.version, parts.updated_at - parts.created_at), (2, TimeDelta::hours(1)));
        assert_eq!(
            (audit.action, &*audit.tenant_name, &*audit.resource_name),
            ("workspace.update", "Default", "Stays Inc.")
        );
        let facts = |currency, discount| {
            vec![("defaultCurrency", Fact::from(currency)), ("defaultDiscountPercentage", Fact::from(discount))]
        };
        assert_eq!((audit.before, audit.after), (facts("USD", "0"), facts("EUR", "12.5")));
    }

    #[test]
    fn an_edit_that_changes_nothing_is_no_change() {
        let same = WorkspaceEdit {
            name: Some("Stays Inc.".parse().expect("a name")),
            default_currency: Some("usd".parse().expect("a currency")),
            default_discount: Some("0.00".parse().expect("a percentage")),
            longest_importer_hold: 72.try_into().ok(),
            most_importer_holds: 100.try_into().ok(),
        };
        assert_eq!(update(same), None);
        assert_eq!(update(WorkspaceEdit::default()), None);
    }
}
