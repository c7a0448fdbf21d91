//! Idempotency records.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::{AccessError, OperatorScope, OwnScope, Permission, TenantChoice};
use domain::api_keys::ApiKeyToken;
use domain::change::Change;
use domain::idempotency::{IdempotencyRecord, IdempotentRequest, KEPT, Reply};
use domain::ids::{AuditId, LocationId};
use domain::locations::{Location, LocationDetails, NewLocation};
use domain::tenants::{self, Tenant};
use domain::users::{ApiUser, Role};
use ports::{RepositoryError, rules};

use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

fn request(key: &str) -> IdempotentRequest {
    IdempotentRequest { key: key.parse().expect("a key"), fingerprint: *b"0123456789\x00\xff0123456789abcdef\r\n'%" }
}

fn reply() -> Reply {
    Reply { status: 201, body: "{\"data\":\"🏨 \\u0000 '; --\"}\n\x00".into() }
}

async fn own(world: &World, token: &ApiKeyToken) -> OwnScope {
    world.caller(token, TenantChoice::Home).await.own_scope()
}

/// Returns an idempotency record of the administrator for a request that changed nothing.
async fn idempotency_record(world: &World, key: &str, at: DateTime<Utc>) -> IdempotencyRecord {
    let stamp = world.stamp().await;
    IdempotencyRecord::new(world.workspace_id(), &stamp.actor, request(key), reply(), at).expect("a user's record")
}

async fn keep(world: &World, idempotency_record: IdempotencyRecord) -> Result<(), RepositoryError> {
    world.ports.idempotency.keep(own(world, &world.token).await, idempotency_record).await
}

async fn get(world: &World, key: &str) -> Option<IdempotencyRecord> {
    let scope = own(world, &world.token).await;
    world.ports.idempotency.get(scope, &request(key).key).await.expect("no failure")
}

/// Returns the creation of a location under this key, not yet stored.
async fn asked_for(world: &World, tenant: &Tenant, key: &str) -> Change<Location> {
    let new = NewLocation {
        id: LocationId::new(build::id()),
        name: "Airport".parse().expect("a name"),
        details: LocationDetails::default(),
    };
    let change = Location::create(new, &world.scope_in(tenant.id()).await, world.stamp().await);
    change.answering(request(key), reply())
}

async fn create(world: &World, tenant: &Tenant, change: Change<Location>) -> Result<Location, RepositoryError> {
    world.ports.locations.create(&world.scope_in(tenant.id()).await, change).await
}

async fn locations(world: &World, tenant: &Tenant) -> u64 {
    world.ports.location_queries.count(&world.scope_in(tenant.id()).await).await.expect("a count")
}

fn is_taken<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY }))
}

/// Compares every field, byte by byte.
pub async fn an_idempotency_record_comes_back_as_it_was_kept(ports: Ports) {
    let world = World::new(ports).await;
    let longest = "~".repeat(255);
    for key in ["1", "\"quoted\"", "';--", &longest] {
        let kept = idempotency_record(&world, key, build::at()).await;
        keep(&world, kept.clone()).await.expect("kept");
        assert_eq!(get(&world, key).await, Some(kept));
    }
    assert_eq!(get(&world, "2").await, None);
    assert_eq!(get(&world, "\"QUOTED\"").await, None);
}

/// `Taken { rule: "idempotency_key" }`, in the transaction of the change.
pub async fn a_change_with_an_idempotency_record_is_stored_once(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let first = asked_for(&world, &channel, "key").await;
    let expected = first.idempotency_record.clone();
    create(&world, &channel, first).await.expect("created");
    assert_eq!(get(&world, "key").await, expected);

    let trail = world.ports.trail.actions().await;
    let again = create(&world, &channel, asked_for(&world, &channel, "key").await).await;
    assert!(is_taken(&again), "{again:?}");
    assert_eq!((locations(&world, &channel).await, world.ports.trail.actions().await), (2, trail));
    create(&world, &channel, asked_for(&world, &channel, "other").await).await.expect("another key");
}

