//! Tenants.

use domain::access::TenantChoice;
use domain::ids::TenantId;
use domain::tenants::{Tenant, TenantDetails, TenantEdit, TenantStatus};
use domain::users::Role;
use ports::{Page, PageStart, RepositoryError, TenantFilter, rules};
use tokio::task::{JoinSet, LocalSet};

use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

const FIRST_PAGE: Page = Page { start: PageStart::Number(1), size: 100 };

async fn tenant_count(world: &World) -> u64 {
    world.ports.tenant_queries.count(&world.admin().await, &TenantFilter::default()).await.expect("a count")
}

async fn location_count(world: &World, tenant: &Tenant) -> usize {
    let scope = world.scope_in(tenant.id()).await;
    let locations = world.ports.location_queries.list(&scope, FIRST_PAGE).await.expect("a list").items;
    let count = world.ports.location_queries.count(&scope).await.expect("a count");
    assert_eq!(locations.len() as u64, count);
    assert!(locations.iter().all(|location| location.tenant_id() == tenant.id()));
    locations.len()
}

fn renamed(name: &str) -> TenantEdit {
    TenantEdit { name: Some(name.parse().expect("a name")), ..TenantEdit::default() }
}

fn is_taken<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Taken { rule: rules::TENANT_DOMAIN }))
}

pub(super) fn is_stale<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Stale))
}

/// Compares every field, with values that databases often mishandle.
pub async fn a_tenant_comes_back_as_it_was_stored(ports: Ports) {
    let world = World::new(ports).await;
    let details = TenantDetails {
        description: Some("Zimmer 🏨\n\tmit \"Blick\" '; --".parse().expect("a description")),
        address: Some("115 East 23rd Street 5th Floor".parse().expect("an address")),
        city: Some("New York".parse().expect("a city")),
        post_code: Some("10010".parse().expect("a post code")),
        country: Some("US".parse().expect("a country")),
    };
    let change = world.new_tenant("stays.example.com", details).await;
    let expected = change.after.tenant.clone();
    let stored = world.ports.tenants.create(&world.admin().await, change).await.expect("created");
    assert_eq!(stored, expected);
    assert_eq!(world.get(expected.id()).await, Some(expected.clone()));
    let all = world.ports.tenant_queries.list(&world.admin().await, &TenantFilter::default(), FIRST_PAGE).await;
    assert_eq!(all.expect("a list").items[1], expected);
}

/// Concurrent reads may be batched into one statement.
pub async fn tenants_that_are_asked_for_at_once_are_told_apart(ports: Ports) {
    let world = World::new(ports).await;
    let mut tenants = Vec::new();
    for number in 0..40 {
        tenants.push(world.create(&format!("channel-{number}")).await.expect("created"));
    }
    let beside = world.beside().await;
    let (admin, other) = (world.admin().await, beside.admin().await);
    let mut requested = JoinSet::new();
    // One thread, like a worker of the server: on several threads, few reads would coincide.
    let thread = LocalSet::new();
    for tenant in tenants {
        let (id, nobody) = (tenant.id(), TenantId::new(build::id()));
        for (scope, id, expected) in
            [(&admin, id, Some(tenant.clone())), (&other, id, None), (&admin, nobody, None), (&admin, id, Some(tenant))]
        {
            let (repository, scope) = (world.ports.tenants.clone(), scope.tenant_scope().clone());
            let find = async move { repository.get(&scope, id).await.expect("no failure") == expected };
            requested.spawn_local_on(find, &thread);
        }
    }
    assert_eq!(thread.run_until(requested.join_all()).await, [true; 160]);
}

/// The default location is stored, and the user moved, in the transaction of the new tenant.
pub async fn a_new_tenant_has_a_default_location_and_its_maker(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    assert_eq!(location_count(&world, &channel).await, 1);
    let maker = world.user(world.user).await.expect("the administrator");
    assert_eq!((maker.home_tenant_id(), maker.current_tenant_id()), (world.default_tenant, channel.id()));
}

/// `Taken { rule: "tenant_domain" }`.
pub async fn a_taken_domain_stores_nothing(ports: Ports) {
    let world = World::new(ports).await;
    let first = world.create("channel").await.expect("created");
    let trail = world.ports.trail.actions().await;
    assert!(is_taken(&world.create("channel").await));
    assert!(is_taken(&world.create("default").await), "the default tenant's domain is taken too");

    assert_eq!(tenant_count(&world).await, 2);
    assert_eq!(world.user(world.user).await.expect("the administrator").current_tenant_id(), first.id());
    assert_eq!(world.ports.trail.actions().await, trail);
}

