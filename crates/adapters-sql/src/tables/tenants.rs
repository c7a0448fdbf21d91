//! The table `tenants`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "tenants" as tenant;
    key { workspace_id: Uuid, id: Uuid }
    read {
        name: String,
        domain: String,
        is_default: bool,
        status: String,
        description: Option<String>,
        address: Option<String>,
        city: Option<String>,
        post_code: Option<String>,
        country_code: Option<String>,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
    write {
        name_folded: String,
        search_text: String,
    }
}
