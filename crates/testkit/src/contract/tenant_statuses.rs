//! Deactivated and activated tenants, and their users.

use domain::access::{OperatorScope, TenantChoice};
use domain::ids::{AuditId, UserId};
use domain::tenants::{Tenant, TenantStatus};
use domain::users::{ApiUser, ApiUserParts, Role, UserEdit, UserStatus};

use super::tenants::is_stale;
use super::{Ports, World};
use crate::build;

/// Tests `user_status` 0, 1 and 2.
pub async fn deactivating_sets_the_users_but_not_support(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let other = world.create("other").await.expect("created");
    let clerk = world.new_user(&channel, Role::FrontDesk, "clerk@example.com").await.expect("a user");
    let support = world.new_user(&channel, Role::Support, "support@example.com").await.expect("a user");
    let mut strangers = Vec::new();
    for status in [UserStatus::Active, UserStatus::Passive] {
        let scope = world.scope_in(other.id()).await;
        let mut change = world.user_change(&scope, Role::FrontDesk, &format!("{status:?}@example.com")).await;
        change.after = ApiUser::from_parts(ApiUserParts { status, ..change.after.into_parts() });
        strangers.push(world.ports.users.create(&scope, change).await.expect("a user"));
    }

    let mut tenant = channel;
    for (status, users) in [
        (TenantStatus::Inactive, UserStatus::Passive),
        (TenantStatus::Inactive, UserStatus::Banned),
        (TenantStatus::Active, UserStatus::Active),
    ] {
        let change = tenant.set_status(status, Some(users), world.stamp().await).expect("allowed").expect("a change");
        tenant = world.ports.tenants.set_status(&world.admin().await, change).await.expect("a status");
        assert_eq!(world.get(tenant.id()).await.map(|tenant| tenant.status()), Some(status));
        assert_eq!(world.user(clerk.id()).await.map(|user| user.status()), Some(users));
        assert_eq!(world.user(support.id()).await, Some(support.clone()), "support is unchanged");
        for stranger in &strangers {
            assert_eq!(
                world.user(stranger.id()).await.as_ref(),
                Some(stranger),
                "users of other tenants are unchanged"
            );
        }
        assert_eq!(world.user(world.user).await.map(|user| user.status()), Some(UserStatus::Active));
    }
}

/// Each user's status is restored, unless it was changed since.
pub async fn activating_gives_back_what_deactivating_took(ports: Ports) {
    use TenantStatus::{Active, Inactive};
    let world = World::new(ports).await;
    let mut channel = world.create("channel").await.expect("created");
    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    let scope = world.scope_in(channel.id()).await;
    let mut users = Vec::new();
    for name in ["active", "passive", "changed", "renamed"] {
        users.push(world.new_user(&channel, Role::Venue, &format!("{name}@example.com")).await.expect("a user").id());
    }
    let edit = async |user: UserId, edit: UserEdit| {
        let user = world.user(user).await.expect("a user");
        // By the operator, who is admitted to inactive tenants too.
        let stamp = OperatorScope::new().stamp(AuditId::new(build::id()), build::at());
        let change = user.update(edit, &administrator, stamp).expect("allowed").expect("a change");
        world.ports.users.update(&scope, change).await.expect("updated");
    };
    let to = |status| UserEdit { status: Some(status), ..UserEdit::default() };
    let mut set = async |status, users: Option<UserStatus>| {
        let change = channel.set_status(status, users, world.stamp().await).expect("allowed").expect("a change");
        channel = world.ports.tenants.set_status(&world.admin().await, change).await.expect("a status");
    };
    let statuses = async || {
        let mut statuses = Vec::new();
        for user in &users {
            statuses.push(world.user(*user).await.expect("a user").status().as_i16());
        }
        statuses
    };
    edit(users[1], to(UserStatus::Passive)).await;

    set(Inactive, Some(UserStatus::Banned)).await;
    assert_eq!(statuses().await, [2, 2, 2, 2]);
    edit(users[2], to(UserStatus::Passive)).await;
    edit(users[3], UserEdit { name: Some("Another name".parse().expect("a name")), ..UserEdit::default() }).await;
    set(Active, None).await;
    assert_eq!(statuses().await, [1, 0, 0, 1]);

    // Of several deactivations the first counts, and a restored status is not restored again.
    set(Inactive, Some(UserStatus::Passive)).await;
    set(Inactive, Some(UserStatus::Banned)).await;
    set(Active, None).await;
    assert_eq!(statuses().await, [1, 0, 0, 1]);
    set(Inactive, None).await;
    edit(users[0], to(UserStatus::Banned)).await;
    set(Active, None).await;
    assert_eq!(statuses().await, [2, 0, 0, 1]);

    // An activation with a status sets it for all users, and no status is left to restore.
    set(Inactive, Some(UserStatus::Banned)).await;
    set(Active, Some(UserStatus::Active)).await;
    set(Inactive, None).await;
    set(Active, None).await;
    assert_eq!(statuses().await, [1, 1, 1, 1]);
}

