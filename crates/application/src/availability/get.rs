//! Reading a calendar.

use domain::access::{Caller, Permission, TenantScope};
use domain::availability::Night;
use domain::ids::ListingId;
use domain::stays::{Stay, StayDate};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Availability, AvailabilityError};
use crate::input::Input;
use crate::input::reader::{FieldReader, Fields, read};

/// The number of nights that are shown if none are named.
const NEXT_NIGHTS: u16 = 90;

/// A period of at most 730 nights.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct GetNights {
    /// The date of the first night, like a check-in. Without both dates, the 90 nights from today on are shown.
    #[param(value_type = Option<chrono::NaiveDate>)]
    pub start_date: Option<String>,
    /// The day after the last night, like a check-out.
    #[param(value_type = Option<chrono::NaiveDate>)]
    pub end_date: Option<String>,
}

impl Fields for GetNights {
    type Values = Option<Stay>;

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        let has_dates = self.start_date.is_some() || self.end_date.is_some();
        if has_dates { nights(r, &self.start_date, &self.end_date).map(Some) } else { Some(None) }
    }
}

/// Reads two required dates as nights.
#[expect(clippy::ref_option, reason = "the fields of a command")]
pub(super) fn nights(r: &mut FieldReader, start: &Option<String>, end: &Option<String>) -> Option<Stay> {
    let (start, end) = (r.required("startDate", start), r.required("endDate", end));
    Stay::new(start?, end?).map_err(|error| r.refuse("endDate", error)).ok()
}

impl Availability {
    /// Returns the nights of a listing that the caller's tenant owns or imports, with their present availability.
    pub async fn get(
        &self,
        caller: &Caller,
        listing: ListingId,
        input: Input<GetNights>,
    ) -> Result<Vec<Night>, AvailabilityError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let nights = match read(&input?)? {
            Some(nights) => nights,
            None => self.next_nights(&scope, listing).await?,
        };
        let calendar = self.queries.calendar(&scope, listing, nights, self.ambient.now()).await?;
        let calendar = calendar.ok_or(AvailabilityError::ListingNotFound)?;
        Ok(calendar.nights(nights).collect())
    }

    /// Returns the nights from today on, where the listing is.
    async fn next_nights(&self, scope: &TenantScope, listing: ListingId) -> Result<Stay, AvailabilityError> {
        let found = self.listings.get(scope, listing).await?.ok_or(AvailabilityError::ListingNotFound)?;
        let time_zone = found.listing.details().time_zone.unwrap_or_default();
        Ok(Stay::of_nights(StayDate::new(time_zone.today(self.ambient.now())), NEXT_NIGHTS))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use domain::availability::Calendar;
    use ports::{MockAvailabilityQueries, MockAvailabilityRepository, MockListingRepository};
    use testkit::build;

    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;
    use crate::steps::ambient::fixture::ambient;

    async fn get(
        queries: MockAvailabilityQueries,
        start: Option<&str>,
        end: Option<&str>,
    ) -> Result<Vec<Night>, AvailabilityError> {
        let repository = MockAvailabilityRepository::new();
        let mut listings = MockListingRepository::new();
        listings.expect_get().returning(|_, id| Ok(Some(build::owned(build::listing(id)))));
        let availability = Availability {
            repository: Arc::new(repository),
            queries: Arc::new(queries),
            listings: Arc::new(listings),
            ambient: ambient(),
        };
        let input = GetNights { start_date: start.map(str::to_owned), end_date: end.map(str::to_owned) };
        availability.get(&build::channel(Permission::Read), ListingId::new(build::id()), Ok(input)).await
    }

    #[tokio::test]
    async fn the_nights_of_the_tenant_of_the_request_are_told_as_they_are_now() {
        let mut queries = MockAvailabilityQueries::new();
        queries
            .expect_calendar()
            .once()
            .withf(|scope, _, _, at| (scope.tenant_id(), *at) == (build::channel_id(), build::at()))
            .returning(|_, id, _, _| Ok(Some(Calendar::new(build::listing(id).details(), BTreeMap::new(), vec![]))));
        let nights = get(queries, Some("2030-01-31"), Some("2030-02-02")).await.expect("found");
        let dates: Vec<_> = nights.iter().map(|night| night.date.to_string()).collect();
        assert_eq!(dates, ["2030-01-31", "2030-02-01"], "the last date is excluded");
    }

    #[tokio::test]
    async fn without_dates_the_nights_from_today_on_are_told() {
        let mut queries = MockAvailabilityQueries::new();
        queries
            .expect_calendar()
            .returning(|_, id, _, _| Ok(Some(Calendar::new(build::listing(id).details(), BTreeMap::new(), vec![]))));
        let nights = get(queries, None, None).await.expect("found");
        assert_eq!((nights.len(), nights[0].date), (90, StayDate::new(build::at().date_naive())));
    }

    #[tokio::test]
    async fn a_listing_that_the_tenant_does_not_see_is_not_found() {
        let mut queries = MockAvailabilityQueries::new();
        queries.expect_calendar().once().returning(|_, _, _, _| Ok(None));
        let unknown = get(queries, Some("2030-01-31"), Some("2030-02-01")).await.expect_err("unknown");
        assert_eq!(unknown.code(), Code::ListingNotFound);
    }

    #[tokio::test]
    async fn dates_that_are_no_stay_are_refused_before_anything_is_read() {
        for (start, end, fields) in [
            (Some("2030-02-30"), Some("tomorrow"), &["endDate", "startDate"][..]),
            (Some("2030-01-31"), None, &["endDate"]),
            (Some("2030-01-31"), Some("2030-01-31"), &["endDate"]),
            (Some("2030-01-31"), Some("2030-01-30"), &["endDate"]),
            (Some("2030-01-01"), Some("2032-01-02"), &["endDate"]),
        ] {
            let refused = get(MockAvailabilityQueries::new(), start, end).await.expect_err("invalid");
            let field_errors: Vec<_> =
                refused.field_errors().expect("field errors").keys().map(String::as_str).collect();
            assert_eq!(field_errors, fields, "{start:?} {end:?}");
        }
    }
}
