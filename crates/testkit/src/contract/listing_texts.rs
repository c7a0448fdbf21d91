//! Lists and searches of listings and reservations by a part of a text.

use std::ops::Range;

use chrono::Days;
use domain::geography::Around;
use domain::ids::ReservationId;
use domain::integration_accounts::AccountStatus;
use domain::listings::{AddressEdit, Listing, ListingDetails, ListingEdit, NewListing, TenantListing, Unavailable};
use domain::patch::Patch;
use domain::reservations::{Guest, NewReservation, ReservationParts, TenantReservation};
use domain::stays::{Stay, StayDate};
use domain::text::SearchText;
use ports::{ListingFilter, Origin, Page, PageStart, ReservationFilter};

use super::Ports;
use super::amendments::renamed;
use super::host::{Host, account_with, allowing, new_listing};
use super::search::{around, some};
use super::shop::{Shop, instant, stay};
use super::texts::{contains, texts, wanted};

fn text(q: &str) -> SearchText {
    q.parse().expect("a text")
}

fn listings_with(q: &str) -> ListingFilter {
    ListingFilter { q: Some(text(q)), ..ListingFilter::default() }
}

fn reservations_with(q: &str) -> ReservationFilter {
    ReservationFilter { q: Some(text(q)), ..ReservationFilter::default() }
}

fn everywhere() -> Around {
    around("40.7128,-74.0060", "1000")
}

/// Returns a listing with these texts, as far as they are valid.
fn listing_of(number: usize, name: &str, city: &str, internal_name: &str) -> NewListing {
    let in_city = |city| AddressEdit { city: Patch::Set(city), ..AddressEdit::default() };
    let rest = ListingEdit {
        internal_name: internal_name.parse().map_or(Patch::Keep, Patch::Set),
        address: city.parse().map_or(Patch::Keep, |city| Patch::Set(in_city(city))),
        ..ListingEdit::default()
    };
    let new = new_listing(&format!("id-{number}"));
    NewListing { name: name.parse().unwrap_or(new.name.clone()), rest, ..new }
}

/// Whether one of the texts that the tenant sees has the part.
fn shows(listing: &Listing, is_own: bool, part: &str) -> bool {
    let ListingDetails { name, provider_id, internal_name, address, .. } = listing.details();
    let internal_name = internal_name.as_ref().filter(|_| is_own);
    let texts = [
        Some(name.as_str()),
        Some(provider_id.as_str()),
        address.city.as_ref().map(domain::text::Line::as_str),
        internal_name.map(domain::listings::ListingName::as_str),
    ];
    texts.into_iter().flatten().any(|text| contains(text, part))
}

fn named(listed: &[TenantListing]) -> Vec<&str> {
    listed.iter().map(|seen| seen.listing.details().name.as_str()).collect()
}

/// Compares own, imported and offered listings; importers do not find the internal name, nor anything of a sleeping import.
pub async fn a_search_for_listings_finds_what_looking_at_each_finds(ports: Ports) {
    let host = Host::open(ports).await;
    let (other, asleep) = (Host::of(&host.world, "other").await, Host::of(&host.world, "asleep").await);
    let stranger = Host::of(&host.world.beside().await, "far").await;
    let texts = some(90, &texts());
    let new: Vec<_> = (0..30).map(|n| listing_of(n, &texts[3 * n], &texts[3 * n + 1], &texts[3 * n + 2])).collect();
    for owner in [&host, &other, &asleep, &stranger] {
        owner.deliver(new.clone()).await.expect("delivered");
    }
    for owner in [&other, &asleep] {
        let ids: Vec<_> = owner.known(&new[..20]).await.iter().map(Listing::id).collect();
        host.import(&ids).await.expect("imported");
    }
    asleep.edit_account(allowing(false)).await;
    let seen = host.listed(&ListingFilter::default()).await;
    assert_eq!(seen.len(), 70);
    let offered = host.found(everywhere(), &ListingFilter::default()).await;
    assert_eq!(offered.len(), 30);
    let all_wanted = wanted(&texts).into_iter().chain(["id-7", "-1", "7"].map(text));
    for part in all_wanted {
        let filter = listings_with(part.as_str());
        let mut expected = seen.clone();
        expected.retain(|seen| {
            let is_own = seen.owner == host.tenant.id();
            (is_own || seen.unavailable.is_none()) && shows(&seen.listing, is_own, part.as_str())
        });
        assert_eq!(host.listed(&filter).await, expected, "q {part:?}");
        for origin in [Origin::Own, Origin::Imported] {
            let mut expected = expected.clone();
            expected.retain(|seen| (seen.owner == host.tenant.id()) == (origin == Origin::Own));
            let filter = ListingFilter { origin: Some(origin), ..filter.clone() };
            assert_eq!(host.listed(&filter).await, expected, "{origin:?} {part:?}");
        }
        let near = host.listed(&ListingFilter { around: Some(everywhere()), ..filter.clone() }).await;
        assert_eq!(near.len(), expected.len(), "around {part:?}");
        let mut expected = offered.clone();
        expected.retain(|seen| shows(&seen.listing, false, part.as_str()));
        assert_eq!(host.found(everywhere(), &filter).await, expected, "search {part:?}");
    }
}

