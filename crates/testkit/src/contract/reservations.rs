//! Single reservations.

use chrono::TimeDelta;
use domain::access::OperatorScope;
use domain::change::Change;
use domain::ids::{AuditId, TenantId};
use domain::promotions::PromotionEdit;
use domain::reservations::{
    Guest, LapsedHold, NewReservation, Reservation, ReservationParts, ReservationStatus, TenantReservation,
};
use domain::stays::Stay;
use ports::{RepositoryError, ReservationFilter, rules};

use super::Ports;
use super::host::{Host, is_stale};
use super::shop::{Shop, instant, is_taken, named, pending, stay};
use super::world::twenty_at_once;
use crate::build;

fn nights() -> Stay {
    stay("2030-01-10", "2030-01-12")
}

/// Returns the lapsed holds that the operator can let expire.
pub(super) async fn lapsed(host: &Host, days: i64, limit: u32) -> Vec<LapsedHold> {
    let at = build::at() + TimeDelta::days(days);
    host.world.ports.reservations.lapsed(&OperatorScope::new(), at, limit).await.expect("no failure")
}

pub(super) fn expiry(hold: &LapsedHold) -> Change<Reservation> {
    hold.expire(AuditId::new(build::id()), build::at() + TimeDelta::days(40)).expect("lapsed")
}

pub(super) async fn expire(host: &Host, change: Change<Reservation>) -> Result<(), RepositoryError> {
    host.world.ports.reservations.expire(&OperatorScope::new(), change).await
}

/// Compares every field, with and without a value, also after each decision.
pub async fn a_reservation_comes_back_as_it_was_stored(ports: Ports) {
    let shop = Shop::open(ports).await;
    let quote = shop.importer.quote(shop.id(), nights()).await;
    let full = NewReservation {
        hold_expires_at: Some(build::at() + TimeDelta::hours(3)),
        guest: Guest {
            email: "Grace@example.com".parse().ok(),
            phone: "+1 (212) 555-0100".parse().ok(),
            last_name: "Ünïcode 🏨".parse().expect("a name"),
            ..instant().guest
        },
        source: "website".parse().ok(),
        notes: "Arrives late.\nWith a dog.".parse().ok(),
        external_id: "X-1".parse().ok(),
        ..pending()
    };
    let change = shop.importer.booking_with(&quote, full).await;
    let expected = TenantReservation { reservation: change.after.reservation.clone(), owner: shop.owner.tenant.id() };
    assert_eq!(shop.importer.sell(change).await.expect("booked"), expected);
    for seer in [&shop.owner, &shop.importer] {
        assert_eq!(seer.reservation(expected.reservation.id()).await, Some(expected.clone()));
    }
    let bare = shop.owner.book(shop.id(), stay("2030-01-12", "2030-01-13"), instant()).await;
    assert_eq!(shop.owner.reservation(bare.reservation.id()).await, Some(bare.clone()));
    assert_eq!(shop.owner.reservations(&ReservationFilter::default()).await, [expected.clone(), bare.clone()]);

    let confirmed = shop.owner.turn(shop.owner.confirmation(&expected.reservation).await).await.expect("confirmed");
    assert_eq!(confirmed.owner, shop.owner.tenant.id());
    assert_eq!(shop.importer.reservation(confirmed.reservation.id()).await, Some(confirmed.clone()));
    for (seller, sold) in [(&shop.importer, confirmed), (&shop.owner, bare)] {
        let cancelled = seller.turn(seller.cancellation(&sold.reservation).await).await.expect("cancelled");
        assert_eq!(cancelled.reservation.status(), ReservationStatus::Cancelled);
        assert_eq!(seller.reservation(sold.reservation.id()).await, Some(cancelled));
    }
}

/// `Stale`, and nothing is stored.
pub async fn a_change_of_an_old_reservation_is_stale(ports: Ports) {
    let shop = Shop::open(ports).await;
    let held = shop.importer.book(shop.id(), nights(), pending()).await.reservation;
    let [confirmation, cancellation] = [shop.owner.confirmation(&held).await, shop.importer.cancellation(&held).await];
    let [due] = lapsed(&shop.owner, 2, 10).await.try_into().expect("one");
    let confirmed = shop.owner.turn(confirmation.clone()).await.expect("confirmed");
    let trail = shop.owner.world.ports.trail.actions().await;
    for old in [confirmation, cancellation] {
        assert!(is_stale(&shop.owner.turn(old.clone()).await));
        assert!(is_stale(&shop.importer.turn(old).await));
    }
    assert!(is_stale(&expire(&shop.owner, expiry(&due)).await));
    assert_eq!(shop.owner.reservation(held.id()).await, Some(confirmed));
    assert_eq!(shop.owner.world.ports.trail.actions().await, trail);
}

