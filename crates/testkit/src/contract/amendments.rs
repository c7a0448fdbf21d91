//! Amendments: a stay that changes takes its new nights as a booking does, and its own are not in its way.

use chrono::TimeDelta;
use domain::change::Change;
use domain::ids::AuditId;
use domain::imports::decide_removal;
use domain::patch::Patch;
use domain::quotes::GuestCount;
use domain::reservations::{
    GuestCountEdit, GuestEdit, Reservation, ReservationAmended, ReservationEdit, ReservationStatus, TenantReservation,
};
use domain::stays::Stay;
use ports::{RepositoryError, rules};

use super::Ports;
use super::events::{feed, now, types};
use super::host::{Host, is_stale};
use super::reservations::{expire, expiry, lapsed};
use super::shop::{Shop, blocked, in_turn, instant, is_taken, pending, stay};
use super::world::twenty_at_once;
use crate::build;

fn nights() -> Stay {
    stay("2030-01-10", "2030-01-12")
}

fn to(stay: Stay) -> ReservationEdit {
    ReservationEdit { check_in: Some(stay.check_in()), check_out: Some(stay.check_out()), ..ReservationEdit::default() }
}

/// Another first name, an address, no telephone number and other notes.
pub(super) fn renamed() -> ReservationEdit {
    let guest = GuestEdit {
        first_name: "Ada".parse().ok(),
        last_name: None,
        email: Patch::Set("ada@example.com".parse().expect("an address")),
        phone: Patch::Clear,
    };
    ReservationEdit { guest, notes: Patch::Set("Arrives late.".parse().expect("notes")), ..ReservationEdit::default() }
}

impl Host {
    /// Returns an amendment that is decided and not yet stored.
    pub(super) async fn amendment(
        &self,
        reservation: &Reservation,
        edit: ReservationEdit,
    ) -> Change<ReservationAmended> {
        self.amendment_at(reservation, edit, TimeDelta::zero()).await
    }

    async fn amendment_at(
        &self,
        reservation: &Reservation,
        edit: ReservationEdit,
        later: TimeDelta,
    ) -> Change<ReservationAmended> {
        let (scope, at) = (self.scope().await, build::at() + later);
        let stamp = domain::audit::Stamp { at, ..Self::stamp(&scope) };
        let Some(requested) = reservation.amended_stay(&edit, at).expect("live") else {
            let owner = self.reservation(reservation.id()).await.expect("seen").owner;
            return reservation.amend(edit, &scope, owner, stamp).expect("at the same price").expect("a change");
        };
        let listing = reservation.priced().listing_id;
        let offer = self.offer_at(listing, requested.stay, requested.promotion.clone(), at).await.expect("a listing");
        let next_id = || AuditId::new(build::id());
        reservation.amend_stay(edit, &requested, &offer, &scope, stamp, next_id).expect("on offer")
    }

    pub(super) async fn amend(&self, change: Change<ReservationAmended>) -> Result<TenantReservation, RepositoryError> {
        self.world.ports.reservations.amend(&self.scope().await, change).await
    }
}

/// Compares every field, as both parties see it.
pub async fn an_amended_reservation_comes_back_as_it_was_stored(ports: Ports) {
    let shop = Shop::open(ports).await;
    let mut reservation = shop.importer.book(shop.id(), nights(), pending()).await.reservation;
    let kinds = [2, 1, 3, 4].map(i64::from);
    let some = |number: i64| number.try_into().expect("a number");
    let guests = GuestCount::new(kinds[0].try_into().expect("adults"), some(kinds[1]), some(kinds[2]), some(kinds[3]));
    let kinds = ReservationEdit { guests: Some(GuestCountEdit::ByKind(guests.expect("few"))), ..renamed() };
    let longer = ReservationEdit { notes: Patch::Clear, ..to(stay("2030-01-11", "2030-01-15")) };
    for (turn, edit) in (2..).zip([renamed(), kinds, longer]) {
        let amender = if turn % 2 == 0 { &shop.owner } else { &shop.importer };
        let change = amender.amendment(&reservation, edit).await;
        let expected = change.after.seen();
        assert_eq!((expected.reservation.version(), expected.owner), (turn, shop.owner.tenant.id()));
        assert_eq!(amender.amend(change).await.expect("amended"), expected);
        for seer in [&shop.owner, &shop.importer] {
            assert_eq!(seer.reservation(reservation.id()).await, Some(expected.clone()));
        }
        reservation = expected.reservation;
    }
    let before = reservation.clone().into_parts();
    assert_eq!((before.priced.stay, before.notes), (stay("2030-01-11", "2030-01-15"), None));
    let confirmed = shop.owner.turn(shop.owner.confirmation(&reservation).await).await.expect("confirmed");
    assert_eq!(confirmed.reservation.priced(), reservation.priced());
}

