//! The table `charges`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "charges" as charge;
    key {
        #[expect(dead_code, reason = "the statement names it")]
        workspace_id: Uuid,
        #[expect(dead_code, reason = "the statement names it")]
        integration_account_id: Uuid,
        id: Uuid,
    }
    read {
        name: String,
        kind: String,
        basis: String,
        amount: Option<i64>,
        percentage: Option<i32>,
        max_nights: Option<i32>,
        counts_children: bool,
        is_taxable: Option<bool>,
        first_check_in: Option<Date>,
        last_check_in: Option<Date>,
        is_for_listings: bool,
    }
    write {
        position: i32,
    }
}
