//! Calendars.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::availability::{Calendar, CalendarEdit, NightStatus, NightTerms, RangeEdit};
use domain::change::Change;
use domain::listings::{Listing, ListingEdit, Unavailable};
use domain::money::Money;
use domain::patch::Patch;
use domain::stays::{Stay, StayDate};
use ports::{RepositoryError, rules};

use super::Ports;
use super::host::{Host, is_stale};
use super::shop::{Shop, blocked, date, in_turn, instant, is_taken, pending, range, stay};
use super::world::twenty_at_once;
use crate::build;

fn priced(nights: Stay, amount: &str) -> RangeEdit {
    RangeEdit { price: Patch::Set(amount.parse().expect("an amount")), ..range(nights) }
}

fn bounded(nights: Stay, minimum: i64, maximum: i64) -> RangeEdit {
    RangeEdit {
        minimum_nights: Patch::Set(minimum.try_into().expect("valid")),
        maximum_nights: Patch::Set(maximum.try_into().expect("valid")),
        ..range(nights)
    }
}

/// Returns the calendar of a listing without reservations, with these nights.
fn differing(listing: &Listing, nights: &[(&str, NightTerms)]) -> Calendar {
    let differing = nights.iter().map(|(night, terms)| (date(night), *terms)).collect();
    Calendar::new(listing.details(), differing, vec![])
}

/// Returns a price in US dollars.
fn dollars(minor: i64) -> Option<Money> {
    "USD".parse().ok().map(|currency| Money::from_minor(minor, currency))
}

/// Compares every field, with and without a value. Fields that an edit does not name stay.
pub async fn a_calendar_comes_back_as_it_was_written(ports: Ports) {
    let host = Host::open(ports).await;
    let listing = host.listing("7").await;
    let january = stay("2030-01-01", "2030-02-01");
    let seen = async || host.calendar(listing.id(), january).await.expect("its own");
    assert_eq!(seen().await, Host::silent(&listing));

    let three = stay("2030-01-10", "2030-01-13");
    host.write(&listing, &[priced(three, "200.50"), bounded(stay("2030-01-11", "2030-01-12"), 2, 5)])
        .await
        .expect("written");
    let dear = NightTerms { price: dollars(20_050), ..NightTerms::default() };
    let bounds = NightTerms { minimum_nights: 2.try_into().ok(), maximum_nights: 5.try_into().ok(), ..dear };
    let expected = [("2030-01-10", dear), ("2030-01-11", bounds), ("2030-01-12", dear)];
    assert_eq!(seen().await, differing(&listing, &expected));

    host.write(&listing, &[blocked(stay("2030-01-11", "2030-01-14"))]).await.expect("written");
    let blocked = |terms| NightTerms { is_blocked: true, ..terms };
    let expected = [
        ("2030-01-10", dear),
        ("2030-01-11", blocked(bounds)),
        ("2030-01-12", blocked(dear)),
        ("2030-01-13", blocked(NightTerms::default())),
    ];
    assert_eq!(seen().await, differing(&listing, &expected));

    let cleared = RangeEdit {
        price: Patch::Clear,
        minimum_nights: Patch::Clear,
        status: Patch::Set(NightStatus::Available),
        ..range(stay("2030-01-01", "2030-01-13"))
    };
    host.write(&listing, &[cleared]).await.expect("written");
    let maximum = NightTerms { maximum_nights: 5.try_into().ok(), ..NightTerms::default() };
    let expected = [("2030-01-11", maximum), ("2030-01-13", blocked(NightTerms::default()))];
    assert_eq!(seen().await, differing(&listing, &expected), "a night without values is not stored");
}

/// Writes the maximum of one request, up to the last valid day.
pub async fn ten_years_are_written_at_once(ports: Ports) {
    let host = Host::open(ports).await;
    let listing = host.listing("7").await;
    let last = date("9999-12-31");
    let mut ranges = Vec::new();
    let mut end = last;
    for _ in 0..6 {
        let start = StayDate::new(end.as_date() - TimeDelta::days(610));
        ranges.push(blocked(Stay::new(start, end).expect("nights")));
        end = start;
    }
    host.write(&listing, &ranges).await.expect("written");
    for range in &ranges {
        let calendar = host.calendar(listing.id(), range.nights).await.expect("its own");
        assert!(calendar.nights(range.nights).all(|night| night.status == NightStatus::NotAvailable));
    }
    let free = ranges.iter().map(|taken| RangeEdit { status: Patch::Clear, ..range(taken.nights) }).collect::<Vec<_>>();
    host.write(&listing, &free).await.expect("written");
    assert_eq!(host.calendar(listing.id(), ranges[0].nights).await, Some(Host::silent(&listing)));
}

