//! Charges: the fees and taxes of accounts.

use std::collections::BTreeSet;

use domain::change::Change;
use domain::charges::{
    AccountCharges, Charge, ChargeBasis, ChargeEdit, ChargeKind, ChargeLine, ChargeLines, ChargeParts,
};
use domain::ids::{ChargeId, ListingId};
use domain::stays::Stay;
use ports::RepositoryError;

use super::Ports;
use super::host::{Host, is_stale};
use super::integration_accounts::{move_account, moving};
use super::shop::{Shop, date, in_turn, instant, stay};
use super::world::twenty_at_once;
use crate::build;

fn nights() -> Stay {
    stay("2030-01-10", "2030-01-12")
}

fn parts(name: &str, kind: ChargeKind, basis: ChargeBasis) -> ChargeParts {
    let is_percentage = basis == ChargeBasis::Percentage;
    ChargeParts {
        name: name.parse().expect("a name"),
        kind,
        basis,
        amount: (!is_percentage).then(|| "10.0001".parse().expect("an amount")),
        percentage: is_percentage.then(|| "8.8755".parse().expect("a percentage")),
        max_nights: None,
        counts_children: false,
        is_taxable: None,
        first_check_in: None,
        last_check_in: None,
    }
}

fn edit(parts: ChargeParts, listings: Option<&[ListingId]>) -> ChargeEdit {
    let listings = listings.map(|listings| listings.iter().copied().collect());
    ChargeEdit { id: None, charge: Charge::new(parts).expect("a charge"), listings }
}

fn fee(name: &str) -> ChargeEdit {
    edit(parts(name, ChargeKind::Fee, ChargeBasis::PerStay), None)
}

impl Host {
    async fn charges(&self) -> Option<AccountCharges> {
        self.world.ports.charges.get(&self.scope().await, self.account.id).await.expect("no failure")
    }

    /// Returns a change of the charges, not yet stored.
    async fn charging(&self, edits: &[ChargeEdit]) -> Change<AccountCharges> {
        let (scope, charges) = (self.scope().await, self.charges().await.expect("an account"));
        let change = charges.replace(edits, &scope, Self::stamp(&scope), || ChargeId::new(build::id()));
        change.expect("valid ids").expect("a change")
    }

    async fn replace(&self, change: Change<AccountCharges>) -> Result<(), RepositoryError> {
        self.world.ports.charges.replace(&self.scope().await, change).await
    }

    async fn listings_of(&self, ids: &[ListingId]) -> Vec<ListingId> {
        let ids = ids.iter().copied().collect();
        let found = self.world.ports.charges.listings_of(&self.scope().await, self.account.id, &ids).await;
        found.expect("no failure").into_iter().collect()
    }

    pub(super) async fn charge(&self, edits: &[ChargeEdit]) {
        let change = self.charging(edits).await;
        self.replace(change).await.expect("replaced");
    }
}

/// Compares every field, set and not set, and the order.
pub async fn charges_come_back_as_they_were_stored(ports: Ports) {
    let host = Host::open(ports).await;
    let listings: [ListingId; 2] = host.listings().await;
    assert_eq!(host.charges().await.expect("an account").charges(), []);
    let bounded = ChargeParts {
        max_nights: 21.try_into().ok(),
        counts_children: true,
        first_check_in: Some(date("2030-01-01")),
        last_check_in: Some(date("2030-12-31")),
        ..parts("Zulu", ChargeKind::Tax, ChargeBasis::PerGuestPerNight)
    };
    let untaxed = ChargeParts { is_taxable: Some(false), ..parts("Fee", ChargeKind::Fee, ChargeBasis::PerNight) };
    let edits = [
        edit(bounded, Some(&listings)),
        edit(untaxed, Some(&[])),
        edit(parts("Alpha", ChargeKind::Tax, ChargeBasis::Percentage), Some(&listings[..1])),
        fee("Fee"),
        fee("Fee"),
    ];
    for edits in [&edits[..], &edits[2..], &[]] {
        let change = host.charging(edits).await;
        host.replace(change.clone()).await.expect("replaced");
        assert_eq!(host.charges().await, Some(change.after));
    }
}