/// Reads all pages by number, and then by the last id.
async fn pages(host: &Host, filter: &ListingFilter) -> [Vec<TenantListing>; 2] {
    let (queries, scope) = (&host.world.ports.listing_queries, host.scope().await);
    let (mut by_number, mut after) = (Vec::new(), Vec::new());
    for number in 1.. {
        let page = Page { start: PageStart::Number(number), size: 100 };
        let slice = queries.list(&scope, filter, page).await.expect("a list");
        by_number.extend(slice.items);
        if !slice.has_more {
            break;
        }
    }
    let mut start = PageStart::Number(1);
    loop {
        let slice = queries.list(&scope, filter, Page { start, size: 100 }).await.expect("a list");
        after.extend(slice.items);
        match after.last() {
            Some(last) if slice.has_more => start = PageStart::After(last.listing.id().as_uuid()),
            _ => return [by_number, after],
        }
    }
}

/// Looks for texts in so many listings of several accounts that not all are read for a page, as those of another owner are.
pub async fn a_text_of_listings_is_found_however_common_it_is(ports: Ports) {
    let host = Host::open(ports).await;
    let (second, other) = (host.another_account().await, Host::of(&host.world, "other").await);
    let third = Host::of(&host.world, "third").await;
    let city = |number| match number {
        650 => "Rare",
        5_250.. => "Late",
        4_700.. => "Frequent",
        _ => "Elsewhere",
    };
    let new: Vec<_> = (0..5_310).map(|n| listing_of(n, &format!("Common {n:04}"), city(n), "Secret")).collect();
    for (owner, from, to) in [(&host, 0, 640), (&second, 640, 4_900), (&other, 4_900, 5_310)] {
        for part in new[from..to].chunks(1_000) {
            owner.deliver(part.to_vec()).await.expect("delivered");
        }
    }
    let ids = async |from, to| other.known(&new[from..to]).await.iter().map(Listing::id).collect::<Vec<_>>();
    host.import(&ids(4_900, 5_300).await).await.expect("imported");
    third.import(&ids(5_240, 5_310).await).await.expect("imported");
    let names: Vec<_> = new.iter().map(|listing| listing.name.to_string()).collect();
    let among =
        |all: &Range<usize>, part: Range<usize>| all.start.max(part.start)..all.end.min(part.end).max(part.start);
    let cases = [
        ("common", 0..5_310),
        ("rare", 650..651),
        ("late", 5_250..5_310),
        ("frequent", 4_700..5_250),
        ("nowhere", 0..0),
    ];
    for (q, all) in cases.into_iter().chain([("secret", 0..5_310)]) {
        let filter = listings_with(q);
        let is_shown = q != "secret";
        let of_host = among(&all, 0..if is_shown { 5_300 } else { 4_900 });
        for (seer, expected) in [(&host, of_host), (&other, among(&all, 4_900..5_310))] {
            let count = seer.world.ports.listing_queries.count(&seer.scope().await, &filter).await.expect("a count");
            assert_eq!(count, expected.len() as u64, "{q}");
            for found in pages(seer, &filter).await {
                assert_eq!(named(&found), names[expected.clone()], "{q}");
                assert!(found.iter().all(|seen| seen.unavailable.is_none()), "{q}");
            }
        }
        for (seer, offered) in [(&host, among(&all, 4_900..5_310)), (&third, all)] {
            let offered = if is_shown { &names[offered] } else { &[] };
            assert_eq!(search(seer, &filter).await, (second_page(offered), offered.len() as u64), "search {q}");
        }
    }

    // What sleeps is neither listed nor offered, among the first listings and among those with a rare text.
    let assert_asleep = async |q: &str, expected: (u64, u64), reason: Unavailable| {
        let filter = listings_with(q);
        let count = host.world.ports.listing_queries.count(&host.scope().await, &filter).await.expect("a count");
        let found = pages(&host, &filter).await;
        assert_eq!(found.map(|found| found.len() as u64), [count; 2], "{q}, {reason:?}");
        assert_eq!((count, search(&host, &filter).await.1), expected, "{q}, {reason:?}");
    };
    let two = [ids(5_100, 5_101).await, ids(5_260, 5_261).await].concat();
    for reason in Unavailable::ALL {
        let (late, frequent) = match reason {
            Unavailable::ListingInactive | Unavailable::ListingNotApproved => ((49, 59), (549, 349)),
            _ => ((0, 0), (200, 0)),
        };
        other.set_available(false, reason, &two).await;
        assert_asleep("late", late, reason).await;
        assert_asleep("frequent", frequent, reason).await;
        other.set_available(true, reason, &two).await;
    }
    second.edit_account(account_with(AccountStatus::Inactive)).await;
    let [found, _] = pages(&host, &listings_with("rare")).await;
    assert_eq!(found[0].unavailable, Some(Unavailable::AccountInactive));
}

