//! Bookings of listings that are no longer offered.

use std::sync::Arc;

use domain::change::Change;
use domain::ids::ReservationId;
use domain::imports::decide_removal;
use domain::integration_accounts::AccountStatus;
use domain::listings::ListingStatus;
use domain::patch::Patch;
use domain::reservations::{ReservationBooked, TenantReservation};
use domain::stays::Stay;
use domain::tenants::TenantStatus;
use ports::{RepositoryError, ReservationFilter, rules};
use tokio::task::JoinHandle;

use super::Ports;
use super::host::{Host, account_with, allowing, is_stale, with_status};
use super::shop::{Shop, blocked, instant, is_taken, stay};

/// A change after which an importer must not sell the listing. The last five stop the owner, too.
#[derive(Debug, Clone, Copy)]
enum Withdrawal {
    ImportRemoved,
    NotAllowed,
    OwnerInactive,
    ListingInactive,
    Rejected,
    AccountInactive,
    Moved,
    Blocked,
}

impl Withdrawal {
    const ALL: [Self; 8] = [
        Self::ImportRemoved,
        Self::NotAllowed,
        Self::OwnerInactive,
        Self::ListingInactive,
        Self::Rejected,
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
            Self::Rejected => owner.decide(shop.id(), !is_done).await,
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

    /// Whether the owner must not sell the listing either.
    const fn stops_the_owner(self) -> bool {
        !matches!(self, Self::ImportRemoved | Self::NotAllowed | Self::OwnerInactive)
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
        if withdrawal.stops_the_owner() {
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

/// A race for each withdrawal: bookings that are stored before it stay, and later ones are refused.
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

/// Starts workers that each store an importer's booking of another night, decided before they start.
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

/// The refusal of a booking that was decided before.
pub async fn what_is_withdrawn_meanwhile_is_not_sold(ports: Ports) {
    let shop = Shop::open(ports.clone()).await;
    let third = Host::of(&shop.owner.world, "third").await;
    let nights = stay("2030-01-10", "2030-01-12");
    for withdrawal in Withdrawal::ALL {
        let sellers = [&shop.importer, &shop.owner];
        for seller in sellers.into_iter().take(if withdrawal.stops_the_owner() { 2 } else { 1 }) {
            let change = seller.booking(shop.id(), nights, instant()).await;
            let overlap = ports.overlap(withdrawal.of(&shop, &third, true), seller.sell(change));
            let ((), refused) = Box::pin(overlap).await;
            assert!(withdrawal.refuses(&refused), "{withdrawal:?}: {refused:?}");
            withdrawal.of(&shop, &third, false).await;
        }
    }
}

/// `Stale`. The account may move to the importer.
pub async fn what_is_withdrawn_meanwhile_is_not_imported(ports: Ports) {
    let shop = Shop::open(ports.clone()).await;
    let third = Host::of(&shop.owner.world, "third").await;
    for withdrawal in Withdrawal::ALL {
        if matches!(withdrawal, Withdrawal::ImportRemoved | Withdrawal::Blocked) {
            continue;
        }
        let ids = [shop.id()];
        let ((), refused) = ports.overlap(withdrawal.of(&shop, &third, true), third.import(&ids)).await;
        assert!(is_stale(&refused), "{withdrawal:?}: {refused:?}");
        withdrawal.of(&shop, &third, false).await;
    }
}
