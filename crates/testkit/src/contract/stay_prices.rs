//! The prices of stays in lists and searches, which the database computes: those that quotes have.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::charges::{Charge, ChargeBasis, ChargeEdit, ChargeKind, ChargeParts};
use domain::geography::Around;
use domain::ids::ListingId;
use domain::integration_accounts::{AccountEdit, AccountStatus};
use domain::listings::{Listing, ListingEdit, ListingStatus, NewListing, TenantListing};
use domain::money::{Amount, Money, Total};
use domain::patch::Patch;
use domain::percentages::Percentage;
use domain::quotes::{GuestCount, RequestedStay, StayPrice};
use domain::stays::{Stay, StayDate};
use ports::{FreeNights, ListingFilter, PricedNights};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::Ports;
use super::host::{Host, account_with, new_listing, with_status};
use super::search::some;
use super::shop::{blocked, date, instant, range, stay};
use crate::build;

const CURRENCIES: [&str; 6] = ["USD", "EUR", "JPY", "KWD", "CLF", "USD"];
/// Amounts that are tidy, that are ties when they are halved, and that are dear.
const AMOUNTS: [&str; 8] = ["0", "1", "149", "99.5", "0.125", "2.3456", "33333.25", "1000000000"];
const SHARES: [&str; 8] = ["0", "0.01", "2.5", "7.77", "12.5", "33.33", "99.99", "100"];
const FINE_SHARES: [&str; 6] = ["0", "0.0001", "7", "12.5", "8.8755", "100"];

