//! The erasure of workspaces.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use domain::access::OperatorScope;
use domain::change::Change;
use domain::ids::AuditId;
use domain::promotions::PromotionEdit;
use domain::tenants::{TenantCreated, TenantDetails};
use domain::workspaces::{Erasure, WorkspaceStatus};
use ports::{ErasureStep, OperatorEntryFilter, Page, PageStart, RepositoryError, WorkspaceFilter};

use super::host::{Host, allowing};
use super::operated_workspaces::{set_suspended, stamp};
use super::shop::{Shop, blocked, instant, stay};
use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

/// More steps than any erasure here takes.
const MOST_STEPS: usize = 200;

/// Returns a workspace with a tenant, a listing and numbered events.
async fn filled(ports: Ports) -> World {
    let host = Host::open(ports).await;
    host.listing("listing").await;
    host.world.number().await;
    host.world
}

/// Returns a workspace that also has an importer, a promotion, blocked nights, a quote, a reservation, an import that sleeps,
/// and one that has ended, of which the importer is not told yet.
async fn traded(ports: Ports) -> World {
    let shop = Shop::open(ports).await;
    shop.owner.promote("Winter", PromotionEdit::default()).await.expect("a promotion");
    let blocked = blocked(stay("2030-01-20", "2030-01-22"));
    shop.owner.write(&shop.listing, &[blocked]).await.expect("blocked");
    shop.importer.quote(shop.id(), stay("2030-01-10", "2030-01-12")).await;
    shop.importer.book(shop.id(), stay("2030-01-10", "2030-01-12"), instant()).await;
    let going = shop.another().await.listing;
    shop.owner.edit_account(allowing(false)).await;
    shop.owner.world.number().await;
    shop.owner.delete(&going).await.expect("deleted");
    shop.owner.world
}

/// Begins the erasure of a workspace.
async fn begin(world: &World) -> Erasure {
    let scope = OperatorScope::new();
    set_suspended(world, &scope, true).await;
    let workspaces = &world.ports.operated_workspaces;
    let (workspace, tenant) =
        workspaces.find(&scope, world.workspace_id()).await.expect("no failure").expect("a workspace");
    let change = workspace.erase((tenant.id, &tenant.name), stamp()).expect("suspended").expect("a change");
    workspaces.erase(&scope, change).await.expect("begun")
}

async fn step(world: &World, empty: usize, most: u32) -> Result<ErasureStep, RepositoryError> {
    let stamp = (AuditId::new(build::id()), build::at());
    let step = world.ports.erasures.step(&OperatorScope::new(), world.workspace_id(), stamp, empty, most).await;
    step.map(|(step, _)| step)
}

/// Takes steps of three rows to the end. Returns the number of rows.
async fn erase(world: &World) -> u64 {
    let (mut all, mut at) = (0, 0);
    for _ in 0..MOST_STEPS {
        match step(world, at, 3).await.expect("a step") {
            ErasureStep::Deleted { rows, empty } => {
                assert!(rows <= 3, "{rows}");
                (all, at) = (all + rows, empty);
            }
            ErasureStep::Done => return all,
            ErasureStep::Elsewhere => panic!("it is erased nowhere else"),
        }
    }
    panic!("it does not end");
}

async fn erasure(world: &World) -> Erasure {
    let found = world.ports.operated_workspaces.erasure(&OperatorScope::new(), world.workspace_id()).await;
    found.expect("no failure").expect("an erasure")
}

/// In steps of bounded size; another workspace stays as it is. At the end the trail says so.
pub async fn an_erased_workspace_leaves_a_line(ports: Ports) {
    let world = traded(ports.clone()).await;
    let other = traded(ports).await;
    let begun = begin(&world).await;
    assert_eq!(erasure(&world).await, begun);
    let scope = OperatorScope::new();
    assert_eq!(world.ports.erasures.pending(&scope).await.expect("listed"), [world.workspace_id()]);

    let rows = erase(&world).await;
    assert!(rows > 10, "{rows}");
    assert_eq!(erasure(&world).await, Erasure { erased_rows: rows + 1, erased_at: Some(build::at()), ..begun });
    assert_eq!(world.ports.operated_workspaces.find(&scope, world.workspace_id()).await.expect("no failure"), None);
    assert_eq!(world.ports.erasures.pending(&scope).await.expect("listed"), []);
    assert_eq!(step(&world, 0, 3).await.expect("no failure"), ErasureStep::Elsewhere, "it is done");
    let filter = OperatorEntryFilter { workspace_id: Some(world.workspace_id()), ..OperatorEntryFilter::default() };
    let page = Page { start: PageStart::Number(1), size: 10 };
    let entries = world.ports.operator_trail.list(&scope, &filter, page).await.expect("the trail").items;
    let actions: Vec<_> = entries.iter().map(|entry| &*entry.action).collect();
    assert_eq!(actions, ["workspace.create", "workspace.suspend", "workspace.erase", "workspace.erased"]);

    let usage = other.ports.operated_workspaces.usage(&scope, other.workspace_id(), build::at()).await;
    let usage = usage.expect("counted");
    assert_eq!((usage.tenants, usage.listings), (3, 1));
    assert!(usage.events > 0);
}

/// Two at the same time, and a third later.
pub async fn each_erasure_counts_its_own_rows(ports: Ports) {
    let [one, other, third] = [filled(ports.clone()).await, filled(ports.clone()).await, filled(ports).await];
    let (_, begun) = (begin(&one).await, begin(&other).await);
    let rows = erase(&one).await;
    begin(&third).await;
    assert_eq!((erasure(&one).await.erased_rows, erasure(&other).await), (rows + 1, begun));
    let rows = erase(&other).await;
    assert_eq!(erasure(&other).await.erased_rows, rows + 1);
}

