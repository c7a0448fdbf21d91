//! Policies that say who may import, and the importers as the owner sees them.

use domain::geography::Around;
use domain::ids::TenantId;
use domain::imports::{AccountImporter, Importer, decide};
use domain::integration_accounts::{ImportMode, ImportPolicy, IntegrationAccount};
use domain::listings::Unavailable;
use ports::{ListingFilter, Page, PageStart};

use super::Ports;
use super::host::{Host, is_stale, new_listing};
use super::shop::{Shop, instant, stay};
use crate::build;

fn policy(mode: ImportMode, tenants: &[TenantId]) -> ImportPolicy {
    ImportPolicy::new(mode, tenants.iter().copied().collect()).expect("a policy")
}

async fn account(host: &Host) -> IntegrationAccount {
    let found = host.world.ports.integration_accounts.get(&host.scope().await, host.account.id).await;
    found.expect("no failure").expect("an account")
}

/// Sets the policy of the host's account.
pub(super) async fn set(host: &Host, mode: ImportMode, tenants: &[TenantId]) {
    let (scope, stamp) = (host.scope().await, host.world.stamp().await);
    let change = account(host).await.set_import_policy(policy(mode, tenants), &scope, stamp).expect("a change");
    host.world.ports.integration_accounts.update(&scope, change).await.expect("updated");
}

/// Also with as many tenants as it may name.
pub async fn a_policy_comes_back_as_it_was_stored(ports: Ports) {
    let host = Host::open(ports).await;
    assert_eq!(*account(&host).await.import_policy(), ImportPolicy::default());
    let many: Vec<_> = (0..1_000).map(|_| TenantId::new(build::id())).collect();
    for (mode, tenants) in [(ImportMode::Only, &many[..]), (ImportMode::Except, &many[..1]), (ImportMode::Only, &[])] {
        set(&host, mode, tenants).await;
        assert_eq!(*account(&host).await.import_policy(), policy(mode, tenants));
    }
}

/// Search and candidates agree with the policy.
pub async fn a_policy_says_who_finds_and_imports(ports: Ports) {
    let host = Host::open(ports).await;
    let [one, two] = [Host::of(&host.world, "one").await, Host::of(&host.world, "two").await];
    let listing = host.listing("17").await.id();
    let around = Around { place: new_listing("17").place, radius: "1".parse().expect("a radius") };
    let ids = [one.tenant.id(), two.tenant.id()];
    for (mode, named, allowed) in [
        (ImportMode::Only, &ids[..1], [true, false]),
        (ImportMode::Except, &ids[..1], [false, true]),
        (ImportMode::Only, &[], [false, false]),
        (ImportMode::Except, &[], [true, true]),
        (ImportMode::Except, &ids[..], [false, false]),
        (ImportMode::All, &[], [true, true]),
    ] {
        set(&host, mode, named).await;
        for (tenant, may_import) in [&one, &two].into_iter().zip(allowed) {
            let scope = tenant.scope().await;
            let candidates = tenant.world.ports.imports.candidates(&scope, &[listing]).await.expect("no failure");
            let found = tenant.found(around, &ListingFilter::default()).await.len();
            let seen = (candidates[0].allow_import, candidates[0].is_offered, found);
            assert_eq!(seen, (may_import, true, usize::from(may_import)), "{mode:?} {}", named.len());
        }
    }
}

/// An import sleeps, matches no filter, and wakes; those of others do not notice.
pub async fn imports_sleep_while_a_policy_excludes_them(ports: Ports) {
    let host = Host::open(ports).await;
    let [one, two] = [Host::of(&host.world, "one").await, Host::of(&host.world, "two").await];
    let listing = host.listing("17").await.id();
    for importer in [&one, &two] {
        importer.import(&[listing]).await.expect("imported");
    }
    let inside = ListingFilter { guests: 1.try_into().ok(), ..ListingFilter::default() };
    let seen = async |importer: &Host| {
        let listed = importer.listed(&ListingFilter::default()).await;
        assert_eq!(listed, [importer.get(listing).await.expect("imported")], "get returns the same");
        (listed[0].unavailable, importer.listed(&inside).await.len())
    };
    set(&host, ImportMode::Except, &[one.tenant.id()]).await;
    assert_eq!(seen(&one).await, (Some(Unavailable::ImportNotAllowed), 0));
    assert_eq!(seen(&two).await, (None, 1));
    assert_eq!(host.get(listing).await.expect("its own").unavailable, None, "it is not the owner's matter");
    set(&host, ImportMode::Only, &[one.tenant.id()]).await;
    assert_eq!(seen(&one).await, (None, 1));
    assert_eq!(seen(&two).await, (Some(Unavailable::ImportNotAllowed), 0));
}