/// A race between confirmations, cancellations and the expiry sweep.
pub async fn of_twenty_who_decide_on_a_hold_one_wins(ports: Ports) {
    let shop = Shop::open(ports).await;
    let held = shop.importer.book(shop.id(), nights(), pending()).await.reservation;
    let [due] = lapsed(&shop.owner, 2, 10).await.try_into().expect("one");
    let turns = std::sync::atomic::AtomicUsize::new(0);
    let (won, lost) = twenty_at_once(|| {
        let turn = turns.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let (shop, held, due) = (shop.clone(), held.clone(), due.clone());
        async move {
            match turn % 4 {
                0 => shop.owner.turn(shop.owner.confirmation(&held).await).await.map(drop),
                1 => shop.importer.turn(shop.importer.confirmation(&held).await).await.map(drop),
                2 => shop.importer.turn(shop.importer.cancellation(&held).await).await.map(drop),
                _ => expire(&shop.owner, expiry(&due)).await,
            }
        }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
    let seen = shop.owner.reservation(held.id()).await.expect("there").reservation;
    assert_eq!(seen.version(), 2);
}

/// Returns the oldest first, of all workspaces, with their present owners, up to the limit.
pub async fn lapsed_holds_are_found_and_expire(ports: Ports) {
    let shop = Shop::open(ports).await;
    let far = Shop::open(shop.owner.world.ports.clone()).await;
    let until = |days| NewReservation { hold_expires_at: Some(build::at() + TimeDelta::days(days)), ..pending() };
    let second = shop.importer.book(shop.id(), nights(), until(2)).await.reservation;
    let first = far.owner.book(far.id(), nights(), until(1)).await.reservation;
    let third = shop.owner.book(shop.id(), stay("2030-01-12", "2030-01-13"), until(3)).await.reservation;
    let confirmed = shop.owner.book(shop.id(), stay("2030-01-13", "2030-01-14"), until(1)).await.reservation;
    shop.owner.turn(shop.owner.confirmation(&confirmed).await).await.expect("confirmed");
    shop.owner.book(shop.id(), stay("2030-01-14", "2030-01-15"), instant()).await;

    let owner = |shop: &Shop, reservation: &Reservation| LapsedHold {
        reservation: reservation.clone(),
        owner: shop.owner.tenant.id(),
        owner_name: shop.owner.tenant.name().clone(),
    };
    let [first, second, third] = [owner(&far, &first), owner(&shop, &second), owner(&shop, &third)];
    assert_eq!(lapsed(&shop.owner, 0, 10).await, []);
    assert_eq!(lapsed(&shop.owner, 1, 10).await, std::slice::from_ref(&first));
    assert_eq!(lapsed(&shop.owner, 3, 10).await, [first.clone(), second.clone(), third.clone()]);
    assert_eq!(lapsed(&shop.owner, 3, 2).await, [first.clone(), second]);

    expire(&shop.owner, expiry(&first)).await.expect("expired");
    assert!(is_stale(&expire(&shop.owner, expiry(&first)).await));
    let seen = far.owner.reservation(first.reservation.id()).await.expect("there");
    assert_eq!(seen.reservation, expiry(&first).after);
    shop.owner.world.move_account(shop.owner.account.id, &shop.importer.tenant).await;
    let left = lapsed(&shop.owner, 40, 10).await;
    let owners: Vec<_> = left.iter().map(|hold| (hold.owner, hold.owner_name.clone())).collect();
    let importer = (shop.importer.tenant.id(), shop.importer.tenant.name().clone());
    assert_eq!(owners, [importer.clone(), importer]);
}

/// Direct sales belong to the present owner of the account; an importer keeps its sales, and sees each once.
pub async fn reservations_move_with_their_account(ports: Ports) {
    let shop = Shop::open(ports).await;
    let other = Host::of(&shop.owner.world, "other").await;
    other.import(&[shop.id()]).await.expect("imported");
    let direct = shop.owner.book(shop.id(), nights(), instant()).await.reservation;
    let sold = shop.importer.book(shop.id(), stay("2030-01-12", "2030-01-13"), instant()).await.reservation;
    let others = shop.other_sale(&other, "2030-01-13", "2030-01-14").await;
    let cancellation = shop.owner.cancellation(&direct).await;
    let seen = async |host: &Host| {
        let listed = host.reservations(&ReservationFilter::default()).await;
        listed.iter().map(|seen| (seen.reservation.id(), seen.owner, seen.sold_by())).collect::<Vec<_>>()
    };
    let [owner, importer, third] = [&shop.owner, &shop.importer, &other].map(|host| host.tenant.id());
    let of = |reservation: &Reservation, owner: TenantId, seller: TenantId| (reservation.id(), owner, seller);
    assert_eq!(
        seen(&shop.owner).await,
        [of(&direct, owner, owner), of(&sold, owner, importer), of(&others, owner, third)]
    );
    assert_eq!(seen(&shop.importer).await, [of(&sold, owner, importer)]);

    shop.owner.world.move_account(shop.owner.account.id, &shop.importer.tenant).await;
    assert_eq!(seen(&shop.owner).await, []);
    assert_eq!(shop.owner.reservation(direct.id()).await, None);
    assert!(is_stale(&shop.owner.turn(cancellation).await), "the old owner does not see it any more");
    assert_eq!(
        seen(&shop.importer).await,
        [of(&direct, importer, importer), of(&sold, importer, importer), of(&others, importer, third)]
    );
    assert_eq!(seen(&other).await, [of(&others, importer, third)]);
    let cancelled = other.turn(other.cancellation(&others).await).await.expect("cancelled");
    assert_eq!(cancelled.owner, importer);
    shop.importer.turn(shop.importer.cancellation(&direct).await).await.expect("cancelled");
}

impl Shop {
    async fn other_sale(&self, seller: &Host, check_in: &str, check_out: &str) -> Reservation {
        seller.book(self.id(), stay(check_in, check_out), instant()).await.reservation
    }
}

/// `Taken`, whatever the status of the reservations; nothing is deleted. The account's holdings are counted.
pub async fn a_listing_with_reservations_is_not_deleted_nor_is_its_account(ports: Ports) {
    let shop = Shop::open(ports).await;
    shop.owner.promote("Winter", PromotionEdit::default()).await.expect("created");
    let sold = shop.importer.book(shop.id(), nights(), instant()).await.reservation;
    shop.importer.turn(shop.importer.cancellation(&sold).await).await.expect("cancelled");
    let world = &shop.owner.world;
    let admin = world.admin().await;
    let held =
        world.ports.integration_accounts.holdings(&admin, shop.owner.account.id, shop.importer.tenant.id()).await;
    let held = held.expect("counted");
    assert_eq!((held.listings, held.promotions, held.reservations), (1, 1, 1));

    assert!(is_taken(&shop.owner.delete(&shop.listing).await, rules::HAS_RESERVATIONS));
    let scope = shop.owner.scope().await;
    let account = world.ports.integration_accounts.get(&scope, shop.owner.account.id).await.expect("no failure");
    let change = account.expect("an account").delete(&scope, world.stamp().await);
    let refused = world.ports.integration_accounts.delete(&scope, change).await;
    assert!(is_taken(&refused, rules::HAS_RESERVATIONS));
    assert!(shop.owner.reservation(sold.id()).await.is_some());
    assert!(shop.importer.get(shop.id()).await.is_some(), "it is still imported");
    let empty = shop.another().await;
    empty.owner.delete(&empty.listing).await.expect("the listing has no reservations");
}

/// A race, ten times: a stored booking is never lost.
pub async fn a_booking_and_a_deletion_of_its_listing_at_once_leave_one_of_them(ports: Ports) {
    let shop = Shop::open(ports).await;
    for _ in 0..10 {
        let shop = shop.another().await;
        let booking = shop.importer.booking(shop.id(), nights(), instant()).await;
        let (seller, owner) = (shop.importer.clone(), shop.owner.clone());
        let (id, listing) = (booking.after.reservation.id(), shop.listing.clone());
        let selling = tokio::spawn(async move { seller.sell(booking).await });
        let deleting = tokio::spawn(async move { owner.delete(&listing).await });
        let (sold, deleted) = (selling.await.expect("no panic"), deleting.await.expect("no panic"));
        if sold.is_ok() {
            assert!(is_taken(&deleted, rules::HAS_RESERVATIONS), "{deleted:?}");
        } else {
            assert!(is_stale(&sold) && deleted.is_ok(), "{sold:?} {deleted:?}");
        }
        assert_eq!(shop.importer.reservation(id).await.is_some(), sold.is_ok());
    }
}

/// The reservations keep their seller's id; the quotes are deleted.
pub async fn what_a_deleted_tenant_sold_stays(ports: Ports) {
    let shop = Shop::open(ports).await;
    let quote = shop.importer.quote(shop.id(), nights()).await;
    let change = shop.importer.booking_with(&quote, named("X-1")).await;
    let sold = shop.importer.sell(change).await.expect("booked");
    let scope = shop.importer.scope().await;
    let world = &shop.owner.world;
    let accounts = &world.ports.integration_accounts;
    let account = accounts.get(&scope, shop.importer.account.id).await.expect("no failure").expect("its own");
    let deletion = account.delete(&scope, world.stamp().await);
    accounts.delete(&scope, deletion).await.expect("the account has no holdings");
    world.delete(&shop.importer.tenant).await.expect("deleted");
    assert_eq!(world.ports.quotes.get(&scope, quote.id()).await.expect("no failure"), None);
    assert_eq!(shop.owner.reservation(sold.reservation.id()).await, Some(sold.clone()));
    assert_eq!(sold.sold_by(), shop.importer.tenant.id());
    shop.owner.turn(shop.owner.cancellation(&sold.reservation).await).await.expect("cancelled");
}

/// Isolation: of tenants in a workspace, and of workspaces.
pub async fn another_tenant_reaches_no_reservation(ports: Ports) {
    let shop = Shop::open(ports).await;
    let sibling = Host::of(&shop.owner.world, "sibling").await;
    sibling.import(&[shop.id()]).await.expect("imported");
    let stranger = Host::of(&shop.owner.world.beside().await, "stranger").await;
    let direct = shop.owner.book(shop.id(), nights(), pending()).await;
    let sold = shop.importer.book(shop.id(), stay("2030-01-12", "2030-01-13"), pending()).await;
    for (other, hidden) in
        [(&sibling, vec![&direct, &sold]), (&stranger, vec![&direct, &sold]), (&shop.importer, vec![&direct])]
    {
        for reservation in hidden.into_iter().map(|seen| &seen.reservation) {
            assert_eq!(other.reservation(reservation.id()).await, None);
            assert!(is_stale(&other.turn(other.cancellation(reservation).await).await));
            assert!(is_stale(&other.turn(shop.owner.cancellation(reservation).await).await), "the owner's decision");
            // The reservation claims to be the tenant's own; the stored account decides.
            let forged = Reservation::from_parts(ReservationParts {
                workspace_id: other.world.workspace_id(),
                sold_by: Some(other.tenant.id()),
                ..reservation.clone().into_parts()
            });
            assert!(is_stale(&other.turn(other.cancellation(&forged).await).await));
            let mut forged = forged.into_parts();
            forged.priced.integration_account_id = other.account.id;
            let forged = Reservation::from_parts(forged);
            assert!(is_stale(&other.turn(other.cancellation(&forged).await).await));
        }
        let filter = ReservationFilter { listing_id: Some(shop.id()), ..ReservationFilter::default() };
        let seen = other.reservations(&filter).await;
        assert_eq!(seen.len(), usize::from(other.tenant == shop.importer.tenant));
    }
    assert_eq!(shop.owner.reservations(&ReservationFilter::default()).await, [direct, sold]);
}

/// Entries are written in the transaction of the change.
pub async fn every_change_of_a_reservation_leaves_one_entry(ports: Ports) {
    let shop = Shop::open(ports).await;
    let before = shop.owner.world.ports.trail.actions().await.len();
    let held = shop.owner.book(shop.id(), nights(), pending()).await.reservation;
    let confirmed = shop.owner.turn(shop.owner.confirmation(&held).await).await.expect("confirmed").reservation;
    shop.owner.turn(shop.owner.cancellation(&confirmed).await).await.expect("cancelled");
    shop.owner.book(shop.id(), nights(), pending()).await;
    let [due] = lapsed(&shop.owner, 2, 10).await.try_into().expect("one");
    expire(&shop.owner, expiry(&due)).await.expect("expired");
    let expected = ["create", "confirm", "cancel", "create", "expire"].map(|verb| format!("reservation.{verb}"));
    assert_eq!(shop.owner.world.ports.trail.actions().await[before..], expected);
}

/// `Stale`: the entry in the trail would name the previous owner.
pub async fn a_reservation_of_an_account_that_is_moved_meanwhile_is_not_changed(ports: Ports) {
    let shop = Shop::open(ports.clone()).await;
    let third = Host::of(&shop.owner.world, "third").await;
    let reservation = shop.importer.book(shop.id(), stay("2030-01-10", "2030-01-12"), instant()).await.reservation;
    let change = shop.importer.cancellation(&reservation).await;
    let moving = shop.owner.world.move_account(shop.owner.account.id, &third.tenant);
    let ((), cancelled) = ports.overlap(moving, shop.importer.turn(change)).await;
    assert!(is_stale(&cancelled), "{cancelled:?}");
}