/// Either both are stored or neither.
pub async fn a_change_that_fails_leaves_no_idempotency_record(ports: Ports) {
    let world = World::new(ports).await;
    world.create("channel").await.expect("created");
    let doomed =
        world.new_tenant("channel", tenants::TenantDetails::default()).await.answering(request("key"), reply());
    let refused = world.ports.tenants.create(&world.admin().await, doomed).await;
    assert!(matches!(refused, Err(RepositoryError::Taken { rule: rules::TENANT_DOMAIN })), "{refused:?}");
    assert_eq!(get(&world, "key").await, None);
}

/// A race. Concurrent duplicates conflict at the key, before any other rule that a second execution would break.
pub async fn of_twenty_duplicates_one_is_stored(ports: Ports) {
    let world = World::new(ports).await;
    let (won, lost) = twenty_at_once(|| {
        let world = world.clone();
        async move {
            let change = world.new_tenant("channel", tenants::TenantDetails::default()).await;
            world.ports.tenants.create(&world.admin().await, change.answering(request("key"), reply())).await
        }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.into_iter().all(|error| is_taken::<()>(&Err(error))));
    assert_eq!(world.ports.trail.actions().await, ["workspace.create", "tenant.create"]);
}

/// An idempotency record answers retries for a day, and is replaceable a millisecond later.
pub async fn an_idempotency_record_that_is_too_old_is_replaced(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let day_old = idempotency_record(&world, "key", build::at() - KEPT).await;
    keep(&world, day_old).await.expect("kept");
    let again = create(&world, &channel, asked_for(&world, &channel, "key").await).await;
    assert!(is_taken(&again), "{again:?}");

    let older = idempotency_record(&world, "older", build::at() - KEPT - TimeDelta::milliseconds(1)).await;
    keep(&world, IdempotencyRecord { reply: Reply { status: 200, body: vec![] }, ..older }).await.expect("kept");
    let change = asked_for(&world, &channel, "older").await;
    let expected = change.idempotency_record.clone();
    create(&world, &channel, change).await.expect("created");
    assert_eq!(get(&world, "older").await, expected);
}

/// A race to replace an old record.
pub async fn of_twenty_duplicates_one_replaces_an_old_idempotency_record(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let old = idempotency_record(&world, "key", build::at() - KEPT - TimeDelta::days(1)).await;
    keep(&world, old).await.expect("kept");
    let (won, lost) = twenty_at_once(|| {
        let (world, channel) = (world.clone(), channel.clone());
        async move { create(&world, &channel, asked_for(&world, &channel, "key").await).await }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.into_iter().all(|error| is_taken::<()>(&Err(error))));
    assert_eq!(locations(&world, &channel).await, 2, "the default location and the new one");
}

/// Isolation: of users, and of workspaces. `Stale`.
pub async fn a_key_belongs_to_its_user(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    keep(&world, idempotency_record(&world, "key", build::at()).await).await.expect("kept");
    let colleague = world.new_user(&channel, Role::Tenant, "grace@example.com").await.expect("a user");
    let token = world.new_key(&colleague).await.expect("a key");
    let caller = world.caller(&token, TenantChoice::Home).await;
    let scope = caller.own_scope();
    assert_eq!(world.ports.idempotency.get(scope, &request("key").key).await.expect("no failure"), None);

    let planted = world.ports.idempotency.keep(scope, idempotency_record(&world, "other", build::at()).await).await;
    assert!(matches!(planted, Err(RepositoryError::Stale)), "{planted:?}");
    let elsewhere = world.beside().await;
    let planted = keep(&elsewhere, idempotency_record(&world, "other", build::at()).await).await;
    assert!(matches!(planted, Err(RepositoryError::Stale)), "{planted:?}");
    assert_eq!((get(&world, "other").await, get(&elsewhere, "key").await), (None, None));

    let stamp = caller.tenant_scope(Permission::Read).expect("active").stamp(world.stamp().await.id, build::at());
    let own = IdempotencyRecord::new(world.workspace_id(), &stamp.actor, request("key"), reply(), build::at());
    world.ports.idempotency.keep(scope, own.expect("a user's record")).await.expect("the same key, another user");
    keep(&elsewhere, idempotency_record(&elsewhere, "key", build::at()).await)
        .await
        .expect("the same key, another workspace");
}

/// `Taken { rule: "idempotency_key" }`.
pub async fn what_changed_nothing_leaves_one_idempotency_record(ports: Ports) {
    let world = World::new(ports).await;
    let first = idempotency_record(&world, "key", build::at()).await;
    keep(&world, first.clone()).await.expect("kept");
    let second = IdempotencyRecord { reply: Reply { status: 200, body: vec![] }, ..first.clone() };
    let taken = keep(&world, second).await;
    assert!(is_taken(&taken), "{taken:?}");
    assert_eq!(get(&world, "key").await, Some(first));
}

/// Deletes the old records of all workspaces, up to the limit.
pub async fn old_idempotency_records_are_forgotten(ports: Ports) {
    let world = World::new(ports).await;
    let elsewhere = world.beside().await;
    let now = build::at();
    for (number, world) in [&world, &world, &elsewhere].into_iter().enumerate() {
        keep(world, idempotency_record(world, &format!("old-{number}"), now - TimeDelta::days(2)).await)
            .await
            .expect("kept");
        keep(world, idempotency_record(world, &format!("new-{number}"), now - KEPT).await).await.expect("kept");
    }
    let forget = async |most| {
        let before = IdempotencyRecord::kept_since(now);
        world.ports.idempotency.forget(&OperatorScope::new(), before, most).await.expect("no failure")
    };
    assert_eq!([forget(2).await, forget(2).await, forget(2).await], [2, 1, 0]);
    for (number, world) in [&world, &world, &elsewhere].into_iter().enumerate() {
        assert_eq!(get(world, &format!("old-{number}")).await, None);
        assert!(get(world, &format!("new-{number}")).await.is_some());
    }
}

/// Idempotency records are deleted with their user and with the user's tenant.
pub async fn a_deleted_user_leaves_no_idempotency_record(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let mut scopes = Vec::new();
    let mut users = Vec::new();
    for name in ["ada", "grace"] {
        let user = world.new_user(&channel, Role::Tenant, &format!("{name}@example.com")).await.expect("a user");
        let token = world.new_key(&user).await.expect("a key");
        let caller = world.caller(&token, TenantChoice::Home).await;
        let (scope, stamp) = (caller.own_scope(), world.stamp().await);
        let actor = caller.tenant_scope(Permission::Read).expect("active").stamp(stamp.id, stamp.at).actor;
        let own = IdempotencyRecord::new(world.workspace_id(), &actor, request("key"), reply(), build::at());
        world.ports.idempotency.keep(scope, own.expect("a user's record")).await.expect("kept");
        scopes.push(scope);
        users.push(user);
    }
    keep(&world, idempotency_record(&world, "key", build::at()).await).await.expect("kept");
    let left = async || {
        let mut left = Vec::new();
        for scope in &scopes {
            let found = world.ports.idempotency.get(*scope, &request("key").key).await.expect("no failure");
            left.push(found.is_some());
        }
        left
    };
    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    let change = users[0].delete(&administrator, world.stamp().await).expect("allowed");
    world.ports.users.delete(&world.scope_in(channel.id()).await, change).await.expect("deleted");
    assert_eq!(left().await, [false, true]);
    world.delete(&channel).await.expect("deleted");
    assert_eq!(left().await, [false, false]);
    assert!(get(&world, "key").await.is_some(), "the records of other users stay");
}

/// Creates a user of a new channel, and returns it with an idempotency record of the user.
async fn user_with_idempotency_record(world: &World) -> (ApiUser, OwnScope, IdempotencyRecord) {
    let channel = world.create("channel").await.expect("created");
    let user = world.new_user(&channel, Role::Tenant, "grace@example.com").await.expect("a user");
    let token = world.new_key(&user).await.expect("a key");
    let caller = world.caller(&token, TenantChoice::Home).await;
    let stamp = caller.tenant_scope(Permission::Read).expect("active").stamp(world.stamp().await.id, build::at());
    let idempotency_record =
        IdempotencyRecord::new(world.workspace_id(), &stamp.actor, request("key"), reply(), build::at());
    (user, caller.own_scope(), idempotency_record.expect("of a user"))
}

async fn delete(world: &World, user: &ApiUser) {
    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    let change = user.delete(&administrator, world.stamp().await).expect("allowed");
    world.ports.users.delete(&world.scope_in(user.home_tenant_id()).await, change).await.expect("deleted");
}

/// `Refused`.
pub async fn a_user_who_is_gone_gets_no_idempotency_record(ports: Ports) {
    let world = World::new(ports).await;
    let (user, scope, idempotency_record) = user_with_idempotency_record(&world).await;
    delete(&world, &user).await;
    let late = world.ports.idempotency.keep(scope, idempotency_record).await;
    assert!(matches!(late, Err(RepositoryError::Refused(AccessError::Unauthenticated))), "{late:?}");
    assert_eq!(world.ports.idempotency.get(scope, &request("key").key).await.expect("no failure"), None);
}

/// `Stale`: what else than a lock stops the statement does not mean that the key is taken.
pub async fn a_workspace_that_is_gone_gets_no_idempotency_record(ports: Ports) {
    let caller = build::channel(Permission::Write);
    let (scope, stamp) = (caller.own_scope(), caller.stamp(AuditId::new(build::id()), build::at()));
    let late = IdempotencyRecord::new(scope.workspace_id(), &stamp.actor, request("key"), reply(), stamp.at);
    let late = ports.idempotency.keep(scope, late.expect("a user's record")).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
}

/// A race.
pub async fn of_twenty_idempotency_records_of_a_user_who_is_deleted_meanwhile_none_is_left(ports: Ports) {
    let world = World::new(ports).await;
    let (user, scope, idempotency_record) = user_with_idempotency_record(&world).await;
    let keep = |number: usize| {
        let (world, mut idempotency_record) = (world.clone(), idempotency_record.clone());
        idempotency_record.request = request(&format!("key-{number}"));
        tokio::spawn(async move { world.ports.idempotency.keep(scope, idempotency_record).await })
    };
    let mut racing: Vec<_> = (0..10).map(keep).collect();
    let deleting = world.clone();
    let deleting = tokio::spawn(async move { delete(&deleting, &user).await });
    racing.extend((10..20).map(keep));
    deleting.await.expect("deleted");
    for task in racing {
        let kept = task.await.expect("no panic");
        assert!(matches!(kept, Ok(()) | Err(RepositoryError::Refused(AccessError::Unauthenticated))), "{kept:?}");
    }
    for number in 0..20 {
        let found = world.ports.idempotency.get(scope, &request(&format!("key-{number}")).key).await;
        assert_eq!(found.expect("no failure"), None);
    }
}

/// `Refused`.
pub async fn a_user_who_is_deleted_meanwhile_gets_no_idempotency_record(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let (user, scope, idempotency_record) = user_with_idempotency_record(&world).await;
    let keeping = world.ports.idempotency.keep(scope, idempotency_record);
    let ((), late) = ports.overlap(delete(&world, &user), keeping).await;
    assert!(matches!(late, Err(RepositoryError::Refused(AccessError::Unauthenticated))), "{late:?}");
    assert_eq!(world.ports.idempotency.get(scope, &request("key").key).await.expect("no failure"), None);
}
