//! What is read about workspaces.

use application::UpdateWorkspace;
use domain::tenants::FieldEdit;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::decimal::{Decimal, digits};
use crate::input::sent;

/// New fields of the workspace: what is absent stays. A whole workspace may be sent back; its read-only fields are
/// ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateWorkspaceBody {
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Stays Inc.", min_length = 1, max_length = 255)]
    name: FieldEdit<String>,
    /// ISO 4217: the currency of prices that state none.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "USD", pattern = "^[A-Za-z]{3}$")]
    default_currency: FieldEdit<String>,
    /// The discount of integration accounts that state none, with at most 2 decimals.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, example = 12.5, minimum = 0, maximum = 100)]
    default_discount_percentage: FieldEdit<Decimal>,
    /// The hours for which an importer may hold nights.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, nullable = false, example = 72, minimum = 1, maximum = 720)]
    max_importer_hold_hours: FieldEdit<i64>,
    /// The pending stays of one owner that one importer may have at a time.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, nullable = false, example = 100, minimum = 0, maximum = 10_000)]
    max_importer_holds: FieldEdit<i64>,
}

impl From<UpdateWorkspaceBody> for UpdateWorkspace {
    fn from(body: UpdateWorkspaceBody) -> Self {
        let UpdateWorkspaceBody {
            name,
            default_currency,
            default_discount_percentage,
            max_importer_hold_hours,
            max_importer_holds,
        } = body;
        Self {
            name,
            default_currency,
            default_discount_percentage: digits(default_discount_percentage),
            max_importer_hold_hours,
            max_importer_holds,
        }
    }
}
