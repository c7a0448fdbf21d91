//! Rows of other tenants are not even read.

use domain::access::Permission;
use domain::ids::IntegrationAccountId;
use ports::IntegrationAccountRepository;
use sqlx::SqlitePool;
use sqlx::sqlite::SqliteConnectOptions;
use testkit::build;

use crate::file;

/// Inserts an account of an unknown tenant that cannot be read, because its provider does not exist.
const UNREADABLE: &str = "INSERT INTO integration_accounts (workspace_id, id, tenant_id, name, provider, account_identifier, \
     auth_type, status, allow_import, markup, distribution_markup, version, created_at, updated_at) \
     VALUES ($1, $2, $2, 'Host', 'NOBODY', '1', 'API_KEY', 'ACTIVE', true, 0, 0, 1, \
     '2030-01-31T12:00:00+00:00', '2030-01-31T12:00:00+00:00')";

#[tokio::test]
async fn an_account_of_another_tenant_is_not_even_read() {
    let (_folder, url, sqlite) = file().await;
    let options = url.parse::<SqliteConnectOptions>().expect("an address").foreign_keys(false);
    let pool = SqlitePool::connect_with(options).await.expect("a connection");
    let id = build::id();
    let insert = sqlx::query(UNREADABLE).bind(build::workspace_id().as_uuid()).bind(id);
    insert.execute(&pool).await.expect("a valid statement");

    let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let found = sqlite.database().get(&scope, IntegrationAccountId::new(id)).await;
    assert_eq!(found.expect("nothing to read"), None);
    let scope = build::administrator().admin_scope(Permission::Read).expect("the default tenant");
    let found = sqlite.database().get_anywhere(&scope, IntegrationAccountId::new(id)).await;
    found.expect_err("reading the row fails");
}
