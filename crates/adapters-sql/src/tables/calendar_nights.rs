//! The table `calendar_nights`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "calendar_nights" as night;
    key { workspace_id: Uuid, listing_id: Uuid, night: Date }
    read {
        is_blocked: bool,
        price: Option<i64>,
        currency: Option<String>,
        minimum_nights: Option<i32>,
        maximum_nights: Option<i32>,
    }
}
