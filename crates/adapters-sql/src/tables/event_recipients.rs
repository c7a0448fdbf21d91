//! The table `event_recipients`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "event_recipients" as recipient;
    key { workspace_id: Uuid, tenant_id: Uuid, position: i64 }
    read {
        event_type as "type": String,
        relation: String,
        #[sea_orm(column_type = "JsonBinary")]
        data: Option<Json>,
    }
}
