//! Moves of integration accounts between tenants.

use domain::integration_accounts::{Holdings, MovedImports};
use domain::tenants::TenantStatus;

use super::host::is_stale;
use super::integration_accounts::{create, get, import, imported, list, move_account, moving};
use super::world::twenty_at_once;
use super::{Ports, World};

/// The account moves with everything that belongs to it: imports by the target end, other imports stay.
pub async fn a_moved_account_belongs_to_the_target(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, target, other] =
        [world.create("owner").await, world.create("target").await, world.create("other").await]
            .map(|tenant| tenant.expect("created"));
    let [account, staying] = [create(&world, &owner, "moving").await, create(&world, &owner, "staying").await];
    let [listings, left] = [list(&world, &owner, &account, 3).await, list(&world, &owner, &staying, 1).await];
    import(&world, &target, &[&listings[..2], &left].concat()).await;
    import(&world, &other, &listings).await;

    let admin = world.admin().await;
    let accounts = &world.ports.integration_accounts;
    let imports = MovedImports { kept: 3, ended: 2 };
    let expected = Holdings { listings: 3, promotions: 0, reservations: 0, imports };
    assert_eq!(accounts.holdings(&admin, account.id(), target.id()).await.expect("counted"), expected);
    let change = moving(&world, &account, &owner, &target).await;
    assert_eq!(move_account(&world, change.clone()).await.expect("moved"), imports);

    assert_eq!(get(&world, &owner, account.id()).await, None);
    assert_eq!(get(&world, &target, account.id()).await, Some(change.after.account.clone()));
    let anywhere = accounts.get_anywhere(&admin, account.id()).await.expect("no failure");
    assert_eq!(anywhere, Some(change.after.account));
    assert_eq!((imported(&world, &target, &listings).await, imported(&world, &target, &left).await), (0, 1));
    assert_eq!(imported(&world, &other, &listings).await, 3);
    let scope = world.scope_in(other.id()).await;
    let seen = world.ports.listings.get(&scope, listings[0]).await.expect("no failure").expect("imported");
    assert_eq!((seen.owner, seen.unavailable), (target.id(), None), "imports name the new owner");
    let scope = world.scope_in(target.id()).await;
    let seen = world.ports.listings.get(&scope, listings[0]).await.expect("no failure").expect("its own");
    assert_eq!((seen.owner, seen.imported_at), (target.id(), None));
}

/// `Stale`. The source of a move may be inactive.
pub async fn no_account_moves_to_a_tenant_that_is_inactive_or_gone(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, asleep, gone, awake] = [
        world.create("owner").await,
        world.create("asleep").await,
        world.create("gone").await,
        world.create("awake").await,
    ]
    .map(|tenant| tenant.expect("created"));
    let account = create(&world, &owner, "host").await;
    let listing = list(&world, &owner, &account, 1).await;
    import(&world, &asleep, &listing).await;
    let moves = [moving(&world, &account, &owner, &asleep).await, moving(&world, &account, &owner, &gone).await];
    let asleep = world.set_status(&asleep, TenantStatus::Inactive).await;
    world.delete(&gone).await.expect("deleted");
    for change in moves {
        assert!(is_stale(&move_account(&world, change).await));
    }
    assert_eq!(get(&world, &owner, account.id()).await, Some(account.clone()));
    let asleep = world.set_status(&asleep, TenantStatus::Active).await;
    assert_eq!(imported(&world, &asleep, &listing).await, 1, "nothing of a refused move is stored");

    world.set_status(&owner, TenantStatus::Inactive).await;
    move_account(&world, moving(&world, &account, &owner, &awake).await)
        .await
        .expect("the source of a move may be inactive");
}

/// A race.
pub async fn of_twenty_who_move_an_account_one_wins(ports: Ports) {
    let world = World::new(ports).await;
    let [owner, one, other] = [world.create("owner").await, world.create("one").await, world.create("other").await]
        .map(|tenant| tenant.expect("created"));
    let account = create(&world, &owner, "host").await;
    let listings = list(&world, &owner, &account, 4).await;
    import(&world, &one, &listings).await;
    import(&world, &other, &listings).await;
    let turns = std::sync::atomic::AtomicUsize::new(0);
    let (won, lost) = twenty_at_once(|| {
        let is_even = turns.fetch_add(1, std::sync::atomic::Ordering::Relaxed).is_multiple_of(2);
        let target = if is_even { one.clone() } else { other.clone() };
        let (world, account, owner) = (world.clone(), account.clone(), owner.clone());
        async move { move_account(&world, moving(&world, &account, &owner, &target).await).await }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.into_iter().all(|error| is_stale::<()>(&Err(error))));
    let admin = world.admin().await;
    let moved = world.ports.integration_accounts.get_anywhere(&admin, account.id()).await.expect("no failure");
    let winner = moved.expect("somewhere").tenant_id();
    for tenant in [&one, &other] {
        let expected = if tenant.id() == winner { 0 } else { 4 };
        assert_eq!(imported(&world, tenant, &listings).await, expected, "the winner's imports ended, and no others");
    }
}

/// `Stale`.
pub async fn no_account_moves_to_a_tenant_that_is_deactivated_meanwhile(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let [owner, target] = [world.create("owner").await, world.create("target").await].map(|made| made.expect("made"));
    let account = create(&world, &owner, "host").await;
    let change = moving(&world, &account, &owner, &target).await;
    let (_, moved) =
        ports.overlap(world.set_status(&target, TenantStatus::Inactive), move_account(&world, change)).await;
    assert!(is_stale(&moved), "{moved:?}");
}
