//! Lists of listings: a tenant's own and imported ones.

use chrono::TimeDelta;
use domain::audit::Stamp;
use domain::geography::Around;
use domain::ids::{IntegrationAccountId, ListingId};
use domain::integration_accounts::AccountStatus;
use domain::listings::{
    ApprovalStatus, Listing, ListingEdit, ListingStatus, NewListing, Picture, TenantListing, Unavailable,
};
use domain::patch::Patch;
use ports::{FreeNights, ListingFilter, Origin, Page, PageStart};

use super::Ports;
use super::host::{Host, account_with, allowing, new_listing, with_status};
use super::shop::{blocked, instant, pending, stay};
use crate::build;

/// A host with two accounts that imports a listing of another tenant: a matching and a not matching listing for every
/// filter.
pub(super) struct Stock {
    pub(super) host: Host,
    pub(super) second: Host,
    pub(super) other: Host,
}

/// A filter with its name and the listings that match.
pub(super) type Case = (&'static str, ListingFilter, &'static [&'static str]);

impl Stock {
    pub(super) async fn of(ports: Ports) -> Self {
        let host = Host::open(ports).await;
        let (second, other) = (host.another_account().await, Host::of(&host.world, "other").await);
        let amenities = |names: &[&str]| names.iter().map(|name| name.parse().ok()).collect::<Option<Vec<_>>>();
        let rest = ListingEdit {
            bedroom_count: 3.try_into().ok(),
            bathroom_count: "2.5".parse().ok(),
            amenities: amenities(&["Wi-Fi", "100% Küche"]),
            ..ListingEdit::default()
        };
        let grand = NewListing {
            max_occupancy: 8.try_into().expect("an occupancy"),
            start_price: "300.50".parse().expect("an amount"),
            currency: "EUR".parse().ok(),
            rest,
            ..new_listing("grand")
        };
        let elsewhere = ListingEdit { amenities: amenities(&["wi-fi plus", "Pool"]), ..ListingEdit::default() };
        let imported = NewListing { rest: elsewhere, ..new_listing("imported") };
        let dear = NewListing {
            start_price: "40000".parse().expect("an amount"),
            currency: "JPY".parse().ok(),
            ..new_listing("dear")
        };
        host.listing("plain").await;
        let asleep = NewListing { rest: with_status(ListingStatus::Inactive), ..new_listing("asleep") };
        for (owner, new) in [(&host, grand), (&host, asleep), (&second, dear), (&other, imported)] {
            owner.create(new).await.expect("created");
        }
        // Updated later than all others, and equal otherwise.
        let late = host.listing("late").await;
        let scope = host.scope().await;
        let stamp = Stamp { at: build::at() + TimeDelta::seconds(1), ..Host::stamp(&scope) };
        let change = late.update(super::host::renamed("Barn"), &scope, stamp).expect("valid").expect("a change");
        host.world.ports.listings.update(&scope, change).await.expect("updated");
        other.listing("not imported").await;
        // In January 2030, one listing is not free on the 10th, and others from the 20th to the 22nd.
        let [plain] = host.known(&[new_listing("plain")]).await.try_into().expect("one");
        host.write(&plain, &[blocked(stay("2030-01-10", "2030-01-11"))]).await.expect("written");
        host.book(late.id(), stay("2030-01-20", "2030-01-22"), instant()).await;
        let cancelled = host.book(plain.id(), stay("2030-01-20", "2030-01-22"), pending()).await.reservation;
        host.turn(host.cancellation(&cancelled).await).await.expect("cancelled");
        let [dear] = second.known(&[new_listing("dear")]).await.try_into().expect("one");
        second.book(dear.id(), stay("2030-01-20", "2030-01-22"), pending()).await;
        let [imported] = other.known(&[new_listing("imported")]).await.try_into().expect("one");
        host.import(&[imported.id()]).await.expect("imported");
        Self { host, second, other }
    }

    /// Returns a case for every filter, each with a listing that matches and one that does not.
    pub(super) fn cases(&self) -> Vec<Case> {
        let any = ListingFilter::default;
        let amenities = |names: &[&str]| ListingFilter {
            amenities: names.iter().map(|name| name.parse().expect("an amenity")).collect(),
            ..any()
        };
        let account = |id| ListingFilter { integration_account_id: Some(id), ..any() };
        let provided = |id: &str| ListingFilter { provider_id: id.parse().ok(), ..any() };
        let price =
            |min: &str, max: &str| ListingFilter { min_price: min.parse().ok(), max_price: max.parse().ok(), ..any() };
        let since = |text: &str| ListingFilter { updated_since: Some(text.parse().expect("an edge")), ..any() };
        let free = |check_in: &str, check_out: &str, days| ListingFilter {
            free: Some(FreeNights { stay: stay(check_in, check_out), at: build::at() + TimeDelta::days(days) }),
            ..any()
        };
        let all: &[&str] = &["plain", "grand", "asleep", "dear", "imported", "late"];
        vec![
            ("none", any(), all),
            (
                "own",
                ListingFilter { origin: Some(Origin::Own), ..any() },
                &["plain", "grand", "asleep", "dear", "late"],
            ),
            ("imported", ListingFilter { origin: Some(Origin::Imported), ..any() }, &["imported"]),
            (
                "active",
                ListingFilter { status: Some(ListingStatus::Active), ..any() },
                &["plain", "grand", "dear", "imported", "late"],
            ),
            ("approved", ListingFilter { approval: Some(ApprovalStatus::Approved), ..any() }, all),
            ("pending", ListingFilter { approval: Some(ApprovalStatus::Pending), ..any() }, &[]),
            ("rejected", ListingFilter { approval: Some(ApprovalStatus::Rejected), ..any() }, &[]),
            ("inactive", ListingFilter { status: Some(ListingStatus::Inactive), ..any() }, &["asleep"]),
            ("an account", account(self.second.account.id), &["dear"]),
            ("an account of another", account(self.other.account.id), &["imported"]),
            ("an unknown account", account(IntegrationAccountId::new(build::id())), &[]),
            ("an id at the provider", provided("grand"), &["grand"]),
            ("an id of an import at the provider", provided("imported"), &["imported"]),
            ("an id of what is not imported", provided("not imported"), &[]),
            ("a part of an id", provided("gran"), &[]),
            ("an id in other letters", provided("GRAND"), &[]),
            ("8 guests", ListingFilter { guests: 8.try_into().ok(), ..any() }, &["grand"]),
            ("a text", ListingFilter { q: "loft".parse().ok(), ..any() }, &all[..5]),
            ("9 guests", ListingFilter { guests: 9.try_into().ok(), ..any() }, &[]),
            ("3 bedrooms", ListingFilter { bedroom_count: 3.try_into().ok(), ..any() }, &["grand"]),
            ("4 bedrooms", ListingFilter { bedroom_count: 4.try_into().ok(), ..any() }, &[]),
            ("2.5 bathrooms", ListingFilter { bathroom_count: "2.5".parse().ok(), ..any() }, &["grand"]),
            ("2.6 bathrooms", ListingFilter { bathroom_count: "2.6".parse().ok(), ..any() }, &[]),
            ("a price and more", price("300.5", ""), &["grand", "dear"]),
            ("a finer price and more", price("300.50000001", ""), &["dear"]),
            ("a price and less", price("", "149"), &["plain", "asleep", "imported", "late"]),
            ("a finer price and less", price("", "148.99999999"), &[]),
            ("prices", price("149.01", "39999.99"), &["grand"]),
            ("a currency", ListingFilter { currency: "JPY".parse().ok(), ..any() }, &["dear"]),
            ("an amenity", amenities(&["WI-FI"]), &["grand"]),
            ("amenities", amenities(&["100% KÜCHE", "wi-fi"]), &["grand"]),
            ("amenities that no listing has together", amenities(&["pool", "wi-fi"]), &[]),
            ("an amenity with wildcard characters", amenities(&["100_ küche"]), &[]),
            ("a part of an amenity", amenities(&["wi"]), &[]),
            ("the time of every change", since("2024-10-04T00:00:00Z"), all),
            ("the time of a change", since("2024-10-04T00:00:01Z"), &["late"]),
            ("a time before a change", since("2024-10-04T00:00:00.001Z"), &["late"]),
            ("a time after a change", since("2024-10-04T00:00:01.001Z"), &[]),
            (
                "nights with a blocked one",
                free("2030-01-09", "2030-01-12", 0),
                &["grand", "asleep", "dear", "imported", "late"],
            ),
            ("the nights after the blocked one", free("2030-01-11", "2030-01-20", 0), all),
            (
                "nights with a sold reservation",
                free("2030-01-21", "2030-01-30", 0),
                &["plain", "grand", "asleep", "imported"],
            ),
            ("nights with a lapsed hold", free("2030-01-21", "2030-01-30", 1), &all[..5]),
            ("the nights after the sold ones", free("2030-01-22", "2030-01-30", 0), all),
            (
                "several",
                ListingFilter { status: Some(ListingStatus::Active), ..price("149", "149") },
                &["plain", "imported", "late"],
            ),
        ]
    }
}

pub(super) fn provider_ids(listed: &[TenantListing]) -> Vec<&str> {
    listed.iter().map(|seen| seen.listing.details().provider_id.as_str()).collect()
}

/// Tests each filter alone; list and count must agree.
pub async fn every_filter_keeps_what_matches(ports: Ports) {
    let stock = Stock::of(ports).await;
    for (name, filter, expected) in stock.cases() {
        assert_eq!(provider_ids(&stock.host.listed(&filter).await), expected, "{name}");
    }
}

/// Pages by number and after an id, of several sizes, over accounts and imports.
pub async fn pages_over_accounts_and_imports_join_without_gaps(ports: Ports) {
    let host = Host::open(ports).await;
    let accounts = [
        host.clone(),
        host.another_account().await,
        host.another_account().await,
        Host::of(&host.world, "other").await,
    ];
    // An account without listings, and listings of another tenant that are not imported.
    host.another_account().await;
    let mut expected = Vec::new();
    for number in [0, 3, 1, 3, 3, 0, 0, 2, 0, 3, 1, 1, 3, 2, 0, 0, 0, 3, 1, 2, 3] {
        let listing = accounts[number].listing(&expected.len().to_string()).await;
        expected.push(listing.id());
    }
    for number in 0..3 {
        accounts[3].listing(&format!("not imported {number}")).await;
    }
    let imported = [1, 3, 4, 9, 12, 17, 20].map(|position| expected[position]);
    host.import(&imported).await.expect("imported");

    let (queries, scope) = (&host.world.ports.listing_queries, host.scope().await);
    for size in [1, 2, 5, 20, 21, 100] {
        for walks in [false, true] {
            let mut start = PageStart::Number(1);
            let mut seen: Vec<ListingId> = Vec::new();
            for number in 2.. {
                let slice = queries.list(&scope, &ListingFilter::default(), Page { start, size }).await;
                let slice = slice.expect("a list");
                seen.extend(slice.items.iter().map(|item| item.listing.id()));
                let Some(last) = slice.items.last().filter(|_| slice.has_more) else { break };
                start = if walks { PageStart::After(last.listing.id().as_uuid()) } else { PageStart::Number(number) };
            }
            assert_eq!(seen, expected, "pages of {size}, walked: {walks}");
        }
    }
    let beyond = Page { start: PageStart::Number(3), size: 20 };
    let beyond = queries.list(&scope, &ListingFilter::default(), beyond).await.expect("a list");
    assert_eq!((beyond.items, beyond.has_more), (vec![], false));
}

/// The list shows the owner and the time of the import, and whether the import sleeps.
pub async fn an_imported_listing_says_so_and_whether_it_sleeps(ports: Ports) {
    let host = Host::open(ports).await;
    let importer = Host::of(&host.world, "importer").await;
    let listing = host.listing("7").await;
    importer.import(&[listing.id()]).await.expect("imported");
    let sleeps = async || {
        let listed = importer.listed(&ListingFilter::default()).await;
        assert_eq!(listed, [importer.get(listing.id()).await.expect("imported")], "get returns the same");
        listed[0].unavailable
    };
    let awake = TenantListing { imported_at: Some(build::at()), ..host.own(listing.clone()) };
    assert_eq!(importer.listed(&ListingFilter::default()).await, std::slice::from_ref(&awake));
    assert_eq!(host.listed(&ListingFilter::default()).await, [host.own(listing.clone())]);

    for reason in Unavailable::ALL {
        host.set_available(false, reason, &[listing.id()]).await;
        assert_eq!(sleeps().await, Some(reason));
        host.set_available(true, reason, &[listing.id()]).await;
        assert_eq!(sleeps().await, None, "not {reason:?}");
    }
    host.set_available(false, Unavailable::ListingInactive, &[listing.id()]).await;
    let own = host.listed(&ListingFilter::default()).await.pop().expect("its own");
    assert_eq!(own.unavailable, Some(Unavailable::ListingInactive), "it is not available to its owner, either");
    host.decide(listing.id(), false).await;
    assert_eq!(sleeps().await, Some(Unavailable::ListingInactive), "the first of two reasons");
    let listing = host.get(listing.id()).await.expect("its own").listing;
    host.update(&listing, with_status(ListingStatus::Active)).await.expect("updated");
    assert_eq!(sleeps().await, Some(Unavailable::ListingNotApproved));
    host.edit_account(allowing(false)).await;
    assert_eq!(sleeps().await, Some(Unavailable::ImportNotAllowed), "the first of two reasons");
}

/// Conditions reveal nothing about the hidden fields of a sleeping import.
pub async fn an_import_that_sleeps_matches_no_filter_but_the_origin(ports: Ports) {
    let stock = Stock::of(ports).await;
    let importer = Host::of(&stock.host.world, "importer").await;
    let names = ["plain", "grand", "late", "dear"];
    let mut accounts = Vec::new();
    for host in [&stock.host, &stock.second] {
        let ids: Vec<_> = host.known(&names.map(new_listing)).await.iter().map(Listing::id).collect();
        importer.import(&ids).await.expect("imported");
        accounts.push((host, ids));
    }
    let here = Around { place: new_listing("7").place, radius: "1000".parse().expect("a radius") };
    let around = ListingFilter { around: Some(here), ..ListingFilter::default() };
    let mut cases = stock.cases();
    cases.push(("a place", around, &["plain", "grand", "late", "dear"]));
    for (name, filter, expected) in &cases {
        let expected = match filter.origin {
            None => expected.iter().filter(|id| names.contains(id)).count(),
            Some(Origin::Own) => 0,
            Some(Origin::Imported) => names.len(),
        };
        assert_eq!(importer.listed(filter).await.len(), expected, "{name}, awake");
    }
    for reason in Unavailable::ALL {
        for (host, ids) in &accounts {
            host.set_available(false, reason, ids).await;
        }
        for (name, filter, _) in &cases {
            let expected = if ["none", "imported"].contains(name) { 4 } else { 0 };
            assert_eq!(importer.listed(filter).await.len(), expected, "{name}, {reason:?}");
        }
        for (host, ids) in &accounts {
            host.set_available(true, reason, ids).await;
        }
    }
}

/// In each way in which a list finds listings, those of the first account and of another.
pub async fn each_own_listing_says_whether_its_account_is_active(ports: Ports) {
    let host = Host::open(ports).await;
    let owners = [host.clone(), host.another_account().await];
    let mut expected = Vec::new();
    for owner in &owners {
        expected.push(owner.own(owner.listing("7").await));
    }
    let here = Around { place: new_listing("7").place, radius: "1".parse().expect("a radius") };
    let any = ListingFilter::default;
    let filters = [
        any(),
        ListingFilter { updated_since: "2024-10-04T00:00:00Z".parse().ok(), ..any() },
        ListingFilter { around: Some(here), ..any() },
        ListingFilter { q: "loft".parse().ok(), ..any() },
    ];
    let reason = Unavailable::AccountInactive;
    for (owner, reasons) in owners.iter().zip([[Some(reason), None], [None, Some(reason)]]) {
        owner.edit_account(account_with(AccountStatus::Inactive)).await;
        for filter in &filters {
            let listed = host.listed(filter).await;
            assert_eq!(listed.iter().map(|seen| seen.unavailable).collect::<Vec<_>>(), reasons, "{filter:?}");
        }
        owner.edit_account(account_with(AccountStatus::Active)).await;
    }
    for filter in &filters[..2] {
        assert_eq!(host.listed(filter).await, expected, "{filter:?}");
    }
}

/// A list shows ten pictures and 1,000 characters, which may have several bytes. A single listing is complete.
pub async fn a_list_shows_the_beginning_of_what_is_long(ports: Ports) {
    let host = Host::open(ports).await;
    let importer = Host::of(&host.world, "importer").await;
    let (house, a) = ("🏠".repeat(1_000), "a".repeat(999));
    let here = Around { place: new_listing("7").place, radius: "1".parse().expect("a radius") };
    for (description, pictures, shown, is_truncated) in [
        (house.clone(), 10, house.clone(), false),
        (format!("{house}ü"), 1, house.clone(), true),
        ("short".to_owned(), 11, "short".to_owned(), true),
        (format!("{a} and more"), 100, a.clone(), true),
    ] {
        let picture = |number| Picture {
            url: format!("https://example.com/{number}.jpg").parse().expect("an address"),
            description: (number % 2 == 0).then(|| format!("No. {number} \"ü\"").parse().expect("a text")),
        };
        let rest = ListingEdit {
            description: Patch::Set(description.parse().expect("a description")),
            pictures: Some((0..pictures).map(picture).collect()),
            ..ListingEdit::default()
        };
        let new = NewListing { rest, ..new_listing(&format!("{} {pictures}", description.len())) };
        let whole = host.create(new).await.expect("created");
        importer.import(&[whole.listing.id()]).await.expect("imported");
        assert_eq!(host.get(whole.listing.id()).await.as_ref(), Some(&whole));
        for seen in [
            host.listed(&ListingFilter::default()).await,
            importer.listed(&ListingFilter::default()).await,
            importer.listed(&ListingFilter { around: Some(here), ..ListingFilter::default() }).await,
            importer.found(here, &ListingFilter::default()).await,
        ] {
            let seen = seen.into_iter().find(|seen| seen.listing.id() == whole.listing.id()).expect("listed");
            let (details, all) = (seen.listing.details(), &whole.listing.details().pictures);
            assert_eq!(details.description.as_ref().map(ToString::to_string), Some(shown.clone()));
            assert_eq!(details.pictures[..], all[..all.len().min(10)]);
            assert_eq!(seen.is_truncated, is_truncated);
        }
    }
}
