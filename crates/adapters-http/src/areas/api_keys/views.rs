//! Responses of API keys.

use application::CreatedApiKey;
use domain::api_keys::{ApiKey, ApiKeyParts};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::instant::Instant;
use application::enum_schemas::PermissionWord;

/// A key, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(crate) struct ApiKeyView {
    id: Uuid,
    #[schema(example = "Booking site")]
    name: String,
    /// The user of the key.
    user_id: Uuid,
    #[schema(value_type = PermissionWord)]
    permission: &'static str,
    /// The time from which the key is refused.
    #[serde(rename = "expiresAt")]
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    expires_at: Instant,
    #[serde(rename = "createdAt")]
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    created_at: Instant,
    /// The time since which the key is refused, if it was revoked.
    #[serde(rename = "revokedAt")]
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    revoked_at: Option<Instant>,
}

impl From<ApiKey> for ApiKeyView {
    fn from(key: ApiKey) -> Self {
        let ApiKeyParts {
            workspace_id: _,
            id,
            user_id,
            name,
            permission,
            secret_hash: _,
            created_at,
            expires_at,
            revoked_at,
        } = key.into_parts();
        Self {
            id: id.as_uuid(),
            name: name.into(),
            user_id: user_id.as_uuid(),
            permission: permission.as_str(),
            expires_at: Instant(expires_at),
            created_at: Instant(created_at),
            revoked_at: revoked_at.map(Instant),
        }
    }
}

/// A new key with its secret, which is shown only once.
#[derive(Serialize, ToSchema)]
#[schema(as = NewApiKey)]
pub(crate) struct NewApiKeyView {
    id: Uuid,
    #[schema(example = "Booking site")]
    name: String,
    /// The user of the key.
    user_id: Uuid,
    #[schema(value_type = PermissionWord)]
    permission: &'static str,
    /// The time from which the key is refused.
    #[serde(rename = "expiresAt")]
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    expires_at: Instant,
    #[serde(rename = "createdAt")]
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    created_at: Instant,
    /// The key to send with requests. It is not stored and not shown again.
    #[serde(rename = "apiKey")]
    #[schema(example = "tny_…")]
    api_key: String,
}

impl From<CreatedApiKey> for NewApiKeyView {
    fn from(CreatedApiKey { api_key, token }: CreatedApiKey) -> Self {
        let ApiKeyView { id, name, user_id, permission, expires_at, created_at, revoked_at: _ } = api_key.into();
        Self { id, name, user_id, permission, expires_at, created_at, api_key: token.reveal() }
    }
}