/// By its status, and no more by its name.
pub async fn a_workspace_that_is_being_erased_is_not_found_by_its_name(ports: Ports) {
    let world = filled(ports).await;
    begin(&world).await;
    let (scope, workspaces) = (OperatorScope::new(), &world.ports.operated_workspaces);
    for (q, status, expected) in [(None, Some(WorkspaceStatus::Erasing), 1), (Some("stays"), None, 0)] {
        let filter = WorkspaceFilter { q: q.map(|q: &str| q.parse().expect("a text")), status };
        assert_eq!(workspaces.count(&scope, &filter).await.expect("a count"), expected, "{q:?}");
        let page = Page { start: PageStart::Number(1), size: 10 };
        let listed = workspaces.list(&scope, &filter, page).await.expect("a list").items;
        assert_eq!(listed.len() as u64, expected, "{q:?}");
    }
}

/// Neither a user for a key, nor an account for listings.
pub async fn the_operator_finds_nobody_to_write_for_meanwhile(ports: Ports) {
    let host = Host::open(ports).await;
    let (scope, workspace) = (OperatorScope::new(), host.world.workspace_id());
    let found = async || {
        let user = host.world.ports.user_queries.any(&scope, workspace, host.world.user).await.expect("no failure");
        let owner = host.world.ports.listings.owner(&scope, workspace, host.account.id).await.expect("no failure");
        (user.is_some(), owner.is_some())
    };
    assert_eq!(found().await, (true, true));
    begin(&host.world).await;
    assert_eq!(found().await, (false, false));
}

/// A step that believes that all is gone looks again.
pub async fn what_was_written_meanwhile_is_erased_too(ports: Ports) {
    let world = filled(ports).await;
    begin(&world).await;
    let believed = step(&world, usize::MAX, 3).await.expect("a step");
    assert_eq!(believed, ErasureStep::Deleted { rows: 0, empty: 0 });
    assert!(erase(&world).await > 10);
}

/// `Stale` if a row refers to one that is to be deleted.
pub async fn a_table_whose_rows_are_referred_to_is_stale(ports: Ports) {
    let world = filled(ports).await;
    begin(&world).await;
    // The last of the tables has the tenants.
    let refused = step(&world, 22, 100).await;
    assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    assert!(erase(&world).await > 10);
}

/// A race: each row is deleted and counted once. A step that finds another one at work leaves it alone.
pub async fn of_twenty_who_erase_at_once_each_deletes_what_the_others_do_not(ports: Ports) {
    let world = filled(ports).await;
    begin(&world).await;
    let deleted = Arc::new(AtomicU64::new(0));
    let (done, failed) = twenty_at_once(|| {
        let (world, deleted) = (world.clone(), deleted.clone());
        async move {
            if let ErasureStep::Deleted { rows, .. } = step(&world, 0, 1).await? {
                deleted.fetch_add(rows, Ordering::Relaxed);
            }
            Ok(())
        }
    })
    .await;
    assert_eq!((done, failed.len()), (20, 0), "{failed:?}");
    let deleted = deleted.load(Ordering::Relaxed);
    assert!((1..=20).contains(&deleted), "{deleted}");
    assert_eq!(erasure(&world).await.erased_rows, deleted);
    let rest = erase(&world).await;
    assert_eq!(erasure(&world).await.erased_rows, deleted + rest + 1);
}

/// `Stale`.
pub async fn an_old_workspace_is_not_erased(ports: Ports) {
    let scope = OperatorScope::new();
    let world = World::new(ports).await;
    set_suspended(&world, &scope, true).await;
    let workspaces = &world.ports.operated_workspaces;
    let (workspace, tenant) =
        workspaces.find(&scope, world.workspace_id()).await.expect("no failure").expect("a workspace");
    set_suspended(&world, &scope, false).await;
    let change = workspace.erase((tenant.id, &tenant.name), stamp()).expect("suspended").expect("a change");
    let late = workspaces.erase(&scope, change).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
    assert_eq!(world.ports.erasures.pending(&scope).await.expect("listed"), []);
}

/// `Elsewhere`.
pub async fn a_step_leaves_rows_that_are_being_erased_alone(ports: Ports) {
    let world = filled(ports.clone()).await;
    begin(&world).await;
    let (first, second) = ports.overlap(step(&world, 0, 3), step(&world, 0, 3)).await;
    assert!(matches!(first, Ok(ErasureStep::Deleted { rows: 3, .. })), "{first:?}");
    assert!(matches!(second, Ok(ErasureStep::Elsewhere)), "{second:?}");
}

/// The last step waits for a request that began before the erasure, and finds what it wrote.
pub async fn what_is_being_written_is_erased_too(ports: Ports) {
    let world = filled(ports.clone()).await;
    let admin = world.admin().await;
    let creation = world.new_tenant("late", TenantDetails::default()).await;
    let creation = Change { after: TenantCreated { moved_user: None, ..creation.after }, ..creation };
    begin(&world).await;
    assert!(matches!(step(&world, 0, 1_000).await, Ok(ErasureStep::Deleted { rows: 10.., .. })), "all rows");
    let (written, last) = ports.overlap(world.ports.tenants.create(&admin, creation), step(&world, 0, 1_000)).await;
    written.expect("created");
    assert_eq!(last.expect("a step"), ErasureStep::Deleted { rows: 0, empty: 0 });
    assert!(erase(&world).await > 0);
}
