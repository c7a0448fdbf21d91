//! Editing a calendar.

use domain::access::{Caller, Permission};
use domain::availability::{CalendarEdit, MOST_RANGES, RangeEdit};
use domain::ids::ListingId;
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::ToSchema;

use super::get::nights;
use super::{Availability, AvailabilityError};
use crate::input::bodies::objects;
use crate::input::enum_schemas::NightStatusWord;
use crate::input::reader::{FieldReader, Fields, read};
use crate::input::wire::{bounded, digits};
use crate::input::{Input, REQUIRED};
use crate::steps::retry::retry_stale;

/// The field's name in the request.
pub(super) const RANGES: &str = "ranges";

objects!(RangeFields);

/// An edit of a calendar, which is applied as a whole or not at all.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = CalendarBody)]
pub struct EditCalendar {
    /// The ranges of nights. Where ranges overlap, the later one wins in each field that it names. Together they name
    /// at most 3,660 nights.
    #[serde(default, deserialize_with = "bounded::<_, _, _, MOST_RANGES>")]
    #[schema(required, nullable = false, max_items = 366)]
    pub ranges: Option<Vec<RangeFields>>,
}

/// An edit of at most 730 nights. An absent field is left unchanged; null resets it to the listing's value.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = RangeBody)]
#[serde(remote = "Self", rename_all = "camelCase")]
pub struct RangeFields {
    /// The date of the first night, like a check-in.
    #[schema(value_type = Option<chrono::NaiveDate>, required, nullable = false)]
    pub start_date: Option<String>,
    /// The day after the last night, like a check-out.
    #[schema(value_type = Option<chrono::NaiveDate>, required, nullable = false)]
    pub end_date: Option<String>,
    /// The status: `NOT_AVAILABLE` blocks the nights, but sold nights stay sold. `AVAILABLE` offers them again.
    #[serde(default)]
    #[schema(value_type = Option<NightStatusWord>)]
    pub status: Patch<String>,
    /// The price of each night, in the listing's currency, with at most its decimals.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, example = 199.99, minimum = 0, maximum = 1_000_000_000)]
    pub price: Patch<String>,
    /// The minimum number of nights of a stay that begins on one of these nights.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    pub minimum_nights: Patch<i64>,
    /// The maximum number of nights of a stay that begins on one of these nights.
    #[serde(default)]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 3650)]
    pub maximum_nights: Patch<i64>,
}

impl Fields for EditCalendar {
    type Values = Vec<RangeEdit>;

    fn read(&self, r: &mut FieldReader) -> Option<Vec<RangeEdit>> {
        let Some(ranges) = &self.ranges else {
            r.refuse(RANGES, REQUIRED);
            return None;
        };
        r.items(RANGES, ranges, MOST_RANGES, |r, range| range.edit(r))
    }
}

impl RangeFields {
    fn edit(&self, r: &mut FieldReader) -> Option<RangeEdit> {
        let nights = nights(r, &self.start_date, &self.end_date);
        // A blank status does not mean null: it would make blocked nights available.
        let status = match &self.status {
            Patch::Set(_) => r.required("status", &self.status).into(),
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        };
        let price = r.clear("price", &self.price);
        let minimum_nights = r.clear("minimumNights", &self.minimum_nights);
        let maximum_nights = r.clear("maximumNights", &self.maximum_nights);
        Some(RangeEdit { nights: nights?, status, price, minimum_nights, maximum_nights })
    }
}