/// A price is stored with the currency in which it was given.
pub async fn a_price_waits_for_its_currency(ports: Ports) {
    let host = Host::open(ports).await;
    let listing = host.listing("7").await;
    let night = stay("2030-01-10", "2030-01-11");
    host.write(&listing, &[priced(night, "200.50")]).await.expect("written");
    let price = async || {
        let calendar = host.calendar(listing.id(), night).await.expect("its own");
        let price = calendar.night(night.check_in()).price;
        (price.to_string(), price.currency().code())
    };
    let edit = |currency: &str| ListingEdit { currency: currency.parse().ok(), ..ListingEdit::default() };
    assert_eq!(price().await, ("200.50".to_owned(), "USD"));
    let changed = host.update(&listing, edit("EUR")).await.expect("updated").listing;
    assert_eq!(price().await, ("149.00".to_owned(), "EUR"));
    host.update(&changed, edit("USD")).await.expect("updated");
    assert_eq!(price().await, ("200.50".to_owned(), "USD"));
}

/// `Stale`, and nothing is written.
pub async fn a_calendar_that_is_gone_or_anothers_is_not_written(ports: Ports) {
    let shop = Shop::open(ports).await;
    let (owner, importer, listing) = (&shop.owner, &shop.importer, &shop.listing);
    let nights = stay("2030-01-10", "2030-01-13");
    let change = owner.calendar_edit(listing, &[blocked(nights)]).await;
    let availability = &owner.world.ports.availability;
    let stranger = Host::of(&owner.world.beside().await, "stranger").await;
    let trail = owner.world.ports.trail.actions().await;

    assert!(is_stale(&importer.write(listing, &[blocked(nights)]).await), "an importer does not write");
    assert!(is_stale(&stranger.write(listing, &[blocked(nights)]).await));
    let mut forged = change.clone();
    forged.after.integration_account_id = importer.account.id;
    assert!(is_stale(&availability.edit(&importer.scope().await, forged).await), "it belongs to another account");
    assert_eq!(owner.world.ports.trail.actions().await, trail);
    assert_eq!(owner.calendar(listing.id(), nights).await, Some(Host::silent(listing)));

    owner.world.move_account(owner.account.id, &importer.tenant).await;
    assert!(is_stale(&availability.edit(&owner.scope().await, change.clone()).await), "its account moved away");
    importer.write(listing, &[blocked(nights)]).await.expect("the tenant owns the listing now");
    let moved = Host { account: owner.account.clone(), ..importer.clone() };
    moved.delete(listing).await.expect("deleted");
    assert!(is_stale(&availability.edit(&importer.scope().await, change).await), "the listing is gone");
}

/// A race: fields that one edit does not name may have been written by another.
pub async fn of_twenty_who_write_at_once_none_loses_anything(ports: Ports) {
    let host = Host::open(ports).await;
    let listing = host.listing("7").await;
    let nights = stay("2030-01-10", "2030-01-20");
    let mut edits: Vec<Change<CalendarEdit>> = Vec::new();
    for _ in 0..5 {
        let minimum = RangeEdit { minimum_nights: Patch::Set(2.try_into().expect("valid")), ..range(nights) };
        let maximum = RangeEdit { maximum_nights: Patch::Set(5.try_into().expect("valid")), ..range(nights) };
        for edit in [priced(nights, "200"), blocked(nights), minimum, maximum] {
            edits.push(host.calendar_edit(&listing, &[edit]).await);
        }
    }
    let next = in_turn(edits);
    let (won, lost) = twenty_at_once(|| {
        let (host, change) = (host.clone(), next());
        async move { host.world.ports.availability.edit(&host.scope().await, change).await }
    })
    .await;
    assert_eq!((won, lost.len()), (20, 0), "{lost:?}");
    let terms = NightTerms {
        is_blocked: true,
        price: dollars(20_000),
        minimum_nights: 2.try_into().ok(),
        maximum_nights: 5.try_into().ok(),
    };
    let differing: BTreeMap<_, _> = nights.nights().map(|night| (night, terms)).collect();
    let expected = Calendar::new(listing.details(), differing, vec![]);
    assert_eq!(host.calendar(listing.id(), nights).await, Some(expected));
}

