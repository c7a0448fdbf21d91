//! API users and their keys.

use domain::access::{OperatorScope, TenantChoice};
use domain::change::Change;
use domain::tenants::{Tenant, TenantStatus, TenantSwitched, switch};
use domain::users::Role;
use ports::{RepositoryError, rules};

use super::{Ports, World};

async fn switched(world: &World, target: &Tenant) -> Change<TenantSwitched> {
    let caller = world.caller(&world.token, TenantChoice::Home).await;
    switch(&caller, target, world.stamp().await).expect("active").expect("a change")
}

async fn go_home(world: &World) {
    let home = world.find(world.default_tenant).await.expect("the default tenant");
    let change = switched(world, &home).await;
    world.ports.users.switch(&world.scope_in(world.default_tenant).await, change).await.expect("switched");
}

/// `Taken { rule: "user_email" }`.
pub async fn an_email_is_taken_once_whatever_its_case(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    world.new_user(&channel, Role::Tenant, "grace@example.com").await.expect("a user");
    let second = world.new_user(&channel, Role::Tenant, "Grace@Example.com").await;
    assert!(matches!(second, Err(RepositoryError::Taken { rule: rules::USER_EMAIL })), "{second:?}");

    let other = world.beside().await;
    let elsewhere = other.create("channel").await.expect("created");
    other.new_user(&elsewhere, Role::Tenant, "grace@example.com").await.expect("another workspace's user");
}

/// `Stale`.
pub async fn a_user_of_a_tenant_that_is_gone_is_not_stored(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let scope = world.scope_in(channel.id()).await;
    let user = world.new_user(&channel, Role::Tenant, "grace@example.com").await.expect("a user");
    world.delete(&channel).await.expect("deleted");
    let new = domain::users::NewApiUser { id: user.id(), name: user.name().clone(), email: None, role: Role::Tenant };
    let change = domain::users::ApiUser::create(new, &channel, world.stamp().await);
    assert!(matches!(world.ports.users.create(&scope, change).await, Err(RepositoryError::Stale)));
}

/// The current tenant, never the home.
pub async fn a_switch_moves_the_user(ports: Ports) {
    let world = World::new(ports).await;
    let first = world.create("first").await.expect("created");
    world.create("second").await.expect("created");
    let change = switched(&world, &first).await;
    world.ports.users.switch(&world.scope_in(world.default_tenant).await, change).await.expect("switched");
    let user = world.user(world.user).await.expect("the administrator");
    assert_eq!((user.home_tenant_id(), user.current_tenant_id()), (world.default_tenant, first.id()));
}

/// `Stale`.
pub async fn nobody_switches_to_an_inactive_tenant(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    go_home(&world).await;
    let change = switched(&world, &channel).await;
    world.set_status(&channel, TenantStatus::Inactive).await;
    let late = world.ports.users.switch(&world.scope_in(world.default_tenant).await, change).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
    let user = world.user(world.user).await.expect("the administrator");
    assert_eq!(user.current_tenant_id(), world.default_tenant);
}

/// `Stale`.
pub async fn nobody_switches_to_a_tenant_that_is_gone(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    go_home(&world).await;
    let change = switched(&world, &channel).await;
    world.delete(&channel).await.expect("deleted");
    let late = world.ports.users.switch(&world.scope_in(world.default_tenant).await, change).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
}

/// A race, ten times.
pub async fn switches_and_a_deletion_at_once_leave_nobody_astray(ports: Ports) {
    let world = World::new(ports).await;
    for round in 0..10 {
        let channel = world.create(&format!("channel-{round}")).await.expect("created");
        go_home(&world).await;
        let change = switched(&world, &channel).await;
        let scope = world.scope_in(world.default_tenant).await;
        let (mover, deleter) = (world.clone(), world.clone());
        let switching = tokio::spawn(async move { mover.ports.users.switch(&scope, change).await });
        let deleting = tokio::spawn(async move { deleter.delete(&channel).await });
        let switched = switching.await.expect("no panic");
        deleting.await.expect("no panic").expect("deleted, before or after");
        assert!(matches!(switched, Ok(()) | Err(RepositoryError::Stale)), "{switched:?}");
        let user = world.user(world.user).await.expect("the administrator");
        assert_eq!(user.current_tenant_id(), world.default_tenant);
    }
}

/// `Stale`.
pub async fn a_key_of_a_user_who_is_gone_is_not_stored(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Tenant, "grace@example.com").await.expect("a user");
    world.delete(&channel).await.expect("deleted");
    let late = world.new_key(&user, &channel).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
}

/// For the operator, who makes keys.
pub async fn a_user_is_found_with_the_home_tenant(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let operator = OperatorScope::new();
    let found = world.ports.users.find_with_home(&operator, world.workspace_id(), user.id()).await;
    let (stored, home) = found.expect("no failure").expect("there");
    assert_eq!((&stored, home.id()), (&user, channel.id()));
    let elsewhere = world.beside().await.workspace_id();
    let foreign = world.ports.users.find_with_home(&operator, elsewhere, user.id()).await.expect("no failure");
    assert!(foreign.is_none());
}
