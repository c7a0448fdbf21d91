//! Responses of API keys.

use application::CreatedApiKey;
use domain::api_keys::{ApiKey, ApiKeyParts};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;
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
    permission: PermissionWord,
    /// The time from which the key is refused.
    #[serde(rename = "expiresAt")]
    expires_at: DateTime,
    #[serde(rename = "createdAt")]
    created_at: DateTime,
    /// The time since which the key is refused, if it was revoked.
    #[serde(rename = "revokedAt")]
    revoked_at: Option<DateTime>,
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
            permission: permission.into(),
            expires_at: DateTime(expires_at),
            created_at: DateTime(created_at),
            revoked_at: revoked_at.map(DateTime),
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
    permission: PermissionWord,
    /// The time from which the key is refused.
    #[serde(rename = "expiresAt")]
    expires_at: DateTime,
    #[serde(rename = "createdAt")]
    created_at: DateTime,
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
