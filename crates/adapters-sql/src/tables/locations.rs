//! The table `locations`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "locations" as location;
    key { workspace_id: Uuid, id: Uuid }
    read {
        tenant_id: Uuid,
        name: String,
        description: Option<String>,
        address: Option<String>,
        post_code: Option<String>,
        city: Option<String>,
        state: Option<String>,
        country_code: Option<String>,
        latitude: Option<String>,
        longitude: Option<String>,
        external_location_id: Option<String>,
        is_default: bool,
        is_trashed: bool,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
}