/// Returns the names on the second page of a search, and the number of all that is found.
async fn search(seer: &Host, filter: &ListingFilter) -> (Vec<String>, u64) {
    let (queries, scope) = (&seer.world.ports.listing_queries, seer.scope().await);
    let page = Page { start: PageStart::Number(2), size: 40 };
    let found = queries.search(&scope, everywhere(), filter, page, u32::MAX).await.expect("a search");
    let found = found.expect("not too much").items;
    let count = queries.count_found(&scope, everywhere(), filter, u32::MAX).await.expect("a count");
    (named(&found).into_iter().map(ToOwned::to_owned).collect(), count.expect("not too much"))
}

fn second_page(all: &[String]) -> Vec<String> {
    all.iter().skip(40).take(40).cloned().collect()
}

/// Returns a booking for a guest with these texts, as far as they are valid.
fn booking_of(number: usize, first: &str, last: &str) -> NewReservation {
    let new = instant();
    let guest = Guest {
        first_name: first.parse().unwrap_or(new.guest.first_name.clone()),
        last_name: last.parse().unwrap_or(new.guest.last_name.clone()),
        email: if number.is_multiple_of(3) { None } else { format!("guest.{number}@b.de").parse().ok() },
        ..new.guest
    };
    NewReservation {
        guest,
        external_id: if number.is_multiple_of(2) { None } else { format!("X-{number}").parse().ok() },
        ..new
    }
}

/// Returns a night for each number.
fn night(number: usize) -> Stay {
    let first: StayDate = "2030-01-01".parse().expect("a date");
    let day = |days| StayDate::new(first.as_date() + Days::new(days));
    let number = u64::try_from(number).expect("a small number");
    Stay::new(day(number), day(number + 1)).expect("a night")
}

/// Compares what the owner and an importer see.
pub async fn a_search_for_reservations_finds_what_looking_at_each_finds(ports: Ports) {
    let shop = Shop::open(ports).await;
    let beside = Shop::of(Host::of(&shop.owner.world.beside().await, "far").await).await;
    let texts = some(60, &texts());
    for number in 0..30 {
        for shop in [&shop, &beside] {
            let seller = if number % 2 == 0 { &shop.owner } else { &shop.importer };
            let new = booking_of(number, &texts[2 * number], &texts[2 * number + 1]);
            seller.book(shop.id(), night(number), new).await;
        }
    }
    let all_wanted = wanted(&texts).into_iter().chain(["guest.1", "@b", "X-1", "7"].map(text));
    let all = [
        (&shop.owner, shop.owner.reservations(&ReservationFilter::default()).await),
        (&shop.importer, shop.importer.reservations(&ReservationFilter::default()).await),
    ];
    assert_eq!(all.each_ref().map(|(_, seen)| seen.len()), [30, 15]);
    for part in all_wanted {
        let has = |seen: &TenantReservation| {
            let ReservationParts { guest, external, .. } = seen.reservation.clone().into_parts();
            let name = format!("{} {}", guest.first_name.as_str(), guest.last_name.as_str());
            let email = guest.email.map(|email| email.as_str().to_owned());
            let texts = [Some(name), email, external.map(|external| external.id.as_str().to_owned())];
            texts.into_iter().flatten().any(|text| contains(&text, part.as_str()))
        };
        for (seer, all) in &all {
            let mut expected = all.clone();
            expected.retain(&has);
            assert_eq!(seer.reservations(&reservations_with(part.as_str())).await, expected, "{part:?}");
        }
    }
}

