//! Bookings: each night is sold once, and only if the seller may sell it.

use chrono::TimeDelta;
use domain::reservations::{ExternalName, Reservation, ReservationParts};
use domain::stays::{Stay, StayDate};
use ports::{RepositoryError, ReservationFilter, rules};

use super::Ports;
use super::host::{Host, is_stale};
use super::shop::{Shop, blocked, date, in_turn, instant, is_taken, named, pending, stay};
use super::world::twenty_at_once;

pub(super) fn all_taken(lost: &[RepositoryError], rule: &str) -> bool {
    lost.iter().all(|error| matches!(error, RepositoryError::Taken { rule: broken } if *broken == rule))
}

/// `Taken`. A stay that begins on the day of departure does not conflict, nor does a stay in another listing.
pub async fn a_night_is_sold_once(ports: Ports) {
    let shop = Shop::open(ports).await;
    let nights = stay("2030-01-10", "2030-01-13");
    for (check_in, check_out, is_free) in [
        ("2030-01-10", "2030-01-13", false),
        ("2030-01-09", "2030-01-11", false),
        ("2030-01-12", "2030-01-14", false),
        ("2030-01-11", "2030-01-12", false),
        ("2030-01-01", "2030-02-01", false),
        ("2030-01-08", "2030-01-10", true),
        ("2030-01-13", "2030-01-15", true),
    ] {
        let shop = shop.another().await;
        let changes = [
            shop.owner.booking(shop.id(), stay(check_in, check_out), instant()).await,
            shop.owner.booking(shop.id(), stay(check_in, check_out), pending()).await,
        ];
        let [confirmed, held] = changes;
        shop.importer.book(shop.id(), nights, instant()).await;
        let trail = shop.owner.world.ports.trail.actions().await;
        let booked = shop.owner.sell(confirmed).await;
        assert_eq!(booked.is_ok(), is_free, "{check_in} to {check_out}");
        if !is_free {
            assert!(is_taken(&booked, rules::RESERVATION_STAY), "{booked:?}");
            let held = shop.owner.sell(held).await;
            assert!(is_taken(&held, rules::RESERVATION_STAY), "a hold needs its nights, too: {held:?}");
            assert_eq!(shop.owner.world.ports.trail.actions().await, trail, "nothing is stored");
        }
    }
}

/// A race of the owner and two importers, each several times.
pub async fn of_twenty_who_book_the_same_night_one_wins(ports: Ports) {
    let shop = Shop::open(ports).await;
    let second = Host::of(&shop.owner.world, "second").await;
    second.import(&[shop.id()]).await.expect("imported");
    let mut bookings = Vec::new();
    for turn in 0..20 {
        let seller = [&shop.owner, &shop.importer, &second][turn % 3];
        let start =
            StayDate::new(date("2030-01-10").as_date() - TimeDelta::days(i64::try_from(turn % 4).expect("few")));
        let nights = Stay::new(start, date("2030-01-11")).expect("nights");
        let new = if turn % 2 == 0 { instant() } else { pending() };
        bookings.push((seller.clone(), seller.booking(shop.id(), nights, new).await));
    }
    let next = in_turn(bookings);
    let (won, lost) = twenty_at_once(|| {
        let (seller, change) = next();
        async move { seller.sell(change).await }
    })
    .await;
    assert_eq!((won, shop.owner.sold(shop.id()).await), (1, 1));
    assert!(all_taken(&lost, rules::RESERVATION_STAY), "{lost:?}");
}

/// `Taken`.
pub async fn a_blocked_night_is_not_sold(ports: Ports) {
    let shop = Shop::open(ports).await;
    let booking = shop.importer.booking(shop.id(), stay("2030-01-10", "2030-01-12"), instant()).await;
    let beside = shop.importer.booking(shop.id(), stay("2030-01-12", "2030-01-14"), instant()).await;
    shop.owner.write(&shop.listing, &[blocked(stay("2030-01-11", "2030-01-12"))]).await.expect("written");
    assert!(is_taken(&shop.importer.sell(booking).await, rules::RESERVATION_STAY));
    shop.importer.sell(beside).await.expect("its nights are free");
}

