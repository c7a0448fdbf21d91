//! API keys.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{OperatorScope, Permission, TenantChoice};
use domain::api_keys::{ApiKey, MaxKeyAge, NewApiKey};
use domain::ids::{ApiKeyId, AuditId};
use domain::users::{ApiUser, Role, UserEdit};
use ports::{Page, PageStart, RepositoryError, rules};

use super::users::edited;
use super::{Ports, World};
use crate::build;

/// `Stale`.
pub async fn a_key_of_a_user_who_is_gone_is_not_stored(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Tenant, "grace@example.com").await.expect("a user");
    world.delete(&channel).await.expect("deleted");
    let late = world.new_key(&user).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
}

/// Finds keys of the tenant's own users; `Stale` the second time.
pub async fn a_key_is_found_and_revoked_in_its_tenant_only(ports: Ports) {
    let world = World::new(ports).await;
    let [channel, sibling] =
        [world.create("channel").await, world.create("sibling").await].map(|made| made.expect("made"));
    let user = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let token = world.new_key(&user).await.expect("a key");
    let [at_home, next_door] = [world.scope_in(channel.id()).await, world.scope_in(sibling.id()).await];
    let other = world.beside().await;
    let elsewhere = other.scope_in(other.default_tenant).await;
    let keys = &world.ports.api_keys;
    for scope in [&next_door, &elsewhere] {
        assert!(keys.get(scope, token.id()).await.expect("no failure").is_none());
    }
    let (key, owner) = keys.get(&at_home, token.id()).await.expect("no failure").expect("a key");
    assert_eq!((key.id(), &owner), (token.id(), &user));
    let page = Page { start: PageStart::Number(1), size: 10 };
    let listed = world.ports.api_key_queries.list(&at_home, page).await.expect("a list").items;
    assert_eq!((listed, world.ports.api_key_queries.count(&at_home).await.expect("a count")), (vec![key.clone()], 1));
    assert_eq!(world.ports.api_key_queries.count(&next_door).await.expect("a count"), 0);

    let neighbour = world.new_user(&sibling, Role::Venue, "ada@example.com").await.expect("a user");
    let theirs = world.new_key(&neighbour).await.expect("a key");
    let (theirs, _) = keys.get(&next_door, theirs.id()).await.expect("no failure").expect("a key");
    let foreign = theirs.revoke(&neighbour, world.stamp().await).expect("a change");
    assert!(matches!(keys.revoke(&at_home, &user, foreign).await, Err(RepositoryError::Stale)), "another's key");

    let stamps = [world.stamp().await, world.stamp().await, world.stamp().await];
    let [first, second, foreign] = stamps.map(|stamp| key.revoke(&user, stamp).expect("a change"));
    assert!(matches!(keys.revoke(&next_door, &user, foreign).await, Err(RepositoryError::Stale)));
    keys.revoke(&at_home, &user, first).await.expect("revoked");
    assert!(matches!(keys.revoke(&at_home, &user, second).await, Err(RepositoryError::Stale)));
    let found =
        world.ports.credentials.get(world.workspace_id(), token.id(), TenantChoice::Home).await.expect("no failure");
    assert!(found.expect("stored").admit(token.secret(), TenantChoice::Home, build::at()).is_err());
}

/// Issues a key for the user that expires at this time.
async fn key_until(world: &World, user: &ApiUser, expires_at: DateTime<Utc>) -> Result<ApiKey, RepositoryError> {
    let new = NewApiKey {
        id: ApiKeyId::new(build::id()),
        secret: build::secret(),
        name: "Key".parse().expect("a name"),
        permission: user.role().most(),
        expires_at: Some(expires_at),
    };
    let change = ApiKey::issue(new, user, MaxKeyAge::default(), world.stamp().await).expect("in the future");
    world.ports.api_keys.create(&world.scope_in(user.home_tenant_id()).await, user, change).await
}

/// `Stale`, because the permissions of a key depend on its user, who may have changed.
pub async fn a_key_of_a_user_who_was_changed_is_neither_made_nor_revoked(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let read = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let key = key_until(&world, &read, build::at() + TimeDelta::days(9)).await.expect("a key");
    let promoted = UserEdit { role: Some(Role::Support), ..UserEdit::default() };
    edited(&world, &read, promoted).await.expect("promoted");

    let made = key_until(&world, &read, build::at() + TimeDelta::days(9)).await;
    assert!(matches!(made, Err(RepositoryError::Stale)), "{made:?}");
    let change = key.revoke(&read, world.stamp().await).expect("a change");
    let revoked = world.ports.api_keys.revoke(&world.scope_in(channel.id()).await, &read, change).await;
    assert!(matches!(revoked, Err(RepositoryError::Stale)), "{revoked:?}");
}