/// `Stale`; nothing is stored.
pub async fn charges_that_were_decided_on_what_has_changed_are_stale(ports: Ports) {
    let host = Host::open(ports).await;
    let [kept, gone] = host.listings().await;
    let late = host.charging(&[fee("Late")]).await;
    host.charge(&[fee("First")]).await;
    let before = host.charges().await;
    assert!(is_stale(&host.replace(late).await));

    let change = host.charging(&[edit(parts("Fee", ChargeKind::Fee, ChargeBasis::PerStay), Some(&[kept, gone]))]).await;
    let listing = host.get(gone).await.expect("its own").listing;
    host.delete(&listing).await.expect("deleted");
    assert!(is_stale(&host.replace(change).await), "a listing is gone");
    let [elsewhere] = host.another_account().await.listings().await;
    let change = host.charging(&[edit(parts("Fee", ChargeKind::Fee, ChargeBasis::PerStay), Some(&[elsewhere]))]).await;
    assert!(is_stale(&host.replace(change).await), "a listing is another account's");
    assert_eq!(host.charges().await, before);
}

/// A race.
pub async fn of_twenty_who_replace_the_charges_one_wins(ports: Ports) {
    let host = Host::open(ports).await;
    let listings: [ListingId; 2] = host.listings().await;
    let mut changes = Vec::new();
    for number in 0..20 {
        let stated = parts(&format!("Fee {number}"), ChargeKind::Fee, ChargeBasis::PerStay);
        changes.push(host.charging(&[edit(stated, Some(&listings))]).await);
    }
    let next = in_turn(changes);
    let (won, lost) = twenty_at_once(|| {
        let (host, change) = (host.clone(), next());
        async move { host.replace(change).await }
    })
    .await;
    assert_eq!((won, host.charges().await.expect("an account").charges().len()), (1, 1));
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
}

/// A charge whose listings are all deleted applies to none.
pub async fn charges_go_with_their_listings_and_their_account(ports: Ports) {
    let host = Host::open(ports).await;
    let listings: [ListingId; 2] = host.listings().await;
    host.charge(&[edit(parts("Fee", ChargeKind::Fee, ChargeBasis::PerStay), Some(&listings)), fee("All")]).await;
    for (gone, left) in listings.into_iter().zip([1, 0]) {
        let listing = host.get(gone).await.expect("its own").listing;
        host.delete(&listing).await.expect("a charge does not prevent a deletion");
        let charges = host.charges().await.expect("an account");
        let chosen: Vec<_> =
            charges.charges().iter().map(|charge| charge.listings.as_ref().map(BTreeSet::len)).collect();
        assert_eq!(chosen, [Some(left), None]);
    }
    let (scope, world) = (host.scope().await, &host.world);
    let accounts = &world.ports.integration_accounts;
    let account = accounts.get(&scope, host.account.id).await.expect("no failure").expect("an account");
    let late = host.charging(&[]).await;
    accounts.delete(&scope, account.delete(&scope, Host::stamp(&scope))).await.expect("deleted with its charges");
    assert_eq!(host.charges().await, None);
    assert!(is_stale(&host.replace(late).await), "the account is gone");
}

/// `Stale` for a change that the former owner has decided.
pub async fn charges_move_with_their_account(ports: Ports) {
    let owner = Host::open(ports).await;
    owner.charge(&[fee("Fee")]).await;
    let charges = owner.charges().await;
    let late = owner.charging(&[]).await;
    let world = &owner.world;
    let target = world.create("target").await.expect("created");
    let scope = owner.scope().await;
    let account = world.ports.integration_accounts.get(&scope, owner.account.id).await.expect("no failure");
    let change = moving(world, &account.expect("an account"), &owner.tenant, &target).await;
    move_account(world, change).await.expect("moved");
    let target = Host { tenant: target, ..owner.clone() };
    assert_eq!((owner.charges().await, target.charges().await), (None, charges));
    assert!(is_stale(&owner.replace(late).await));
    target.charge(&[fee("Another")]).await;
}