/// A cancelled or expired stay does not occupy its nights.
pub async fn nights_that_were_given_back_are_sold_again(ports: Ports) {
    let shop = Shop::open(ports).await;
    let nights = stay("2030-01-10", "2030-01-12");
    for _ in 0..3 {
        let sold = shop.importer.book(shop.id(), nights, instant()).await.reservation;
        shop.owner.turn(shop.owner.cancellation(&sold).await).await.expect("cancelled");
    }
    assert_eq!(shop.owner.sold(shop.id()).await, 0);
    shop.owner.book(shop.id(), nights, instant()).await;
    assert_eq!(shop.owner.sold(shop.id()).await, 1);
}

/// `Taken`. A retry reports that the quote was used, not that the nights are sold.
pub async fn a_quote_is_booked_with_once(ports: Ports) {
    let shop = Shop::open(ports).await;
    let quote = shop.importer.quote(shop.id(), stay("2030-01-10", "2030-01-12")).await;
    let again = shop.importer.booking_with(&quote, instant()).await;
    let sold = shop.importer.sell(shop.importer.booking_with(&quote, instant()).await).await.expect("booked");
    assert!(is_taken(&shop.importer.sell(again.clone()).await, rules::QUOTE_USED));
    shop.importer.turn(shop.importer.cancellation(&sold.reservation).await).await.expect("cancelled");
    assert!(
        is_taken(&shop.importer.sell(again).await, rules::QUOTE_USED),
        "a cancelled stay does not release the quote"
    );
}

/// A race.
pub async fn of_twenty_who_book_with_a_quote_one_wins(ports: Ports) {
    let shop = Shop::open(ports).await;
    let quote = shop.importer.quote(shop.id(), stay("2030-01-10", "2030-01-12")).await;
    let mut bookings = Vec::new();
    for _ in 0..20 {
        bookings.push(shop.importer.booking_with(&quote, instant()).await);
    }
    let next = in_turn(bookings);
    let (won, lost) = twenty_at_once(|| {
        let (seller, change) = (shop.importer.clone(), next());
        async move { seller.sell(change).await }
    })
    .await;
    assert_eq!((won, shop.owner.sold(shop.id()).await), (1, 1));
    assert!(all_taken(&lost, rules::QUOTE_USED), "{lost:?}");
}

/// `Taken`, for the tenant that made the first reservation, for any listing and for no other tenant.
pub async fn an_external_id_is_taken_once_for_each_seller(ports: Ports) {
    let shop = Shop::open(ports).await;
    let nights = stay("2030-01-10", "2030-01-12");
    let elsewhere = shop.another().await;
    shop.importer.book(shop.id(), nights, named("X-1")).await;
    let again = shop.importer.booking(elsewhere.id(), nights, named("X-1")).await;
    assert!(is_taken(&shop.importer.sell(again).await, rules::RESERVATION_EXTERNAL_ID));
    for (seller, name, is_theirs) in
        [(&shop.importer, "X-1", true), (&shop.importer, "x-1", false), (&shop.owner, "X-1", false)]
    {
        let name = name.parse().expect("a name");
        let known = shop.owner.world.ports.reservations.has_external_id(&seller.scope().await, &name).await;
        assert_eq!(known.expect("no failure"), is_theirs);
    }
    shop.importer.book(elsewhere.id(), nights, named("x-1")).await;
    let third = shop.another().await;
    shop.owner.book(third.id(), nights, named("X-1")).await;
    let fourth = Shop::open(shop.owner.world.ports.clone()).await;
    fourth.owner.book(fourth.id(), nights, named("X-1")).await;

    // The account moves to the importer: the external ids of the old owner's sales stay with the old owner.
    shop.owner.world.move_account(shop.owner.account.id, &shop.importer.tenant).await;
    let moved = Host { account: shop.owner.account.clone(), ..shop.importer.clone() };
    let fresh = moved.listing("fresh").await.id();
    shop.owner.import(&[fresh]).await.expect("imported");
    let again = shop.owner.booking(fresh, nights, named("X-1")).await;
    assert!(is_taken(&shop.owner.sell(again).await, rules::RESERVATION_EXTERNAL_ID));
    let again = shop.importer.booking(fresh, nights, named("X-1")).await;
    assert!(is_taken(&shop.importer.sell(again).await, rules::RESERVATION_EXTERNAL_ID));
    shop.owner.book(fresh, nights, named("X-2")).await;
}

