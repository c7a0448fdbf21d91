//! Workspaces.

use chrono::TimeDelta;
use domain::access::{OperatorScope, Permission, TenantChoice};
use domain::change::Change;
use domain::integration_accounts::AccountStatus;
use domain::listings::Unavailable;
use domain::stays::Stay;
use domain::tenants::{Tenant, TenantStatus};
use domain::users::{Role, UserStatus};
use domain::workspaces::{Workspace, WorkspaceEdit};
use ports::{Concern, Concerned, RepositoryError, rules};

use super::host::account_with;
use super::operators::new_operator_key;
use super::shop::{Shop, date, pending};
use super::world::{new_workspace, twenty_at_once};
use super::{Ports, World};
use crate::build;

async fn found(world: &World) -> Workspace {
    world.ports.workspaces.get(&world.admin().await).await.expect("a workspace")
}

async fn renamed(world: &World, read: &Workspace, name: &str) -> Change<Workspace> {
    let admin = world.admin().await;
    let edit = WorkspaceEdit { name: Some(name.parse().expect("a name")), ..WorkspaceEdit::default() };
    read.update(edit, (admin.tenant_id(), admin.tenant_name()), world.stamp().await).expect("a change")
}

/// The tenant, location, administrator and key are stored.
pub async fn a_new_workspace_can_be_worked_in(ports: Ports) {
    let world = World::new(ports).await;
    let caller = world.caller(&world.token, TenantChoice::Home).await;
    assert!(caller.admin_scope(Permission::Admin).is_ok());
    let tenant = world.get(world.default_tenant).await.expect("the default tenant");
    assert!(tenant.is_default());
    let scope = world.scope_in(world.default_tenant).await;
    assert_eq!(world.ports.location_queries.count(&scope).await.expect("a count"), 1);
}

/// `Taken { rule: "first_workspace" }`, in a race.
pub async fn of_twenty_who_make_the_first_workspace_one_wins(ports: Ports) {
    let (won, lost) = twenty_at_once(|| {
        let ports = ports.clone();
        async move { ports.workspaces.create_first(&OperatorScope::new(), new_workspace().0).await }
    })
    .await;
    assert_eq!(won, 1);
    let is_expected =
        |error: &RepositoryError| matches!(error, RepositoryError::Taken { rule: rules::FIRST_WORKSPACE });
    assert!(lost.iter().all(is_expected), "{lost:?}");
    assert_eq!(ports.trail.actions().await, ["workspace.create"]);
}

/// `Taken { rule: "first_workspace" }`: operators create the workspaces.
pub async fn a_database_in_which_an_operator_has_worked_gets_no_first_workspace(ports: Ports) {
    let scope = OperatorScope::new();
    let (key, entry) = new_operator_key(&scope, build::at());
    ports.operator_keys.create(&scope, key, entry).await.expect("a key");
    let refused = ports.workspaces.create_first(&scope, new_workspace().0).await;
    assert!(matches!(refused, Err(RepositoryError::Taken { rule: rules::FIRST_WORKSPACE })), "{refused:?}");
}

/// The name must match exactly.
pub async fn a_workspace_is_found_by_its_name(ports: Ports) {
    let world = World::new(ports).await;
    let is_named = async |name: &str| {
        let found = world.ports.workspaces.is_named(&OperatorScope::new(), &name.parse().expect("a name")).await;
        found.expect("no failure")
    };
    assert!(is_named("Stays Inc.").await);
    assert!(!is_named("stays Inc.").await && !is_named("Stays%").await);

    let change = renamed(&world, &found(&world).await, "Others Inc.").await;
    world.ports.workspaces.update(&world.admin().await, change).await.expect("renamed");
    assert!(is_named("Others Inc.").await && !is_named("Stays Inc.").await);
}

/// Compares every field, with values that databases often mishandle.
pub async fn a_workspace_comes_back_as_it_was_stored(ports: Ports) {
    let (change, token) = new_workspace();
    let expected = change.after.workspace.clone();
    let (default_tenant, user) = (change.after.default_tenant.id(), change.after.administrator.id());
    let stored = ports.workspaces.create(&OperatorScope::new(), change, None).await.expect("a new workspace");
    let world = World { ports, token, default_tenant, user };
    assert_eq!((&stored, &found(&world).await), (&expected, &expected));

    let mut read = stored;
    for (discount, hours, holds) in [("0.01", 1, 0), ("12.5", 24, 5), ("100", 720, 10_000)] {
        let edit = WorkspaceEdit {
            name: Some(format!("Zimmer 🏨 \"{discount}\" '; --").parse().expect("a name")),
            default_currency: Some("KWD".parse().expect("a currency")),
            default_discount: Some(discount.parse().expect("a percentage")),
            longest_importer_hold: hours.try_into().ok(),
            most_importer_holds: holds.try_into().ok(),
        };
        let admin = world.admin().await;
        let change = read.update(edit, (admin.tenant_id(), admin.tenant_name()), world.stamp().await);
        let change = change.expect("a change");
        let expected = change.after.clone();
        read = world.ports.workspaces.update(&admin, change).await.expect("updated");
        assert_eq!((&read, &found(&world).await), (&expected, &expected));
    }
}

/// `Stale`.
pub async fn an_update_of_an_old_workspace_is_stale(ports: Ports) {
    let world = World::new(ports).await;
    let read = found(&world).await;
    let (first, second) = (renamed(&world, &read, "First").await, renamed(&world, &read, "Second").await);
    let admin = world.admin().await;
    let stored = world.ports.workspaces.update(&admin, first).await.expect("updated");
    let late = world.ports.workspaces.update(&admin, second).await;
    assert!(matches!(late, Err(RepositoryError::Stale)), "{late:?}");
    assert_eq!(found(&world).await, stored);
}