/// Names are unique in their workspace only.
pub async fn two_workspaces_may_use_the_same_domain(ports: Ports) {
    let world = World::new(ports).await;
    world.create("channel").await.expect("created");
    world.beside().await.create("channel").await.expect("created there too");
}

/// A race.
pub async fn of_twenty_who_create_the_same_domain_one_wins(ports: Ports) {
    let world = World::new(ports).await;
    let (won, lost) = twenty_at_once(|| {
        let world = world.clone();
        async move { world.create("channel").await }
    })
    .await;
    assert_eq!(won, 1);
    assert!(
        lost.iter().all(|error| matches!(error, RepositoryError::Taken { rule: rules::TENANT_DOMAIN })),
        "{lost:?}"
    );
    assert_eq!(tenant_count(&world).await, 2);
}

/// `Stale`.
pub async fn a_tenant_is_not_created_for_a_user_who_is_gone(ports: Ports) {
    let world = World::new(ports).await;
    let mut change = world.new_tenant("channel", TenantDetails::default()).await;
    change.after.moved_user = Some(world.beside().await.user);
    assert!(is_stale(&world.ports.tenants.create(&world.admin().await, change).await));
    assert_eq!(tenant_count(&world).await, 1);
}

/// `Stale`.
pub async fn an_update_of_an_old_version_is_stale(ports: Ports) {
    let world = World::new(ports).await;
    let read = world.create("channel").await.expect("created");
    let first = read.update(renamed("First rename"), world.stamp().await).expect("a change");
    let second = read.update(renamed("Second rename"), world.stamp().await).expect("a change");
    let admin = world.admin().await;
    let stored = world.ports.tenants.update(&admin, first).await.expect("updated");
    assert!(is_stale(&world.ports.tenants.update(&admin, second).await));
    assert_eq!(world.get(read.id()).await, Some(stored));

    let gone = read.update(renamed("Third rename"), world.stamp().await).expect("a change");
    world.delete(&world.get(read.id()).await.expect("there")).await.expect("deleted");
    assert!(is_stale(&world.ports.tenants.update(&admin, gone).await));
}

/// `Taken { rule: "tenant_domain" }`.
pub async fn an_update_to_a_taken_domain_stores_nothing(ports: Ports) {
    let world = World::new(ports).await;
    world.create("first").await.expect("created");
    let second = world.create("second").await.expect("created");
    let edit = TenantEdit { domain: Some("first".parse().expect("a domain")), ..TenantEdit::default() };
    let change = second.update(edit, world.stamp().await).expect("a change");
    assert!(is_taken(&world.ports.tenants.update(&world.admin().await, change).await));
    assert_eq!(world.get(second.id()).await, Some(second));
}

