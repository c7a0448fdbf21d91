//! Plans of PostgreSQL for one large workspace beside many small ones: PostgreSQL plans a statement once for all of them,
//! as if each had the average number of rows.

use adapters_postgres::Postgres;
use domain::access::Permission;
use domain::ids::ListingId;
use sea_orm::Statement;
use sqlx::AssertSqlSafe;
use testkit::build;

use crate::plans::{LISTINGS, filled, plan, sides};
use crate::wall::walled;

/// Creates 2,000 workspaces with one imported listing each, and imports of all others. Foreign keys are off, so their tenants need not exist.
const SMALL_WORKSPACES: [&str; 5] = [
    "SET session_replication_role = replica",
    "INSERT INTO listings (workspace_id, id, integration_account_id, provider_id, name, status, pictures, latitude, longitude, \
     x, y, z, minimum_nights, max_occupancy, bedroom_count, bathroom_tenths, start_price, start_price_scaled, currency, \
     amenities, amenities_folded, version, created_at, updated_at) \
     SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), '1', 'Loft', 'ACTIVE', '[]', 0, 0, 1, 0, 0, 1, 2, 1, 10, \
     10000, 1000000, 'USD', '[]', '', 1, now(), now() FROM generate_series(1, 2000)",
    "INSERT INTO imports (workspace_id, tenant_id, listing_id, integration_account_id, imported_at) \
     SELECT workspace_id, gen_random_uuid(), id, integration_account_id, now() FROM listings WHERE workspace_id <> $1",
    "INSERT INTO imports (workspace_id, tenant_id, listing_id, integration_account_id, imported_at) \
     SELECT workspace_id, gen_random_uuid(), id, integration_account_id, now() FROM listings WHERE workspace_id = $1",
    // An index alone may be read where the pages of the table are known to be visible.
    "VACUUM ANALYZE",
];

#[tokio::test]
async fn one_listing_is_read_by_its_id() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..4], &SMALL_WORKSPACES].concat()).await;
    for (pool, database) in sides(&server, pool).await {
        let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
        let plan = plan(&pool, database.listing_statement(&scope, ListingId::new(build::id()))).await;
        let read: Vec<_> = plan.iter().filter(|line| line.contains("on listings ")).collect();
        assert!(matches!(&read[..], [line] if line.contains("Index Scan using listings_pkey")), "{plan:#?}");
    }
}

#[tokio::test]
async fn the_importers_of_a_listing_are_found_by_it() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..4], &SMALL_WORKSPACES].concat()).await;
    for (pool, database) in sides(&server, pool).await {
        let [_, _, _, importers, ..] = database.numbering_statements(build::workspace_id(), build::at());
        let plan = plan(&pool, importers).await;
        assert!(plan.iter().any(|line| line.contains("using importers_by_listing on imports")), "{plan:#?}");
    }
}

#[tokio::test]
async fn an_erasure_deletes_rows_of_a_large_workspace_by_their_place() {
    let server = walled();
    let pool = filled(server.url(), &[&LISTINGS[..], &SMALL_WORKSPACES].concat()).await;
    let database = Postgres::new(server.url()).expect("an address").database();
    let mut transaction = pool.begin().await.expect("a transaction");
    sqlx::query(database.erasing_setting().expect("a setting"))
        .execute(&mut *transaction)
        .await
        .expect("a valid statement");
    for (table, Statement { sql, .. }) in database.erasing_statements(build::workspace_id()) {
        let sql = sql.replace("$1", &format!("'{}'", build::workspace_id())).replace("$2", "100");
        let explain = sqlx::query_scalar(AssertSqlSafe(format!("EXPLAIN {sql}")));
        let plan: Vec<String> = explain.fetch_all(&mut *transaction).await.expect("a plan");
        assert!(!plan.iter().any(|line| line.contains("Seq Scan")), "{plan:#?}");
        if ["listings", "calendar_nights", "reservations"].contains(&table) {
            assert!(plan.iter().any(|line| line.contains(&format!("Tid Scan on {table} "))), "{plan:#?}");
        }
    }
}
