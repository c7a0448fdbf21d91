//! The table `promotions`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "promotions" as promotion;
    key { workspace_id: Uuid, id: Uuid }
    read {
        integration_account_id: Uuid,
        name: String,
        description: Option<String>,
        discount: i32,
        coupon_code: Option<String>,
        start_date: Date,
        end_date: Date,
        booking_period_start: Option<Date>,
        booking_period_end: Option<Date>,
        status: String,
        thumbnail_url: Option<String>,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
    write {
        name_folded: String,
        coupon_code_folded: Option<String>,
    }
}
