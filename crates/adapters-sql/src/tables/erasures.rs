//! The table `erasures`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "erasures" as erasure;
    key { workspace_id: Uuid }
    read {
        requested_at: DateTimeUtc,
        operator_key_id: Option<Uuid>,
        operator_name: String,
        erased_rows: i64,
        erased_at: Option<DateTimeUtc>,
    }
}
