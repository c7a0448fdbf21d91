//! The workspaces as operators see them: their lists, sizes and suspension.

use chrono::TimeDelta;
use domain::access::{AccessError, OperatorScope, TenantChoice};
use domain::audit::Stamp;
use domain::ids::{AuditId, WorkspaceId};
use domain::users::{Role, UserEdit, UserStatus};
use domain::workspaces::{Usage, Workspace, WorkspaceEdit, WorkspaceStatus};
use ports::{Page, PageStart, RepositoryError, WorkspaceFilter};

use super::shop::{Shop, pending, stay};
use super::users::edited;
use super::{Ports, World};
use crate::build;

const FIRST: Page = Page { start: PageStart::Number(1), size: 10 };

pub(super) fn stamp() -> Stamp {
    OperatorScope::new().stamp(AuditId::new(build::id()), build::at())
}

pub(super) async fn set_suspended(world: &World, scope: &OperatorScope, is_suspended: bool) {
    let workspaces = &world.ports.operated_workspaces;
    let (workspace, tenant) =
        workspaces.find(scope, world.workspace_id()).await.expect("no failure").expect("a workspace");
    let change = workspace.set_suspended(is_suspended, (tenant.id, &tenant.name), stamp()).expect("kept");
    workspaces.change(scope, change.expect("a change")).await.expect("a status");
}

/// By a part of the name, without case, and by status.
pub async fn workspaces_are_found_by_name_and_status(ports: Ports) {
    let scope = OperatorScope::new();
    let world = World::new(ports).await;
    let other = world.beside().await;
    let admin = other.admin().await;
    let edit = WorkspaceEdit { name: "Größe 100%_".parse().ok(), ..WorkspaceEdit::default() };
    let read = other.ports.workspaces.get(&admin).await.expect("a workspace");
    let change = read.update(edit, (admin.tenant_id(), admin.tenant_name()), other.stamp().await);
    other.ports.workspaces.update(&admin, change.expect("a change")).await.expect("renamed");
    set_suspended(&other, &scope, true).await;

    let workspaces = &world.ports.operated_workspaces;
    let found = async |q: Option<&str>, status: Option<WorkspaceStatus>| {
        let filter = WorkspaceFilter { q: q.map(|q| q.parse().expect("a text")), status };
        let listed = workspaces.list(&scope, &filter, FIRST).await.expect("a list").items;
        assert_eq!(workspaces.count(&scope, &filter).await.expect("a count"), listed.len() as u64);
        listed.into_iter().map(|workspace| workspace.id()).collect::<Vec<_>>()
    };
    let [first, second] = [world.workspace_id(), other.workspace_id()];
    for (q, status, expected) in [
        (None, None, vec![first, second]),
        (Some("STAYS"), None, vec![first]),
        (Some("GRÖSSE"), None, vec![second]),
        (Some("0%_"), None, vec![second]),
        (Some("%"), Some(WorkspaceStatus::Active), vec![]),
        (None, Some(WorkspaceStatus::Active), vec![first]),
        (None, Some(WorkspaceStatus::Suspended), vec![second]),
        (None, Some(WorkspaceStatus::Erasing), vec![]),
    ] {
        assert_eq!(found(q, status).await, expected, "{q:?} {status:?}");
    }
    let page = Page { start: PageStart::After(first.as_uuid()), size: 10 };
    let rest = workspaces.list(&scope, &WorkspaceFilter::default(), page).await.expect("a page");
    assert_eq!(rest.items.iter().map(Workspace::id).collect::<Vec<_>>(), [second]);
}

/// `Stale`.
pub async fn a_change_of_an_old_workspace_by_an_operator_is_stale(ports: Ports) {
    let scope = OperatorScope::new();
    let world = World::new(ports).await;
    let workspaces = &world.ports.operated_workspaces;
    let (workspace, tenant) =
        workspaces.find(&scope, world.workspace_id()).await.expect("no failure").expect("a workspace");
    assert_eq!((tenant.id, tenant.is_default), (world.default_tenant, true));
    let change = || {
        let change = workspace.set_suspended(true, (tenant.id, &tenant.name), stamp());
        change.expect("kept").expect("a change")
    };
    workspaces.change(&scope, change()).await.expect("suspended");
    let late = workspaces.change(&scope, change()).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
    let unknown = WorkspaceId::new(build::id());
    assert_eq!(workspaces.find(&scope, unknown).await.expect("no failure"), None);
    assert_eq!(workspaces.erasure(&scope, unknown).await.expect("no failure"), None);
}

