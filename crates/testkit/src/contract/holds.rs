//! Holds: those that lapse, and how many an importer may have.

use chrono::TimeDelta;
use domain::reservations::ReservationStatus;
use domain::workspaces::WorkspaceEdit;
use ports::{RepositoryError, ReservationFilter, rules};

use super::Ports;
use super::bookings::all_taken;
use super::host::{Host, is_stale};
use super::shop::{Shop, in_turn, instant, is_taken, pending, stay};
use super::world::{World, twenty_at_once};
use crate::build;

/// The lapsed hold expires in the transaction of the booking, with an entry in the owner's trail.
pub async fn a_hold_that_has_lapsed_makes_way(ports: Ports) {
    let shop = Shop::open(ports).await;
    let [first, second] = [stay("2030-01-10", "2030-01-12"), stay("2030-01-12", "2030-01-13")];
    let held = shop.importer.book(shop.id(), first, pending()).await.reservation;
    let other = shop.owner.book(shop.id(), second, pending()).await.reservation;
    let trail = shop.owner.world.ports.trail.actions().await.len();

    let nights = stay("2030-01-11", "2030-01-14");
    let late = build::at() + TimeDelta::days(2);
    let change = shop.owner.booking_at(shop.id(), nights, instant(), late).await;
    assert_eq!(change.after.expired.len(), 2);
    shop.owner.sell(change).await.expect("booked");
    for hold in [held, other] {
        let seen = shop.owner.reservation(hold.id()).await.expect("there").reservation.into_parts();
        assert_eq!((seen.status, seen.version, seen.updated_at), (ReservationStatus::Expired, 2, late));
    }
    let mut trail = shop.owner.world.ports.trail.actions().await.split_off(trail);
    trail.sort();
    assert_eq!(trail, ["reservation.create", "reservation.expire", "reservation.expire"]);
}

/// `Stale`, because the hold may have been confirmed. Neither the booking nor the expiry of other holds is stored.
pub async fn a_hold_that_was_changed_since_does_not_make_way(ports: Ports) {
    let shop = Shop::open(ports).await;
    let [first, second] = [stay("2030-01-10", "2030-01-12"), stay("2030-01-12", "2030-01-13")];
    let kept = shop.importer.book(shop.id(), first, pending()).await.reservation;
    let confirmed = shop.importer.book(shop.id(), second, pending()).await.reservation;
    let late = build::at() + TimeDelta::days(2);
    let change = shop.owner.booking_at(shop.id(), stay("2030-01-10", "2030-01-14"), instant(), late).await;
    shop.importer.turn(shop.importer.confirmation(&confirmed).await).await.expect("confirmed");
    assert!(is_stale(&shop.owner.sell(change).await));
    let seen = shop.owner.reservation(kept.id()).await.expect("there");
    assert_eq!(seen.reservation, kept);
    assert_eq!(shop.owner.sold(shop.id()).await, 2);
}

/// A race over the same lapsed holds. `Stale` if another booking let them expire, `Taken` if the nights are sold
/// already.
pub async fn of_twenty_who_meet_a_lapsed_hold_one_wins(ports: Ports) {
    let shop = Shop::open(ports).await;
    for nights in [stay("2030-01-10", "2030-01-11"), stay("2030-01-11", "2030-01-12")] {
        shop.importer.book(shop.id(), nights, pending()).await;
    }
    let late = build::at() + TimeDelta::days(2);
    let mut bookings = Vec::new();
    for turn in 0..20 {
        let seller = if turn % 2 == 0 { &shop.owner } else { &shop.importer };
        let nights = stay("2030-01-10", "2030-01-12");
        bookings.push((seller.clone(), seller.booking_at(shop.id(), nights, instant(), late).await));
    }
    let next = in_turn(bookings);
    let (won, lost) = twenty_at_once(|| {
        let (seller, change) = next();
        async move { seller.sell(change).await }
    })
    .await;
    assert_eq!((won, shop.owner.sold(shop.id()).await), (1, 1));
    let is_told = |error: &RepositoryError| {
        matches!(error, RepositoryError::Stale | RepositoryError::Taken { rule: rules::RESERVATION_STAY })
    };
    assert!(lost.iter().all(is_told), "{lost:?}");
    let trail = shop.owner.world.ports.trail.actions().await;
    assert_eq!(trail.iter().filter(|action| *action == "reservation.expire").count(), 2);
}

