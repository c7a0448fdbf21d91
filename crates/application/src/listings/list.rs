//! Lists of listings, and the search around a place.

use chrono::{DateTime, Utc};
use domain::access::{Caller, Permission};
use domain::listings::TenantListing;
use ports::{ListingFilter, Origin, Page, Slice};
use validator::ValidationErrors;

use super::Listings;
use super::filter::FindListings;
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields};
use crate::input::{Input, InvalidInput, REQUIRED};
use crate::outcome::refusal::Refusal;

/// The maximum number of listings that a search or its count looks at.
const MOST_LOOKED_AT: u32 = 100_000;
/// The default page size of a search.
const SEARCH_SIZE: i64 = 20;

/// Reads the filter and the page, with the field errors of both.
fn read(
    List { filter, paging }: &List<FindListings>,
    needs_place: bool,
    now: DateTime<Utc>,
) -> Result<(ListingFilter, Page), ValidationErrors> {
    let mut reader = FieldReader::default();
    let filter = filter.read(&mut reader, needs_place, now);
    let page = paging.read(&mut reader);
    if filter.around.is_some() && paging.after.is_some() {
        reader.refuse("after", "may not be sent together with location.");
    }
    reader.finish(page.map(|page| (filter, page)))
}

/// Restricts a filter to imports. Returns `None` if it asks for the tenant's own listings.
fn imported(filter: ListingFilter) -> Option<ListingFilter> {
    match filter.origin {
        Some(Origin::Own) => None,
        None | Some(Origin::Imported) => Some(ListingFilter { origin: Some(Origin::Imported), ..filter }),
    }
}

impl Listings {
    /// Lists the listings that the caller's tenant owns or imports: nearest first if the filter has a place, else
    /// oldest first.
    pub async fn list(
        &self,
        caller: &Caller,
        input: Input<List<FindListings>>,
    ) -> Result<Listed<TenantListing>, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let (filter, page) = read(&input?, false, self.ambient.now())?;
        Ok(Listed::new(self.queries.list(&scope, &filter, page).await?, page))
    }

    /// Counts the listings that match.
    pub async fn count(&self, caller: &Caller, input: Input<FindListings>) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let filter = input?.filter(false, self.ambient.now())?;
        Ok(self.queries.count(&scope, &filter).await?)
    }

    /// Lists the listings that the caller's tenant imports: nearest first if the filter has a place, else oldest first.
    pub async fn list_imported(
        &self,
        caller: &Caller,
        input: Input<List<FindListings>>,
    ) -> Result<Listed<TenantListing>, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let (filter, page) = read(&input?, false, self.ambient.now())?;
        let found = match imported(filter) {
            Some(filter) => self.queries.list(&scope, &filter, page).await?,
            None => Slice { items: vec![], has_more: false },
        };
        Ok(Listed::new(found, page))
    }

    /// Counts the imported listings that match.
    pub async fn count_imported(&self, caller: &Caller, input: Input<FindListings>) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        match imported(input?.filter(false, self.ambient.now())?) {
            Some(filter) => Ok(self.queries.count(&scope, &filter).await?),
            None => Ok(0),
        }
    }

    /// Searches the listings around a place that other tenants offer for import, nearest first.
    pub async fn search(
        &self,
        caller: &Caller,
        input: Input<List<FindListings>>,
    ) -> Result<Listed<TenantListing>, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let List { filter, mut paging } = input?;
        if paging.limit.is_none() {
            paging.per_page = paging.per_page.or(Some(SEARCH_SIZE));
        }
        let (filter, page) = read(&List { filter, paging }, true, self.ambient.now())?;
        let around = filter.around.ok_or_else(|| InvalidInput::new("location", REQUIRED))?;
        let found = self.queries.search(&scope, around, &filter, page, MOST_LOOKED_AT).await?;
        Ok(Listed::new(found.ok_or_else(too_wide)?, page))
    }

    /// Counts the offered listings that match.
    pub async fn count_found(&self, caller: &Caller, input: Input<FindListings>) -> Result<u64, Refusal> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let filter = input?.filter(true, self.ambient.now())?;
        let around = filter.around.ok_or_else(|| InvalidInput::new("location", REQUIRED))?;
        let count = self.queries.count_found(&scope, around, &filter, MOST_LOOKED_AT).await?;
        Ok(count.ok_or_else(too_wide)?)
    }
}

fn too_wide() -> InvalidInput {
    let phrase = format_args!("covers more than {MOST_LOOKED_AT} listings. It must be smaller.");
    InvalidInput::new("radius", phrase)
}

#[cfg(test)]
mod tests {
    use domain::geography::Radius;
    use domain::listings::{Amenity, ApprovalStatus, ListingStatus};
    use domain::stays::{Stay, StayDate};
    use ports::{FreeNights, MockListingQueries, MockListingRepository, PageStart, PricedNights};
    use testkit::build;

