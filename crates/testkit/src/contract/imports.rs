//! Imports.

use domain::change::Change;
use domain::ids::ListingId;
use domain::imports::{ImportBatch, ImportCandidate, RemovalBatch, decide, decide_removal};
use domain::integration_accounts::AccountStatus;
use domain::listings::{Listing, ListingStatus, Unavailable};
use domain::tenants::{Tenant, TenantStatus};
use ports::RepositoryError;

use super::host::{Host, account_with, allowing, is_stale, new_listing, with_status};
use super::{Ports, World};
use crate::build;

/// A tenant with an account that allows imports, and a tenant that imports its listings.
#[derive(Clone)]
pub(super) struct Market {
    pub(super) world: World,
    pub(super) host: Host,
    pub(super) importer: Tenant,
}

impl Market {
    pub(super) async fn open(ports: Ports) -> Self {
        let world = World::new(ports).await;
        let host = Host::of(&world, "owner").await;
        let importer = world.create("importer").await.expect("created");
        Self { world, host, importer }
    }

    /// Creates listings of the account; returns their ids in order.
    pub(super) async fn listings<const N: usize>(&self) -> [ListingId; N] {
        let new: Vec<_> = (0..N).map(|_| new_listing(&build::id().to_string())).collect();
        self.host.deliver(new.clone()).await.expect("delivered");
        let ids: Vec<_> = self.host.known(&new).await.iter().map(Listing::id).collect();
        ids.try_into().expect("all of them")
    }

    pub(super) async fn listing(&self) -> ListingId {
        let [listing] = self.listings().await;
        listing
    }

    pub(super) async fn set_listing(&self, id: ListingId, status: ListingStatus) {
        let listing = self.host.get(id).await.expect("a listing").listing;
        self.host.update(&listing, with_status(status)).await.expect("updated");
    }

    pub(super) async fn move_to(&self, target: &Tenant) {
        self.world.move_account(self.host.account.id, target).await;
    }

    /// Returns a listing of the account as a candidate of any other tenant.
    pub(super) fn offered(&self, listing: ListingId) -> ImportCandidate {
        ImportCandidate {
            listing,
            account: self.host.account.id,
            owner: self.host.tenant.id(),
            allow_import: true,
            is_offered: true,
            is_imported: false,
        }
    }

    pub(super) async fn candidates(&self, tenant: &Tenant, ids: &[ListingId]) -> Vec<ImportCandidate> {
        let scope = self.world.scope_in(tenant.id()).await;
        let mut found = self.world.ports.imports.candidates(&scope, ids).await.expect("no failure");
        found.sort_by_key(|candidate| candidate.listing);
        found
    }

    /// Returns the decision to import the listings, not yet stored.
    pub(super) async fn batch(&self, tenant: &Tenant, ids: &[ListingId]) -> Change<ImportBatch> {
        let batch = decide(tenant.id(), &self.candidates(tenant, ids).await, ids).expect("offered");
        batch.by(&self.world.scope_in(tenant.id()).await, self.world.stamp().await)
    }

    pub(super) async fn add(&self, tenant: &Tenant, change: Change<ImportBatch>) -> Result<(), RepositoryError> {
        let scope = self.world.scope_in(tenant.id()).await;
        self.world.ports.imports.add(&scope, change).await
    }

    pub(super) async fn import(&self, tenant: &Tenant, ids: &[ListingId]) -> Result<(), RepositoryError> {
        self.add(tenant, self.batch(tenant, ids).await).await
    }

    pub(super) async fn imported(&self, tenant: &Tenant, ids: &[ListingId]) -> Vec<ListingId> {
        let scope = self.world.scope_in(tenant.id()).await;
        let mut imported = self.world.ports.imports.imported(&scope, ids).await.expect("no failure");
        imported.sort();
        imported
    }

    /// Returns the removal of listings that the tenant imports, or is supposed to import.
    pub(super) async fn removal(&self, tenant: &Tenant, ids: &[ListingId]) -> Change<RemovalBatch> {
        let batch = decide_removal(tenant.id(), ids, ids).expect("imported");
        batch.by(&self.world.scope_in(tenant.id()).await, self.world.stamp().await)
    }

    pub(super) async fn remove(&self, tenant: &Tenant, ids: &[ListingId]) -> Result<(), RepositoryError> {
        let (scope, change) = (self.world.scope_in(tenant.id()).await, self.removal(tenant, ids).await);
        self.world.ports.imports.remove(&scope, change).await
    }
}

