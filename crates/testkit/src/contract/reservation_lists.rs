//! Lists of reservations: those of a tenant's accounts and those that it sold as an importer.

use chrono::TimeDelta;
use domain::audit::Stamp;
use domain::ids::{IntegrationAccountId, ListingId, ReservationId};
use domain::reservations::{ReservationStatus, TenantReservation};
use domain::stays::{Stay, StayDate};
use ports::{Page, PageStart, ReservationFilter};

use super::Ports;
use super::host::Host;
use super::shop::{Shop, date, instant, named, pending, stay};
use crate::build;

/// Tests each filter alone; list and count must agree.
pub async fn every_filter_of_reservations_keeps_what_matches(ports: Ports) {
    let shop = Shop::open(ports).await;
    let second = shop.owner.another_account().await;
    let other = second.listing("8").await;
    let january = shop.owner.book(shop.id(), stay("2030-01-10", "2030-01-12"), instant()).await.reservation.id();
    let sold = shop.importer.book(shop.id(), stay("2030-02-01", "2030-02-11"), pending()).await.reservation.id();
    let march = second.book(other.id(), stay("2030-03-01", "2030-03-02"), instant()).await.reservation;
    let scope = second.scope().await;
    let stamp = Stamp { at: build::at() + TimeDelta::seconds(1), ..Host::stamp(&scope) };
    let cancelled = march.cancel(&scope, second.tenant.id(), stamp).expect("a change");
    shop.owner.turn(cancelled).await.expect("cancelled");
    let march = march.id();

    let any = ReservationFilter::default;
    let on = |text: &str| Some(date(text));
    let since = |text: &str| ReservationFilter { updated_since: text.parse().ok(), ..any() };
    let cases = [
        ("none", any(), vec![january, sold, march]),
        ("a listing", ReservationFilter { listing_id: Some(other.id()), ..any() }, vec![march]),
        ("an unknown listing", ReservationFilter { listing_id: Some(ListingId::new(build::id())), ..any() }, vec![]),
        (
            "an account",
            ReservationFilter { integration_account_id: Some(shop.owner.account.id), ..any() },
            vec![january, sold],
        ),
        (
            "an unknown account",
            ReservationFilter { integration_account_id: Some(IntegrationAccountId::new(build::id())), ..any() },
            vec![],
        ),
        ("held", ReservationFilter { status: Some(ReservationStatus::Pending), ..any() }, vec![sold]),
        ("cancelled", ReservationFilter { status: Some(ReservationStatus::Cancelled), ..any() }, vec![march]),
        ("expired", ReservationFilter { status: Some(ReservationStatus::Expired), ..any() }, vec![]),
        ("check-in from a day", ReservationFilter { check_in_start: on("2030-02-01"), ..any() }, vec![sold, march]),
        ("check-in after it", ReservationFilter { check_in_start: on("2030-02-02"), ..any() }, vec![march]),
        ("check-in to a day", ReservationFilter { check_in_end: on("2030-02-01"), ..any() }, vec![january, sold]),
        ("check-in before it", ReservationFilter { check_in_end: on("2030-01-31"), ..any() }, vec![january]),
        ("check-out from a day", ReservationFilter { check_out_start: on("2030-02-11"), ..any() }, vec![sold, march]),
        ("check-out after it", ReservationFilter { check_out_start: on("2030-02-12"), ..any() }, vec![march]),
        ("check-out to a day", ReservationFilter { check_out_end: on("2030-02-11"), ..any() }, vec![january, sold]),
        ("check-out before it", ReservationFilter { check_out_end: on("2030-02-10"), ..any() }, vec![january]),
        ("the time of a change", since("2024-10-04T00:00:01Z"), vec![march]),
        ("a time after a change", since("2024-10-04T00:00:01.001Z"), vec![]),
        ("the time of the bookings", since("2024-10-04T00:00:00Z"), vec![january, sold, march]),
        (
            "several",
            ReservationFilter {
                listing_id: Some(shop.id()),
                integration_account_id: Some(shop.owner.account.id),
                external_id: None,
                status: Some(ReservationStatus::Pending),
                check_in_start: on("2030-01-01"),
                check_in_end: on("2030-12-31"),
                check_out_start: on("2030-01-01"),
                check_out_end: on("2030-12-31"),
                updated_since: "2024-10-04T00:00:00Z".parse().ok(),
                q: "hop".parse().ok(),
            },
            vec![sold],
        ),
    ];
    for (name, filter, expected) in cases {
        let ids = |listed: Vec<TenantReservation>| listed.iter().map(|seen| seen.reservation.id()).collect::<Vec<_>>();
        assert_eq!(ids(shop.owner.reservations(&filter).await), expected, "{name}");
        let expected: Vec<_> = expected.into_iter().filter(|id| *id == sold).collect();
        assert_eq!(ids(shop.importer.reservations(&filter).await), expected, "{name}, of the importer");
    }
}

