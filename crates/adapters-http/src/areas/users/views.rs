//! Responses of users.

use application::Me;
use domain::users::{ApiUser, ApiUserParts, Email};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;
use application::enum_schemas::{PermissionWord, RoleWord};

/// A person or program that calls the service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    id: Uuid,
    #[schema(example = "Grace Hopper")]
    name: String,
    /// The email address. Null for the workspace's first user until it is set.
    #[schema(example = "grace@example.com")]
    email: Option<String>,
    role: RoleWord,
    /// The display name of the role.
    #[schema(example = "Front Desk")]
    role_name: &'static str,
    /// The home tenant of the user.
    tenant_id: Uuid,
    tenant_name: String,
    /// The current tenant of the user, which *create tenant* and *switch* change.
    current_tenant_id: Uuid,
    /// The location of the user.
    location_id: Option<Uuid>,
    location_name: Option<String>,
    /// The status: 0 passive, 1 active, 2 banned.
    #[schema(minimum = 0, maximum = 2)]
    status: i16,
}

impl From<ApiUser> for UserView {
    fn from(user: ApiUser) -> Self {
        let ApiUserParts {
            workspace_id: _,
            id,
            home_tenant_id,
            home_tenant_name,
            current_tenant_id,
            workplace,
            name,
            email,
            role,
            status,
            version: _,
            created_at: _,
            updated_at: _,
        } = user.into_parts();
        let (location_id, location_name) =
            workplace.map(|workplace| (workplace.id.as_uuid(), workplace.name.into())).unzip();
        Self {
            id: id.as_uuid(),
            name: name.into(),
            email: email.as_ref().map(Email::as_str).map(Into::into),
            role: role.into(),
            role_name: role.name(),
            tenant_id: home_tenant_id.as_uuid(),
            tenant_name: home_tenant_name.into(),
            current_tenant_id: current_tenant_id.as_uuid(),
            location_id,
            location_name,
            status: status.as_i16(),
        }
    }
}

/// The user of a key, with the key's permission.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeView {
    user: UserView,
    /// The key's permission.
    permission: PermissionWord,
    /// The time from which the key is refused.
    #[serde(rename = "expiresAt")]
    expires_at: DateTime,
}

impl From<Me> for MeView {
    fn from(Me { user, permission, expires_at }: Me) -> Self {
        Self { user: user.into(), permission: permission.into(), expires_at: DateTime(expires_at) }
    }
}
