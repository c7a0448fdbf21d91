//! Bookings: each night is sold once, and only if the seller may sell it.

use std::sync::Arc;

use chrono::TimeDelta;
use domain::change::Change;
use domain::ids::ReservationId;
use domain::imports::decide_removal;
use domain::integration_accounts::AccountStatus;
use domain::listings::ListingStatus;
use domain::patch::Patch;
use domain::reservations::{
    ExternalName, Reservation, ReservationBooked, ReservationParts, ReservationStatus, TenantReservation,
};
use domain::stays::{Stay, StayDate};
use domain::tenants::TenantStatus;
use domain::workspaces::WorkspaceEdit;
use ports::{RepositoryError, ReservationFilter, rules};
use tokio::task::JoinHandle;

use super::Ports;
use super::host::{Host, account_with, allowing, is_stale, with_status};
use super::shop::{Shop, blocked, date, in_turn, instant, is_taken, named, pending, stay};
use super::world::{World, twenty_at_once};
use crate::build;

fn all_taken(lost: &[RepositoryError], rule: &str) -> bool {
    lost.iter().all(|error| matches!(error, RepositoryError::Taken { rule: broken } if *broken == rule))
}

/// `Taken`. A stay that begins on the day of departure is not in the way, nor is a stay in another listing.
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
    let other_account = Shop { owner: shop.owner.anew().await, ..shop.clone() }.another().await;
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
    let second = Shop { owner: shop.owner.anew().await, ..shop.clone() };
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

/// A change after which an importer must not sell the listing. The last four stop the owner, too.
#[derive(Debug, Clone, Copy)]
enum Withdrawal {
    ImportRemoved,
    NotAllowed,
    OwnerInactive,
    ListingInactive,
    AccountInactive,
    Moved,
    Blocked,
}

impl Withdrawal {
    const ALL: [Self; 7] = [
        Self::ImportRemoved,
        Self::NotAllowed,
        Self::OwnerInactive,
        Self::ListingInactive,
        Self::AccountInactive,
        Self::Moved,
        Self::Blocked,
    ];

    /// Applies the withdrawal to a listing, or undoes it.
    async fn of(self, shop: &Shop, third: &Host, is_done: bool) {
        let (owner, world) = (&shop.owner, &shop.owner.world);
        match self {
            Self::ImportRemoved if is_done => {
                let scope = shop.importer.scope().await;
                let batch = decide_removal(shop.importer.tenant.id(), &[shop.id()], &[shop.id()]).expect("imported");
                let change = batch.by(&scope, world.stamp().await);
                world.ports.imports.remove(&scope, change).await.expect("removed");
            }
            Self::ImportRemoved => shop.importer.import(&[shop.id()]).await.expect("imported"),
            Self::NotAllowed => owner.edit_account(allowing(!is_done)).await,
            Self::OwnerInactive => {
                let tenant = world.get(owner.tenant.id()).await.expect("a tenant");
                world.set_status(&tenant, if is_done { TenantStatus::Inactive } else { TenantStatus::Active }).await;
            }
            Self::ListingInactive => {
                let status = if is_done { ListingStatus::Inactive } else { ListingStatus::Active };
                let listing = owner.get(shop.id()).await.expect("its own").listing;
                owner.update(&listing, with_status(status)).await.expect("updated");
            }
            Self::AccountInactive => {
                owner
                    .edit_account(account_with(if is_done { AccountStatus::Inactive } else { AccountStatus::Active }))
                    .await;
            }
            Self::Moved => {
                world.move_account(owner.account.id, if is_done { &third.tenant } else { &owner.tenant }).await;
            }
            Self::Blocked => {
                let mut january = blocked(stay("2030-01-01", "2030-02-01"));
                if !is_done {
                    january.status = Patch::Clear;
                }
                owner.write(&shop.listing, &[january]).await.expect("written");
            }
        }
    }

    /// Whether the result is the refusal expected for a booking that was decided before the withdrawal.
    fn refuses(self, booked: &Result<TenantReservation, RepositoryError>) -> bool {
        match self {
            Self::Blocked => is_taken(booked, rules::RESERVATION_STAY),
            _ => is_stale(booked),
        }
    }
}