impl Availability {
    /// Edits the calendar of a listing of the caller's tenant, with all ranges or none. Returns the number of nights in
    /// the ranges.
    pub async fn edit(
        &self,
        caller: &Caller,
        listing: ListingId,
        input: Input<EditCalendar>,
    ) -> Result<usize, AvailabilityError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        let ranges = read(&input?)?;
        retry_stale(async || {
            let found = self.listings.get(&scope, listing).await?.ok_or(AvailabilityError::ListingNotFound)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            let Some(change) = CalendarEdit::decide(found.for_owner(&scope)?, &ranges, &scope, stamp)? else {
                return Ok(0);
            };
            let nights = change.after.night_count();
            self.repository.edit(&scope, change).await?;
            Ok(nights)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::listings::TenantListing;
    use ports::{MockAvailabilityQueries, MockAvailabilityRepository, MockListingRepository};
    use testkit::build;

    use super::*;
    use crate::input::Unreadable;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;
    use crate::steps::ambient::fixture::ambient;

    fn availability(repository: MockAvailabilityRepository, listings: MockListingRepository) -> Availability {
        let queries = MockAvailabilityQueries::new();
        Availability {
            repository: Arc::new(repository),
            queries: Arc::new(queries),
            listings: Arc::new(listings),
            ambient: ambient(),
        }
    }

    fn seen(found: fn(domain::listings::Listing) -> TenantListing) -> MockListingRepository {
        let mut listings = MockListingRepository::new();
        listings
            .expect_get()
            .withf(|scope, _| scope.tenant_id() == build::channel_id())
            .returning(move |_, id| Ok(Some(found(build::listing(id)))));
        listings
    }

    fn sent(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }

    fn range(start: &str, end: &str) -> RangeFields {
        RangeFields { start_date: Some(start.to_owned()), end_date: Some(end.to_owned()), ..RangeFields::default() }
    }

    fn priced(amount: &str) -> RangeFields {
        RangeFields { price: sent(amount), ..range("2030-01-01", "2030-01-04") }
    }

    async fn edit(
        repository: MockAvailabilityRepository,
        listings: MockListingRepository,
        ranges: Vec<RangeFields>,
    ) -> Result<usize, AvailabilityError> {
        let input = Ok(EditCalendar { ranges: Some(ranges) });
        let availability = availability(repository, listings);
        availability.edit(&build::channel(Permission::Write), ListingId::new(build::id()), input).await
    }

    /// Returns the refusal of an edit that must not be stored.
    async fn refused(listings: MockListingRepository, ranges: Vec<RangeFields>) -> AvailabilityError {
        edit(MockAvailabilityRepository::new(), listings, ranges).await.expect_err("refused")
    }

    fn field_errors(refused: &AvailabilityError) -> Vec<&str> {
        refused.field_errors().expect("field errors").keys().map(String::as_str).collect()
    }

    #[tokio::test]
    async fn who_may_not_is_told_so_before_the_body_is_looked_at() {
        for (permission, code) in
            [(Permission::Read, Code::PermissionDenied), (Permission::Write, Code::MalformedRequest)]
        {
            let availability = availability(MockAvailabilityRepository::new(), MockListingRepository::new());
            let unreadable = Err(Unreadable::Malformed("broken".to_owned()));
            let refused = availability.edit(&build::channel(permission), ListingId::new(build::id()), unreadable).await;
            assert_eq!(refused.expect_err("refused").code(), code);
        }
    }

    #[tokio::test]
    async fn absent_null_and_present_are_told_apart() {
        let mut repository = MockAvailabilityRepository::new();
        repository
            .expect_edit()
            .once()
            .withf(|scope, change| {
                let [priced, cleared] = change.after.nights[..] else { panic!("two ranges") };
                assert_eq!(priced.price.value().map(|price| price.to_string()).as_deref(), Some("99.50"));
                assert_eq!((priced.is_blocked, priced.minimum_nights), (None, Patch::Keep));
                assert_eq!((cleared.is_blocked, cleared.price), (Some(false), Patch::Clear));
                assert_eq!((cleared.minimum_nights, cleared.maximum_nights), (Patch::Clear, Patch::Clear));
                scope.tenant_id() == build::channel_id()
            })
            .returning(|_, _| Ok(()));
        let null = RangeFields {
            status: Patch::Clear,
            price: Patch::Clear,
            minimum_nights: Patch::Clear,
            maximum_nights: Patch::Clear,
            ..range("2030-02-01", "2030-02-03")
        };
        assert_eq!(edit(repository, seen(build::owned), vec![priced("99.5"), null]).await.expect("written"), 5);
    }

    #[tokio::test]
    async fn ranges_that_ask_for_nothing_are_not_stored() {
        for ranges in [vec![], vec![range("2030-01-01", "2030-01-02")]] {
            let nights = edit(MockAvailabilityRepository::new(), seen(build::owned), ranges).await;
            assert_eq!(nights.expect("nothing to do"), 0);
        }
    }

    #[tokio::test]
    async fn an_importer_is_not_the_owner() {
        let refused = refused(seen(build::imported), vec![priced("1")]).await;
        assert_eq!(refused.code(), Code::NotTheOwner);
    }

    #[tokio::test]
    async fn a_listing_that_the_tenant_does_not_see_is_not_found() {
        let mut listings = MockListingRepository::new();
        listings.expect_get().once().returning(|_, _| Ok(None));
        assert_eq!(refused(listings, vec![priced("1")]).await.code(), Code::ListingNotFound);
    }

    #[tokio::test]
    async fn all_field_errors_are_told_at_once_before_anything_is_read() {
        let wrong = RangeFields {
            status: sent(" "),
            price: sent("-1"),
            minimum_nights: Patch::Set(0),
            maximum_nights: Patch::Set(3_651),
            ..range("2030-01-02", "2030-01-01")
        };
        let refused = refused(MockListingRepository::new(), vec![priced("1"), RangeFields::default(), wrong]).await;
        let expected = [
            "ranges.1.endDate",
            "ranges.1.startDate",
            "ranges.2.endDate",
            "ranges.2.maximumNights",
            "ranges.2.minimumNights",
            "ranges.2.price",
            "ranges.2.status",
        ];
        assert_eq!(field_errors(&refused), expected);
    }

    #[tokio::test]
    async fn what_does_not_go_together_is_named_range_by_range() {
        let bounds = RangeFields {
            minimum_nights: Patch::Set(3),
            maximum_nights: Patch::Set(2),
            ..range("2030-01-01", "2030-01-02")
        };
        let fine = priced("0.001");
        let refused = refused(seen(build::owned), vec![fine.clone(), priced("1"), bounds, fine]).await;
        assert_eq!(field_errors(&refused), ["ranges.0.price", "ranges.2.maximumNights", "ranges.3.price"]);
    }

    #[tokio::test]
    async fn there_are_ranges_and_not_too_many() {
        let availability = availability(MockAvailabilityRepository::new(), MockListingRepository::new());
        let caller = build::channel(Permission::Write);
        let missing = availability.edit(&caller, ListingId::new(build::id()), Ok(EditCalendar::default())).await;
        assert_eq!(field_errors(&missing.expect_err("missing")), ["ranges"]);
        let many = vec![priced("1"); MOST_RANGES + 1];
        assert_eq!(field_errors(&refused(MockListingRepository::new(), many).await), ["ranges"]);
        let years = (2031..2042).map(|year| RangeFields {
            price: sent("1"),
            ..range(&format!("{year}-01-01"), &format!("{}-01-01", year + 1))
        });
        assert_eq!(field_errors(&refused(seen(build::owned), years.collect()).await), ["ranges"]);
    }
}
