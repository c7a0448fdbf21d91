//! Operators: their keys, requests and trail.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::OperatorScope;
use domain::api_keys::{ApiKeyToken, MaxKeyAge};
use domain::idempotency::{IdempotencyKey, IdempotentRequest, KEPT};
use domain::ids::{AuditId, OperatorKeyId};
use domain::operators::{OperatorEntry, OperatorKey, OperatorKeyToken, OperatorRecord};
use ports::{OperatorEntryFilter, Page, PageStart, RepositoryError, WorkspaceFilter, rules};

use super::operated_workspaces::set_suspended;
use super::world::{new_workspace, twenty_at_once};
use super::{Ports, World};
use crate::build;

const FIRST: Page = Page { start: PageStart::Number(1), size: 10 };

pub(super) fn new_operator_key(scope: &OperatorScope, at: DateTime<Utc>) -> (OperatorKey, OperatorEntry) {
    let token = OperatorKeyToken::new(OperatorKeyId::new(build::id()), build::secret());
    let name = "Onboarding 🗝 \"'; --".parse().expect("a name");
    let key = OperatorKey::issue(&token, name, MaxKeyAge::default(), at);
    let entry = OperatorEntry::of_key(scope, AuditId::new(build::id()), at, "operator_key.create", key.id());
    (key, entry)
}

/// Returns the scope of the bearer of a new key.
async fn operator(ports: &Ports) -> OperatorScope {
    let (key, entry) = new_operator_key(&OperatorScope::new(), build::at());
    let key = ports.operator_keys.create(&OperatorScope::new(), key, entry).await.expect("a key");
    key.admit(&build::secret(), build::at()).expect("a valid key")
}

async fn trail(ports: &Ports, filter: &OperatorEntryFilter) -> Vec<OperatorEntry> {
    ports.operator_trail.list(&OperatorScope::new(), filter, FIRST).await.expect("the trail").items
}

/// Compares every field.
pub async fn an_operator_key_comes_back_as_it_was_stored(ports: Ports) {
    let scope = OperatorScope::new();
    let (key, entry) = new_operator_key(&scope, build::at());
    let (keys, stored) = (&ports.operator_keys, entry.clone());
    assert_eq!(keys.create(&scope, key.clone(), entry).await.expect("a key"), key);
    assert_eq!(keys.get(key.id()).await.expect("no failure").as_ref(), Some(&key));
    assert_eq!(keys.list(&scope).await.expect("the keys"), [key]);
    assert_eq!(trail(&ports, &OperatorEntryFilter::default()).await, [stored]);
    assert_eq!(keys.get(OperatorKeyId::new(build::id())).await.expect("no failure"), None);
}

/// `Stale` the second time. The trail has one entry, with the author.
pub async fn an_operator_key_is_revoked_once(ports: Ports) {
    let scope = operator(&ports).await;
    let key = ports.operator_keys.list(&scope).await.expect("the keys").pop().expect("a key");
    let revoked = key.revoke(build::at()).expect("a change");
    let entry =
        || OperatorEntry::of_key(&scope, AuditId::new(build::id()), build::at(), "operator_key.revoke", key.id());
    let keys = &ports.operator_keys;
    keys.revoke(&scope, revoked.clone(), entry()).await.expect("revoked");
    let again = keys.revoke(&scope, revoked.clone(), entry()).await;
    assert!(matches!(again, Err(RepositoryError::Stale)), "{again:?}");
    assert_eq!(keys.get(key.id()).await.expect("no failure"), Some(revoked));
    let filter = OperatorEntryFilter { action: "operator_key.revoke".parse().ok(), ..OperatorEntryFilter::default() };
    let entries = trail(&ports, &filter).await;
    assert_eq!(entries.iter().map(|entry| &entry.operator).collect::<Vec<_>>(), [scope.operator()]);
}