/// Finds the charges of the listing's account, of the listing and of all listings, for the owner and for importers.
pub async fn an_offer_has_the_charges_of_its_listing(ports: Ports) {
    let shop = Shop::open(ports).await;
    let other = shop.another().await;
    let on = |name, listings: &[ListingId]| edit(parts(name, ChargeKind::Tax, ChargeBasis::PerNight), Some(listings));
    let edits = [on("Both", &[shop.id(), other.id()]), fee("All"), on("Other", &[other.id()]), on("None", &[])];
    shop.owner.charge(&edits).await;
    shop.importer.charge(&[fee("The importer's own")]).await;
    shop.owner.another_account().await.charge(&[fee("Elsewhere")]).await;
    for host in [&shop.owner, &shop.importer] {
        for (listing, expected) in [(shop.id(), &edits[..2]), (other.id(), &edits[..3])] {
            let offer = host.offer(listing, nights()).await.expect("a listing");
            let expected: Vec<_> = expected.iter().map(|edit| edit.charge.clone()).collect();
            assert_eq!(offer.charges, expected);
        }
    }
}

/// A quote and a reservation keep their lines when the charges have changed.
pub async fn what_was_sold_keeps_its_lines(ports: Ports) {
    let shop = Shop::open(ports).await;
    let tax = |basis| edit(parts("Tax", ChargeKind::Tax, basis), None);
    shop.owner.charge(&[tax(ChargeBasis::PerGuestPerNight), fee("Cleaning"), tax(ChargeBasis::Percentage)]).await;
    let quote = shop.importer.quote(shop.id(), nights()).await;
    let sold = shop.owner.book(shop.id(), stay("2030-02-10", "2030-02-12"), instant()).await;
    shop.owner.charge(&[]).await;
    let ChargeLines { fees, taxes } = quote.priced().price.parts().charges.clone();
    let told = |lines: &[ChargeLine]| lines.iter().map(|line| line.value.to_string()).collect::<Vec<_>>();
    assert_eq!((told(&fees), told(&taxes)), (vec!["10.00".to_owned()], vec!["40.00".to_owned(), "27.34".to_owned()]));

    let found = shop.importer.world.ports.quotes.get(&shop.importer.scope().await, quote.id()).await;
    assert_eq!(found.expect("no failure").map(|found| found.quote), Some(quote.clone()));
    let scope = shop.owner.scope().await;
    let found = shop.owner.world.ports.reservations.get(&scope, sold.reservation.id()).await.expect("no failure");
    assert_eq!(found.map(|found| found.reservation), Some(sold.reservation));
    let change = shop.importer.booking_with(&quote, instant()).await;
    let booked = shop.importer.sell(change).await.expect("booked").reservation;
    assert_eq!(booked.priced().price, quote.priced().price, "a quote costs what it says");
}

/// Isolation: of tenants in a workspace, of workspaces, and of an owner from the importers of its listings.
pub async fn another_tenant_reaches_no_charges(ports: Ports) {
    let shop = Shop::open(ports).await;
    shop.owner.charge(&[fee("Fee")]).await;
    let before = shop.owner.charges().await;
    let change = shop.owner.charging(&[]).await;
    let world = &shop.owner.world;
    for other in
        [shop.importer.clone(), Host::of(world, "sibling").await, Host::of(&world.beside().await, "stranger").await]
    {
        let other = Host { account: shop.owner.account.clone(), ..other };
        assert_eq!(other.charges().await, None);
        assert_eq!(other.listings_of(&[shop.id()]).await, []);
        assert!(is_stale(&other.replace(change.clone()).await));
    }
    assert_eq!(shop.owner.charges().await, before);
    assert_eq!(shop.owner.listings_of(&[shop.id(), ListingId::new(build::id())]).await, [shop.id()]);
}

/// Entries are written in the transaction of the change.
pub async fn every_change_of_charges_leaves_one_entry(ports: Ports) {
    let host = Host::open(ports).await;
    let before = host.world.ports.trail.actions().await.len();
    let late = host.charging(&[fee("Late")]).await;
    host.charge(&[fee("Fee")]).await;
    host.charge(&[]).await;
    assert!(is_stale(&host.replace(late).await));
    assert_eq!(host.world.ports.trail.actions().await[before..], ["integration_account.update"; 2]);
}
