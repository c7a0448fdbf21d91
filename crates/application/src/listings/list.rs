//! Lists of listings, and the search around a place.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use domain::access::{Caller, Permission};
use domain::geography::Around;
use domain::listings::{Occupancy, TenantListing};
use domain::stays::Stay;
use ports::{FreeNights, ListingFilter, Origin, Page, PricedNights, Slice};
use serde::Deserialize;
use thiserror::Error;
use utoipa::IntoParams;
use validator::ValidationErrors;

use super::Listings;
use crate::input::enum_schemas::{ApprovalWord, IncludedPart, ListingStatusWord, ListingType};
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields};
use crate::input::{Input, InvalidInput, REQUIRED};
use crate::outcome::refusal::Refusal;

/// The maximum number of amenities in a filter.
const MOST_AMENITIES: usize = 20;
/// The maximum number of listings that a search or its count looks at.
const MOST_LOOKED_AT: u32 = 100_000;
/// The default page size of a search.
const SEARCH_SIZE: i64 = 20;

/// The filter of listings.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct FindListings {
    /// The origin of the listings: `self` or `imported`.
    #[param(value_type = Option<ListingType>)]
    pub listing_type: Option<String>,
    /// The status of the listing.
    #[param(value_type = Option<ListingStatusWord>)]
    pub status: Option<String>,
    /// The decision on offering the listing.
    #[param(value_type = Option<ApprovalWord>)]
    pub approval: Option<String>,
    /// The account of the listings.
    #[serde(rename = "integrationAccountID")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub integration_account_id: Option<String>,
    /// The id in the property-management system, exactly.
    #[serde(rename = "providerID")]
    #[param(min_length = 1, max_length = 255)]
    pub provider_id: Option<String>,
    /// The number of guests for whom there must be room.
    #[param(minimum = 1, maximum = 1000)]
    pub guests: Option<i64>,
    /// The minimum number of bedrooms.
    #[param(minimum = 0, maximum = 1000)]
    pub bedroom_count: Option<i64>,
    /// The minimum number of bathrooms, with at most one decimal.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1000)]
    pub bathroom_count: Option<String>,
    /// The minimum price of a night, in the listing's own currency.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1_000_000_000)]
    pub min_price: Option<String>,
    /// The maximum price of a night, in the listing's own currency.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 1_000_000_000)]
    pub max_price: Option<String>,
    /// The currency of the price (ISO 4217).
    #[param(pattern = "^[A-Za-z]{3}$")]
    pub currency: Option<String>,
    /// The amenities that the listing must have, ignoring case: separated by commas, or as several parameters.
    #[serde(default)]
    #[param(style = Form, explode = false)]
    pub amenities: Vec<String>,
    /// The earliest instant of the last change.
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub updated_since: Option<String>,
    /// The latitude and longitude of a location: the nearest listings come first. Requires `radius`.
    #[param(example = "40.7128,-74.0060", pattern = r"^-?\d{1,2}(\.\d+)?,-?\d{1,3}(\.\d+)?$")]
    pub location: Option<String>,
    /// The radius around the location, in kilometres: more than 0 and at most 1000. Requires `location`.
    #[param(value_type = Option<f64>, exclusive_minimum = 0, maximum = 1000, example = 50)]
    pub radius: Option<String>,
    /// The first night on which the listing must be free. Requires `checkOutDate`.
    #[param(value_type = Option<chrono::NaiveDate>, example = "2030-01-10")]
    pub check_in_date: Option<String>,
    /// The day after the last night on which the listing must be free: 1 to 730 nights later. Requires `checkInDate`.
    #[param(value_type = Option<chrono::NaiveDate>, example = "2030-01-12")]
    pub check_out_date: Option<String>,
    /// A part that each listing brings besides: `price`, for a `stay` with its total. Requires `checkInDate`, `checkOutDate` and
    /// `guests`.
    #[param(value_type = Option<IncludedPart>)]
    pub include: Option<String>,
    /// The minimum price of the stay, in the listing's own currency. Requires what `include` requires.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub min_total: Option<String>,
    /// The maximum price of the stay, in the listing's own currency. Requires what `include` requires.
    #[param(value_type = Option<f64>, minimum = 0, maximum = 10_000_000_000_000_i64)]
    pub max_total: Option<String>,
}

/// An invalid listing type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be self or imported.")]
struct ListingTypeError;

/// An invalid part to include.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be price.")]
struct IncludeError;

struct PriceWord;

impl FromStr for PriceWord {
    type Err = IncludeError;

