//! Workspaces.

use domain::access::{OperatorScope, Permission, TenantChoice};
use ports::{RepositoryError, rules};

use super::world::{new_workspace, twenty_at_once};
use super::{Ports, World};

/// Tenant, location, administrator and key are there.
pub async fn a_new_workspace_can_be_worked_in(ports: Ports) {
    let world = World::new(ports).await;
    let caller = world.caller(&world.token, TenantChoice::Home).await;
    assert!(caller.admin_scope(Permission::Admin).is_ok());
    let tenant = world.find(world.default_tenant).await.expect("the default tenant");
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
