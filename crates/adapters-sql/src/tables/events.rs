//! The table `events`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "events" as event;
    key { workspace_id: Uuid, position: i64 }
    read {
        id: Uuid,
        entry_id: Uuid,
        numbered_at: DateTimeUtc,
        event_type as "type": String,
        tenant_id: Uuid,
        #[sea_orm(column_type = "JsonBinary")]
        data: Json,
    }
}