    use super::super::filter::MOST_AMENITIES;
    use super::super::fixture::over;
    use super::*;
    use crate::input::paging::Paging;
    use crate::outcome::problem::Problem;

    #[expect(clippy::unnecessary_wraps, reason = "it reads as what a client sent")]
    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    fn date(text: &str) -> StayDate {
        text.parse().expect("a date")
    }

    fn around() -> FindListings {
        FindListings { location: text("40.7128,-74.0060"), radius: text("50"), ..FindListings::default() }
    }

    fn nothing() -> Slice<TenantListing> {
        Slice { items: vec![], has_more: false }
    }

    async fn field_errors(filter: FindListings, paging: Paging, searches: bool) -> Vec<String> {
        let listings = over(MockListingRepository::new(), MockListingQueries::new());
        let (caller, input) = (build::channel(Permission::Read), Ok(List { filter, paging }));
        let answer = if searches { listings.search(&caller, input).await } else { listings.list(&caller, input).await };
        let refused = answer.expect_err("invalid");
        refused.field_errors().expect("field errors").keys().cloned().collect()
    }

    #[tokio::test]
    async fn every_parameter_becomes_a_condition() {
        let mut queries = MockListingQueries::new();
        queries
            .expect_list()
            .once()
            .withf(|scope, filter, page| {
                let amenities: Vec<_> = filter.amenities.iter().map(Amenity::as_str).collect();
                assert_eq!(amenities, ["wifi", "pool", "gym"]);
                let around = filter.around.expect("a place");
                assert_eq!(around.place.latitude.to_string(), "40.7128");
                assert_eq!(around.radius, Radius::of_kilometres(50));
                scope.tenant_id() == build::channel_id()
                    && page.start == PageStart::Number(1)
                    && *filter
                        == ListingFilter {
                            origin: Some(Origin::Imported),
                            status: Some(ListingStatus::Inactive),
                            approval: Some(ApprovalStatus::Rejected),
                            integration_account_id: Some(build::listing_account().id),
                            provider_id: "4711".parse().ok(),
                            guests: 2.try_into().ok(),
                            bedroom_count: 0.try_into().ok(),
                            bathroom_count: "1.5".parse().ok(),
                            min_price: "0.5".parse().ok(),
                            max_price: "100".parse().ok(),
                            currency: "EUR".parse().ok(),
                            amenities: filter.amenities.clone(),
                            updated_since: "2030-01-31T12:00:00Z".parse().ok(),
                            free: Some(FreeNights {
                                stay: Stay::new(date("2030-01-10"), date("2030-01-12")).expect("nights"),
                                at: build::at(),
                            }),
                            price: Some(PricedNights {
                                stay: Stay::new(date("2030-01-10"), date("2030-01-12")).expect("nights"),
                                guests: 2.try_into().expect("guests"),
                                at: build::at(),
                                is_shown: true,
                                min: "99.5".parse().ok(),
                                max: "1000".parse().ok(),
                            }),
                            around: filter.around,
                            q: "Sea view".parse().ok(),
                        }
            })
            .returning(|_, _, _| Ok(nothing()));
        let filter = FindListings {
            listing_type: text("imported"),
            status: text("INACTIVE"),
            approval: text("REJECTED"),
            integration_account_id: Some(build::listing_account().id.to_string()),
            provider_id: text("4711"),
            q: text("Sea view"),
            guests: Some(2),
            include: text("price"),
            min_total: text("99.5"),
            max_total: text("1000"),
            bedroom_count: Some(0),
            bathroom_count: text("1.5"),
            min_price: text("0.5"),
            max_price: text("100"),
            currency: text("eur"),
            amenities: vec!["wifi, pool".to_owned(), "gym,".to_owned()],
            updated_since: text("2030-01-31T12:00:00Z"),
            check_in_date: text("2030-01-10"),
            check_out_date: text("2030-01-12"),
            ..around()
        };
        let listings = over(MockListingRepository::new(), queries);
        let input = Ok(List { filter, paging: Paging::default() });
        listings.list(&build::channel(Permission::Read), input).await.expect("listed");
    }

    #[tokio::test]
    async fn all_field_errors_are_told_at_once() {
        let wrong = FindListings {
            listing_type: text("other"),
            guests: Some(0),
            min_price: text("-1"),
            location: text("91,0"),
            radius: text("1001"),
            check_in_date: text("2030-02-30"),
            ..FindListings::default()
        };
        let paging = Paging { per_page: Some(101), ..Paging::default() };
        let expected =
            ["checkInDate", "checkOutDate", "guests", "listingType", "location", "minPrice", "per_page", "radius"];
        assert_eq!(field_errors(wrong, paging, false).await, expected);
    }

