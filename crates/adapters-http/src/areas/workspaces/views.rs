//! Responses of workspaces.

use domain::workspaces::{Workspace, WorkspaceParts};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;
use crate::response::decimal::Decimal;

/// A customer of the service.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Workspace)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkspaceView {
    id: Uuid,
    #[schema(example = "Stays Inc.")]
    name: String,
    /// The currency of prices that state none (ISO 4217).
    #[schema(example = "USD")]
    default_currency: &'static str,
    /// The discount of integration accounts that state none.
    #[schema(value_type = f64, example = 12.5, minimum = 0, maximum = 100)]
    default_discount_percentage: Decimal,
    /// The maximum hours for which an importer may hold nights.
    #[schema(example = 72, minimum = 1, maximum = 720)]
    max_importer_hold_hours: i32,
    /// The maximum number of pending stays that one importer may have at the listings of one owner.
    #[schema(example = 100, minimum = 0, maximum = 10_000)]
    max_importer_holds: i32,
    created_at: DateTime,
    updated_at: DateTime,
}

impl From<Workspace> for WorkspaceView {
    fn from(workspace: Workspace) -> Self {
        let WorkspaceParts {
            id,
            name,
            default_currency,
            default_discount,
            longest_importer_hold,
            most_importer_holds,
            status: _,
            version: _,
            created_at,
            updated_at,
        } = workspace.into_parts();
        Self {
            id: id.as_uuid(),
            name: name.into(),
            default_currency: default_currency.code(),
            default_discount_percentage: default_discount.into(),
            max_importer_hold_hours: longest_importer_hold.get(),
            max_importer_holds: most_importer_holds.get(),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
        }
    }
}