/// The settings of an account with three listings.
#[derive(Debug, Clone)]
struct Settings {
    listings: Vec<(&'static str, &'static str, i64, Option<i64>)>,
    shares: [&'static str; 3],
    discount: Option<&'static str>,
    charges: Vec<(ChargeParts, Option<usize>)>,
    nights: Vec<(i64, &'static str, Option<i64>)>,
}

fn charge() -> impl Strategy<Value = ChargeParts> {
    let days = || option::of(1..20_i64);
    let kinds = (select(&ChargeKind::ALL[..]), select(&ChargeBasis::ALL[..]));
    let numbers = (select(&AMOUNTS[..]), select(&FINE_SHARES[..]), option::of(1..9_i64), any::<bool>());
    (kinds, numbers, days(), days()).prop_map(|((kind, basis), (amount, share, max_nights, is), first, last)| {
        let is_percentage = basis == ChargeBasis::Percentage;
        let day = |day: i64| StayDate::new(date("2030-01-01").as_date() + TimeDelta::days(day));
        ChargeParts {
            name: "Charge".parse().expect("a name"),
            kind,
            basis,
            amount: (!is_percentage).then(|| amount.parse().expect("an amount")),
            percentage: is_percentage.then(|| share.parse().expect("a percentage")),
            max_nights: max_nights.filter(|_| basis.counts_nights()).and_then(|nights| nights.try_into().ok()),
            counts_children: is && basis.counts_guests(),
            is_taxable: (kind == ChargeKind::Fee).then_some(is),
            first_check_in: first.map(day),
            last_check_in: last.map(|last| day(last.max(first.unwrap_or(0)))),
        }
    })
}

fn settings() -> impl Strategy<Value = Settings> {
    let listing =
        (select(&CURRENCIES[..]), select(&["149", "99", "0", "1000000000", "7"][..]), 1..4_i64, option::of(4..9_i64));
    let night = (0..20_i64, select(&["150", "80", "0", "999999999"][..]), option::of(1..6_i64));
    let shares = [select(&SHARES[..]), select(&SHARES[..]), select(&SHARES[..])];
    let charges = vec((charge(), option::of(0..3_usize)), 0..7);
    (vec(listing, 3), shares, option::of(select(&SHARES[..])), charges, vec(night, 0..12)).prop_map(
        |(listings, shares, discount, charges, nights)| Settings { listings, shares, discount, charges, nights },
    )
}

fn share(text: &str) -> Percentage {
    text.parse().expect("a percentage")
}

/// An owner with priced listings, an importer of all of them, and a tenant that could import them.
struct Shelf {
    owner: Host,
    importer: Host,
    stranger: Host,
    listings: Vec<Listing>,
}

impl Shelf {
    async fn of(ports: &Ports, settings: &Settings) -> Self {
        let owner = Host::open(ports.clone()).await;
        let (importer, stranger) = (Host::of(&owner.world, "importer").await, Host::of(&owner.world, "stranger").await);
        let mut listings = Vec::new();
        for (number, (currency, price, minimum, maximum)) in settings.listings.iter().enumerate() {
            let nights = |number: i64| number.try_into().expect("nights");
            let rest = ListingEdit {
                minimum_nights: Some(nights(*minimum)),
                maximum_nights: maximum.map(nights).into(),
                ..ListingEdit::default()
            };
            let new = NewListing {
                start_price: price.parse().expect("an amount"),
                currency: currency.parse().ok(),
                rest,
                ..new_listing(&number.to_string())
            };
            let listing = owner.create(new).await.expect("created").listing;
            let currency = listing.details().start_price.currency();
            let mut ranges = Vec::new();
            for (day, price, minimum) in &settings.nights {
                let first = StayDate::new(date("2030-01-01").as_date() + TimeDelta::days(*day));
                let price = Money::of(price.parse::<Amount>().expect("an amount"), currency).expect("whole");
                let mut night = range(Stay::new(first, first.next()).expect("a night"));
                night.price = Patch::Set(price.to_string().parse().expect("an amount"));
                night.minimum_nights = minimum.map_or(Patch::Keep, |minimum| Patch::Set(nights(minimum)));
                ranges.push(night);
            }
            if !ranges.is_empty() {
                owner.write(&listing, &ranges).await.expect("written");
            }
            listings.push(listing);
        }
        let [markup, distribution, _] = settings.shares.map(share);
        owner
            .edit_account(AccountEdit {
                markup: Some(markup),
                distribution_markup: Some(distribution),
                default_discount: settings.discount.map(share).into(),
                ..AccountEdit::default()
            })
            .await;
        let edit = |(parts, place): &(ChargeParts, Option<usize>)| ChargeEdit {
            id: None,
            charge: Charge::new(parts.clone()).expect("a charge"),
            listings: place.map(|place| [listings[place].id()].into()),
        };
        let edits: Vec<_> = settings.charges.iter().map(edit).collect();
        if !edits.is_empty() {
            owner.charge(&edits).await;
        }
        let ids: Vec<_> = listings.iter().map(Listing::id).collect();
        importer.import(&ids).await.expect("imported");
        Self { owner, importer, stranger, listings }
    }

    /// Returns the prices of quotes, of the listings that have one.
    async fn quoted(&self, seller: &Host, nights: Stay, guests: GuestCount) -> BTreeMap<ListingId, StayPrice> {
        let mut quoted = BTreeMap::new();
        let requested = RequestedStay { stay: nights, guests, currency: None, promotion: None };
        for listing in &self.listings {
            let offer = seller.offer(listing.id(), nights).await.expect("seen");
            if let Ok(priced) = offer.price(&requested, seller.tenant.id(), build::at()) {
                let (total, before_taxes) = (priced.price.total(), priced.price.before_taxes());
                quoted.insert(listing.id(), StayPrice { nights: nights.night_count(), total, before_taxes });
            }
        }
        quoted
    }
}

fn filter(nights: Stay, guests: GuestCount) -> ListingFilter {
    let at = build::at();
    let price = PricedNights { stay: nights, guests: guests.guests(), at, is_shown: true, min: None, max: None };
    ListingFilter {
        guests: Some(guests.guests()),
        free: Some(FreeNights { stay: nights, at }),
        price: Some(price),
        ..ListingFilter::default()
    }
}

fn priced(listed: Vec<TenantListing>) -> BTreeMap<ListingId, StayPrice> {
    listed.into_iter().filter_map(|seen| seen.stay.map(|stay| (seen.listing.id(), stay))).collect()
}

/// Returns all results of a search around the listings.
async fn searched(host: &Host, filter: &ListingFilter) -> Vec<TenantListing> {
    let around = Around { place: "40.7128,-74.0060".parse().expect("a place"), radius: "5".parse().expect("a radius") };
    host.found(around, filter).await
}

/// Compares accounts, charges, calendars and currencies of all kinds, for the owner, an importer, and a tenant that could
/// import.
pub async fn the_price_of_a_stay_in_a_list_is_that_of_a_quote(ports: Ports) {
    let stays = (0..20_i64, 1..9_i64, 1..5_i64);
    let mut compared = 0;
    for settings in some(12, &settings()) {
        let shelf = Shelf::of(&ports, &settings).await;
        for (first, nights, guests) in some(5, &stays) {
            let check_in = date("2030-01-01").as_date() + TimeDelta::days(first);
            let check_out = StayDate::new(check_in + TimeDelta::days(nights));
            let nights = Stay::new(StayDate::new(check_in), check_out).expect("nights");
            let guests = GuestCount::adults_only(guests.try_into().expect("guests"));
            let filter = filter(nights, guests);
            let context = || format!("{nights} {guests:?} {settings:?}");
            for seller in [&shelf.owner, &shelf.importer] {
                let quoted = shelf.quoted(seller, nights, guests).await;
                assert_eq!(priced(seller.listed(&filter).await), quoted, "{}", context());
                compared += quoted.len();
            }
            let quoted = shelf.quoted(&shelf.importer, nights, guests).await;
            assert_eq!(priced(searched(&shelf.stranger, &filter).await), quoted, "{}", context());
            // The bounds are the prices themselves.
            for (id, price) in &quoted {
                let pivot: Total = price.total.to_string().parse().expect("a total");
                for (min, max) in [(Some(pivot), None), (None, Some(pivot)), (Some(pivot), Some(pivot))] {
                    let bounds = filter.price.map(|price| PricedNights { min, max, ..price });
                    let filter = ListingFilter { price: bounds, ..filter.clone() };
                    let scaled = |price: &StayPrice| price.total.ten_thousandths();
                    let is_inside = |other: &StayPrice| {
                        min.is_none_or(|_| scaled(other) >= scaled(price))
                            && max.is_none_or(|_| scaled(other) <= scaled(price))
                    };
                    let mut expected = quoted.clone();
                    expected.retain(|_, other| is_inside(other));
                    assert!(expected.contains_key(id));
                    assert_eq!(priced(shelf.importer.listed(&filter).await), expected, "{min:?} {max:?} {}", context());
                    assert_eq!(priced(searched(&shelf.stranger, &filter).await), expected, "{}", context());
                }
            }
        }
    }
    assert!(compared > 150, "{compared}");
}

/// A stay that a quote would refuse has no price.
pub async fn a_stay_that_cannot_be_sold_has_no_price(ports: Ports) {
    let owner = Host::open(ports).await;
    let zoned = |provider: &str, zone: &str| NewListing {
        rest: ListingEdit { time_zone: Patch::Set(zone.parse().expect("a zone")), ..ListingEdit::default() },
        ..new_listing(provider)
    };
    let plain = owner.listing("1").await;
    let [east, west] = [zoned("2", "Pacific/Kiritimati"), zoned("3", "Pacific/Pago_Pago")];
    let [east, west] = [owner.create(east).await, owner.create(west).await].map(|new| new.expect("created").listing);
    let inactive = NewListing { rest: with_status(ListingStatus::Inactive), ..new_listing("4") };
    owner.create(inactive).await.expect("created");
    owner.book(plain.id(), stay("2030-02-10", "2030-02-12"), instant()).await;
    owner.write(&east, &[blocked(stay("2030-02-10", "2030-02-11"))]).await.expect("written");
    let two = GuestCount::adults_only(2.try_into().expect("guests"));
    let prices = async |nights: Stay| -> Vec<ListingId> {
        let prices = priced(owner.listed(&filter(nights, two)).await);
        let mut ids: Vec<_> = prices.into_keys().collect();
        ids.sort();
        ids
    };
    let mut all = [plain.id(), east.id(), west.id()].to_vec();
    all.sort();
    assert_eq!(prices(stay("2030-03-10", "2030-03-12")).await, all);
    assert_eq!(prices(stay("2030-02-10", "2030-02-12")).await, [west.id()]);
    // Midnight in UTC: the day before still goes on in the west.
    let today = StayDate::new(build::at().date_naive());
    let before = |days| StayDate::new(today.as_date() - TimeDelta::days(days));
    let one_night = |from: StayDate| Stay::new(from, from.next()).expect("a night");
    for (first, expected) in [(today, all), (before(1), vec![west.id()]), (before(2), vec![])] {
        assert_eq!(prices(one_night(first)).await, expected, "{first}");
    }
    owner.edit_account(account_with(AccountStatus::Inactive)).await;
    assert_eq!(prices(stay("2030-03-10", "2030-03-12")).await, []);
}
