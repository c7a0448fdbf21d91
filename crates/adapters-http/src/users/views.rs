//! What is answered about users.

use application::Me;
use domain::users::{ApiUser, ApiUserParts, Email};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::data::Instant;
use crate::words::{PermissionWord, RoleWord};

/// Someone, or something, that calls the service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = User)]
pub(crate) struct UserView {
    id: Uuid,
    #[schema(example = "Grace Hopper")]
    name: String,
    /// Null for the workspace's first user until somebody sets it.
    #[schema(example = "grace@example.com")]
    email: Option<String>,
    #[schema(value_type = RoleWord)]
    role: &'static str,
    /// The role as people read it.
    #[schema(example = "Front Desk")]
    role_name: &'static str,
    /// Where the user is at home.
    tenant_id: Uuid,
    tenant_name: String,
    /// Where *create tenant* and *switch* have moved the user.
    current_tenant_id: Uuid,
    /// Where the user works.
    location_id: Option<Uuid>,
    location_name: Option<String>,
    /// 0 passive, 1 active, 2 banned.
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
            role: role.as_str(),
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

/// Who a key is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
pub(crate) struct MeView {
    user: UserView,
    /// What the key permits.
    #[schema(value_type = PermissionWord)]
    permission: &'static str,
    /// From when on the key is refused.
    #[serde(rename = "expiresAt")]
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    expires_at: Instant,
}

impl From<Me> for MeView {
    fn from(Me { user, permission, expires_at }: Me) -> Self {
        Self { user: user.into(), permission: permission.as_str(), expires_at: Instant(expires_at) }
    }
}