/// A race.
pub async fn of_twenty_who_update_at_once_one_wins(ports: Ports) {
    let world = World::new(ports).await;
    let read = world.create("channel").await.expect("created");
    let (won, lost) = twenty_at_once(|| {
        let (world, read) = (world.clone(), read.clone());
        async move {
            let change = read.update(renamed("Another name"), world.stamp().await).expect("a change");
            world.ports.tenants.update(&world.admin().await, change).await
        }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
}

/// Deletes locations, users and keys, but not users of other tenants who only worked there.
pub async fn deleting_takes_everything_with_it_and_sends_guests_home(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let kept = world.create("kept").await.expect("created");
    let clerk = world.new_user(&channel, Role::FrontDesk, "clerk@example.com").await.expect("a user");
    let token = world.new_key(&clerk).await.expect("a key");
    let scope = world.scope_in(channel.id()).await;
    let caller = world.caller(&world.token, TenantChoice::Current).await;
    let moved = domain::tenants::switch(&caller, &channel, world.stamp().await).expect("active").expect("a change");
    world.ports.users.switch(&scope, moved).await.expect("switched");
    let home = world.get(world.default_tenant).await.expect("the default tenant");
    let elsewhere = world.new_user(&home, Role::FrontDesk, "elsewhere@example.com").await.expect("a user");
    let caller = world.caller(&world.new_key(&elsewhere).await.expect("a key"), TenantChoice::Current).await;
    let moved = domain::tenants::switch(&caller, &kept, world.stamp().await).expect("active").expect("a change");
    world.ports.users.switch(&world.scope_in(kept.id()).await, moved).await.expect("switched");

    world.delete(&channel).await.expect("deleted");

    assert_eq!(world.get(channel.id()).await, None);
    let elsewhere = world.user(elsewhere.id()).await.expect("a user");
    assert_eq!(elsewhere.current_tenant_id(), kept.id(), "only guests of the tenant go home");
    assert_eq!(world.ports.location_queries.count(&scope).await.expect("a count"), 0);
    assert_eq!(world.user(clerk.id()).await, None);
    let key =
        world.ports.credentials.get(world.workspace_id(), token.id(), TenantChoice::Home).await.expect("no failure");
    assert!(key.is_none());
    let guest = world.user(world.user).await.expect("the administrator");
    assert_eq!(guest.current_tenant_id(), world.default_tenant);
    assert_eq!(location_count(&world, &kept).await, 1);
}

/// `Stale`, also the second time.
pub async fn deleting_an_old_version_is_stale(ports: Ports) {
    let world = World::new(ports).await;
    let read = world.create("channel").await.expect("created");
    let changed = world.set_status(&read, TenantStatus::Inactive).await;
    assert!(is_stale(&world.delete(&read).await));
    assert!(world.get(read.id()).await.is_some());
    world.delete(&changed).await.expect("deleted");
    assert!(is_stale(&world.delete(&changed).await));
}

/// Isolation.
pub async fn another_workspace_sees_nothing(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let other = world.beside().await;

    assert_eq!(other.get(channel.id()).await, None);
    assert_eq!(tenant_count(&other).await, 1);
    let change = channel.update(renamed("Taken over"), other.stamp().await).expect("a change");
    assert!(is_stale(&other.ports.tenants.update(&other.admin().await, change.clone()).await));
    let mut row = change.after.clone().into_parts();
    row.workspace_id = other.workspace_id();
    let forged = domain::change::Change { after: Tenant::from_parts(row), ..change };
    assert!(is_stale(&other.ports.tenants.update(&other.admin().await, forged).await));
    assert!(is_stale(&other.delete(&channel).await), "the scope's workspace decides, not the tenant's");
    assert_eq!(world.get(channel.id()).await, Some(channel));
}

/// Entries are written in the transaction of the change.
pub async fn every_change_leaves_one_entry(ports: Ports) {
    let world = World::new(ports).await;
    let tenant = world.create("channel").await.expect("created");
    let change = tenant.update(renamed("Another name"), world.stamp().await).expect("a change");
    let tenant = world.ports.tenants.update(&world.admin().await, change).await.expect("updated");
    let tenant = world.set_status(&tenant, TenantStatus::Inactive).await;
    let tenant = world.set_status(&tenant, TenantStatus::Active).await;
    let clerk = world.new_user(&tenant, Role::FrontDesk, "clerk@example.com").await.expect("a user");
    world.new_key(&clerk).await.expect("a key");
    world.delete(&tenant).await.expect("deleted");
    assert_eq!(
        world.ports.trail.actions().await,
        [
            "workspace.create",
            "tenant.create",
            "tenant.update",
            "tenant.deactivate",
            "tenant.activate",
            "user.create",
            "api_key.create",
            "tenant.delete"
        ]
    );
}

/// `Stale`.
pub async fn a_tenant_that_is_changed_meanwhile_is_not_deleted(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    let (admin, change) = (world.admin().await, channel.update(renamed("Renamed"), world.stamp().await));
    let changing = world.ports.tenants.update(&admin, change.expect("a change"));
    let (changed, deleted) = ports.overlap(changing, world.delete(&channel)).await;
    assert!(changed.is_ok() && is_stale(&deleted), "{changed:?} {deleted:?}");
}

/// The operator makes keys without a lock on the tenant.
pub async fn a_tenant_is_deleted_with_a_key_that_is_made_meanwhile(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let (made, deleted) = ports.overlap(world.new_key(&user), world.delete(&channel)).await;
    assert!(made.is_ok() && deleted.is_ok(), "{made:?} {deleted:?}");
}
