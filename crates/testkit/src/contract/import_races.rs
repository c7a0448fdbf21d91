//! Imports at the same time as other imports, and as changes of what they import.

use domain::change::Change;
use domain::ids::{AuditId, ListingId};
use domain::imports::{ImportBatch, decide};
use ports::RepositoryError;

use super::Ports;
use super::host::{allowing, is_stale};
use super::imports::Market;
use super::world::twenty_at_once;
use crate::build;

/// A race.
pub async fn of_twenty_who_import_the_same_listing_one_wins(ports: Ports) {
    let market = Market::open(ports).await;
    let listing = market.listing().await;
    let change = market.batch(&market.importer, &[listing]).await;
    let (won, lost) = twenty_at_once(|| {
        let (market, change) = (market.clone(), signed_again(&change));
        async move { market.add(&market.importer, change).await }
    })
    .await;
    assert_eq!((won, market.imported(&market.importer, &[listing]).await), (1, vec![listing]));
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
}

/// A race: locks are taken in the same order, whatever the order of the request.
pub async fn of_twenty_who_import_the_same_listings_in_any_order_one_wins(ports: Ports) {
    let market = Market::open(ports).await;
    let listings: [ListingId; 40] = market.listings().await;
    let turns = std::sync::atomic::AtomicUsize::new(0);
    let (won, lost) = twenty_at_once(|| {
        let (market, mut listings) = (market.clone(), listings);
        listings.rotate_left(turns.fetch_add(7, std::sync::atomic::Ordering::Relaxed) % 40);
        async move {
            let candidates = listings.map(|listing| market.offered(listing));
            let batch = decide(market.importer.id(), &candidates, &listings).expect("offered");
            let scope = market.world.scope_in(market.importer.id()).await;
            market.add(&market.importer, batch.by(&scope, market.world.stamp().await)).await
        }
    })
    .await;
    assert_eq!((won, market.imported(&market.importer, &listings).await.len()), (1, 40));
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");

    let turns = std::sync::atomic::AtomicUsize::new(0);
    let (won, lost) = twenty_at_once(|| {
        let (market, mut listings) = (market.clone(), listings);
        listings.rotate_left(turns.fetch_add(7, std::sync::atomic::Ordering::Relaxed) % 40);
        async move { market.remove(&market.importer, &listings).await }
    })
    .await;
    assert_eq!((won, market.imported(&market.importer, &listings).await), (1, vec![]));
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
}

/// A race, ten times: a stored import was allowed when it was stored.
pub async fn nothing_is_imported_once_it_is_not_allowed(ports: Ports) {
    let market = Market::open(ports).await;
    let importer = &market.importer;
    for _ in 0..10 {
        market.host.edit_account(allowing(true)).await;
        let listings: [ListingId; 8] = market.listings().await;
        let importing = each_imports_one(&market, &listings).await;
        market.host.edit_account(allowing(false)).await;
        let allowed = market.imported(importer, &listings).await;
        let mut winners = Vec::new();
        for (listing, worker) in importing {
            match worker.await.expect("no panic") {
                Ok(()) => winners.push(listing),
                Err(error) => assert!(matches!(error, RepositoryError::Stale), "{error:?}"),
            }
        }
        assert_eq!(winners, allowed, "later imports are refused");
        assert_eq!(market.imported(importer, &listings).await, allowed);
    }
}

/// A race, ten times: an account is moved to the tenant that imports its listings.
pub async fn imports_and_a_move_at_once_leave_nobody_with_its_own_listing(ports: Ports) {
    let market = Market::open(ports).await;
    for _ in 0..10 {
        let listings: [ListingId; 8] = market.listings().await;
        let importing = each_imports_one(&market, &listings).await;
        market.move_to(&market.importer).await;
        for (_, worker) in importing {
            let imported = worker.await.expect("no panic");
            assert!(imported.is_ok() || is_stale(&imported), "{imported:?}");
        }
        assert_eq!(market.imported(&market.importer, &listings).await, [], "an owner imports none of its own listings");
        market.move_to(&market.host.tenant).await;
    }
}

/// A race, ten times.
pub async fn imports_and_a_deletion_of_their_tenant_at_once_leave_nothing(ports: Ports) {
    let mut market = Market::open(ports).await;
    for round in 0..10 {
        market.importer = market.world.create(&format!("importer-{round}")).await.expect("created");
        let listings: [ListingId; 8] = market.listings().await;
        let scope = market.world.scope_in(market.importer.id()).await;
        let importing = each_imports_one(&market, &listings).await;
        market.world.delete(&market.importer).await.expect("deleted");
        for (_, worker) in importing {
            let imported = worker.await.expect("no panic");
            assert!(imported.is_ok() || is_stale(&imported), "{imported:?}");
        }
        assert_eq!(market.world.ports.imports.imported(&scope, &listings).await.expect("no failure"), []);
    }
}

type Importing = Vec<(ListingId, tokio::task::JoinHandle<Result<(), RepositoryError>>)>;

/// Starts workers that store imports that are already decided.
async fn each_imports_one(market: &Market, listings: &[ListingId]) -> Importing {
    let scope = market.world.scope_in(market.importer.id()).await;
    let mut changes = Vec::new();
    for listing in listings {
        changes.push((*listing, market.batch(&market.importer, &[*listing]).await));
    }
    let spawn = |(listing, change)| {
        let (imports, scope) = (market.world.ports.imports.clone(), scope.clone());
        (listing, tokio::spawn(async move { imports.add(&scope, change).await }))
    };
    changes.into_iter().map(spawn).collect()
}

/// Returns the same decision with another audit entry.
fn signed_again(change: &Change<ImportBatch>) -> Change<ImportBatch> {
    let mut change = change.clone();
    change.audit.id = AuditId::new(build::id());
    change
}
