//! Searches around a place, of importable and of own listings.

use std::ops::RangeInclusive;

use domain::geography::{Around, Distance, Place};
use domain::ids::ListingId;
use domain::listings::{Listing, ListingEdit, NewListing, TenantListing, Unavailable};
use ports::{ListingFilter, Origin, Page, PageStart};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::Ports;
use super::host::{Host, new_listing};
use super::listing_lists::{Stock, provider_ids};
use crate::build;

/// A degree, in billionths.
pub(super) const DEGREE: i64 = 1_000_000_000;
/// Places that are hard to search: the poles, at any longitude; both sides of the date line; and, to compare, New York.
pub(super) const SPOTS: [&str; 8] =
    ["90,0", "90,135", "-90,-7.5", "0,180", "0,-180", "-17,179.9", "-17,-179.9", "40.7128,-74.006"];
const RADII: [&str; 8] = ["0.000000001", "0.001", "0.5", "1", "2", "64", "500", "1000"];

fn places() -> impl Strategy<Value = Place> {
    let within = |latitude: RangeInclusive<i64>, longitude: RangeInclusive<i64>| {
        (latitude, longitude).prop_map(|(latitude, longitude)| Place {
            latitude: latitude.try_into().expect("a latitude"),
            longitude: longitude.try_into().expect("a longitude"),
        })
    };
    prop_oneof![
        within(-90 * DEGREE..=90 * DEGREE, -180 * DEGREE..=180 * DEGREE),
        within(89 * DEGREE..=90 * DEGREE, -180 * DEGREE..=180 * DEGREE),
        within(-90 * DEGREE..=-89 * DEGREE, -180 * DEGREE..=180 * DEGREE),
        within(-18 * DEGREE..=-16 * DEGREE, 179 * DEGREE..=180 * DEGREE),
        within(-18 * DEGREE..=-16 * DEGREE, -180 * DEGREE..=-179 * DEGREE),
        within(40 * DEGREE..=41 * DEGREE, -74 * DEGREE..=-73 * DEGREE),
        select(&SPOTS).prop_map(|spot| spot.parse().expect("a place")),
    ]
}

fn surroundings() -> impl Strategy<Value = Around> {
    let any = (1..=1_000_000_u32).prop_map(|metres| format!("{}.{:03}", metres / 1_000, metres % 1_000));
    let radii = prop_oneof![select(&RADII).prop_map(ToOwned::to_owned), any];
    (places(), radii).prop_map(|(place, radius)| Around { place, radius: radius.parse().expect("a radius") })
}

/// Returns samples of the strategy, the same in every run.
pub(super) fn some<T>(number: usize, strategy: &impl Strategy<Value = T>) -> Vec<T> {
    let mut runner = TestRunner::deterministic();
    (0..number).map(|_| strategy.new_tree(&mut runner).expect("a value").current()).collect()
}

pub(super) fn at(place: Place, provider_id: &str) -> NewListing {
    NewListing { place, ..new_listing(provider_id) }
}

pub(super) fn around(place: &str, radius: &str) -> Around {
    Around { place: place.parse().expect("a place"), radius: radius.parse().expect("a radius") }
}

/// Returns the listings around the place, nearest first, by computing the distance of each.
pub(super) fn by_hand(listings: &[Listing], around: Around) -> Vec<(ListingId, Option<Distance>)> {
    let (centre, chord) = (around.place.position(), around.radius.chord());
    let squared = |listing: &Listing| centre.squared_chord(listing.details().place.position());
    let mut inside: Vec<_> = listings.iter().map(|listing| (squared(listing), listing.id())).collect();
    inside.retain(|(squared, _)| *squared <= chord * chord);
    inside.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
    inside.into_iter().map(|(squared, id)| (id, Some(Distance::of_squared_chord(squared)))).collect()
}

pub(super) fn distances(listed: &[TenantListing]) -> Vec<(ListingId, Option<Distance>)> {
    listed.iter().map(|seen| (seen.listing.id(), seen.distance)).collect()
}