/// Sets the maximum number of pending stays of one owner for one importer.
async fn allow_holds(world: &World, number: i64) {
    let admin = world.admin().await;
    let workspace = world.ports.workspaces.get(&admin).await.expect("a workspace");
    let edit = WorkspaceEdit { most_importer_holds: number.try_into().ok(), ..WorkspaceEdit::default() };
    let default_tenant = (admin.tenant_id(), admin.tenant_name());
    let change = workspace.update(edit, default_tenant, world.stamp().await).expect("a change");
    world.ports.workspaces.update(&admin, change).await.expect("updated");
}

/// Expects `Taken`. Pending stays that have not lapsed count, at listings of the same owner and by the same importer. A
/// sold night is reported first.
pub async fn an_importer_holds_so_many_stays_of_one_owner(ports: Ports) {
    let shop = Shop::open(ports).await;
    let world = &shop.owner.world;
    allow_holds(world, 2).await;
    let night = |day: u32| stay(&format!("2030-01-{day:02}"), &format!("2030-01-{:02}", day + 1));
    let first = shop.importer.book(shop.id(), night(1), pending()).await.reservation;
    let other_account = Shop { owner: shop.owner.another_account().await, ..shop.clone() }.another().await;
    let second = shop.importer.book(other_account.id(), night(1), pending()).await.reservation;
    let third = shop.importer.booking(shop.id(), night(2), pending()).await;
    let late = build::at() + TimeDelta::days(2);
    let after_both = shop.importer.booking_at(shop.id(), night(3), pending(), late).await;
    let trail = world.ports.trail.actions().await;
    assert!(is_taken(&shop.importer.sell(third.clone()).await, rules::IMPORTER_HOLDS));
    assert_eq!(world.ports.trail.actions().await, trail, "nothing is stored");

    // Confirmed stays do not count, nor holds of the owner, of another importer, or at another owner's listing.
    shop.importer.book(shop.id(), night(4), instant()).await;
    shop.owner.book(shop.id(), night(5), pending()).await;
    let sibling = Host::of(world, "sibling").await;
    sibling.import(&[shop.id()]).await.expect("imported");
    sibling.book(shop.id(), night(6), pending()).await;
    let elsewhere = Host::of(world, "elsewhere").await;
    let theirs = elsewhere.listing("8").await.id();
    shop.importer.import(&[theirs]).await.expect("imported");
    shop.importer.book(theirs, night(1), pending()).await;

    shop.importer.sell(after_both).await.expect("the others have lapsed by then");
    assert!(is_taken(&shop.importer.sell(third.clone()).await, rules::IMPORTER_HOLDS));
    shop.importer.turn(shop.importer.confirmation(&first).await).await.expect("confirmed");
    shop.importer.turn(shop.importer.cancellation(&second).await).await.expect("cancelled");
    shop.importer.sell(third).await.expect("there is room again");

    let taken = shop.importer.booking(shop.id(), night(7), pending()).await;
    shop.owner.book(shop.id(), night(7), instant()).await;
    assert!(is_taken(&shop.importer.sell(taken).await, rules::RESERVATION_STAY));
}

/// A race at listings of two accounts.
pub async fn of_twenty_who_hold_stays_of_one_owner_so_many_win_as_may(ports: Ports) {
    let shop = Shop::open(ports).await;
    allow_holds(&shop.owner.world, 3).await;
    let second = Shop { owner: shop.owner.another_account().await, ..shop.clone() };
    let mut bookings = Vec::new();
    for turn in 0..20 {
        let shop = [&shop, &second][turn % 2].another().await;
        bookings.push(shop.importer.booking(shop.id(), stay("2030-01-10", "2030-01-12"), pending()).await);
    }
    let next = in_turn(bookings);
    let (won, lost) = twenty_at_once(|| {
        let (importer, change) = (shop.importer.clone(), next());
        async move { importer.sell(change).await }
    })
    .await;
    assert_eq!((won, shop.importer.reservations(&ReservationFilter::default()).await.len()), (3, 3));
    assert!(all_taken(&lost, rules::IMPORTER_HOLDS), "{lost:?}");
}

/// `Taken`, at a listing of another account.
pub async fn a_hold_that_is_made_meanwhile_counts(ports: Ports) {
    let shop = Shop::open(ports.clone()).await;
    allow_holds(&shop.owner.world, 1).await;
    let other = Shop { owner: shop.owner.another_account().await, ..shop.clone() }.another().await;
    let nights = stay("2030-01-10", "2030-01-12");
    let [one, another] = [
        shop.importer.booking(shop.id(), nights, pending()).await,
        shop.importer.booking(other.id(), nights, pending()).await,
    ];
    let (held, refused) = ports.overlap(shop.importer.sell(one), shop.importer.sell(another)).await;
    held.expect("held");
    assert!(is_taken(&refused, rules::IMPORTER_HOLDS), "{refused:?}");
}
