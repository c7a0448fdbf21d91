//! Lists of reservations.

use domain::access::{Caller, Permission};
use domain::reservations::TenantReservation;
use ports::{ReservationFilter, Slice};
use serde::Deserialize;
use utoipa::IntoParams;

use super::Reservations;
use crate::input::Input;
use crate::input::enum_schemas::ReservationStatusWord;
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields, read};
use crate::outcome::refusal::Refusal;

/// The filter of reservations. Both days of a range are included.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct FindReservations {
    /// The listing.
    #[serde(rename = "listingID")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub listing_id: Option<String>,
    /// The account of the listing.
    #[serde(rename = "integrationAccountID")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub integration_account_id: Option<String>,
    /// The id that the caller's tenant gave when it sold, exactly.
    #[serde(rename = "externalID")]
    #[param(min_length = 1, max_length = 255)]
    pub external_id: Option<String>,
    /// A part of the guest's name or email, or of the external id, ignoring case.
    pub q: Option<String>,
    /// The status of the reservation. The other words that the OTA's reference has find nothing.
    #[param(value_type = Option<ReservationStatusWord>)]
    pub status: Option<String>,
    /// The first day of check-in.
    #[param(value_type = Option<chrono::NaiveDate>)]
    pub check_in_start_date: Option<String>,
    /// The last day of check-in.
    #[param(value_type = Option<chrono::NaiveDate>)]
    pub check_in_end_date: Option<String>,
    /// The first day of check-out.
    #[param(value_type = Option<chrono::NaiveDate>)]
    pub check_out_start_date: Option<String>,
    /// The last day of check-out.
    #[param(value_type = Option<chrono::NaiveDate>)]
    pub check_out_end_date: Option<String>,
    /// The earliest instant of the last change.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub updated_since: Option<String>,
}

/// Words of the published contract for statuses that no reservation has here.
const NEVER: [&str; 8] = ["INQUIRY", "MODIFIED", "MOVED", "NO_SHOW", "STAYING", "POST_STAY", "UNKNOWN", "BLOCKED"];

impl Fields for FindReservations {
    /// `None` finds nothing.
    type Values = Option<ReservationFilter>;

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        let never = self.status.as_ref().is_some_and(|status| NEVER.contains(&status.as_str()));
        let filter = ReservationFilter {
            listing_id: r.given("listingID", &self.listing_id),
            integration_account_id: r.given("integrationAccountID", &self.integration_account_id),
            external_id: r.given("externalID", &self.external_id),
            status: if never { None } else { r.given("status", &self.status) },
            check_in_start: r.given("checkInStartDate", &self.check_in_start_date),
            check_in_end: r.given("checkInEndDate", &self.check_in_end_date),
            check_out_start: r.given("checkOutStartDate", &self.check_out_start_date),
            check_out_end: r.given("checkOutEndDate", &self.check_out_end_date),
            updated_since: r.given("updatedSince", &self.updated_since),
            q: r.optional("q", &self.q),
        };
        Some(Some(filter).filter(|_| !never))
    }
}

impl Reservations {
    /// Lists the reservations that the caller's tenant sees, oldest first.
    pub async fn list(
        &self,
        caller: &Caller,
        input: Input<List<FindReservations>>,
    ) -> Result<Listed<TenantReservation>, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let (filter, page) = read(&input?)?;
        let found = match filter {
            Some(filter) => self.queries.list(&scope, &filter, page).await?,
            None => Slice { items: vec![], has_more: false },
        };
        Ok(Listed::new(found, page))
    }

    /// Counts the reservations that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindReservations>) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        match read(&input?)? {
            Some(filter) => Ok(self.queries.count(&scope, &filter).await?),
            None => Ok(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::reservations::ReservationStatus;
    use std::sync::Arc;

    use ports::{MockQuoteRepository, MockReservationQueries, MockReservationRepository, Page, PageStart, Slice};
    use testkit::build;

    use super::*;
    use crate::input::paging::Paging;
    use crate::outcome::problem::Problem;
    use crate::quotes::fixture::{LISTING, coupons, text};
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    fn over(queries: MockReservationQueries) -> Reservations {
        let (repository, quotes) = (MockReservationRepository::new(), MockQuoteRepository::new());
        Reservations {
            repository: Arc::new(repository),
            queries: Arc::new(queries),
            quotes: Arc::new(quotes),
            idempotency: idempotency(),
            coupons: coupons(),
            ambient: ambient(),
        }
    }

    #[tokio::test]
    async fn every_parameter_becomes_a_condition() {
        let date = |text: &str| text.parse().ok();
        let expected = ReservationFilter {
            listing_id: Some(LISTING),
            integration_account_id: Some(build::listing_account().id),
            external_id: "X-1".parse().ok(),
            status: Some(ReservationStatus::Cancelled),
            check_in_start: date("2030-01-01"),
            check_in_end: date("2030-01-02"),
            check_out_start: date("2030-01-03"),
            check_out_end: date("2030-01-04"),
            updated_since: "2030-01-31T12:00:00Z".parse().ok(),
            q: "Hopper".parse().ok(),
        };
        let mut queries = MockReservationQueries::new();
        queries
            .expect_list()
            .once()
            .withf(move |scope, filter, page| {
                let second = Page { start: PageStart::Number(2), size: 5 };
                (scope.tenant_id(), filter, *page) == (build::channel_id(), &expected, second)
            })
            .returning(|_, _, _| Ok(Slice { items: vec![], has_more: false }));
        let filter = FindReservations {
            listing_id: Some(LISTING.to_string()),
            integration_account_id: Some(build::listing_account().id.to_string()),
            external_id: text("X-1"),
            status: text("CANCELLED"),
            check_in_start_date: text("2030-01-01"),
            check_in_end_date: text("2030-01-02"),
            check_out_start_date: text("2030-01-03"),
            check_out_end_date: text("2030-01-04"),
            updated_since: text("2030-01-31T12:00:00Z"),
            q: text("Hopper"),
        };
        let paging = Paging { page: Some(2), per_page: Some(5), ..Paging::default() };
        over(queries).list(&build::channel(Permission::Read), Ok(List { filter, paging })).await.expect("listed");
    }

    #[tokio::test]
    async fn all_field_errors_are_told_by_the_requests_own_names() {
        let wrong = || FindReservations {
            listing_id: text("x"),
            integration_account_id: text(""),
            external_id: text(""),
            status: text("confirmed"),
            check_in_start_date: text("tomorrow"),
            check_in_end_date: text("2030-02-30"),
            check_out_start_date: text("1"),
            check_out_end_date: text(" "),
            updated_since: text("2030-01-31"),
            q: text("\u{7}"),
        };
        let expected = [
            "checkInEndDate",
            "checkInStartDate",
            "checkOutEndDate",
            "checkOutStartDate",
            "externalID",
            "integrationAccountID",
            "listingID",
            "q",
            "status",
            "updatedSince",
        ];
        let reservations = over(MockReservationQueries::new());
        let caller = build::channel(Permission::Read);
        let counted = reservations.count(&caller, Ok(wrong())).await.expect_err("invalid");
        let input = Ok(List { filter: wrong(), paging: Paging::default() });
        let listed = reservations.list(&caller, input).await.expect_err("invalid");
        for refused in [counted, listed] {
            let field_errors: Vec<_> =
                refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
            assert_eq!(field_errors, expected);
        }
    }
}
