//! The table `listings`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "listings" as listing;
    key { workspace_id: Uuid, id: Uuid }
    read {
        integration_account_id: Uuid,
        provider_id: String,
        name: String,
        internal_name: Option<String>,
        description: Option<String>,
        kind as "type": Option<String>,
        status: String,
        thumbnail_url: Option<String>,
        #[sea_orm(column_type = "JsonBinary")]
        pictures: Json,
        line1: Option<String>,
        line2: Option<String>,
        city: Option<String>,
        state: Option<String>,
        country_code: Option<String>,
        postal_code: Option<String>,
        latitude: i64,
        longitude: i64,
        time_zone: Option<String>,
        minimum_nights: i32,
        maximum_nights: Option<i32>,
        max_occupancy: i32,
        max_infants: Option<i32>,
        pets_allowed: Option<bool>,
        bedroom_count: i32,
        bathroom_tenths: i32,
        start_price: i64,
        currency: String,
        #[sea_orm(column_type = "JsonBinary")]
        amenities: Json,
        is_approved: bool,
        rejection_reason: Option<String>,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
    write {
        x: f64,
        y: f64,
        z: f64,
        start_price_scaled: i64,
        amenities_folded: String,
        search_text: String,
    }
}