/// Imports, imports again, and removes.
pub async fn what_is_imported_is_there_until_it_is_removed(ports: Ports) {
    let market = Market::open(ports).await;
    let importer = &market.importer;
    let [first, second, third] = market.listings().await;
    market.import(importer, &[third, first]).await.expect("imported");
    assert_eq!(market.imported(importer, &[first, second, third]).await, [first, third]);
    market.import(importer, &[second]).await.expect("imported");
    market.remove(importer, &[second, third]).await.expect("removed");
    assert_eq!(market.imported(importer, &[first, second, third]).await, [first]);
    market.import(importer, &[third]).await.expect("imported again");
    assert_eq!(market.imported(importer, &[first, second, third]).await, [first, third]);
}

/// Candidates have the facts that [`decide`] needs.
pub async fn a_candidate_says_whose_it_is_and_what_stands_against_it(ports: Ports) {
    let market = Market::open(ports).await;
    let [one, other] = market.listings().await;
    let offered = |listing| market.offered(listing);
    let seen = async |tenant| market.candidates(tenant, &[one, other, ListingId::new(build::id())]).await;
    assert_eq!(seen(&market.importer).await, [offered(one), offered(other)]);
    assert_eq!(seen(&market.host.tenant).await, [offered(one), offered(other)], "the owner sees its own");

    market.import(&market.importer, &[other]).await.expect("imported");
    let imported = ImportCandidate { is_imported: true, ..offered(other) };
    assert_eq!(seen(&market.importer).await, [offered(one), imported]);
    let sibling = market.world.create("sibling").await.expect("created");
    assert_eq!(seen(&sibling).await, [offered(one), offered(other)], "others have not imported it");

    market.host.edit_account(allowing(false)).await;
    let not_allowed = |listing| ImportCandidate { allow_import: false, ..offered(listing) };
    assert_eq!(seen(&sibling).await, [not_allowed(one), not_allowed(other)]);
    market.host.edit_account(allowing(true)).await;

    let asleep = |listing| ImportCandidate { is_offered: false, ..offered(listing) };
    market.set_listing(one, ListingStatus::Inactive).await;
    assert_eq!(seen(&sibling).await, [asleep(one), offered(other)]);
    market.set_listing(one, ListingStatus::Active).await;
    market.host.edit_account(account_with(AccountStatus::Inactive)).await;
    assert_eq!(seen(&sibling).await, [asleep(one), asleep(other)]);
    market.host.edit_account(account_with(AccountStatus::Active)).await;
    market.world.set_status(&market.host.tenant, TenantStatus::Inactive).await;
    assert_eq!(seen(&sibling).await, [asleep(one), asleep(other)]);
}

/// `Stale` for all listings even if only one has changed; nothing is stored.
pub async fn what_has_changed_since_is_not_imported(ports: Ports) {
    let market = Market::open(ports).await;
    let importer = &market.importer;
    let listings: [ListingId; 2] = market.listings().await;
    let trail = market.world.ports.trail.actions().await;
    let is_refused = async |why: &str, change| {
        let refused = market.add(importer, change).await;
        assert!(is_stale(&refused), "{why}: {refused:?}");
        assert_eq!(market.imported(importer, &listings).await, [], "{why}");
    };
    let batch = || market.batch(importer, &listings);

    let change = batch().await;
    let third = market.world.create("third").await.expect("created");
    market.move_to(&third).await;
    is_refused("the owner is another, of whom the answer would not speak", change).await;
    market.move_to(&market.host.tenant).await;

    for reason in Unavailable::ALL {
        let change = batch().await;
        market.host.set_available(false, reason, &listings[1..]).await;
        is_refused(&format!("{reason:?}"), change).await;
        market.host.set_available(true, reason, &listings[1..]).await;
    }

    let mut gone = batch().await;
    let unknown = ImportCandidate { listing: ListingId::new(build::id()), ..gone.after.listings()[0].clone() };
    let ids = [listings[0], unknown.listing];
    gone.after = decide(importer.id(), &[gone.after.listings()[0].clone(), unknown], &ids).expect("offered once");
    is_refused("a listing is gone", gone).await;

    let since = market.world.ports.trail.actions().await.split_off(trail.len());
    assert!(!since.contains(&"listing.import".to_owned()), "{since:?}");
    let change = batch().await;
    market.import(importer, &listings[1..]).await.expect("imported");
    assert!(is_stale(&market.add(importer, change).await), "one is imported already");
    assert_eq!(market.imported(importer, &listings).await, listings[1..]);
}

/// `Stale`.
pub async fn nothing_is_imported_for_a_tenant_that_is_gone(ports: Ports) {
    let market = Market::open(ports).await;
    let listing = market.listing().await;
    let scope = market.world.scope_in(market.importer.id()).await;
    let change = market.batch(&market.importer, &[listing]).await;
    market.world.delete(&market.importer).await.expect("deleted");
    assert!(is_stale(&market.world.ports.imports.add(&scope, change).await));
}

