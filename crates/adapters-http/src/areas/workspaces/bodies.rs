//! Request bodies of workspaces.

use application::UpdateWorkspace;
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::request::input::sent;
use crate::response::decimal::{Decimal, digits};

/// The fields of the workspace to change. An absent field is left unchanged. You may send a whole workspace back: its
/// read-only fields are ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UpdateWorkspaceBody {
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Stays Inc.", min_length = 1, max_length = 255)]
    name: Patch<String>,
    /// The currency of prices that state none (ISO 4217).
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "USD", pattern = "^[A-Za-z]{3}$")]
    default_currency: Patch<String>,
    /// The discount of integration accounts that state none, with at most 2 decimals.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, example = 12.5, minimum = 0, maximum = 100)]
    default_discount_percentage: Patch<Decimal>,
    /// The maximum hours for which an importer may hold nights.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, nullable = false, example = 72, minimum = 1, maximum = 720)]
    max_importer_hold_hours: Patch<i64>,
    /// The maximum number of pending stays that one importer may have at the listings of one owner.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<i64>, nullable = false, example = 100, minimum = 0, maximum = 10_000)]
    max_importer_holds: Patch<i64>,
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
