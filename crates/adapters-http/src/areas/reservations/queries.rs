//! Queries of reservations.

use application::FindReservations;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::openapi::enum_schemas::ReservationStatusWord;

/// The filter of reservations. Both days of a range are included.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReservationsQuery {
    /// The listing.
    #[serde(rename = "listingID")]
    #[param(value_type = Option<uuid::Uuid>)]
    listing_id: Option<String>,
    /// The account of the listing.
    #[serde(rename = "integrationAccountID")]
    #[param(value_type = Option<uuid::Uuid>)]
    integration_account_id: Option<String>,
    /// The status of the reservation.
    #[param(value_type = Option<ReservationStatusWord>)]
    status: Option<String>,
    /// The first day of check-in.
    #[param(value_type = Option<chrono::NaiveDate>)]
    check_in_start_date: Option<String>,
    /// The last day of check-in.
    #[param(value_type = Option<chrono::NaiveDate>)]
    check_in_end_date: Option<String>,
    /// The first day of check-out.
    #[param(value_type = Option<chrono::NaiveDate>)]
    check_out_start_date: Option<String>,
    /// The last day of check-out.
    #[param(value_type = Option<chrono::NaiveDate>)]
    check_out_end_date: Option<String>,
}

impl From<ReservationsQuery> for FindReservations {
    fn from(query: ReservationsQuery) -> Self {
        let ReservationsQuery {
            listing_id,
            integration_account_id,
            status,
            check_in_start_date,
            check_in_end_date,
            check_out_start_date,
            check_out_end_date,
        } = query;
        Self {
            listing_id,
            integration_account_id,
            status,
            check_in_start_date,
            check_in_end_date,
            check_out_start_date,
            check_out_end_date,
        }
    }
}