/// Imports are deleted with their importer; the owner's listings stay.
pub async fn a_deleted_tenant_leaves_no_import(ports: Ports) {
    let market = Market::open(ports).await;
    let listing = market.listing().await;
    let sibling = market.world.create("sibling").await.expect("created");
    for tenant in [&market.importer, &sibling] {
        market.import(tenant, &[listing]).await.expect("imported");
    }
    let scope = market.world.scope_in(market.importer.id()).await;
    market.world.delete(&market.importer).await.expect("deleted");
    assert_eq!(market.world.ports.imports.imported(&scope, &[listing]).await.expect("no failure"), []);
    assert_eq!(market.imported(&sibling, &[listing]).await, [listing]);
}

/// `Stale`, also the second time; either all are removed or none.
pub async fn what_is_not_imported_is_not_removed(ports: Ports) {
    let market = Market::open(ports).await;
    let importer = &market.importer;
    let [listing, other] = market.listings().await;
    market.import(importer, &[listing]).await.expect("imported");
    let trail = market.world.ports.trail.actions().await;
    assert!(is_stale(&market.remove(importer, &[listing, other]).await));
    assert_eq!(market.imported(importer, &[listing]).await, [listing]);
    assert_eq!(market.world.ports.trail.actions().await, trail);
    market.remove(importer, &[listing]).await.expect("removed");
    assert!(is_stale(&market.remove(importer, &[listing]).await));
}

/// The maximum of one request.
pub async fn a_thousand_listings_are_imported_and_removed_at_once(ports: Ports) {
    let market = Market::open(ports).await;
    let importer = &market.importer;
    let mut listings: [ListingId; 1_000] = market.listings().await;
    listings.reverse();
    market.import(importer, &listings).await.expect("imported");
    assert_eq!(market.imported(importer, &listings).await.len(), 1_000);
    assert!(market.candidates(importer, &listings).await.iter().all(|candidate| candidate.is_imported));
    market.remove(importer, &listings).await.expect("removed");
    assert_eq!(market.imported(importer, &listings).await, []);
}

/// Isolation: of tenants in a workspace, and of workspaces.
pub async fn another_tenant_reaches_no_import(ports: Ports) {
    let market = Market::open(ports).await;
    let [imported, offered] = market.listings().await;
    market.import(&market.importer, &[imported]).await.expect("imported");
    let sibling = market.world.create("sibling").await.expect("created");
    let elsewhere = market.world.beside().await;
    let stranger = elsewhere.create("stranger").await.expect("created");

    for (world, other) in [(&market.world, &sibling), (&elsewhere, &stranger)] {
        let there = Market { world: world.clone(), ..market.clone() };
        let scope = world.scope_in(other.id()).await;
        assert_eq!(there.imported(other, &[imported]).await, []);
        assert!(is_stale(&there.remove(other, &[imported]).await));
        let change = market.batch(&market.importer, &[offered]).await;
        let foreign = world.ports.imports.add(&scope, change.clone()).await;
        assert!(is_stale(&foreign), "the scope's tenant is not the batch's");
        let change = market.removal(&market.importer, &[imported]).await;
        assert!(is_stale(&world.ports.imports.remove(&scope, change).await));
    }
    assert_eq!(
        elsewhere
            .ports
            .imports
            .candidates(&elsewhere.scope_in(stranger.id()).await, &[offered])
            .await
            .expect("no failure"),
        []
    );
    let candidates = market.candidates(&market.importer, &[offered]).await;
    let forged = decide(stranger.id(), &candidates, &[offered]).expect("offered");
    let scope = elsewhere.scope_in(stranger.id()).await;
    let forged = forged.by(&scope, elsewhere.stamp().await);
    assert!(is_stale(&elsewhere.ports.imports.add(&scope, forged).await), "the listing is not in that workspace");
    assert_eq!(market.imported(&market.importer, &[imported, offered]).await, [imported]);
}

/// Entries are written in the transaction of the change.
pub async fn every_step_of_imports_leaves_one_entry(ports: Ports) {
    let market = Market::open(ports).await;
    let listings: [ListingId; 3] = market.listings().await;
    let before = market.world.ports.trail.actions().await.len();
    market.import(&market.importer, &listings).await.expect("imported");
    market.remove(&market.importer, &listings[1..]).await.expect("removed");
    assert_eq!(market.world.ports.trail.actions().await[before..], ["listing.import", "listing.remove_import"]);
}
