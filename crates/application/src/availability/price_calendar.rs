//! Reading the calendars of many listings together.

use std::collections::HashSet;

use domain::access::{Caller, Permission};
use domain::availability::{ListingCalendar, Night, NightStatus};
use domain::ids::ListingId;
use domain::listings::Occupancy;
use domain::stays::Stay;
use ports::CalendarSelection;
use serde::Deserialize;
use utoipa::IntoParams;

use super::get::nights;
use super::{Availability, AvailabilityError};
use crate::input::reader::{FieldReader, Fields, read};
use crate::input::{Input, InvalidInput, not_found};

const MOST_LISTINGS: u32 = 100;
const MOST_NIGHTS: i32 = 370;
const LISTINGS: &str = "listingIDs";
const ACCOUNT: &str = "integrationAccountID";

/// A period of at most 370 nights of at most 100 listings, named one by one or by their account.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(rename_all = "camelCase")]
pub struct GetPriceCalendar {
    /// The listings: separated by commas, or as several parameters.
    #[serde(rename = "listingIDs", default)]
    #[param(style = Form, explode = false, value_type = Vec<uuid::Uuid>, max_items = 100)]
    pub listing_ids: Vec<String>,
    /// The account of the listings, in place of `listingIDs`.
    #[serde(rename = "integrationAccountID")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub integration_account_id: Option<String>,
    /// The date of the first night, like a check-in.
    #[param(value_type = chrono::NaiveDate, required)]
    pub start_date: Option<String>,
    /// The day after the last night, like a check-out.
    #[param(value_type = chrono::NaiveDate, required)]
    pub end_date: Option<String>,
    /// The number of guests. A listing without room for them has no available night.
    #[param(minimum = 1, maximum = 1000)]
    pub guests: Option<i64>,
}

/// The nights of one of several listings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListingNights {
    /// The listing.
    pub listing_id: ListingId,
    /// The nights, with their availability for the guests.
    pub nights: Vec<Night>,
}

impl Fields for GetPriceCalendar {
    type Values = (CalendarSelection, Stay, Option<Occupancy>);

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        let ids = self.listing_ids.iter().flat_map(|list| list.split(',')).map(str::trim);
        let ids: Vec<_> = ids.filter(|id| !id.is_empty()).map(ToOwned::to_owned).collect();
        let listings = r.items(LISTINGS, &ids, MOST_LISTINGS as usize, FieldReader::item);
        let account = r.given(ACCOUNT, &self.integration_account_id);
        let is_named = self.integration_account_id.is_some();
        if ids.is_empty() != is_named {
            r.refuse(LISTINGS, format_args!("must be sent, or else {ACCOUNT}, but not both."));
        }
        let stay = nights(r, &self.start_date, &self.end_date);
        if stay.is_some_and(|stay| stay.night_count().get() > MOST_NIGHTS) {
            r.refuse("endDate", format_args!("may not lie more than {MOST_NIGHTS} nights after the first date."));
        }
        let guests = r.given("guests", &self.guests);
        let selection = account.map(CalendarSelection::Account).or(listings.map(CalendarSelection::Listings));
        Some((selection?, stay?, guests))
    }
}

impl Availability {
    /// Returns the nights of listings that the caller's tenant owns or imports, with their present availability.
    pub async fn price_calendar(
        &self,
        caller: &Caller,
        input: Input<GetPriceCalendar>,
    ) -> Result<Vec<ListingNights>, AvailabilityError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        let (selection, nights, guests) = read(&input?)?;
        let now = self.ambient.now();
        let found = self.queries.calendars(&scope, &selection, nights, now, MOST_LISTINGS + 1).await?;
        match &selection {
            CalendarSelection::Account(_) if found.len() > MOST_LISTINGS as usize => {
                let phrase = format_args!("has more than {MOST_LISTINGS} listings. Name some of them in {LISTINGS}.");
                return Err(InvalidInput::new(ACCOUNT, phrase).into());
            }
            CalendarSelection::Account(_) => {}
            CalendarSelection::Listings(ids) => {
                let found: HashSet<_> = found.iter().map(|calendar| calendar.listing_id).collect();
                if let Some(position) = ids.iter().position(|id| !found.contains(id)) {
                    return Err(AvailabilityError::ListingsNotFound(not_found(&format!("{LISTINGS}.{position}"))));
                }
            }
        }
        Ok(found.into_iter().map(|listing| of_guests(&listing, nights, guests)).collect())
    }
}