/// Looks for texts in so many reservations that not all are read for a page.
pub async fn a_text_of_reservations_is_found_however_common_it_is(ports: Ports) {
    let shop = Shop::open(ports).await;
    let mut ids: Vec<ReservationId> = Vec::new();
    for number in 0..230 {
        let last = match number {
            215 => "Rare",
            220.. => "Late",
            _ => "Common",
        };
        let booked = shop.owner.book(shop.id(), night(number), booking_of(number, "Common", last)).await;
        ids.push(booked.reservation.id());
    }
    let stranger = Host::of(&shop.owner.world, "stranger").await;
    let of_stranger = stranger.listing("8").await.id();
    stranger.book(of_stranger, night(0), booking_of(0, "Common", "Rare")).await;
    for (q, expected) in [("common", 0..230), ("rare", 215..216), ("late", 220..230), ("nowhere", 0..0)] {
        let filter = reservations_with(q);
        assert_eq!(walked(&shop.owner, &filter).await, ids[expected.clone()], "{q}");
        assert_eq!(shop.owner.reservations(&filter).await.len(), expected.len(), "{q}");
    }
}

/// Reads a list of reservations in pages, each after the last id of the one before.
async fn walked(host: &Host, filter: &ReservationFilter) -> Vec<ReservationId> {
    let (queries, scope) = (&host.world.ports.reservation_queries, host.scope().await);
    let (mut found, mut start) = (Vec::new(), PageStart::Number(1));
    loop {
        let slice = queries.list(&scope, filter, Page { start, size: 7 }).await.expect("a list");
        found.extend(slice.items.iter().map(|seen| seen.reservation.id()));
        match found.last() {
            Some(last) if slice.has_more => start = PageStart::After(last.as_uuid()),
            _ => return found,
        }
    }
}

/// Amends the guest.
pub async fn a_text_of_a_reservation_is_found_as_it_is_now(ports: Ports) {
    let shop = Shop::open(ports).await;
    let booked = shop.owner.book(shop.id(), stay("2030-01-10", "2030-01-12"), instant()).await.reservation;
    let found = async |q: &str| shop.owner.reservations(&reservations_with(q)).await.len();
    assert_eq!([found("grace hop").await, found("ada").await], [1, 0]);
    let change = shop.owner.amendment(&booked, renamed()).await;
    shop.owner.amend(change).await.expect("amended");
    assert_eq!([found("grace").await, found("ada hop").await, found("ada@").await], [0, 1, 1]);
}

/// Changes a listing, moves its account, and deletes it.
pub async fn a_text_is_found_by_who_has_the_account_now(ports: Ports) {
    let shop = Shop::open(ports).await;
    let edit = ListingEdit {
        name: "Barn by the lake".parse().ok(),
        internal_name: Patch::Set("Number 7".parse().expect("a name")),
        ..ListingEdit::default()
    };
    let listing = shop.owner.update(&shop.listing, edit).await.expect("updated").listing;
    let found = async |host: &Host, q: &str| host.listed(&listings_with(q)).await.len();
    let of = async |q: &str| [found(&shop.owner, q).await, found(&shop.importer, q).await];
    assert_eq!([of("loft").await, of("the lake").await, of("number").await], [[0, 0], [1, 1], [1, 0]]);
    shop.owner.world.move_account(shop.owner.account.id, &shop.importer.tenant).await;
    assert_eq!([of("the lake").await, of("number").await], [[0, 1], [0, 1]]);
    let now = Host { tenant: shop.importer.tenant.clone(), ..shop.owner.clone() };
    now.delete(&listing).await.expect("deleted");
    assert_eq!(of("the lake").await, [0, 0]);
}