    #[tokio::test]
    async fn a_place_and_a_radius_go_together() {
        let alone = FindListings { location: text("0,0"), ..FindListings::default() };
        assert_eq!(field_errors(alone, Paging::default(), false).await, ["radius"]);
        assert_eq!(field_errors(FindListings::default(), Paging::default(), true).await, ["location", "radius"]);
        let after = Paging { after: Some(build::id().to_string()), ..Paging::default() };
        assert_eq!(field_errors(around(), after, false).await, ["after"]);
    }

    #[tokio::test]
    async fn both_dates_make_a_stay() {
        for (check_in, check_out, expected) in [
            (text("2030-01-10"), None, "checkOutDate"),
            (None, text("2030-01-10"), "checkInDate"),
            (text("10.01.2030"), text("2030-01-12"), "checkInDate"),
            (text("2030-01-10"), text("2030-01-10"), "checkOutDate"),
            (text("2030-01-10"), text("2030-01-09"), "checkOutDate"),
            (text("2030-01-10"), text("2032-01-11"), "checkOutDate"),
        ] {
            for (place, searches) in [(FindListings::default(), false), (around(), true)] {
                let filter =
                    FindListings { check_in_date: check_in.clone(), check_out_date: check_out.clone(), ..place };
                assert_eq!(
                    field_errors(filter, Paging::default(), searches).await,
                    [expected],
                    "{check_in:?} {check_out:?}"
                );
            }
        }
    }

    #[tokio::test]
    async fn imported_listings_are_imports_whatever_type_is_asked_for() {
        for (listing_type, found) in [(None, 3), (text("imported"), 3), (text("self"), 0)] {
            let mut queries = MockListingQueries::new();
            let is_asked = |filter: &ListingFilter| filter.origin == Some(Origin::Imported);
            let listing = || build::imported(build::listing(domain::ids::ListingId::new(build::id())));
            let items = move || Slice { items: vec![listing(), listing(), listing()], has_more: false };
            queries.expect_list().withf(move |_, filter, _| is_asked(filter)).returning(move |_, _, _| Ok(items()));
            queries.expect_count().withf(move |_, filter| is_asked(filter)).returning(|_, _| Ok(3));
            let (listings, caller) = (over(MockListingRepository::new(), queries), build::channel(Permission::Read));
            let filter = FindListings { listing_type, ..FindListings::default() };
            let input = List { filter: filter.clone(), paging: Paging::default() };
            let listed = listings.list_imported(&caller, Ok(input)).await.expect("listed");
            assert_eq!((listed.items.len(), listed.has_more), (found, false), "{filter:?}");
            let count = listings.count_imported(&caller, Ok(filter.clone())).await.expect("counted");
            assert_eq!(count, found as u64, "{filter:?}");
        }
    }

    #[tokio::test]
    async fn imported_listings_of_no_known_type_are_refused() {
        let listings = over(MockListingRepository::new(), MockListingQueries::new());
        let caller = build::channel(Permission::Read);
        let filter = || FindListings { listing_type: text("nonsense"), ..FindListings::default() };
        let input = List { filter: filter(), paging: Paging { page: Some(0), ..Paging::default() } };
        let refused = listings.list_imported(&caller, Ok(input)).await.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["listingType", "page"]);
        let refused = listings.count_imported(&caller, Ok(filter())).await.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["listingType"]);
    }

    #[tokio::test]
    async fn a_search_that_would_look_at_too_much_is_refused() {
        let mut queries = MockListingQueries::new();
        queries.expect_search().once().returning(|_, _, _, _, _| Ok(None));
        queries.expect_count_found().once().returning(|_, _, _, _| Ok(None));
        let (listings, caller) = (over(MockListingRepository::new(), queries), build::channel(Permission::Read));
        let input = List { filter: around(), paging: Paging::default() };
        let searched = listings.search(&caller, Ok(input)).await.expect_err("too much");
        let counted = listings.count_found(&caller, Ok(around())).await.expect_err("too much");
        for refused in [searched, counted] {
            let field_errors = refused.field_errors().expect("fields at fault");
            assert_eq!(field_errors["radius"], ["The radius covers more than 100000 listings. It must be smaller."]);
        }
        let amenities = vec!["wifi,".repeat(MOST_AMENITIES + 1)];
        let many = FindListings { amenities, ..around() };
        assert_eq!(field_errors(many, Paging::default(), true).await, ["amenities"]);
    }

    #[tokio::test]
    async fn a_search_shows_twenty_unless_told() {
        for (paging, size) in [
            (Paging::default(), 20),
            (Paging { limit: Some(7), ..Paging::default() }, 7),
            (Paging { per_page: Some(8), ..Paging::default() }, 8),
        ] {
            let mut queries = MockListingQueries::new();
            queries
                .expect_search()
                .once()
                .withf(move |_, _, _, page, _| page.size == size)
                .returning(|_, _, _, _, _| Ok(Some(nothing())));
            let listings = over(MockListingRepository::new(), queries);
            let input = Ok(List { filter: around(), paging });
            listings.search(&build::channel(Permission::Read), input).await.expect("searched");
        }
    }
}
