//! Workspaces: one customer of the service each. Nothing ever crosses a workspace's wall.

use chrono::{DateTime, Utc};

use crate::access::Permission;
use crate::api_keys::{ApiKey, KeySecret, NewApiKey};
use crate::audit::{AuditEntry, Fact, ResourceKind, Stamp};
use crate::change::Change;
use crate::ids::{ApiKeyId, LocationId, TenantId, UserId, WorkspaceId};
use crate::locations::Location;
use crate::tenants::{NewTenant, Profile, Tenant};
use crate::text::Line;
use crate::users::{ApiUser, NewApiUser, Role, UserStatus};

/// A workspace's name.
pub type WorkspaceName = Line<1, 255>;

/// One customer of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    parts: WorkspaceParts,
}

/// All that is stored of a workspace, for adapters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceParts {
    /// The workspace's id.
    pub id: WorkspaceId,
    /// What people call it.
    pub name: WorkspaceName,
    /// When it was made, in milliseconds.
    pub created_at: DateTime<Utc>,
    /// When it was last changed, in milliseconds.
    pub updated_at: DateTime<Utc>,
}

/// What a new workspace is made from.
#[derive(Debug, Clone)]
pub struct NewWorkspace {
    /// The workspace's id.
    pub id: WorkspaceId,
    /// What people will call it.
    pub name: WorkspaceName,
    /// The id of its default tenant.
    pub default_tenant_id: TenantId,
    /// The id of that tenant's default location.
    pub default_location_id: LocationId,
    /// The id of its first user.
    pub administrator_id: UserId,
    /// The id of that user's key.
    pub api_key_id: ApiKeyId,
    /// The random part of that key.
    pub secret: KeySecret,
}

/// A new workspace with all that comes with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkspaceCreated {
    /// The workspace.
    pub workspace: Workspace,
    /// Its default tenant.
    pub default_tenant: Tenant,
    /// That tenant's default location.
    pub default_location: Location,
    /// Its first user, at home in the default tenant.
    pub administrator: ApiUser,
    /// That user's key, which permits everything.
    pub api_key: ApiKey,
}

impl Workspace {
    /// Makes a workspace that somebody can work in: with its default tenant, an administrator and a key.
    pub fn create(new: NewWorkspace, stamp: Stamp) -> Change<WorkspaceCreated> {
        let NewWorkspace { id, name, default_tenant_id, default_location_id, administrator_id, api_key_id, secret } =
            new;
        let default_tenant = Tenant::default_of_workspace(
            NewTenant {
                workspace_id: id,
                id: default_tenant_id,
                default_location_id,
                name: "Default".parse().expect("a constant that is a name"),
                domain: "default".parse().expect("a constant that is a domain"),
                profile: Profile::default(),
            },
            &stamp,
        );
        let administrator = ApiUser::first_of_workspace(
            NewApiUser {
                id: administrator_id,
                name: "Administrator".parse().expect("a constant that is a name"),
                email: None,
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
            stamp.clone(),
        )
        .expect("the default lifetime ends in the future")
        .after;
        let audit = AuditEntry {
            id: stamp.id,
            workspace_id: id,
            tenant_id: default_tenant.id(),
            tenant_name: default_tenant.name().to_string(),
            at: stamp.at,
            actor: stamp.actor,
            action: "workspace.create",
            resource_kind: ResourceKind::Workspace,
            resource_id: id.as_uuid(),
            resource_name: name.to_string(),
            before: Vec::new(),
            after: vec![
                ("name", Fact::from(name.as_str())),
                ("default_tenant_id", Fact::Text(default_tenant.id().to_string())),
                ("user_id", Fact::Text(administrator.id().to_string())),
                ("api_key_id", Fact::Text(api_key.id().to_string())),
            ],
        };
        let workspace = Self { parts: WorkspaceParts { id, name, created_at: stamp.at, updated_at: stamp.at } };
        let default_location = Location::default_of(&default_tenant, default_location_id);
        let created = WorkspaceCreated { workspace, default_tenant, default_location, administrator, api_key };
        Change::new(created, audit)
    }

    /// A stored workspace. Checks no rule.
    pub const fn from_parts(parts: WorkspaceParts) -> Self {
        Self { parts }
    }

    /// All that must be stored.
    pub fn into_parts(self) -> WorkspaceParts {
        self.parts
    }

    /// The workspace's id.
    pub const fn id(&self) -> WorkspaceId {
        self.parts.id
    }
}
