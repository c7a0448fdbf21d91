//! The table `users`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "users" as api_user;
    key { workspace_id: Uuid, id: Uuid }
    read {
        home_tenant_id: Uuid,
        current_tenant_id: Uuid,
        location_id: Option<Uuid>,
        name: String,
        email: Option<String>,
        role: String,
        status: i16,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
    write {
        email_folded: Option<String>,
        search_text: String,
        /// The user's status before a deactivation of the tenant.
        status_before: Option<i16>,
    }
}
