//! The table `audit`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "audit" as entry;
    key {
        #[expect(dead_code, reason = "the statement names it")]
        workspace_id: Uuid,
        id: Uuid,
    }
    read {
        at: DateTimeUtc,
        tenant_id: Uuid,
        tenant_name: String,
        other_tenant_id: Option<Uuid>,
        actor_id: Option<Uuid>,
        actor_name: String,
        actor_key_id: Option<Uuid>,
        action: String,
        resource_kind: String,
        resource_id: Uuid,
        resource_name: String,
        #[sea_orm(column_type = "JsonBinary")]
        before: Json,
        #[sea_orm(column_type = "JsonBinary")]
        after: Json,
    }
}