/// A user whose status was restored, and one of another tenant that is inactive too.
pub async fn activating_a_tenant_gives_nothing_back_to_users_of_another(ports: Ports) {
    let world = World::new(ports).await;
    let mut inactive = Vec::new();
    for domain in ["channel", "other"] {
        let tenant = world.create(domain).await.expect("created");
        let clerk = world.new_user(&tenant, Role::FrontDesk, &format!("{domain}@example.com")).await.expect("a user");
        let change = tenant.set_status(TenantStatus::Inactive, Some(UserStatus::Banned), world.stamp().await);
        let change = change.expect("allowed").expect("a change");
        let tenant = world.ports.tenants.set_status(&world.admin().await, change).await.expect("a status");
        inactive.push((tenant, clerk.id()));
    }
    let [(channel, clerk), (_, stranger)] = &inactive[..] else { unreachable!("two tenants") };
    world.set_status(channel, TenantStatus::Active).await;
    let status = async |user: UserId| world.user(user).await.map(|user| user.status());
    assert_eq!(status(*clerk).await, Some(UserStatus::Active));
    assert_eq!(status(*stranger).await, Some(UserStatus::Banned));
}

/// Neither a new version nor an audit entry is stored.
pub async fn a_status_that_everybody_has_stores_nothing(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    world.new_user(&channel, Role::FrontDesk, "clerk@example.com").await.expect("a user");
    let set_to = async |tenant: &Tenant, status, users| {
        let change = tenant.set_status(status, Some(users), world.stamp().await);
        let change = change.expect("allowed").expect("perhaps a change");
        world.ports.tenants.set_status(&world.admin().await, change).await.expect("a status")
    };
    let set = async |tenant: &Tenant, users| set_to(tenant, TenantStatus::Inactive, users).await;
    let inactive = set(&channel, UserStatus::Passive).await;
    let trail = world.ports.trail.actions().await;
    assert_eq!(set(&inactive, UserStatus::Passive).await, inactive);
    assert_eq!(world.get(channel.id()).await, Some(inactive.clone()));
    assert_eq!(world.ports.trail.actions().await, trail);
    let banned = set(&inactive, UserStatus::Banned).await;
    assert_eq!(banned.version(), inactive.version() + 1, "the users changed");
    assert_eq!(world.ports.trail.actions().await.len(), trail.len() + 1);
    let active = set_to(&banned, TenantStatus::Active, UserStatus::Active).await;
    assert_eq!(set_to(&active, TenantStatus::Active, UserStatus::Active).await, active);
}

/// `Stale`.
pub async fn a_status_of_an_old_version_is_stale(ports: Ports) {
    let world = World::new(ports).await;
    let read = world.create("channel").await.expect("created");
    let clerk = world.new_user(&read, Role::FrontDesk, "clerk@example.com").await.expect("a user");
    world.set_status(&read, TenantStatus::Inactive).await;
    let late = read.set_status(TenantStatus::Inactive, Some(UserStatus::Banned), world.stamp().await);
    let late = late.expect("allowed").expect("a change");
    assert!(is_stale(&world.ports.tenants.set_status(&world.admin().await, late).await));
    assert_eq!(world.user(clerk.id()).await.map(|user| user.status()), Some(UserStatus::Active));
}
