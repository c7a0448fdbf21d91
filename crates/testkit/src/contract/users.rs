//! API users and their keys.

use domain::access::{OperatorScope, TenantChoice, TenantScope};
use domain::api_keys::ApiKey;
use domain::change::Change;
use domain::ids::{ApiKeyId, AuditId};
use domain::patch::Patch;
use domain::tenants::{Tenant, TenantStatus, TenantSwitched, switch};
use domain::users::{ApiUser, Role, UserEdit, UserStatus, Workplace};
use ports::{Page, PageStart, RepositoryError, UserFilter, rules};

use super::shop::in_turn;
use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

async fn switched(world: &World, target: &Tenant) -> Change<TenantSwitched> {
    let caller = world.caller(&world.token, TenantChoice::Home).await;
    switch(&caller, target, world.stamp().await).expect("active").expect("a change")
}

async fn go_home(world: &World) {
    let home = world.get(world.default_tenant).await.expect("the default tenant");
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
    let change = world.user_change(&scope, Role::Tenant, "grace@example.com").await;
    world.delete(&channel).await.expect("deleted");
    assert!(matches!(world.ports.users.create(&scope, change).await, Err(RepositoryError::Stale)));
}

/// A switch changes the current tenant, never the home tenant.
pub async fn a_switch_moves_the_user(ports: Ports) {
    let world = World::new(ports).await;
    let first = world.create("first").await.expect("created");
    world.create("second").await.expect("created");
    let change = switched(&world, &first).await;
    world.ports.users.switch(&world.scope_in(world.default_tenant).await, change).await.expect("switched");
    let user = world.user(world.user).await.expect("the administrator");
    assert_eq!((user.home_tenant_id(), user.current_tenant_id()), (world.default_tenant, first.id()));
}

/// Both switches were decided before one was stored.
pub async fn a_switch_to_the_current_tenant_leaves_no_entry(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    go_home(&world).await;
    let switches = [switched(&world, &channel).await, switched(&world, &channel).await];
    let before = world.ports.trail.actions().await.len();
    for change in switches {
        world.ports.users.switch(&world.scope_in(world.default_tenant).await, change).await.expect("switched");
    }
    assert_eq!(world.ports.trail.actions().await.len() - before, 1);
}

/// A race: each switch was decided before any was stored.
pub async fn of_twenty_switches_to_the_same_tenant_one_leaves_an_entry(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    go_home(&world).await;
    let before = world.ports.trail.actions().await.len();
    let mut switches = Vec::new();
    for _ in 0..20 {
        switches.push(switched(&world, &channel).await);
    }
    let next = in_turn(switches);
    let (won, lost) = twenty_at_once(|| {
        let (world, change) = (world.clone(), next());
        async move { world.ports.users.switch(&world.scope_in(world.default_tenant).await, change).await }
    })
    .await;
    assert_eq!((won, lost.len()), (20, 0), "{lost:?}");
    let user = world.user(world.user).await.expect("the administrator");
    assert_eq!(user.current_tenant_id(), channel.id());
    assert_eq!(world.ports.trail.actions().await.len() - before, 1);
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

/// Tests every read.
pub async fn a_user_is_found_at_home_only(ports: Ports) {
    let world = World::new(ports).await;
    let [channel, sibling] =
        [world.create("channel").await, world.create("sibling").await].map(|made| made.expect("made"));
    let user = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let other = world.beside().await;
    let (users, queries) = (&world.ports.users, &world.ports.user_queries);

    let [at_home, next_door] = [world.scope_in(channel.id()).await, world.scope_in(sibling.id()).await];
    let elsewhere = other.scope_in(other.default_tenant).await;
    for (scope, expected) in [(&at_home, Some(&user)), (&next_door, None), (&elsewhere, None)] {
        assert_eq!(users.get(scope, user.id()).await.expect("no failure").as_ref(), expected);
        let page = Page { start: PageStart::Number(1), size: 10 };
        let listed = queries.list(scope, &UserFilter::default(), page).await.expect("a list").items;
        assert_eq!(listed.contains(&user), expected.is_some());
    }
    let operator = OperatorScope::new();
    let any = queries.any(&operator, world.workspace_id(), user.id()).await.expect("no failure");
    assert_eq!(any, Some(user.clone()));
    assert_eq!(queries.any(&operator, other.workspace_id(), user.id()).await.expect("no failure"), None);
    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    let own = queries.own(administrator.own_scope()).await.expect("no failure").expect("there");
    assert_eq!((own.id(), own.current_tenant_id()), (world.user, sibling.id()));
}

/// Tests the filters `name` and `email`.
pub async fn users_are_found_by_parts_of_name_and_address(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Venue, "Grace_1@Example.com").await.expect("a user");
    let scope = world.scope_in(channel.id()).await;
    let text = |text: &str| Some(text.parse().expect("a text"));
    for (name, email, found) in [
        (text("HOPPER"), None, 1),
        (text("hooper"), None, 0),
        (None, text("grace_1@"), 1),
        (None, text("grace%"), 0),
        (text("grace"), text("example"), 1),
        (text("ada"), text("example"), 0),
    ] {
        let filter = UserFilter { name, email, q: None };
        assert_eq!(world.ports.user_queries.count(&scope, &filter).await.expect("a count"), found, "{filter:?}");
    }
    assert_eq!(user.role(), Role::Venue);
}

