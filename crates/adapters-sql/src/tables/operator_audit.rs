//! The table `operator_audit`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "operator_audit" as entry;
    key { id: Uuid }
    read {
        at: DateTimeUtc,
        operator_key_id: Option<Uuid>,
        operator_name: String,
        action: String,
        workspace_id: Option<Uuid>,
        resource_id: Uuid,
    }
}