    fn from_str(text: &str) -> Result<Self, IncludeError> {
        if text == "price" { Ok(Self) } else { Err(IncludeError) }
    }
}

struct OriginWord(Origin);

impl FromStr for OriginWord {
    type Err = ListingTypeError;

    fn from_str(text: &str) -> Result<Self, ListingTypeError> {
        match text {
            "self" => Ok(Self(Origin::Own)),
            "imported" => Ok(Self(Origin::Imported)),
            _ => Err(ListingTypeError),
        }
    }
}

impl FindListings {
    fn filter(&self, needs_place: bool, now: DateTime<Utc>) -> Result<ListingFilter, ValidationErrors> {
        let mut reader = FieldReader::default();
        let filter = self.read(&mut reader, needs_place, now);
        reader.finish(Some(filter))
    }

    fn read(&self, r: &mut FieldReader, needs_place: bool, now: DateTime<Utc>) -> ListingFilter {
        let amenities = self.amenities.iter().flat_map(|list| list.split(',')).map(str::trim);
        let amenities: Vec<_> = amenities.filter(|amenity| !amenity.is_empty()).map(str::to_owned).collect();
        let place = r.given("location", &self.location);
        let radius = r.given("radius", &self.radius);
        let needs_place = needs_place || self.location.is_some() || self.radius.is_some();
        for (field, text) in [("location", &self.location), ("radius", &self.radius)] {
            if needs_place && text.is_none() {
                r.refuse(field, REQUIRED);
            }
        }
        let guests = r.given("guests", &self.guests);
        let free = self.stay(r).map(|stay| FreeNights { stay, at: now });
        ListingFilter {
            price: self.price(r, free, guests),
            origin: r.given("listingType", &self.listing_type).map(|OriginWord(origin)| origin),
            status: r.given("status", &self.status),
            approval: r.given("approval", &self.approval),
            integration_account_id: r.given("integrationAccountID", &self.integration_account_id),
            provider_id: r.given("providerID", &self.provider_id),
            guests,
            bedroom_count: r.given("bedroomCount", &self.bedroom_count),
            bathroom_count: r.given("bathroomCount", &self.bathroom_count),
            min_price: r.given("minPrice", &self.min_price),
            max_price: r.given("maxPrice", &self.max_price),
            currency: r.given("currency", &self.currency),
            amenities: r.items("amenities", &amenities, MOST_AMENITIES, FieldReader::item).unwrap_or_default(),
            updated_since: r.given("updatedSince", &self.updated_since),
            free,
            around: place.zip(radius).map(|(place, radius)| Around { place, radius }),
        }
    }

    /// Reads the request for prices, which needs a stay and guests.
    fn price(&self, r: &mut FieldReader, free: Option<FreeNights>, guests: Option<Occupancy>) -> Option<PricedNights> {
        let is_shown = r.given::<_, PriceWord>("include", &self.include).is_some();
        let (min, max) = (r.given("minTotal", &self.min_total), r.given("maxTotal", &self.max_total));
        if self.include.is_none() && self.min_total.is_none() && self.max_total.is_none() {
            return None;
        }
        let has_stay = self.check_in_date.is_some() || self.check_out_date.is_some();
        for (field, is_missing) in
            [("checkInDate", !has_stay), ("checkOutDate", !has_stay), ("guests", self.guests.is_none())]
        {
            if is_missing {
                r.refuse(field, REQUIRED);
            }
        }
        let FreeNights { stay, at } = free?;
        Some(PricedNights { stay, guests: guests?, at, is_shown, min, max })
    }

    /// Reads the nights that must be free. Either both dates are present or neither.
    fn stay(&self, r: &mut FieldReader) -> Option<Stay> {
        if self.check_in_date.is_none() && self.check_out_date.is_none() {
            return None;
        }
        let check_in = r.required("checkInDate", &self.check_in_date);
        let check_out = r.required("checkOutDate", &self.check_out_date);
        let stay = Stay::new(check_in?, check_out?);
        stay.map_err(|error| r.refuse("checkOutDate", error)).ok()
    }
}

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
    use domain::stays::StayDate;
    use ports::{MockListingQueries, MockListingRepository, PageStart};
    use testkit::build;

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
                        }
            })
            .returning(|_, _, _| Ok(nothing()));
        let filter = FindListings {
            listing_type: text("imported"),
            status: text("INACTIVE"),
            approval: text("REJECTED"),
            integration_account_id: Some(build::listing_account().id.to_string()),
            provider_id: text("4711"),
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
