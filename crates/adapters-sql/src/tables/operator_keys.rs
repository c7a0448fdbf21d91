//! The table `operator_keys`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "operator_keys" as operator_key;
    key { id: Uuid }
    read {
        name: String,
        secret_hash: String,
        created_at: DateTimeUtc,
        expires_at: DateTimeUtc,
        revoked_at: Option<DateTimeUtc>,
    }
}