/// A credential says so from the commit on, although it was read and cached before.
pub async fn a_suspended_workspace_admits_nobody(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    let admitted = async |world: &World, choice| {
        let found = world.ports.credentials.get(world.workspace_id(), world.token.id(), choice).await;
        let credential = found.expect("no failure").expect("a stored key");
        credential.admit(world.token.secret(), choice, build::at()).map(drop)
    };
    let choices = [TenantChoice::Home, TenantChoice::Current, TenantChoice::Named(world.default_tenant)];
    for (is_suspended, expected) in [(true, Err(AccessError::WorkspaceSuspended)), (false, Ok(()))] {
        // The credential that is read now may be cached.
        for choice in choices {
            assert_ne!(admitted(&world, choice).await, expected, "{choice:?}");
        }
        set_suspended(&world, &OperatorScope::new(), is_suspended).await;
        for choice in choices {
            assert_eq!(admitted(&world, choice).await, expected, "{choice:?}");
        }
        assert_eq!(admitted(&other, TenantChoice::Home).await, Ok(()));
    }
}

/// The numbers of what is in it, and of its events since an instant.
pub async fn a_workspace_is_counted(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    let channel = world.create("channel").await.expect("created");
    world.new_user(&channel, Role::Tenant, "grace@example.com").await.expect("a user");
    let scope = OperatorScope::new();
    let usage = async |world: &World, since| {
        let counted = world.ports.operated_workspaces.usage(&scope, world.workspace_id(), since).await;
        counted.expect("counted")
    };
    assert_eq!(usage(&world, build::at()).await.events, 0, "no event has its position");
    world.number().await;
    let expected = Usage { tenants: 2, users: 2, listings: 0, reservations: 0, events: 3 };
    assert_eq!(usage(&world, build::at()).await, expected);
    let later = build::at() + TimeDelta::milliseconds(1);
    assert_eq!(usage(&world, later).await, Usage { events: 0, ..expected });
    assert_eq!(usage(&other, build::at()).await, Usage { tenants: 1, users: 1, events: 1, ..Usage::default() });
    world.ports.event_log.number(&scope, later, 10).await.expect("nothing waits");
    world.create("another").await.expect("created");
    while world.ports.event_log.number(&scope, later, 10).await.expect("numbered").has_more {}
    assert_eq!(usage(&world, later).await.events, 1);
    assert_eq!(usage(&world, build::at()).await.events, 4);
}

/// The oldest active user of the default tenant whose role may administer.
pub async fn an_administrator_is_found(ports: Ports) {
    let world = World::new(ports).await;
    let found = async || {
        let found = world.ports.operated_workspaces.administrator(&OperatorScope::new(), world.workspace_id()).await;
        found.expect("no failure")
    };
    assert_eq!(found().await, Some(world.user));
    let channel = world.create("channel").await.expect("created");
    world.new_user(&channel, Role::Tenant, "channel@example.com").await.expect("a user");
    let home = world.get(world.default_tenant).await.expect("the default tenant");
    world.new_user(&home, Role::Venue, "venue@example.com").await.expect("a user");
    let second = world.new_user(&home, Role::Tenant, "second@example.com").await.expect("a user");
    world.new_key(&second).await.expect("a key");
    let first = world.user(world.user).await.expect("a user");
    let edit = UserEdit { status: Some(UserStatus::Banned), ..UserEdit::default() };
    edited(&world, &first, edit).await.expect("banned");
    assert_eq!(found().await, Some(second.id()));
}

/// Its lapsed holds, quotes, idempotency records and events stay until it is resumed.
pub async fn a_suspended_workspace_is_not_swept(ports: Ports) {
    let shop = Shop::open(ports).await;
    let world = shop.owner.world.clone();
    shop.importer.book(shop.id(), stay("2050-01-10", "2050-01-13"), pending()).await;
    shop.importer.quote(shop.id(), stay("2050-02-10", "2050-02-13")).await;
    world.number().await;
    let (operator, late) = (OperatorScope::new(), build::at() + TimeDelta::days(400));
    let ports = &world.ports;
    set_suspended(&world, &operator, true).await;
    assert!(ports.reservations.lapsed(&operator, late, 10).await.expect("no failure").is_empty());
    assert_eq!(ports.quotes.forget(&operator, late, 10).await.expect("no failure"), 0);
    assert_eq!(ports.event_log.forget(&operator, late, 10).await.expect("no failure"), 0);
    set_suspended(&world, &operator, false).await;
    assert_eq!(ports.reservations.lapsed(&operator, late, 10).await.expect("no failure").len(), 1);
    assert_eq!(ports.quotes.forget(&operator, late, 10).await.expect("no failure"), 1);
    assert!(ports.event_log.forget(&operator, late, 10).await.expect("no failure") > 0);
}

/// The reader is told which of some workspaces are suspended or gone.
pub async fn suspended_workspaces_are_told_to_those_who_wait(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    let (scope, gone) = (OperatorScope::new(), WorkspaceId::new(build::id()));
    let all = [world.workspace_id(), other.workspace_id(), gone];
    set_suspended(&world, &scope, true).await;
    let found = world.ports.event_log.suspended(&scope, &all).await.expect("no failure");
    assert_eq!(found, [world.workspace_id(), gone]);
}