/// `Stale`, and nothing is stored.
pub async fn what_may_not_be_sold_any_more_is_not_sold(ports: Ports) {
    let shop = Shop::open(ports).await;
    let third = Host::of(&shop.owner.world, "third").await;
    let nights = stay("2030-01-10", "2030-01-12");
    let owner = shop.owner.scope().await;
    let reservations = shop.owner.world.ports.reservations.clone();
    for withdrawal in Withdrawal::ALL {
        let imported = shop.importer.booking(shop.id(), nights, instant()).await;
        let own = shop.owner.booking(shop.id(), nights, instant()).await;
        withdrawal.of(&shop, &third, true).await;
        let refused = shop.importer.sell(imported.clone()).await;
        assert!(withdrawal.refuses(&refused), "{withdrawal:?}: {refused:?}");
        let is_the_owners_too =
            !matches!(withdrawal, Withdrawal::ImportRemoved | Withdrawal::NotAllowed | Withdrawal::OwnerInactive);
        if is_the_owners_too {
            let refused = reservations.book(&owner, own).await;
            assert!(withdrawal.refuses(&refused), "{withdrawal:?}: {refused:?}");
        }
        withdrawal.of(&shop, &third, false).await;
        assert_eq!(shop.owner.sold(shop.id()).await, 0, "{withdrawal:?}");
    }
    let gone = shop.another().await;
    let change = shop.owner.booking(gone.id(), nights, instant()).await;
    gone.owner.delete(&gone.listing).await.expect("deleted");
    assert!(is_stale(&shop.owner.sell(change).await), "the listing is gone");
}

/// A race for each withdrawal: a stored booking was allowed when it was stored, and a later one is refused.
pub async fn nothing_is_sold_once_it_may_not_be(ports: Ports) {
    let shop = Shop::open(ports).await;
    let third = Host::of(&shop.owner.world, "third").await;
    for withdrawal in Withdrawal::ALL {
        let shop = shop.another().await;
        let booking = each_sells_one(&shop).await;
        withdrawal.of(&shop, &third, true).await;
        let seer = if matches!(withdrawal, Withdrawal::Moved) { &third } else { &shop.importer };
        let allowed = shop_window(seer, &shop).await;
        let mut winners = Vec::new();
        for (id, worker) in booking {
            match worker.await.expect("no panic") {
                Ok(_) => winners.push(id),
                refused => assert!(withdrawal.refuses(&refused), "{withdrawal:?}: {refused:?}"),
            }
        }
        winners.sort();
        assert_eq!(winners, allowed, "{withdrawal:?}: later bookings are refused");
        withdrawal.of(&shop, &third, false).await;
    }
}

/// Returns the ids of the listing's reservations, as seen by a host.
async fn shop_window(seer: &Host, shop: &Shop) -> Vec<ReservationId> {
    let filter = ReservationFilter { listing_id: Some(shop.id()), ..ReservationFilter::default() };
    seer.reservations(&filter).await.iter().map(|seen| seen.reservation.id()).collect()
}

type Booking = Vec<(ReservationId, JoinHandle<Result<TenantReservation, RepositoryError>>)>;

/// Starts workers that store bookings of an importer that are already decided, each of a different night.
async fn each_sells_one(shop: &Shop) -> Booking {
    let mut changes = Vec::new();
    for night in stay("2030-01-10", "2030-01-18").nights() {
        let nights = Stay::new(night, night.next()).expect("a night");
        changes.push(shop.importer.booking(shop.id(), nights, instant()).await);
    }
    let scope = Arc::new(shop.importer.scope().await);
    let spawn = |change: Change<ReservationBooked>| {
        let (reservations, scope) = (shop.importer.world.ports.reservations.clone(), scope.clone());
        (change.after.reservation.id(), tokio::spawn(async move { reservations.book(&scope, change).await }))
    };
    changes.into_iter().map(spawn).collect()
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