/// Each change of an operator leaves an entry with the id of the workspace, beside that in the workspace's own trail.
pub async fn the_trail_of_operators_is_read_by_workspace_and_action(ports: Ports) {
    let scope = operator(&ports).await;
    let world = World::new(ports).await;
    let other = world.beside().await;
    set_suspended(&world, &scope, true).await;
    set_suspended(&world, &scope, false).await;
    let of = |workspace: &World| OperatorEntryFilter {
        workspace_id: Some(workspace.workspace_id()),
        ..OperatorEntryFilter::default()
    };
    let entries = trail(&world.ports, &of(&world)).await;
    let actions: Vec<_> = entries.iter().map(|entry| (&*entry.action, entry.operator.key().is_some())).collect();
    assert_eq!(actions, [("workspace.create", false), ("workspace.suspend", true), ("workspace.resume", true)]);
    assert_eq!(trail(&world.ports, &of(&other)).await.len(), 1);
    let count =
        async |filter: &OperatorEntryFilter| world.ports.operator_trail.count(&scope, filter).await.expect("a count");
    let suspended = OperatorEntryFilter { action: "workspace.suspend".parse().ok(), ..of(&world) };
    assert_eq!((count(&suspended).await, count(&of(&other)).await), (1, 1));
    assert_eq!(count(&OperatorEntryFilter::default()).await, 5);

    let page = Page { start: PageStart::After(entries[0].id.as_uuid()), size: 1 };
    let listed = world.ports.operator_trail.list(&scope, &of(&world), page).await.expect("a page");
    assert_eq!((listed.items, listed.has_more), (vec![entries[1].clone()], true));
    let own = world.ports.trail.actions().await;
    assert_eq!(own.iter().filter(|action| action.starts_with("workspace.")).count(), 4, "{own:?}");
}

fn request(hash: u8) -> IdempotentRequest {
    IdempotentRequest { key: "key-1".parse().expect("a key"), fingerprint: [hash; 32] }
}

fn record(scope: &OperatorScope, workspace: &ApiKeyToken, at: DateTime<Utc>) -> OperatorRecord {
    let operator_key_id = scope.operator().key().expect("a key");
    OperatorRecord { operator_key_id, request: request(1), resource_id: workspace.workspace_id().as_uuid(), at }
}

/// `Taken { rule: "idempotency_key" }` until the record has expired.
pub async fn an_operators_request_is_recorded_with_its_effect(ports: Ports) {
    let [scope, another] = [operator(&ports).await, operator(&ports).await];
    let create = async |scope: &OperatorScope, at: DateTime<Utc>| {
        let (change, token) = new_workspace();
        ports.workspaces.create(scope, change, Some(record(scope, &token, at))).await.map(|_| token)
    };
    let first = create(&scope, build::at()).await.expect("created");
    let key: IdempotencyKey = "key-1".parse().expect("a key");
    let found = async |scope: &OperatorScope| {
        ports.operator_trail.record(scope, &key).await.expect("no failure").map(|record| record.resource_id)
    };
    assert_eq!(found(&scope).await, Some(first.workspace_id().as_uuid()));
    assert_eq!(found(&another).await, None, "each key has its own");
    assert_eq!(found(&OperatorScope::new()).await, None);
    let again = create(&scope, build::at() + KEPT).await;
    assert!(matches!(again, Err(RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY })), "{again:?}");
    let count = ports.operated_workspaces.count(&scope, &WorkspaceFilter::default()).await.expect("a count");
    assert_eq!(count, 1, "nothing was stored");
    create(&another, build::at()).await.expect("created");

    let later = build::at() + KEPT + TimeDelta::milliseconds(1);
    let second = create(&scope, later).await.expect("created");
    assert_eq!(found(&scope).await, Some(second.workspace_id().as_uuid()));
    assert_eq!(ports.operator_trail.forget(&scope, later, 10).await.expect("forgotten"), 1);
    assert_eq!((found(&scope).await.is_some(), found(&another).await), (true, None));
}

/// A race.
pub async fn of_twenty_who_repeat_an_operators_request_one_wins(ports: Ports) {
    let scope = operator(&ports).await;
    let (won, lost) = twenty_at_once(|| {
        let (ports, scope) = (ports.clone(), scope.clone());
        async move {
            let (change, token) = new_workspace();
            let record = record(&scope, &token, build::at());
            ports.workspaces.create(&scope, change, Some(record)).await
        }
    })
    .await;
    assert_eq!(won, 1);
    let is_taken = |error: &RepositoryError| matches!(error, RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY });
    assert!(lost.iter().all(is_taken), "{lost:?}");
}
