//! The table `api_keys`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "api_keys" as api_key;
    key { workspace_id: Uuid, id: Uuid }
    read {
        user_id: Uuid,
        name: String,
        permission: String,
        secret_hash: String,
        created_at: DateTimeUtc,
        expires_at: DateTimeUtc,
        revoked_at: Option<DateTimeUtc>,
    }
}
