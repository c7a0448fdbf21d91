//! The table `webhooks`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "webhooks" as webhook;
    key { workspace_id: Uuid, id: Uuid }
    read {
        tenant_id: Uuid,
        url: String,
        description: Option<String>,
        types: String,
        scope: String,
        base_url: String,
        status: String,
        disabled_reason: Option<String>,
        position: i64,
        consecutive_failures: i32,
        next_attempt_at: Option<DateTimeUtc>,
        last_delivered_at: Option<DateTimeUtc>,
        secret: String,
        previous_secret: Option<String>,
        previous_until: Option<DateTimeUtc>,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
    write {
        leased_by: Option<Uuid>,
        leased_until: DateTimeUtc,
        newest: i64,
    }
}