/// `Stale`, for what was decided before.
pub async fn nothing_is_imported_or_sold_once_a_policy_excludes_it(ports: Ports) {
    let shop = Shop::open(ports).await;
    let (owner, importer) = (&shop.owner, &shop.importer);
    let other = owner.listing("other").await.id();
    let scope = importer.scope().await;
    let candidates = importer.world.ports.imports.candidates(&scope, &[other]).await.expect("no failure");
    let batch = decide(importer.tenant.id(), &candidates, &[other]).expect("offered");
    let sold = importer.booking(shop.id(), stay("2030-01-10", "2030-01-12"), instant()).await;
    // First the importer is one of those who may, then no longer: the same mode, with other tenants.
    set(owner, ImportMode::Only, &[importer.tenant.id()]).await;
    set(owner, ImportMode::Only, &[owner.tenant.id()]).await;
    let refused = importer.world.ports.imports.add(&scope, batch.by(&scope, Host::stamp(&scope))).await;
    assert!(is_stale(&refused), "{refused:?}");
    let refused = importer.sell(sold.clone()).await;
    assert!(is_stale(&refused), "{refused:?}");
    set(owner, ImportMode::All, &[]).await;
    importer.sell(sold).await.expect("sold");
}

/// By id, in pages; of another's listings there are none.
pub async fn the_owner_sees_who_imports(ports: Ports) {
    let host = Host::open(ports).await;
    let importers = [Host::of(&host.world, "one").await, Host::of(&host.world, "two").await];
    let [both, first] = [host.listing("both").await.id(), host.listing("first").await.id()];
    importers[0].import(&[both, first]).await.expect("imported");
    importers[1].import(&[both]).await.expect("imported");
    let mut ids = [0, 1].map(|number: usize| (importers[number].tenant.id(), 2 - number as u64));
    ids.sort_unstable();
    let (queries, scope) = (&host.world.ports.importers, host.scope().await);
    let page = |start, size| Page { start, size };
    let importer = |(tenant_id, _)| Importer { tenant_id, imported_at: build::at() };
    let of_account = |(tenant_id, listings)| AccountImporter { tenant_id, listings };

    let whole = page(PageStart::Number(1), 10);
    let found = queries.of_listing(&scope, both, whole).await.expect("a list");
    assert_eq!((found.items, found.has_more), (ids.map(importer).to_vec(), false));
    let found = queries.of_account(&scope, host.account.id, page(PageStart::Number(1), 1)).await.expect("a list");
    assert_eq!((found.items, found.has_more), (vec![of_account(ids[0])], true));
    let after = page(PageStart::After(ids[0].0.as_uuid()), 10);
    let found = queries.of_account(&scope, host.account.id, after).await.expect("a list");
    assert_eq!((found.items, found.has_more), (vec![of_account(ids[1])], false));
    assert_eq!(queries.count_of_listing(&scope, both).await.expect("a count"), 2);
    assert_eq!(queries.count_of_listing(&scope, first).await.expect("a count"), 1);
    assert_eq!(queries.count_of_account(&scope, host.account.id).await.expect("a count"), 2);

    let elsewhere = host.world.beside().await;
    let stranger = elsewhere.create("stranger").await.expect("created");
    for scope in [importers[0].scope().await, elsewhere.scope_in(stranger.id()).await] {
        assert_eq!(queries.of_listing(&scope, both, whole).await.expect("a list").items, []);
        assert_eq!(queries.of_account(&scope, host.account.id, whole).await.expect("a list").items, []);
        assert_eq!(queries.count_of_listing(&scope, both).await.expect("a count"), 0);
        assert_eq!(queries.count_of_account(&scope, host.account.id).await.expect("a count"), 0);
    }
}
