//! Contract of writes by callers that are revoked between the decision and its commit.

use domain::access::{AccessError, Caller, Permission, TenantChoice, TenantScope};
use domain::api_keys::{ApiKey, ApiKeyToken, MaxKeyAge, NewApiKey};
use domain::audit::Stamp;
use domain::change::Change;
use domain::ids::{ApiKeyId, AuditId, UserId};
use domain::tenants::{Tenant, TenantStatus};
use domain::users::{ApiUser, NewApiUser, Role, UserEdit, UserStatus};
use ports::RepositoryError;

use super::{Ports, World};
use crate::build;

/// The way in which a caller is revoked.
#[derive(Debug, Clone, Copy)]
enum Revocation {
    Key,
    Ban,
    Demotion,
    Deletion,
    Deactivation,
}

impl Revocation {
    const ALL: [Self; 5] = [Self::Key, Self::Ban, Self::Demotion, Self::Deletion, Self::Deactivation];

    fn refusal(self) -> AccessError {
        match self {
            Self::Key | Self::Deletion => AccessError::Unauthenticated,
            Self::Ban => AccessError::UserNotActive,
            Self::Demotion => AccessError::PermissionDenied,
            Self::Deactivation => AccessError::TenantInactive,
        }
    }
}

/// An administrator of a channel, and a colleague.
#[derive(Clone)]
struct Desk {
    world: World,
    channel: Tenant,
    maker: ApiUser,
    token: ApiKeyToken,
    caller: Caller,
    scope: TenantScope,
    colleague: ApiUser,
    colleagues_key: ApiKey,
}

impl Desk {
    async fn open(world: &World, name: &str) -> Self {
        let channel = world.create(name).await.expect("created");
        let maker = world.new_user(&channel, Role::Tenant, &format!("{name}@example.com")).await.expect("a user");
        let token = world.new_key(&maker).await.expect("a key");
        let colleague = world.new_user(&channel, Role::Tenant, &format!("not-{name}@example.com")).await;
        let colleague = colleague.expect("a user");
        let colleagues = world.new_key(&colleague).await.expect("a key");
        let caller = world.caller(&token, TenantChoice::Home).await;
        let scope = caller.tenant_scope(Permission::Admin).expect("an active tenant");
        let (colleagues_key, _) =
            world.ports.api_keys.get(&scope, colleagues.id()).await.expect("no failure").expect("a key");
        Self { world: world.clone(), channel, maker, token, caller, scope, colleague, colleagues_key }
    }

    fn stamp(&self) -> Stamp {
        self.scope.stamp(AuditId::new(build::id()), build::at())
    }

    fn new_key(&self, user: &ApiUser) -> Change<ApiKey> {
        let new = NewApiKey {
            id: ApiKeyId::new(build::id()),
            secret: build::secret(),
            name: "A way back in".parse().expect("a name"),
            permission: Permission::Admin,
            expires_at: None,
        };
        ApiKey::issue(new, user, MaxKeyAge::default(), self.stamp()).expect("allowed")
    }

    async fn make_key(&self) -> Result<(), RepositoryError> {
        self.world.ports.api_keys.create(&self.scope, &self.colleague, self.new_key(&self.colleague)).await.map(drop)
    }

    async fn demote_colleague(&self) -> Result<(), RepositoryError> {
        let edit = UserEdit { role: Some(Role::Venue), ..UserEdit::default() };
        let change = self.colleague.update(edit, &self.caller, self.stamp()).expect("allowed").expect("a change");
        self.world.ports.users.update(&self.scope, change).await.map(drop)
    }

    /// Revokes the maker's key, by the maker.
    async fn give_key_back(&self) -> Result<(), RepositoryError> {
        let (keys, scope) = (&self.world.ports.api_keys, self.caller.own_scope());
        let (key, user) = keys.get_own(scope, self.token.id()).await.expect("no failure").expect("its own key");
        keys.revoke_own(scope, key.revoke(&user, self.stamp()).expect("a change")).await
    }

    /// Tries all changes that the maker can make to users and keys.
    async fn acts(&self) -> [Result<(), RepositoryError>; 6] {
        let ports = &self.world.ports;
        let new = NewApiUser {
            id: UserId::new(build::id()),
            name: "Another maker".parse().expect("a name"),
            email: None,
            role: Role::Tenant,
            status: UserStatus::Active,
            workplace: None,
        };
        let user = ApiUser::create(new, &self.scope, &self.caller, self.stamp()).expect("allowed");
        let deleted = self.colleague.delete(&self.caller, self.stamp()).expect("allowed");
        let revoked = self.colleagues_key.revoke(&self.colleague, self.stamp()).expect("a change");
        [
            self.make_key().await,
            ports.users.create(&self.scope, user).await.map(drop),
            self.demote_colleague().await,
            ports.users.delete(&self.scope, deleted).await,
            ports.api_keys.revoke(&self.scope, &self.colleague, revoked).await,
            ports.api_keys.create_own(&self.scope, &self.maker, self.new_key(&self.maker)).await.map(drop),
        ]
    }