/// Creates two hosts with 150 listings each, and as many at the same places in another workspace.
async fn spread(ports: Ports) -> (Host, Host, Vec<Listing>, Vec<Listing>) {
    let host = Host::open(ports).await;
    let (other, stranger) = (Host::of(&host.world, "other").await, Host::of(&host.world.beside().await, "far").await);
    let places = some(300, &places());
    let new: Vec<_> = (0..).zip(&places).map(|(number, place)| at(*place, &i32::to_string(&number))).collect();
    let (one, two) = new.split_at(150);
    for (owner, listings) in [(&host, one), (&other, two), (&stranger, &new)] {
        owner.deliver(listings.to_vec()).await.expect("delivered");
    }
    let (own, others) = (host.known(one).await, other.known(two).await);
    (host, other, own, others)
}

/// Compares membership, order and distance; at the poles, across the date line, and of listings at the same place.
pub async fn a_search_finds_what_looking_at_each_finds(ports: Ports) {
    let (host, other, own, others) = spread(ports).await;
    let third = Host::of(&host.world, "third").await;
    let everything = [own.clone(), others.clone()].concat();
    let mut finds = 0;
    for around in some(60, &surroundings()) {
        let any = ListingFilter::default();
        let expected = by_hand(&everything, around);
        finds += usize::from(expected.len() > 1);
        assert_eq!(distances(&third.found(around, &any).await), expected, "{around:?}");
        assert_eq!(distances(&host.found(around, &any).await), by_hand(&others, around), "{around:?}");
        assert_eq!(distances(&other.found(around, &any).await), by_hand(&own, around), "{around:?}");
    }
    assert!(finds > 20, "most searches find nothing: {finds}");
}

/// The bound applies to listings of the own workspace, and only if the page is not full already.
pub async fn what_would_be_too_much_is_not_looked_at(ports: Ports) {
    let host = Host::open(ports).await;
    let (third, stranger) = (Host::of(&host.world, "third").await, Host::of(&host.world.beside().await, "far").await);
    let around = around(SPOTS[7], "100");
    let new: Vec<_> = (0..20).map(|number| at(around.place, &i32::to_string(&number))).collect();
    for owner in [&host, &stranger] {
        owner.deliver(new.clone()).await.expect("delivered");
    }
    let (queries, scope) = (&third.world.ports.listing_queries, third.scope().await);
    let all = ListingFilter::default();
    for (most, expected) in [(19, None), (20, Some(20))] {
        assert_eq!(queries.count_found(&scope, around, &all, most).await.expect("a count"), expected);
    }
    let none = ListingFilter { guests: 1000.try_into().ok(), ..ListingFilter::default() };
    for (filter, most, expected) in [(&all, 0, Some(5)), (&none, 19, None), (&none, 20, Some(0))] {
        let page = Page { start: PageStart::Number(1), size: 5 };
        let found = queries.search(&scope, around, filter, page, most).await.expect("a search");
        assert_eq!(found.map(|found| found.items.len()), expected, "{filter:?} {most}");
    }
}

/// The list includes the listings of accounts and imports.
pub async fn a_list_around_a_place_shows_what_looking_at_each_shows(ports: Ports) {
    let (host, _, own, others) = spread(ports).await;
    let imported: Vec<_> = others.iter().step_by(3).cloned().collect();
    host.import(&imported.iter().map(Listing::id).collect::<Vec<_>>()).await.expect("imported");
    let everything = [own.clone(), imported.clone()].concat();
    for around in some(60, &surroundings()) {
        for (origin, expected) in [(None, &everything), (Some(Origin::Own), &own), (Some(Origin::Imported), &imported)]
        {
            let filter = ListingFilter { origin, around: Some(around), ..ListingFilter::default() };
            assert_eq!(distances(&host.listed(&filter).await), by_hand(expected, around), "{filter:?}");
        }
    }
}

/// Reads a search and a list by page number.
pub async fn pages_of_what_is_found_join_without_gaps(ports: Ports) {
    let (host, _, own, others) = spread(ports).await;
    let (queries, scope) = (&host.world.ports.listing_queries, host.scope().await);
    for (turn, around) in some(20, &surroundings()).into_iter().enumerate() {
        let filter = ListingFilter { around: Some(around), ..ListingFilter::default() };
        let size = u32::try_from(1 + turn % 9).expect("a few");
        for (searches, expected) in [(true, &others), (false, &own)] {
            let mut seen = Vec::new();
            for number in 1.. {
                let page = Page { start: PageStart::Number(number), size };
                let slice = if searches {
                    let found = queries.search(&scope, around, &ListingFilter::default(), page, u32::MAX).await;
                    found.map(|found| found.expect("not too much"))
                } else {
                    queries.list(&scope, &filter, page).await
                };
                let slice = slice.expect("a page");
                seen.extend(distances(&slice.items));
                if !slice.has_more {
                    break;
                }
            }
            assert_eq!(seen, by_hand(expected, around), "pages of {size}, searched: {searches}, {around:?}");
        }
    }
}

