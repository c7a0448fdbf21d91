//! The table `webhook_attempts`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "webhook_attempts" as attempt;
    key {
        #[expect(dead_code, reason = "the scope has it")] workspace_id: Uuid,
        #[expect(dead_code, reason = "the caller has it")] webhook_id: Uuid,
        id: Uuid,
    }
    read {
        event_id: Uuid,
        position: Option<i64>,
        event_type: String,
        number: i32,
        status: Option<i32>,
        failure: Option<String>,
        duration: i64,
        at: DateTimeUtc,
    }
}