/// Nights sold by the owner or an importer, or held, are taken; a lapsed hold does not take its nights.
pub async fn a_calendar_shows_what_is_sold_at_an_instant(ports: Ports) {
    let shop = Shop::open(ports).await;
    let january = stay("2030-01-01", "2030-02-01");
    let [sold, held, cancelled] =
        [stay("2029-12-30", "2030-01-03"), stay("2030-01-10", "2030-01-12"), stay("2030-01-20", "2030-01-21")];
    shop.owner.book(shop.id(), stay("2029-12-01", "2029-12-30"), instant()).await;
    shop.owner.book(shop.id(), sold, instant()).await;
    shop.importer.book(shop.id(), held, pending()).await;
    let gone = shop.importer.book(shop.id(), cancelled, instant()).await;
    shop.importer.turn(shop.importer.cancellation(&gone.reservation).await).await.expect("cancelled");
    shop.owner.book(shop.id(), stay("2030-02-01", "2030-02-02"), instant()).await;

    let day = TimeDelta::days(1);
    for (at, expected) in [
        (build::at(), vec![sold, held]),
        (build::at() + day - TimeDelta::milliseconds(1), vec![sold, held]),
        (build::at() + day, vec![sold]),
    ] {
        for host in [&shop.owner, &shop.importer] {
            let seen = host.calendar_at(shop.id(), january, at).await.expect("a listing");
            let taken: Vec<_> =
                seen.nights(january).filter(|night| night.status == NightStatus::NotAvailable).collect();
            let nights = january.nights().filter(|night| expected.iter().any(|stay| stay.contains(*night)));
            assert_eq!(taken.iter().map(|night| night.date).collect::<Vec<_>>(), nights.collect::<Vec<_>>(), "{at}");
        }
    }
}

/// The reservation stays when its night is blocked, and the night stays blocked when the reservation is cancelled.
pub async fn a_night_that_is_sold_may_be_blocked(ports: Ports) {
    let shop = Shop::open(ports).await;
    let nights = stay("2030-01-10", "2030-01-12");
    let booking = shop.owner.booking(shop.id(), nights, instant()).await;
    let sold = shop.importer.book(shop.id(), nights, instant()).await;
    shop.owner.write(&shop.listing, &[blocked(nights)]).await.expect("written");
    assert_eq!(shop.owner.reservation(sold.reservation.id()).await, Some(sold.clone()));
    shop.owner.turn(shop.owner.cancellation(&sold.reservation).await).await.expect("cancelled");
    assert!(is_taken(&shop.owner.sell(booking).await, rules::RESERVATION_STAY));
}

/// The owner still sees the calendar.
pub async fn an_importer_sees_no_calendar_of_what_sleeps(ports: Ports) {
    let shop = Shop::open(ports).await;
    let nights = stay("2030-01-01", "2030-02-01");
    let scope = shop.owner.scope().await;
    for reason in Unavailable::ALL {
        shop.owner.set_available(false, reason, &[shop.id()]).await;
        assert_eq!(shop.importer.calendar(shop.id(), nights).await, None, "{reason:?}");
        let own = shop.owner.world.ports.availability_queries.calendar(&scope, shop.id(), nights, build::at()).await;
        assert!(own.expect("no failure").is_some(), "{reason:?}");
        shop.owner.set_available(true, reason, &[shop.id()]).await;
        assert!(shop.importer.calendar(shop.id(), nights).await.is_some(), "not {reason:?}");
    }
}

/// Isolation: of tenants in a workspace, and of workspaces.
pub async fn another_tenant_sees_no_calendar(ports: Ports) {
    let shop = Shop::open(ports).await;
    let nights = stay("2030-01-10", "2030-01-12");
    for other in
        [Host::of(&shop.owner.world, "sibling").await, Host::of(&shop.owner.world.beside().await, "stranger").await]
    {
        assert_eq!(other.calendar(shop.id(), nights).await, None);
    }
    assert!(shop.importer.calendar(shop.id(), nights).await.is_some());
}

/// Entries are written in the transaction of the change.
pub async fn an_edit_of_a_calendar_leaves_one_entry(ports: Ports) {
    let host = Host::open(ports).await;
    let listing = host.listing("7").await;
    let before = host.world.ports.trail.actions().await.len();
    let written: Result<(), RepositoryError> = host.write(&listing, &[blocked(stay("2030-01-10", "2030-01-12"))]).await;
    written.expect("written");
    assert_eq!(host.world.ports.trail.actions().await[before..], ["availability.update"]);
}

/// Covers concurrent equal edits, and the reset of a night that never differed from the listing.
pub async fn an_edit_that_changes_no_night_leaves_no_entry(ports: Ports) {
    let host = Host::open(ports).await;
    let listing = host.listing("7").await;
    let january = stay("2030-01-01", "2030-02-01");
    let edit = RangeEdit { minimum_nights: Patch::Set(2.try_into().expect("valid")), ..priced(january, "200") };
    let before = host.world.ports.trail.actions().await.len();
    let mut edits = Vec::new();
    for _ in 0..20 {
        edits.push(host.calendar_edit(&listing, &[edit]).await);
    }
    let next = in_turn(edits);
    let (won, lost) = twenty_at_once(|| {
        let (host, change) = (host.clone(), next());
        async move { host.world.ports.availability.edit(&host.scope().await, change).await }
    })
    .await;
    assert_eq!((won, lost.len()), (20, 0), "{lost:?}");
    host.write(
        &listing,
        &[RangeEdit { status: Patch::Clear, price: Patch::Clear, ..range(stay("2031-01-01", "2031-01-03")) }],
    )
    .await
    .expect("written");
    assert_eq!(host.world.ports.trail.actions().await[before..], ["availability.update"]);
}