fn of_guests(listing: &ListingCalendar, nights: Stay, guests: Option<Occupancy>) -> ListingNights {
    let has_room = guests.is_none_or(|guests| guests <= listing.max_occupancy);
    let is_open = has_room && listing.is_offered;
    let night =
        |night: Night| Night { status: if is_open { night.status } else { NightStatus::NotAvailable }, ..night };
    ListingNights { listing_id: listing.listing_id, nights: listing.calendar.nights(nights).map(night).collect() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use domain::availability::Calendar;
    use ports::{MockAvailabilityQueries, MockAvailabilityRepository, MockListingRepository};
    use testkit::build;
    use uuid::Uuid;

    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;
    use crate::steps::ambient::fixture::ambient;

    fn id(number: u128) -> ListingId {
        ListingId::new(Uuid::from_u128(number))
    }

    /// Returns the calendar of a listing for 4 guests.
    fn calendar(number: u128, is_offered: bool) -> ListingCalendar {
        let details = build::listing(id(number)).details().clone();
        let calendar = Calendar::new(&details, BTreeMap::new(), vec![]);
        ListingCalendar { listing_id: id(number), max_occupancy: details.max_occupancy, is_offered, calendar }
    }

    fn asking(listings: &[ListingId]) -> GetPriceCalendar {
        let listing_ids = vec![listings.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")];
        GetPriceCalendar {
            listing_ids,
            start_date: Some("2030-01-10".to_owned()),
            end_date: Some("2030-01-12".to_owned()),
            ..GetPriceCalendar::default()
        }
    }

    async fn read(
        found: Vec<ListingCalendar>,
        asked: GetPriceCalendar,
    ) -> Result<Vec<ListingNights>, AvailabilityError> {
        let mut queries = MockAvailabilityQueries::new();
        queries
            .expect_calendars()
            .withf(|scope, _, nights, at, most| {
                (scope.tenant_id(), nights.night_count().get(), *at, *most)
                    == (build::channel_id(), 2, build::at(), 101)
            })
            .returning(move |_, _, _, _, _| Ok(found.clone()));
        let availability = Availability {
            repository: Arc::new(MockAvailabilityRepository::new()),
            queries: Arc::new(queries),
            listings: Arc::new(MockListingRepository::new()),
            ambient: ambient(),
        };
        availability.price_calendar(&build::channel(Permission::Read), Ok(asked)).await
    }

    #[tokio::test]
    async fn a_night_is_available_where_the_listing_is_offered_and_has_room() {
        let occupancy = build::listing(id(1)).details().max_occupancy.get();
        for (is_offered, guests, expected) in [
            (true, None, NightStatus::Available),
            (true, Some(occupancy), NightStatus::Available),
            (true, Some(occupancy + 1), NightStatus::NotAvailable),
            (false, None, NightStatus::NotAvailable),
        ] {
            let asked = GetPriceCalendar { guests: guests.map(i64::from), ..asking(&[id(1)]) };
            let found = read(vec![calendar(1, is_offered)], asked).await.expect("found");
            assert_eq!(found[0].nights.iter().map(|night| night.status).collect::<Vec<_>>(), [expected; 2]);
        }
    }

    #[tokio::test]
    async fn a_listing_that_the_tenant_does_not_see_is_named_by_its_position() {
        let refused = read(vec![calendar(1, true)], asking(&[id(1), id(2)])).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::ListingNotFound);
        assert!(refused.field_errors().expect("field errors").contains_key("listingIDs.1"));
    }

    #[tokio::test]
    async fn an_account_with_too_many_listings_is_refused() {
        let account = Some(build::listing_account().id.to_string());
        let asked = || GetPriceCalendar { integration_account_id: account.clone(), ..asking(&[]) };
        let found = |number: u128| (0..number).map(|number| calendar(number, true)).collect();
        assert_eq!(read(found(100), asked()).await.expect("not too many").len(), 100);
        let refused = read(found(101), asked()).await.expect_err("too many");
        assert!(refused.field_errors().expect("field errors").contains_key(ACCOUNT));
    }

    #[tokio::test]
    async fn all_field_errors_are_told_at_once() {
        let field_errors = async |asked: GetPriceCalendar| {
            let refused = read(vec![], asked).await.expect_err("invalid");
            refused.field_errors().expect("field errors").keys().cloned().collect::<Vec<_>>()
        };
        let wrong = GetPriceCalendar {
            listing_ids: vec!["x".to_owned()],
            integration_account_id: Some("y".to_owned()),
            start_date: None,
            end_date: Some("2030-02-30".to_owned()),
            guests: Some(0),
        };
        let expected = ["endDate", "guests", ACCOUNT, LISTINGS, "listingIDs.0", "startDate"];
        assert_eq!(field_errors(wrong).await, expected);
        assert_eq!(field_errors(asking(&[])).await, [LISTINGS]);
        let many: Vec<_> = (0..101).map(id).collect();
        assert_eq!(field_errors(asking(&many)).await, [LISTINGS]);
        let long = GetPriceCalendar { end_date: Some("2031-01-16".to_owned()), ..asking(&[id(1)]) };
        assert_eq!(field_errors(long).await, ["endDate"]);
    }
}