/// `Taken`, and nothing is stored. The nights that it had are not in its way, whether or not they are blocked by now, and
/// the nights that it leaves are free.
pub async fn an_amendment_takes_its_nights_as_a_booking_does(ports: Ports) {
    let shop = Shop::open(ports).await;
    for (check_in, check_out, is_free) in [
        ("2030-01-11", "2030-01-13", true),
        ("2030-01-09", "2030-01-13", true),
        ("2030-01-10", "2030-01-11", true),
        ("2030-01-15", "2030-01-16", true),
        ("2030-01-10", "2030-01-14", false),
        ("2030-01-07", "2030-01-11", false),
        ("2030-01-01", "2030-01-31", false),
        ("2030-01-13", "2030-01-15", false),
    ] {
        let shop = shop.another().await;
        let reservation = shop.importer.book(shop.id(), nights(), instant()).await.reservation;
        let change = shop.importer.amendment(&reservation, to(stay(check_in, check_out))).await;
        shop.owner.book(shop.id(), stay("2030-01-13", "2030-01-15"), pending()).await;
        let closed = [blocked(nights()), blocked(stay("2030-01-07", "2030-01-08"))];
        shop.owner.write(&shop.listing, &closed).await.expect("written");
        let trail = shop.owner.world.ports.trail.actions().await;
        let amended = shop.importer.amend(change).await;
        assert_eq!(amended.is_ok(), is_free, "{check_in} to {check_out}: {amended:?}");
        let seen = shop.owner.reservation(reservation.id()).await.expect("there").reservation;
        if is_free {
            assert_eq!(seen.priced().stay, stay(check_in, check_out));
        } else {
            assert!(is_taken(&amended, rules::RESERVATION_STAY), "{amended:?}");
            assert_eq!((seen, shop.owner.world.ports.trail.actions().await), (reservation, trail));
        }
    }
    let shop = shop.another().await;
    let moved = shop.owner.book(shop.id(), nights(), instant()).await.reservation;
    let change = shop.owner.amendment(&moved, to(stay("2030-01-20", "2030-01-22"))).await;
    shop.owner.amend(change).await.expect("amended");
    shop.importer.book(shop.id(), nights(), instant()).await;
}

/// `Stale`, and nothing is stored.
pub async fn an_amendment_of_an_old_reservation_is_stale(ports: Ports) {
    let shop = Shop::open(ports).await;
    for turn in 0..4 {
        let shop = shop.another().await;
        let held = shop.importer.book(shop.id(), nights(), pending()).await.reservation;
        let changes = [
            shop.importer.amendment(&held, to(stay("2030-01-11", "2030-01-13"))).await,
            shop.importer.amendment(&held, renamed()).await,
        ];
        match turn {
            0 => drop(shop.owner.turn(shop.owner.confirmation(&held).await).await.expect("confirmed")),
            1 => drop(shop.owner.turn(shop.owner.cancellation(&held).await).await.expect("cancelled")),
            2 => {
                let due = lapsed(&shop.owner, 2, 100).await;
                let due = due.iter().find(|hold| hold.reservation.id() == held.id()).expect("lapsed");
                expire(&shop.owner, expiry(due)).await.expect("expired");
            }
            _ => drop(shop.owner.amend(shop.owner.amendment(&held, renamed()).await).await.expect("amended")),
        }
        let seen = shop.owner.reservation(held.id()).await;
        let trail = shop.owner.world.ports.trail.actions().await;
        for change in changes {
            assert!(is_stale(&shop.importer.amend(change).await), "{turn}");
        }
        assert_eq!(shop.owner.reservation(held.id()).await, seen);
        assert_eq!(shop.owner.world.ports.trail.actions().await, trail);
    }
}

/// Each hold expires in the transaction of the amendment, with an entry in the owner's trail.
pub async fn a_lapsed_hold_makes_way_for_an_amendment(ports: Ports) {
    let shop = Shop::open(ports).await;
    let reservation = shop.importer.book(shop.id(), nights(), instant()).await.reservation;
    let held = shop.owner.book(shop.id(), stay("2030-01-12", "2030-01-14"), pending()).await.reservation;
    let kept = shop.owner.book(shop.id(), stay("2030-01-14", "2030-01-15"), pending()).await.reservation;
    let trail = shop.owner.world.ports.trail.actions().await.len();
    let late = TimeDelta::days(2);
    let change = shop.importer.amendment_at(&reservation, to(stay("2030-01-11", "2030-01-13")), late).await;
    shop.importer.amend(change).await.expect("amended");
    let status = async |id| shop.owner.reservation(id).await.expect("there").reservation.status();
    assert_eq!(status(held.id()).await, ReservationStatus::Expired);
    assert_eq!(status(kept.id()).await, ReservationStatus::Pending);
    let mut trail = shop.owner.world.ports.trail.actions().await.split_off(trail);
    trail.sort();
    assert_eq!(trail, ["reservation.amend", "reservation.expire"]);
}

