//! Request bodies of API keys.

use application::CreateApiKey;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::openapi::enum_schemas::PermissionWord;

/// A new key for a user of the tenant of the request.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct CreateApiKeyBody {
    /// The name of the key.
    #[schema(required, nullable = false, example = "Booking site", min_length = 1, max_length = 255)]
    name: Option<String>,
    /// The user of the key.
    #[schema(required, nullable = false, value_type = Option<uuid::Uuid>)]
    user_id: Option<String>,
    /// The permission: `ADMIN`, `WRITE` or `READ`, each including the next; `ADMIN` only for the roles `support` and `tenant`.
    #[schema(value_type = Option<PermissionWord>, required, nullable = false)]
    permission: Option<String>,
    /// The time from which the key is refused. The default is in 180 days; the latest is in 366, unless the operator sets another.
    #[serde(rename = "expiresAt")]
    #[schema(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    expires_at: Option<String>,
}

impl From<CreateApiKeyBody> for CreateApiKey {
    fn from(CreateApiKeyBody { name, user_id, permission, expires_at }: CreateApiKeyBody) -> Self {
        Self { name, user_id, permission, expires_at }
    }
}