pub(super) async fn edited(world: &World, user: &ApiUser, edit: UserEdit) -> Result<ApiUser, RepositoryError> {
    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    let change = user.update(edit, &administrator, world.stamp().await).expect("allowed").expect("a change");
    world.ports.users.update(&world.scope_in(user.home_tenant_id()).await, change).await
}

fn status(status: UserStatus) -> UserEdit {
    UserEdit { status: Some(status), ..UserEdit::default() }
}

/// `Stale`.
pub async fn another_tenant_changes_and_deletes_no_user(ports: Ports) {
    let world = World::new(ports).await;
    let [channel, sibling] =
        [world.create("channel").await, world.create("sibling").await].map(|made| made.expect("made"));
    let user = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    let next_door = world.scope_in(sibling.id()).await;
    let change = user.update(status(UserStatus::Banned), &administrator, world.stamp().await);
    let updated = world.ports.users.update(&next_door, change.expect("allowed").expect("a change")).await;
    assert!(matches!(updated, Err(RepositoryError::Stale)), "{updated:?}");
    let change = user.delete(&administrator, world.stamp().await).expect("allowed");
    let deleted = world.ports.users.delete(&next_door, change).await;
    assert!(matches!(deleted, Err(RepositoryError::Stale)), "{deleted:?}");
    assert_eq!(world.user(user.id()).await, Some(user));
}

/// Only a switch changes the current tenant.
pub async fn an_update_stores_every_field_but_the_current_tenant(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let scope = world.scope_in(channel.id()).await;
    let page = Page { start: PageStart::Number(1), size: 1 };
    let location = world.ports.location_queries.list(&scope, page).await.expect("a list").items.remove(0);
    let workplace = Workplace { id: location.id(), name: location.name().clone() };
    let edit = UserEdit {
        name: Some("Ada Lovelace".parse().expect("a name")),
        email: Some("ada@example.com".parse().expect("an address")),
        role: Some(Role::Support),
        status: Some(UserStatus::Passive),
        workplace: Patch::Set(workplace),
    };
    let stored = edited(&world, &user, edit).await.expect("updated");
    assert_eq!(world.user(user.id()).await, Some(stored.clone()));
    let left = edited(&world, &stored, UserEdit { workplace: Patch::Clear, ..UserEdit::default() }).await;
    assert_eq!(world.user(user.id()).await, Some(left.expect("updated")));
}

/// `Stale`, `Taken { rule: "user_email" }`.
pub async fn an_update_of_an_old_version_or_to_a_taken_email_is_refused(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let read = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    world.new_user(&channel, Role::Venue, "ada@example.com").await.expect("a user");
    let stored = edited(&world, &read, status(UserStatus::Passive)).await.expect("updated");
    assert!(matches!(edited(&world, &read, status(UserStatus::Banned)).await, Err(RepositoryError::Stale)));

    let taken = UserEdit { email: Some("ADA@example.com".parse().expect("an address")), ..UserEdit::default() };
    let refused = edited(&world, &stored, taken).await;
    assert!(matches!(refused, Err(RepositoryError::Taken { rule: rules::USER_EMAIL })), "{refused:?}");

    // Setting the status of all of the tenant's users also makes the edit of one of them stale.
    let change = channel.set_status(TenantStatus::Active, Some(UserStatus::Active), world.stamp().await);
    let change = change.expect("allowed").expect("a change");
    world.ports.tenants.set_status(&world.admin().await, change).await.expect("a status");
    assert!(matches!(edited(&world, &stored, status(UserStatus::Banned)).await, Err(RepositoryError::Stale)));
}

