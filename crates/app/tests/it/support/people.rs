//! Users, stored through the ports: the API has no endpoint for them.

use adapters_postgres::Postgres;
use adapters_sqlite::{Database, Sqlite};
use chrono::{DateTime, Utc};
use domain::access::{Permission, TenantChoice};
use domain::api_keys::ApiKeyToken;
use domain::ids::{AuditId, TenantId, UserId};
use domain::users::{ApiUser, NewApiUser};
use ports::{Credentials, TenantRepository, UserRepository};
use uuid::Uuid;

/// Adds a user at home in the tenant, perhaps at work at a location, with the leave of whoever has the key; returns the
/// user's id.
pub(super) fn add_user(database: &str, key: &str, tenant: &str, role: &str, location: Option<&str>) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let database = open(database).await;
        let token: ApiKeyToken = key.parse().expect("a key");
        let home: TenantId = tenant.parse().expect("an id");
        let found = Credentials::find(&database, token.workspace_id(), token.id(), Some(home)).await;
        let credential = found.expect("no failure").expect("a stored key");
        let now = DateTime::<Utc>::from_timestamp_millis(1_800_000_000_000).expect("an instant");
        let caller = credential.admit(token.secret(), TenantChoice::Named(home), now).expect("a good key");
        let scope = caller.tenant_scope(Permission::Write).expect("an active tenant");
        let home = TenantRepository::find(&database, &scope, home).await.expect("no failure").expect("a tenant");
        let id = UserId::new(Uuid::new_v4());
        let new = NewApiUser {
            id,
            name: "Grace Hopper".parse().expect("a name"),
            email: Some(format!("{id}@example.com").parse().expect("an address")),
            role: role.parse().expect("a role"),
        };
        let mut change = ApiUser::create(new, &home, scope.stamp(AuditId::new(Uuid::new_v4()), now));
        let mut parts = change.after.into_parts();
        parts.location_id = location.map(|location| location.parse().expect("an id"));
        change.after = ApiUser::from_parts(parts);
        UserRepository::create(&database, &scope, change).await.expect("a user");
        id.to_string()
    })
}

async fn open(url: &str) -> Database {
    if url.starts_with("sqlite:") {
        Sqlite::open(url).await.expect("a database").database()
    } else {
        Postgres::new(url).expect("an address").database()
    }
}
