//! Authentication.

use domain::access::{Permission, TenantChoice};
use domain::ids::{ApiKeyId, TenantId};
use domain::users::Role;

use super::{Ports, World};
use crate::build;

/// One query returns everything that is needed to authenticate a request.
pub async fn a_credential_holds_the_key_its_user_and_the_tenants_at_play(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");

    let at_home = world.caller(&world.token, TenantChoice::Home).await;
    assert_eq!((at_home.user_id(), at_home.tenant_id()), (world.user, world.default_tenant));
    let moved = world.caller(&world.token, TenantChoice::Current).await;
    assert_eq!((moved.tenant_id(), moved.authority_id()), (channel.id(), world.default_tenant));
    let named = world.caller(&world.token, TenantChoice::Named(channel.id())).await;
    assert_eq!((named.tenant_id(), named.authority_id()), (channel.id(), channel.id()));
    for in_channel in [&moved, &named] {
        let scope = in_channel.tenant_scope(Permission::Read).expect("an active tenant");
        assert_eq!(scope.tenant_name(), channel.name(), "the scope has the name as well as the id, for the trail");
    }

    let user = world.new_user(&channel, Role::Tenant, "grace@example.com").await.expect("a user");
    let token = world.new_key(&user).await.expect("a key");
    let guest = world.caller(&token, TenantChoice::Current).await;
    assert_eq!((guest.user_id(), guest.tenant_id(), guest.authority_id()), (user.id(), channel.id(), channel.id()));
}

/// A key that never existed.
pub async fn an_unknown_key_is_none(ports: Ports) {
    let world = World::new(ports).await;
    let unknown = ApiKeyId::new(build::id());
    let found =
        world.ports.credentials.get(world.workspace_id(), unknown, TenantChoice::Home).await.expect("no failure");
    assert!(found.is_none());
}

/// A key that names another workspace than its own.
pub async fn a_key_is_not_found_through_another_workspace(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    let found = world
        .ports
        .credentials
        .get(other.workspace_id(), world.token.id(), TenantChoice::Home)
        .await
        .expect("no failure");
    assert!(found.is_none());
}

/// A tenant header with the id of another workspace's tenant, or of no tenant.
pub async fn a_tenant_of_another_workspace_cannot_be_named(ports: Ports) {
    let world = World::new(ports).await;
    let other = world.beside().await;
    for id in [other.default_tenant, TenantId::new(build::id())] {
        let (key, secret) = (world.token.id(), world.token.secret());
        let found =
            world.ports.credentials.get(world.workspace_id(), key, TenantChoice::Named(id)).await.expect("no failure");
        let refused = found.expect("a stored key").admit(secret, TenantChoice::Named(id), build::at());
        assert!(refused.is_err(), "{id}");
    }
}