/// The keys are deleted with the user; `Stale` the second time.
pub async fn a_deleted_user_is_gone_with_the_keys(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let token = world.new_key(&user).await.expect("a key");
    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    let scope = world.scope_in(channel.id()).await;
    let [first, second] = [(); 2].map(|()| world.stamp());
    let first = user.delete(&administrator, first.await).expect("allowed");
    let second = user.delete(&administrator, second.await).expect("allowed");
    world.ports.users.delete(&scope, first).await.expect("deleted");
    assert!(matches!(world.ports.users.delete(&scope, second).await, Err(RepositoryError::Stale)));
    assert_eq!(world.user(user.id()).await, None);
    let key =
        world.ports.credentials.get(world.workspace_id(), token.id(), TenantChoice::Home).await.expect("no failure");
    assert!(key.is_none());
}

/// `Taken { rule: "last_administrator" }`.
pub async fn a_workspace_keeps_an_administrator_with_a_key(ports: Ports) {
    let world = World::new(ports).await;
    let default = world.get(world.default_tenant).await.expect("the default tenant");
    let scope = world.scope_in(default.id()).await;
    let caller = world.caller(&world.token, TenantChoice::Home).await;
    let is_last =
        |refused: &RepositoryError| matches!(refused, RepositoryError::Taken { rule: rules::LAST_ADMINISTRATOR });
    // A second user without a key is not enough, nor is one of another tenant.
    let second = world.new_user(&default, Role::Tenant, "ada@example.com").await.expect("a user");
    let channel = world.create("channel").await.expect("created");
    let other = world.new_user(&channel, Role::Tenant, "grace@example.com").await.expect("a user");
    world.new_key(&other).await.expect("a key");
    let first = world.user(world.user).await.expect("the administrator");

    let demoted = UserEdit { role: Some(Role::FrontDesk), ..UserEdit::default() };
    for edit in [status(UserStatus::Banned), demoted] {
        let refused = edited(&world, &first, edit).await.expect_err("refused");
        assert!(is_last(&refused), "{refused:?}");
    }
    let deleted = first.delete(&caller, world.stamp().await).expect("allowed");
    let deleted = world.ports.users.delete(&scope, deleted).await.expect_err("refused");
    assert!(is_last(&deleted), "{deleted:?}");
    let revoke = || async {
        let found = world.ports.api_keys.get(&scope, world.token.id()).await.expect("no failure");
        let (key, user) = found.expect("the first key");
        let change = key.revoke(&user, world.stamp().await).expect("a change");
        world.ports.api_keys.revoke(&scope, &user, change).await
    };
    let revoked = revoke().await.expect_err("refused");
    assert!(is_last(&revoked), "{revoked:?}");
    assert_eq!(world.user(world.user).await, Some(first), "nothing was stored");

    world.new_key(&second).await.expect("a key");
    revoke().await.expect("another key is left");
}

/// Returns the revocation of a key by the operator, who has no key that can be revoked, and the user of the key.
async fn revocation(world: &World, scope: &TenantScope, id: ApiKeyId) -> (ApiUser, Change<ApiKey>) {
    let (key, user) = world.ports.api_keys.get(scope, id).await.expect("no failure").expect("a key");
    let change = key.revoke(&user, OperatorScope::new().stamp(AuditId::new(build::id()), build::at()));
    (user, change.expect("a change"))
}

