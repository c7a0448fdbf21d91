//! The table `workspaces`.

use sea_orm::entity::prelude::*;

use crate::engine::table::table;

table! {
    "workspaces" as workspace;
    key { id: Uuid }
    read {
        name: String,
        default_currency: String,
        /// The discount in basis points.
        default_discount: i32,
        max_importer_hold_hours: i32,
        max_importer_holds: i32,
        status: String,
        version: i64,
        created_at: DateTimeUtc,
        updated_at: DateTimeUtc,
    }
    write {
        name_folded: Option<String>,
    }
}

/// The condition that the workspace `$1` is not being erased: what an operator stores in such a one would be lost.
pub(crate) const IS_KEPT: &str =
    " AND EXISTS (SELECT 1 FROM workspaces workspace WHERE workspace.id = $1 AND workspace.status <> 'ERASING')";