    /// Revokes the maker, by the administrator of the workspace.
    async fn revoke(&self, how: Revocation) {
        let (world, ports) = (&self.world, &self.world.ports);
        let administrator = world.caller(&world.token, TenantChoice::Home).await;
        let scope = world.scope_in(self.channel.id()).await;
        let edited = async |edit| {
            let change = self.maker.update(edit, &administrator, world.stamp().await).expect("allowed");
            ports.users.update(&scope, change.expect("a change")).await.expect("stored");
        };
        match how {
            Revocation::Key => {
                let found = ports.api_keys.get(&scope, self.token.id()).await.expect("no failure");
                let (key, user) = found.expect("a key");
                let change = key.revoke(&user, world.stamp().await).expect("a change");
                ports.api_keys.revoke(&scope, &user, change).await.expect("stored");
            }
            Revocation::Ban => edited(UserEdit { status: Some(UserStatus::Banned), ..UserEdit::default() }).await,
            Revocation::Demotion => edited(UserEdit { role: Some(Role::Venue), ..UserEdit::default() }).await,
            Revocation::Deletion => {
                let change = self.maker.delete(&administrator, world.stamp().await).expect("allowed");
                ports.users.delete(&scope, change).await.expect("stored");
            }
            Revocation::Deactivation => drop(world.set_status(&self.channel, TenantStatus::Inactive).await),
        }
    }

    async fn keys(&self) -> u64 {
        self.world.ports.api_key_queries.count(&self.scope).await.expect("a count")
    }
}

fn refused<T>(done: &Result<T, RepositoryError>) -> Option<AccessError> {
    match done {
        Err(RepositoryError::Refused(error)) => Some(*error),
        _ => None,
    }
}

/// Expects `Refused` for every way of revocation.
pub async fn what_a_caller_has_decided_who_is_revoked_meanwhile_is_not_stored(ports: Ports) {
    let world = World::new(ports).await;
    for how in Revocation::ALL {
        let desk = Desk::open(&world, &format!("{how:?}").to_lowercase()).await;
        desk.revoke(how).await;
        let before = world.ports.trail.actions().await;
        let acts = desk.acts().await;
        let found = acts.each_ref().map(refused);
        assert_eq!(found, [Some(how.refusal()); 6], "{how:?}: {acts:?}");
        assert_eq!(world.ports.trail.actions().await, before);
    }
    let desk = Desk::open(&world, "admitted").await;
    assert!(desk.make_key().await.is_ok(), "who is admitted goes on");
}

/// `Refused`.
pub async fn an_administrator_who_is_revoked_meanwhile_sets_no_status(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let default = world.get(world.default_tenant).await.expect("the default tenant");
    let second = world.new_user(&default, Role::Tenant, "ada@example.com").await.expect("a user");
    let token = world.new_key(&second).await.expect("a key");
    let caller = world.caller(&token, TenantChoice::Home).await;
    let scope = caller.admin_scope(Permission::Admin).expect("an administrator");
    let stamp = scope.stamp(AuditId::new(build::id()), build::at());
    let change = channel.set_status(TenantStatus::Active, Some(UserStatus::Active), stamp);
    let change = change.expect("allowed").expect("perhaps a change");

    let administrator = world.caller(&world.token, TenantChoice::Home).await;
    let ban = UserEdit { status: Some(UserStatus::Banned), ..UserEdit::default() };
    let ban = second.update(ban, &administrator, world.stamp().await).expect("allowed").expect("a change");
    world.ports.users.update(&world.scope_in(default.id()).await, ban).await.expect("stored");
    let late = world.ports.tenants.set_status(&scope, change).await;
    assert_eq!(refused(&late), Some(AccessError::UserNotActive), "{late:?}");
}

/// A race: after a revocation is acknowledged, no further key is stored.
pub async fn no_key_is_made_after_its_maker_was_revoked(ports: Ports) {
    let world = World::new(ports).await;
    for how in Revocation::ALL {
        let desk = Desk::open(&world, &format!("{how:?}").to_lowercase()).await;
        let attempt = || {
            let desk = desk.clone();
            tokio::spawn(async move { desk.make_key().await })
        };
        let mut racing: Vec<_> = (0..10).map(|_| attempt()).collect();
        let revoking = desk.clone();
        let revoking = tokio::spawn(async move { revoking.revoke(how).await });
        racing.extend((0..10).map(|_| attempt()));
        revoking.await.expect("revoked");
        let there = desk.keys().await;
        for task in racing {
            let made = task.await.expect("no panic");
            assert!(made.is_ok() || refused(&made) == Some(how.refusal()), "{how:?}: {made:?}");
        }
        assert_eq!(desk.keys().await, there, "{how:?}");
    }
}

/// `Refused`, whether the maker's tenant is deactivated or the maker gives its key back.
pub async fn who_is_revoked_meanwhile_changes_no_user_and_no_key(ports: Ports) {
    let world = World::new(ports.clone()).await;
    for (number, makes_a_key) in [true, false].into_iter().enumerate() {
        let desk = Desk::open(&world, &format!("closing-{number}")).await;
        let act = || async { if makes_a_key { desk.make_key().await } else { desk.demote_colleague().await } };
        let (_, late) = ports.overlap(world.set_status(&desk.channel, TenantStatus::Inactive), act()).await;
        assert_eq!(refused(&late), Some(AccessError::TenantInactive), "{late:?}");

        let desk = Desk::open(&world, &format!("leaving-{number}")).await;
        let act = || async { if makes_a_key { desk.make_key().await } else { desk.demote_colleague().await } };
        let (left, late) = ports.overlap(desk.give_key_back(), act()).await;
        left.expect("revoked");
        assert_eq!(refused(&late), Some(AccessError::Unauthenticated), "{late:?}");
    }
}