/// Finds only active listings of active accounts that allow imports, of other active tenants of the same workspace.
pub async fn what_is_not_offered_is_not_found(ports: Ports) {
    let host = Host::open(ports).await;
    let buyer = Host::of(&host.world, "buyer").await;
    let stranger = Host::of(&host.world.beside().await, "stranger").await;
    let listing = host.listing("7").await;
    for other in [&buyer, &stranger] {
        other.listing("7").await;
    }
    let here = around("40.7128,-74.0060", "1000");
    let found = async || buyer.found(here, &ListingFilter::default()).await;
    let mut offered = host.own(listing.clone());
    offered.distance = Some(Distance::of_squared_chord(0.0));
    assert_eq!(found().await, [offered.clone()]);
    assert_eq!(stranger.found(here, &ListingFilter::default()).await, []);
    assert_eq!(host.found(here, &ListingFilter::default()).await.len(), 1, "the buyer's listing, not its own");

    buyer.import(&[listing.id()]).await.expect("imported");
    assert_eq!(found().await, [TenantListing { imported_at: Some(build::at()), ..offered.clone() }]);
    let third = Host::of(&host.world, "third").await;
    let seen = third.found(here, &ListingFilter::default()).await;
    assert!(seen.iter().all(|seen| seen.imported_at.is_none()), "imports of other tenants are not shown");

    for reason in Unavailable::ALL {
        host.set_available(false, reason, &[listing.id()]).await;
        assert_eq!(found().await, [], "{reason:?}");
        host.set_available(true, reason, &[listing.id()]).await;
        assert_eq!(found().await.len(), 1, "not {reason:?}");
    }
}

/// Applies the filters of lists to a search.
pub async fn every_filter_keeps_what_matches_of_what_is_found(ports: Ports) {
    let stock = Stock::of(ports).await;
    let buyer = &stock.other;
    let [plain] = stock.host.known(&[new_listing("plain")]).await.try_into().expect("one");
    buyer.import(&[plain.id()]).await.expect("imported");
    let here = around("40.7128,-74.0060", "1");
    for (name, filter, expected) in stock.cases() {
        let expected: Vec<_> = match filter.origin {
            None => expected.iter().copied().filter(|id| !["asleep", "imported"].contains(id)).collect(),
            Some(Origin::Own) => vec![],
            Some(Origin::Imported) => vec!["plain"],
        };
        assert_eq!(provider_ids(&buyer.found(here, &filter).await), expected, "{name}");
    }
}

/// Listings that are created, changed, delivered and deleted.
pub async fn a_listing_is_found_where_it_is_now(ports: Ports) {
    let host = Host::open(ports).await;
    let buyer = Host::of(&host.world, "buyer").await;
    let spots = ["40.7128,-74.0060", "-33.8688,151.2093", "90,0"];
    let is_found = async |expected: Option<usize>, how: &str| {
        for (position, spot) in spots.into_iter().enumerate() {
            let found = buyer.found(around(spot, "1"), &ListingFilter::default()).await;
            assert_eq!(!found.is_empty(), expected == Some(position), "{how}: {spot}");
        }
    };
    let listing = host.listing("7").await;
    is_found(Some(0), "created").await;
    let place: Place = spots[1].parse().expect("a place");
    let edit =
        ListingEdit { latitude: Some(place.latitude), longitude: Some(place.longitude), ..ListingEdit::default() };
    host.update(&listing, edit).await.expect("updated");
    is_found(Some(1), "changed").await;
    host.deliver(vec![at(spots[2].parse().expect("a place"), "7")]).await.expect("delivered");
    is_found(Some(2), "delivered").await;
    let listing = host.get(listing.id()).await.expect("a listing").listing;
    host.delete(&listing).await.expect("deleted");
    is_found(None, "deleted").await;
}