/// A race: each revokes the other's key.
pub async fn of_two_administrators_who_revoke_each_other_one_is_left(ports: Ports) {
    let world = World::new(ports).await;
    let default = world.get(world.default_tenant).await.expect("the default tenant");
    let second = world.new_user(&default, Role::Tenant, "ada@example.com").await.expect("a user");
    let token = world.new_key(&second).await.expect("a key");
    let scope = world.scope_in(default.id()).await;
    let mut decided = Vec::new();
    for id in [world.token.id(), token.id()] {
        decided.push(revocation(&world, &scope, id).await);
    }
    let racing: Vec<_> = decided
        .into_iter()
        .map(|(user, change)| {
            let (world, scope) = (world.clone(), scope.clone());
            tokio::spawn(async move { world.ports.api_keys.revoke(&scope, &user, change).await })
        })
        .collect();
    let mut won = 0;
    for revoked in racing {
        match revoked.await.expect("no panic") {
            Ok(()) => won += 1,
            Err(error) => {
                assert!(matches!(error, RepositoryError::Taken { rule: rules::LAST_ADMINISTRATOR }), "{error:?}");
            }
        }
    }
    assert_eq!(won, 1);
}

/// Races over the same rows in opposite orders: a change may be stale, but never fails with a deadlock.
pub async fn deletions_and_changes_of_their_users_at_once_do_not_deadlock(ports: Ports) {
    let world = World::new(ports).await;
    for round in 0..10 {
        // Creating the tenant moved the administrator, whose home is the default tenant, into it.
        let channel = world.create(&format!("channel-{round}")).await.expect("created");
        let clerk = world.new_user(&channel, Role::Venue, &format!("{round}@example.com")).await.expect("a user");
        world.new_key(&clerk).await.expect("a key");
        let administrator = world.user(world.user).await.expect("the administrator");
        let caller = world.caller(&world.token, TenantChoice::Home).await;
        let (home, inside) = (world.scope_in(world.default_tenant).await, world.scope_in(channel.id()).await);
        let name = format!("Administrator {round}").parse().expect("a name");
        let edit = UserEdit { name: Some(name), ..UserEdit::default() };
        let renamed = administrator.update(edit, &caller, world.stamp().await).expect("allowed").expect("a change");
        let fired = clerk.delete(&caller, world.stamp().await).expect("allowed");

        let [first, second, third] = [(); 3].map(|()| world.clone());
        let racing = [
            tokio::spawn(async move { first.delete(&channel).await }),
            tokio::spawn(async move { second.ports.users.update(&home, renamed).await.map(drop) }),
            tokio::spawn(async move { third.ports.users.delete(&inside, fired).await }),
        ];
        for done in racing {
            let done = done.await.expect("no panic");
            assert!(matches!(done, Ok(()) | Err(RepositoryError::Stale)), "{done:?}");
        }
    }
}

/// `Stale`.
pub async fn nobody_switches_to_a_tenant_that_is_deactivated_meanwhile(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    go_home(&world).await;
    let (change, scope) = (switched(&world, &channel).await, world.scope_in(world.default_tenant).await);
    let switching = world.ports.users.switch(&scope, change);
    let (_, late) = ports.overlap(world.set_status(&channel, TenantStatus::Inactive), switching).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
}

/// `Taken { rule: "last_administrator" }`.
pub async fn an_administrator_who_is_revoked_meanwhile_keeps_no_workspace_open(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let default = world.get(world.default_tenant).await.expect("the default tenant");
    let second = world.new_user(&default, Role::Tenant, "ada@example.com").await.expect("a user");
    let token = world.new_key(&second).await.expect("a key");
    let scope = world.scope_in(default.id()).await;
    let [one, other] = [world.token.id(), token.id()].map(|id| revocation(&world, &scope, id));
    let ((first, one), (second, other)) = (one.await, other.await);
    let keys = &world.ports.api_keys;
    let (revoked, refused) = ports.overlap(keys.revoke(&scope, &first, one), keys.revoke(&scope, &second, other)).await;
    revoked.expect("revoked");
    assert!(matches!(refused, Err(RepositoryError::Taken { rule: rules::LAST_ADMINISTRATOR })), "{refused:?}");
}

/// The operator makes keys without a lock on the tenant.
pub async fn a_user_is_deleted_with_a_key_that_is_made_meanwhile(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let (administrator, scope) =
        (world.caller(&world.token, TenantChoice::Home).await, world.scope_in(channel.id()).await);
    let change = user.delete(&administrator, world.stamp().await).expect("allowed");
    let (made, deleted) = ports.overlap(world.new_key(&user), world.ports.users.delete(&scope, change)).await;
    assert!(made.is_ok() && deleted.is_ok(), "{made:?} {deleted:?}");
}