/// `Taken { rule: "last_administrator" }`: a key that expires within a day does not count as administrator access.
pub async fn a_key_that_expires_shortly_does_not_keep_a_workspace_open(ports: Ports) {
    let world = World::new(ports).await;
    let scope = world.scope_in(world.default_tenant).await;
    let first = world.user(world.user).await.expect("the administrator");
    let revoke_first = || async {
        let (key, user) = world.ports.api_keys.get(&scope, world.token.id()).await.expect("no failure").expect("a key");
        let change = key.revoke(&user, world.stamp().await).expect("a change");
        world.ports.api_keys.revoke(&scope, &user, change).await
    };
    key_until(&world, &first, build::at() + TimeDelta::hours(1)).await.expect("a key");
    let refused = revoke_first().await;
    assert!(matches!(refused, Err(RepositoryError::Taken { rule: rules::LAST_ADMINISTRATOR })), "{refused:?}");
    key_until(&world, &first, build::at() + TimeDelta::days(2)).await.expect("a key");
    revoke_first().await.expect("a key with a longer life is left");
}

/// `Stale` if the user was changed; finds keys of the user alone; `Stale` for a key that is revoked.
pub async fn a_user_makes_and_revokes_keys_of_its_own_alone(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let keys = &world.ports.api_keys;
    let [user, colleague] = ["grace@example.com", "ada@example.com"]
        .map(async |email| world.new_user(&channel, Role::Venue, email).await.expect("a user"));
    let (user, colleague) = (user.await, colleague.await);
    let [token, other] = [world.new_key(&user).await, world.new_key(&colleague).await].map(|made| made.expect("a key"));
    let [caller, other] =
        [world.caller(&token, TenantChoice::Home).await, world.caller(&other, TenantChoice::Home).await];
    let scope = caller.tenant_scope(Permission::Read).expect("an active tenant");
    let stamp = || caller.stamp(AuditId::new(build::id()), build::at());
    let new = || NewApiKey {
        id: ApiKeyId::new(build::id()),
        secret: build::secret(),
        name: "console".parse().expect("a name"),
        permission: Permission::Read,
        expires_at: Some(build::at() + TimeDelta::hours(8)),
    };
    let issue = |user| ApiKey::issue(new(), user, MaxKeyAge::default(), stamp()).expect("a key");
    let key = keys.create_own(&scope, &user, issue(&user)).await.expect("stored");

    let (found, owner) = keys.get_own(caller.own_scope(), key.id()).await.expect("no failure").expect("a key");
    assert_eq!((&found, &owner), (&key, &user));
    assert!(keys.get_own(other.own_scope(), key.id()).await.expect("no failure").is_none());
    let [foreign, first, second] = [0; 3].map(|_| key.revoke(&user, stamp()).expect("a change"));
    let refused = keys.revoke_own(other.own_scope(), foreign).await;
    assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    keys.revoke_own(caller.own_scope(), first).await.expect("revoked");
    assert!(matches!(keys.revoke_own(caller.own_scope(), second).await, Err(RepositoryError::Stale)));

    let late = issue(&user);
    edited(&world, &user, UserEdit { name: "Grace M. Hopper".parse().ok(), ..UserEdit::default() })
        .await
        .expect("edited");
    let late = keys.create_own(&scope, &user, late).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
}

/// `Stale`.
pub async fn no_key_is_made_for_a_user_who_is_changed_meanwhile(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("a user");
    let scope = world.scope_in(channel.id()).await;
    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    // By the operator, who is always admitted, so that the changes do not wait for each other at the tenant.
    let stamp = OperatorScope::new().stamp(AuditId::new(build::id()), build::at());
    let edit = UserEdit { role: Some(Role::Support), ..UserEdit::default() };
    let promotion = user.update(edit, &administrator, stamp).expect("allowed").expect("a change");
    let later = build::at() + TimeDelta::days(9);
    let (promoted, made) =
        ports.overlap(world.ports.users.update(&scope, promotion), key_until(&world, &user, later)).await;
    promoted.expect("promoted");
    assert!(matches!(made, Err(RepositoryError::Stale)), "{made:?}");
}
