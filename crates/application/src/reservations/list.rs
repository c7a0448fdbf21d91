//! Lists of reservations.

use domain::access::{Caller, Permission};
use domain::ids::{IntegrationAccountId, ListingId};
use domain::reservations::{ReservationStatus, TenantReservation};
use domain::stays::StayDate;
use ports::ReservationFilter;
use validator::Validate;

use super::Reservations;
use crate::input::paging::{List, Listed, checked_list};
use crate::input::{Input, InvalidInput, checked, is, optional};
use crate::outcome::refusal::Refusal;

/// The filters of a list of reservations. `None` matches everything. Date ranges include both dates.
#[derive(Debug, Clone, Default, Validate)]
pub struct FindReservations {
    /// The listing.
    #[validate(custom(function = is::<ListingId>, code = "listingID"))]
    pub listing_id: Option<String>,
    /// The account of the listing.
    #[validate(custom(function = is::<IntegrationAccountId>, code = "integrationAccountID"))]
    pub integration_account_id: Option<String>,
    /// The status.
    #[validate(custom(function = is::<ReservationStatus>))]
    pub status: Option<String>,
    /// The earliest day of check-in.
    #[validate(custom(function = is::<StayDate>, code = "checkInStartDate"))]
    pub check_in_start_date: Option<String>,
    /// The latest day of check-in.
    #[validate(custom(function = is::<StayDate>, code = "checkInEndDate"))]
    pub check_in_end_date: Option<String>,
    /// The earliest day of check-out.
    #[validate(custom(function = is::<StayDate>, code = "checkOutStartDate"))]
    pub check_out_start_date: Option<String>,
    /// The latest day of check-out.
    #[validate(custom(function = is::<StayDate>, code = "checkOutEndDate"))]
    pub check_out_end_date: Option<String>,
}

impl FindReservations {
    fn filter(&self) -> Result<ReservationFilter, InvalidInput> {
        Ok(ReservationFilter {
            listing_id: optional("listingID", self.listing_id.as_deref())?,
            integration_account_id: optional("integrationAccountID", self.integration_account_id.as_deref())?,
            status: optional("status", self.status.as_deref())?,
            check_in_start: optional("checkInStartDate", self.check_in_start_date.as_deref())?,
            check_in_end: optional("checkInEndDate", self.check_in_end_date.as_deref())?,
            check_out_start: optional("checkOutStartDate", self.check_out_start_date.as_deref())?,
            check_out_end: optional("checkOutEndDate", self.check_out_end_date.as_deref())?,
        })
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
        let (filter, page) = checked_list(input)?;
        Ok(Listed::new(self.queries.list(&scope, &filter.filter()?, page).await?, page))
    }

    /// Counts the reservations that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindReservations>) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        Ok(self.queries.count(&scope, &checked(input)?.filter()?).await?)
    }
}

#[cfg(test)]
mod tests {
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
            status: Some(ReservationStatus::Cancelled),
            check_in_start: date("2030-01-01"),
            check_in_end: date("2030-01-02"),
            check_out_start: date("2030-01-03"),
            check_out_end: date("2030-01-04"),
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
            status: text("CANCELLED"),
            check_in_start_date: text("2030-01-01"),
            check_in_end_date: text("2030-01-02"),
            check_out_start_date: text("2030-01-03"),
            check_out_end_date: text("2030-01-04"),
        };
        let paging = Paging { page: Some(2), per_page: Some(5), ..Paging::default() };
        over(queries).list(&build::channel(Permission::Read), Ok(List { filter, paging })).await.expect("listed");
    }

    #[tokio::test]
    async fn all_field_errors_are_told_by_the_requests_own_names() {
        let wrong = || FindReservations {
            listing_id: text("x"),
            integration_account_id: text(""),
            status: text("confirmed"),
            check_in_start_date: text("tomorrow"),
            check_in_end_date: text("2030-02-30"),
            check_out_start_date: text("1"),
            check_out_end_date: text(" "),
        };
        let expected = [
            "checkInEndDate",
            "checkInStartDate",
            "checkOutEndDate",
            "checkOutStartDate",
            "integrationAccountID",
            "listingID",
            "status",
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
