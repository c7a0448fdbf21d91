//! The table `integration_accounts`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "integration_accounts" as account;
    key { workspace_id: Uuid, id: Uuid }
    read {
        tenant_id: Uuid,
        name: String,
        provider: String,
        provider_account_id: Option<String>,
        account_identifier: String,
        auth_type: String,
        status: String,
        allow_import: bool,
        require_listing_approval: bool,
        import_mode: String,
        import_tenants: String,
        markup: i32,
        default_discount: Option<i32>,
        distribution_markup: i32,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
    write {
        search_text: String,
    }
}