/// A race on different listings, so that only the external id can conflict.
pub async fn of_twenty_who_give_the_same_external_id_one_wins(ports: Ports) {
    let shop = Shop::open(ports).await;
    let mut bookings = Vec::new();
    for _ in 0..20 {
        let shop = shop.another().await;
        bookings.push(shop.importer.booking(shop.id(), stay("2030-01-10", "2030-01-12"), named("X-1")).await);
    }
    let next = in_turn(bookings);
    let (won, lost) = twenty_at_once(|| {
        let (seller, change) = (shop.importer.clone(), next());
        async move { seller.sell(change).await }
    })
    .await;
    assert_eq!((won, shop.importer.reservations(&ReservationFilter::default()).await.len()), (1, 1));
    assert!(all_taken(&lost, rules::RESERVATION_EXTERNAL_ID), "{lost:?}");
}

/// `Stale` for forged bookings, which are not stored.
pub async fn nobody_books_in_anothers_name(ports: Ports) {
    let shop = Shop::open(ports).await;
    let nights = stay("2030-01-10", "2030-01-12");
    let sibling = Host::of(&shop.owner.world, "sibling").await;
    let stranger = Host::of(&shop.owner.world.beside().await, "stranger").await;
    let changes = [
        shop.owner.booking(shop.id(), nights, named("X-1")).await,
        shop.importer.booking(shop.id(), nights, named("X-1")).await,
    ];
    for other in [&sibling, &stranger] {
        for change in &changes {
            assert!(is_stale(&other.sell(change.clone()).await));
            let of = |reservation: ReservationParts| {
                let mut change = change.clone();
                change.after.reservation = Reservation::from_parts(reservation);
                change
            };
            let own = ReservationParts {
                workspace_id: other.world.workspace_id(),
                sold_by: Some(other.tenant.id()),
                external: None,
                ..change.after.reservation.clone().into_parts()
            };
            assert!(is_stale(&other.sell(of(own.clone())).await), "the tenant does not import the listing");
            let mut owned = of(ReservationParts { sold_by: None, ..own });
            owned.after.owner = other.tenant.id();
            assert!(is_stale(&other.sell(owned).await), "the listing is another tenant's");
        }
    }
    let [_, mut forged] = changes;
    let mut reservation = forged.after.reservation.into_parts();
    reservation.external = reservation.external.map(|name| ExternalName { seller: shop.owner.tenant.id(), ..name });
    forged.after.reservation = Reservation::from_parts(reservation);
    assert!(is_stale(&shop.importer.sell(forged).await), "the external id would be the owner's");
    assert_eq!(shop.owner.reservations(&ReservationFilter::default()).await, []);
}

/// `Taken { rule: "has_reservations" }`, for the listing and for its account.
pub async fn what_is_booked_meanwhile_is_not_deleted(ports: Ports) {
    let shop = Shop::open(ports.clone()).await;
    let nights = stay("2030-01-10", "2030-01-12");
    let booking = shop.importer.booking(shop.id(), nights, instant()).await;
    let (sold, deleted) = ports.overlap(shop.importer.sell(booking), shop.owner.delete(&shop.listing)).await;
    sold.expect("booked");
    assert!(is_taken(&deleted, rules::HAS_RESERVATIONS), "{deleted:?}");

    let other = Shop { owner: shop.owner.another_account().await, ..shop }.another().await;
    let booking = other.importer.booking(other.id(), nights, instant()).await;
    let (sold, deleted) = ports.overlap(other.importer.sell(booking), other.owner.delete_account()).await;
    sold.expect("booked");
    assert!(is_taken(&deleted, rules::HAS_RESERVATIONS), "{deleted:?}");
}
