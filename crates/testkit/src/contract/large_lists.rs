//! Lists of so many listings that the index by which they are found varies: that of changes, of places or of the account.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use domain::audit::Stamp;
use domain::geography::Place;
use domain::ids::ListingId;
use domain::listings::{Listing, Unavailable};
use ports::{ListingFilter, Origin, Page, PageStart};

use super::Ports;
use super::host::{Host, new_listing, renamed};
use super::search::{DEGREE, SPOTS, around, at, by_hand, distances};
use crate::build;

/// The number of listings of each account: more than are few.
const MANY: i32 = 1_010;

/// Own and imported ones, by page and by cursor.
pub async fn few_and_many_changes_are_listed_by_id(ports: Ports) {
    let host = Host::open(ports).await;
    let other = Host::of(&host.world, "other").await;
    let new: Vec<_> = (0..MANY).map(|number| new_listing(&number.to_string())).collect();
    for owner in [&host, &other] {
        owner.deliver(new.clone()).await.expect("delivered");
    }
    let imported: Vec<_> = other.known(&new).await.iter().map(Listing::id).skip(3).collect();
    host.import(&imported).await.expect("imported");
    // The changes of the other owner are those of listings that are imported and, the first, of one that is not.
    let mut changed = BTreeMap::new();
    for (owner, positions) in [(&host, [900, 7, 1_009]), (&other, [0, 800, 9])] {
        let known = owner.known(&new).await;
        for (position, seconds) in positions.into_iter().zip(1..) {
            change(owner, &known[position], seconds).await;
            changed.insert(known[position].id(), seconds);
        }
    }

    let listings = [host.known(&new).await, other.known(&new).await].concat();
    for seconds in 0..5 {
        let since = build::at() + TimeDelta::seconds(seconds);
        for origin in [None, Some(Origin::Own), Some(Origin::Imported)] {
            let is_listed = |listing: &&Listing| {
                let is_own = listing.integration_account_id() == host.account.id;
                let is_visible = is_own || imported.contains(&listing.id());
                let is_changed = changed.get(&listing.id()).is_some_and(|at| *at >= seconds);
                (seconds == 0 || is_changed)
                    && is_visible
                    && origin.is_none_or(|origin| (origin == Origin::Own) == is_own)
            };
            let mut expected: Vec<_> = listings.iter().filter(is_listed).map(Listing::id).collect();
            expected.sort_unstable();
            let updated_since = since.to_rfc3339().parse().ok();
            let filter = ListingFilter { origin, updated_since, ..ListingFilter::default() };
            let size = if expected.len() > 10 { 400 } else { 2 };
            for walks in [false, true] {
                assert_eq!(pages(&host, &filter, size, walks).await, expected, "{filter:?}, walked: {walks}");
            }
            let count = host.world.ports.listing_queries.count(&host.scope().await, &filter).await;
            assert_eq!(count.expect("a count"), expected.len() as u64, "{filter:?}");
        }
    }
}

async fn change(owner: &Host, listing: &Listing, seconds: i64) {
    let scope = owner.scope().await;
    let stamp = Stamp { at: build::at() + TimeDelta::seconds(seconds), ..Host::stamp(&scope) };
    let change = listing.update(renamed("Barn"), &scope, stamp).expect("valid").expect("a change");
    owner.world.ports.listings.update(&scope, change).await.expect("updated");
}

/// Reads all pages, by their numbers or each after the last id of the one before.
async fn pages(host: &Host, filter: &ListingFilter, size: u32, walks: bool) -> Vec<ListingId> {
    let (queries, scope) = (&host.world.ports.listing_queries, host.scope().await);
    let (mut start, mut seen) = (PageStart::Number(1), Vec::new());
    for number in 2.. {
        let slice = queries.list(&scope, filter, Page { start, size }).await.expect("a list");
        seen.extend(slice.items.iter().map(|item| item.listing.id()));
        let Some(last) = slice.items.last().filter(|_| slice.has_more) else { break };
        start = if walks { PageStart::After(last.listing.id().as_uuid()) } else { PageStart::Number(number) };
    }
    seen
}

/// A tenant with so many listings that the list looks for them around the place: in growing rings, or, where too many are in
/// one place, not.
pub async fn a_list_of_many_around_a_place_shows_what_looking_at_each_shows(ports: Ports) {
    let host = Host::open(ports).await;
    let other = Host::of(&host.world, "other").await;
    let grid = |count: i64, step: i64| {
        let place = move |number: i64| Place {
            latitude: (40 * DEGREE + number / 60 * step).try_into().expect("a latitude"),
            longitude: (-74 * DEGREE + number % 60 * step).try_into().expect("a longitude"),
        };
        (0..count).map(move |number| (number, place(number)))
    };
    let spread = grid(3_000, DEGREE / 100).map(|(number, place)| at(place, &number.to_string()));
    let crowd = (3_000..4_100).map(|number: i64| at(SPOTS[3].parse().expect("a place"), &number.to_string()));
    let new: Vec<_> = spread.chain(crowd).collect();
    host.deliver(new.clone()).await.expect("delivered");
    let theirs: Vec<_> = grid(60, DEGREE / 90).map(|(number, place)| at(place, &number.to_string())).collect();
    other.deliver(theirs.clone()).await.expect("delivered");
    let theirs = other.known(&theirs).await;
    let imported: Vec<_> = theirs.iter().step_by(2).cloned().collect();
    host.import(&imported.iter().map(Listing::id).collect::<Vec<_>>()).await.expect("imported");
    let third = Host::of(&host.world, "third").await;
    third.import(&theirs.iter().map(Listing::id).collect::<Vec<_>>()).await.expect("imported");

    let own = host.known(&new).await;
    let everything = [own.clone(), imported].concat();
    let (queries, scope) = (&host.world.ports.listing_queries, host.scope().await);
    for (place, radius) in
        [("40.1,-73.9", "2"), ("40.1,-73.9", "20"), ("40.1,-73.9", "60"), (SPOTS[3], "5"), (SPOTS[6], "1000")]
    {
        let around = around(place, radius);
        let filter = ListingFilter { around: Some(around), ..ListingFilter::default() };
        let expected = by_hand(&everything, around);
        for number in [1, 2, 40] {
            let slice = queries.list(&scope, &filter, Page { start: PageStart::Number(number), size: 20 }).await;
            let slice = slice.expect("a page");
            let first = 20 * (usize::try_from(number).expect("a number") - 1);
            let rest = expected.get(first..).unwrap_or_default();
            assert_eq!(distances(&slice.items), rest[..rest.len().min(20)], "{place} {radius} {number}");
            assert_eq!(slice.has_more, rest.len() > 20, "{place} {radius} {number}");
        }
    }

    let around = around("40.1,-73.9", "20");
    let filter = ListingFilter { around: Some(around), ..ListingFilter::default() };
    let theirs: Vec<_> = theirs.iter().map(Listing::id).collect();
    for reason in Unavailable::ALL {
        other.set_available(false, reason, &theirs).await;
        let page = queries.list(&scope, &filter, Page { start: PageStart::Number(1), size: 20 }).await.expect("a page");
        assert_eq!(distances(&page.items), by_hand(&own, around)[..20], "{reason:?}");
        other.set_available(true, reason, &theirs).await;
    }
}
