//! The table `event_consumers`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "event_consumers" as consumer;
    key { workspace_id: Uuid, tenant_id: Uuid, name: String }
    read {
        id: Uuid,
        position: i64,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
}
