//! The table `calendar_nights`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "calendar_nights" as night;
    key {
        #[expect(dead_code, reason = "the statement names it")]
        workspace_id: Uuid,
        #[expect(dead_code, reason = "the statement names it")]
        listing_id: Uuid,
        night: Date,
    }
    read {
        is_blocked: bool,
        price: Option<i64>,
        currency: Option<String>,
        minimum_nights: Option<i32>,
        maximum_nights: Option<i32>,
    }
}