/// A race.
pub async fn of_twenty_who_update_the_workspace_one_wins(ports: Ports) {
    let world = World::new(ports).await;
    let read = found(&world).await;
    let (won, lost) = twenty_at_once(|| {
        let (world, read) = (world.clone(), read.clone());
        async move {
            let change = renamed(&world, &read, "Another name").await;
            world.ports.workspaces.update(&world.admin().await, change).await
        }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
}

/// Isolation.
pub async fn another_workspace_is_neither_seen_nor_changed(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    let read = found(&world).await;
    assert_eq!((read.id(), found(&other).await.id()), (world.workspace_id(), other.workspace_id()));

    let change = renamed(&other, &read, "Taken over").await;
    let refused = other.ports.workspaces.update(&other.admin().await, change).await;
    assert!(matches!(refused, Err(RepositoryError::Stale)), "{refused:?}");
    let mine = renamed(&world, &read, "Mine").await;
    let mine = world.ports.workspaces.update(&world.admin().await, mine).await.expect("updated");
    assert_eq!(found(&world).await, mine);
    assert_eq!(found(&other).await.into_parts().name.as_str(), "Stays Inc.", "only the one row is written");
}

/// Entries are written in the transaction of the change; a refused change writes none.
pub async fn a_change_of_the_workspace_leaves_one_entry(ports: Ports) {
    let world = World::new(ports).await;
    let read = found(&world).await;
    let (first, second) = (renamed(&world, &read, "First").await, renamed(&world, &read, "Second").await);
    let admin = world.admin().await;
    world.ports.workspaces.update(&admin, first).await.expect("updated");
    world.ports.workspaces.update(&admin, second).await.expect_err("stale");
    assert_eq!(world.ports.trail.actions().await, ["workspace.create", "workspace.update"]);
}

/// Each kind is limited, and those of other workspaces are not among them.
pub async fn the_concerns_of_a_workspace_are_its_own(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    let mut inactive = Vec::new();
    for name in ["first", "second", "empty", "banned"] {
        let tenant = world.create(name).await.expect("created");
        if name != "empty" {
            world.new_user(&tenant, Role::Venue, &format!("{name}@example.com")).await.expect("a user");
        }
        let users = (name == "banned").then_some(UserStatus::Banned);
        let change = tenant.set_status(TenantStatus::Inactive, users, world.stamp().await).expect("no default tenant");
        let change = change.expect("a change");
        inactive.push(world.ports.tenants.set_status(&world.admin().await, change).await.expect("a status"));
    }
    let found = async |world: &World, most| {
        let admin = world.admin().await;
        world.ports.workspaces.concerns(&admin, build::at() + TimeDelta::days(1), most).await.expect("no failure")
    };
    let of = |tenant: &Tenant| Concerned {
        concern: Concern::InactiveTenant,
        tenant_id: tenant.id(),
        id: tenant.id().as_uuid(),
        name: tenant.name().to_string(),
    };
    assert_eq!(found(&world, 10).await, [of(&inactive[0]), of(&inactive[1])]);
    assert_eq!(found(&world, 1).await, [of(&inactive[0])]);
    assert_eq!(found(&other, 10).await, []);
}

/// Neither what nobody has imported, nor a hold that was confirmed.
pub async fn imports_that_sleep_and_holds_that_lapse_are_concerns(ports: Ports) {
    let shop = Shop::open(ports).await;
    let (world, owner) = (&shop.owner.world, &shop.owner);
    owner.another_account().await.edit_account(account_with(AccountStatus::Inactive)).await;
    let account = world.ports.integration_accounts.get(&owner.scope().await, owner.account.id).await;
    let account = account.expect("no failure").expect("an account");
    let asleep = Concerned {
        concern: Concern::SleepingImports,
        tenant_id: owner.tenant.id(),
        id: account.id().as_uuid(),
        name: account.details().name.to_string(),
    };
    let found = async || {
        let admin = world.admin().await;
        world.ports.workspaces.concerns(&admin, build::at() + TimeDelta::days(30), 10).await.expect("no failure")
    };
    assert_eq!(found().await, []);
    for reason in [Unavailable::OwnerInactive, Unavailable::AccountInactive, Unavailable::ImportNotAllowed] {
        owner.set_available(false, reason, &[]).await;
        assert_eq!(found().await, std::slice::from_ref(&asleep), "{reason:?}");
        owner.set_available(true, reason, &[]).await;
    }

    let [held, confirmed] = ["2030-01-10", "2030-01-11"].map(date).map(|night| Stay::new(night, night.next()));
    let held = owner.book(shop.id(), held.expect("a night"), pending()).await.reservation;
    let confirmed = owner.book(shop.id(), confirmed.expect("a night"), pending()).await.reservation;
    owner.turn(owner.confirmation(&confirmed).await).await.expect("confirmed");
    let lapsing = Concerned {
        concern: Concern::LapsingHold,
        tenant_id: owner.tenant.id(),
        id: held.id().as_uuid(),
        name: "Hopper".to_owned(),
    };
    assert_eq!(found().await, [lapsing]);
}

/// `Taken { rule: "first_workspace" }`.
pub async fn after_a_workspace_that_is_made_meanwhile_none_is_the_first(ports: Ports) {
    let make = async || ports.workspaces.create_first(&OperatorScope::new(), new_workspace().0).await;
    let (first, refused) = ports.overlap(make(), make()).await;
    first.expect("the first one");
    assert!(matches!(refused, Err(RepositoryError::Taken { rule: rules::FIRST_WORKSPACE })), "{refused:?}");
}