/// A race of both parties, with amendments, a confirmation and a cancellation.
pub async fn of_twenty_who_change_a_reservation_one_wins(ports: Ports) {
    let shop = Shop::open(ports).await;
    let held = shop.importer.book(shop.id(), nights(), pending()).await.reservation;
    let mut amendments = Vec::new();
    for turn in 0..20 {
        let amender = if turn % 2 == 0 { &shop.owner } else { &shop.importer };
        let edit = if turn % 3 == 0 { renamed() } else { to(stay("2030-01-11", "2030-01-14")) };
        amendments.push((turn, amender.clone(), amender.amendment(&held, edit).await));
    }
    let next = in_turn(amendments);
    let (won, lost) = twenty_at_once(|| {
        let ((turn, amender, change), held) = (next(), held.clone());
        async move {
            match turn {
                7 => amender.turn(amender.confirmation(&held).await).await,
                14 => amender.turn(amender.cancellation(&held).await).await,
                _ => amender.amend(change).await,
            }
        }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
    let seen = shop.owner.reservation(held.id()).await.expect("there").reservation;
    assert_eq!(seen.version(), 2);
}

/// A race of bookings, and of amendments of reservations before and after the night, each to a stay with that night.
pub async fn of_twenty_who_book_or_amend_to_the_same_night_one_wins(ports: Ports) {
    let shop = Shop::open(ports).await;
    let night = |day: u32| stay(&format!("2030-01-{day:02}"), &format!("2030-01-{:02}", day + 1));
    let wanted = stay("2030-01-15", "2030-01-17");
    let mut changes = Vec::new();
    for day in (1..=10).chain(20..30) {
        let seller = if day % 2 == 0 { &shop.owner } else { &shop.importer };
        if day % 3 == 0 {
            changes.push((seller.clone(), Err(seller.booking(shop.id(), wanted, instant()).await)));
        } else {
            let sold = seller.book(shop.id(), night(day), instant()).await.reservation;
            changes.push((seller.clone(), Ok(seller.amendment(&sold, to(wanted)).await)));
        }
    }
    let before = changes.iter().filter(|(_, change)| change.is_ok()).count();
    let next = in_turn(changes);
    let (won, lost) = twenty_at_once(|| {
        let (seller, change) = next();
        async move {
            match change {
                Ok(amendment) => seller.amend(amendment).await,
                Err(booking) => seller.sell(booking).await,
            }
        }
    })
    .await;
    // On PostgreSQL a loser may be told by the constraint, or that it has waited in a circle.
    let is_told = |error: &RepositoryError| {
        matches!(error, RepositoryError::Stale | RepositoryError::Taken { rule: rules::RESERVATION_STAY })
    };
    assert!(won == 1 && lost.iter().all(is_told), "{won} {lost:?}");
    let calendar = shop.owner.calendar(shop.id(), wanted).await.expect("a calendar");
    assert!(!calendar.is_free(stay("2030-01-15", "2030-01-16")) && !calendar.is_free(stay("2030-01-16", "2030-01-17")));
    assert!((before..=before + 1).contains(&shop.owner.sold(shop.id()).await), "nothing else has changed");
}

/// A race: each reservation has its new nights or its old ones, and what was refused was refused for the blocked nights.
pub async fn of_amendments_and_a_block_at_once_each_is_whole(ports: Ports) {
    let shop = Shop::open(ports).await;
    let night = |day: u32| stay(&format!("2030-01-{day:02}"), &format!("2030-01-{:02}", day + 1));
    let mut amendments = Vec::new();
    for day in 1..=9 {
        let sold = shop.importer.book(shop.id(), night(day), instant()).await.reservation;
        amendments.push((sold.id(), day, shop.importer.amendment(&sold, to(night(day + 10))).await));
    }
    let mut workers = Vec::new();
    for (id, day, change) in amendments {
        let importer = shop.importer.clone();
        workers.push((id, day, tokio::spawn(async move { importer.amend(change).await })));
    }
    let closed = blocked(stay("2030-01-11", "2030-01-20"));
    shop.owner.write(&shop.listing, &[closed]).await.expect("written");
    for (id, day, worker) in workers {
        let amended = worker.await.expect("no panic");
        let seen = shop.owner.reservation(id).await.expect("there").reservation;
        assert_eq!(seen.priced().stay, if amended.is_ok() { night(day + 10) } else { night(day) });
        assert!(amended.is_ok() || is_taken(&amended, rules::RESERVATION_STAY), "{amended:?}");
    }
}

/// `Stale` if the amender may not sell the listing any more. The owner may still amend what an importer sold, and the
/// importer its guest.
pub async fn what_may_not_be_sold_any_more_takes_no_other_nights(ports: Ports) {
    let shop = Shop::open(ports).await;
    let third = Host::of(&shop.owner.world, "third").await;
    let sold = shop.importer.book(shop.id(), nights(), instant()).await.reservation;
    let longer = || to(stay("2030-01-10", "2030-01-14"));
    let change = shop.importer.amendment(&sold, longer()).await;
    let (world, scope) = (&shop.owner.world, shop.importer.scope().await);
    let batch = decide_removal(shop.importer.tenant.id(), &[shop.id()], &[shop.id()]).expect("imported");
    world.ports.imports.remove(&scope, batch.by(&scope, world.stamp().await)).await.expect("removed");
    assert!(is_stale(&shop.importer.amend(change).await));
    let named = shop.importer.amend(shop.importer.amendment(&sold, renamed()).await).await.expect("amended");
    let change = shop.owner.amendment(&named.reservation, longer()).await;
    let amended = shop.owner.amend(change).await.expect("amended").reservation;
    assert_eq!(amended.clone().into_parts().sold_by, Some(shop.importer.tenant.id()));

    // Decided before the account moved, and stored after it.
    let silent = ReservationEdit { notes: Patch::Clear, ..ReservationEdit::default() };
    let late = [longer_by_one(&shop.owner, &amended).await, shop.owner.amendment(&amended, silent).await];
    world.move_account(shop.owner.account.id, &third.tenant).await;
    for change in late {
        assert!(is_stale(&shop.owner.amend(change).await));
    }
    third.amend(longer_by_one(&third, &amended).await).await.expect("the new owner's");
}

async fn longer_by_one(host: &Host, reservation: &Reservation) -> Change<ReservationAmended> {
    let check_out = reservation.priced().stay.check_out().next();
    host.amendment(reservation, ReservationEdit { check_out: Some(check_out), ..ReservationEdit::default() }).await
}

/// `Stale`.
pub async fn another_tenant_amends_no_reservation(ports: Ports) {
    let shop = Shop::open(ports).await;
    let other = Host::of(&shop.owner.world, "other").await;
    other.import(&[shop.id()]).await.expect("imported");
    let elsewhere = Host::open(shop.owner.world.ports.clone()).await;
    let sold = shop.importer.book(shop.id(), nights(), instant()).await;
    let direct = shop.owner.book(shop.id(), stay("2030-01-20", "2030-01-21"), instant()).await;
    for reservation in [&sold.reservation, &direct.reservation] {
        for edit in [renamed(), to(stay("2030-01-14", "2030-01-15"))] {
            let change = shop.owner.amendment(reservation, edit).await;
            assert!(is_stale(&other.amend(change.clone()).await), "another importer");
            assert!(is_stale(&elsewhere.amend(change).await), "another workspace");
        }
    }
    for seen in [sold, direct] {
        assert_eq!(shop.owner.reservation(seen.reservation.id()).await, Some(seen));
    }
}

/// Entry and event name what has changed, and nothing of the guest.
pub async fn an_amendment_leaves_one_entry_and_one_event(ports: Ports) {
    let shop = Shop::open(ports).await;
    let world = shop.owner.world.clone();
    let sold = shop.importer.book(shop.id(), nights(), instant()).await.reservation;
    let (begin, trail) = (now(&world).await, world.ports.trail.actions().await.len());
    let edit = ReservationEdit { check_out: Some("2030-01-13".parse().expect("a date")), ..renamed() };
    shop.importer.amend(shop.importer.amendment(&sold, edit).await).await.expect("amended");
    assert_eq!(world.ports.trail.actions().await[trail..], ["reservation.amend"]);
    for tenant in [shop.owner.tenant.id(), shop.importer.tenant.id()] {
        let told = feed(&world, tenant, begin).await;
        assert_eq!(types(&told), ["reservation.amended"]);
        let mut names: Vec<_> = told[0].after.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, ["checkOutDate", "guest", "notes", "totalPrice"]);
    }
}