/// Looks up reservations by the ids that their sellers gave.
pub async fn an_external_id_finds_the_sellers_reservation_only(ports: Ports) {
    let shop = Shop::open(ports).await;
    let january = shop.owner.book(shop.id(), stay("2030-01-10", "2030-01-12"), named("X-1")).await.reservation.id();
    let sold = shop.importer.book(shop.id(), stay("2030-02-01", "2030-02-11"), named("X-1")).await.reservation.id();
    let other = shop.importer.book(shop.id(), stay("2030-03-01", "2030-03-02"), named("X-2")).await.reservation.id();
    for (id, of_owner, of_importer) in [
        ("X-1", vec![january], vec![sold]),
        ("X-2", vec![], vec![other]),
        ("x-1", vec![], vec![]),
        ("X", vec![], vec![]),
    ] {
        let filter = ReservationFilter { external_id: id.parse().ok(), ..ReservationFilter::default() };
        let ids = |listed: Vec<TenantReservation>| listed.iter().map(|seen| seen.reservation.id()).collect::<Vec<_>>();
        assert_eq!(ids(shop.owner.reservations(&filter).await), of_owner, "{id}, of the owner");
        assert_eq!(ids(shop.importer.reservations(&filter).await), of_importer, "{id}, of the importer");
    }
}

/// Pages by number and after an id, of several sizes, over the tenant's accounts and its sales as an importer.
pub async fn pages_over_accounts_and_sales_join_without_gaps(ports: Ports) {
    let host = Host::open(ports).await;
    let accounts = [
        host.clone(),
        host.another_account().await,
        host.another_account().await,
        Host::of(&host.world, "other").await,
    ];
    let mut listings = Vec::new();
    for account in &accounts {
        listings.push(account.listing("7").await.id());
    }
    // An account without reservations, and reservations of another tenant that are not visible.
    host.another_account().await;
    host.import(&listings[3..]).await.expect("imported");
    let mut day = date("2030-01-01");
    let mut expected = Vec::new();
    for number in [0, 3, 1, 3, 3, 0, 0, 2, 0, 3, 1, 1, 3, 2, 0, 0, 0, 3, 1, 2, 3] {
        expected.push(host.book(listings[number], night(&mut day), instant()).await.reservation.id());
    }
    for _ in 0..3 {
        accounts[3].book(listings[3], night(&mut day), instant()).await;
    }

    let (queries, scope) = (&host.world.ports.reservation_queries, host.scope().await);
    for size in [1, 2, 5, 20, 21, 100] {
        for walks in [false, true] {
            let mut start = PageStart::Number(1);
            let mut seen: Vec<ReservationId> = Vec::new();
            for number in 2.. {
                let slice = queries.list(&scope, &ReservationFilter::default(), Page { start, size }).await;
                let slice = slice.expect("a list");
                seen.extend(slice.items.iter().map(|item| item.reservation.id()));
                let Some(last) = slice.items.last().filter(|_| slice.has_more) else { break };
                let after = PageStart::After(last.reservation.id().as_uuid());
                start = if walks { after } else { PageStart::Number(number) };
            }
            assert_eq!(seen, expected, "pages of {size}, walked: {walks}");
        }
    }
}

fn night(day: &mut StayDate) -> Stay {
    let night = Stay::new(*day, day.next()).expect("a night");
    *day = day.next();
    night
}
