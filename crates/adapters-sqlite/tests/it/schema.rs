//! Rules that every table must keep.

use std::str::FromStr;

use adapters_sql::{OPERATOR_TABLES, TABLES};
use adapters_sqlite::MigrationError;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Row, SqlitePool};

use crate::file;

#[tokio::test]
async fn every_table_is_keyed_by_workspace() {
    let (_folder, url, _sqlite) = file().await;
    let pool = SqlitePool::connect(&url).await.expect("a connection");
    let keys = "SELECT m.name AS name, group_concat(i.name, ',' ORDER BY i.pk) AS key \
                FROM sqlite_schema m JOIN pragma_table_info(m.name) i \
                WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\' AND i.pk > 0 GROUP BY m.name";
    let tables = sqlx::query(keys).fetch_all(&pool).await.expect("the tables");
    assert!(tables.len() >= 6);
    for table in tables {
        let (name, key): (String, String) = (table.get("name"), table.get("key"));
        let expected = match name.as_str() {
            "workspaces" | "operator_keys" | "operator_audit" => "id",
            "operator_idempotency_records" => "operator_key_id,idempotency_key",
            "idempotency_records" => "workspace_id,user_id,idempotency_key",
            // A table without an id is keyed by the ids that it joins.
            "imports" | "sleeping_imports" => "workspace_id,tenant_id,listing_id",
            "ended_imports" => "workspace_id,entry_id,integration_account_id,tenant_id,listing_id",
            // The event log is keyed by the numbers of its rows.
            "unnumbered_events" => "sequence",
            "event_logs" | "erasures" => "workspace_id",
            "events" => "workspace_id,position",
            "event_recipients" => "workspace_id,tenant_id,position",
            "event_consumers" => "workspace_id,tenant_id,name",
            "webhook_attempts" => "workspace_id,webhook_id,id",
            "calendar_nights" => "workspace_id,listing_id,night",
            "charges" => "workspace_id,integration_account_id,id",
            "charge_listings" => "workspace_id,integration_account_id,charge_id,listing_id",
            "promotion_listings" => "workspace_id,promotion_id,listing_id",
            // Keyed by the number that the R-tree or the index of texts refers to; also unique by (workspace_id, id).
            "listings" | "reservations" | "tenants" | "users" | "workspace_numbers" => "number",
            name if name.starts_with("listing_tree") || name.contains("_text") => continue,
            _ => "workspace_id,id",
        };
        assert_eq!(key, expected, "{name}");
    }
}

#[tokio::test]
async fn every_table_of_both_engines_is_listed() {
    let (_folder, url, _sqlite) = file().await;
    let pool = SqlitePool::connect(&url).await.expect("a connection");
    let mut names: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\' \
         AND name NOT IN ('sqlite_schema', 'sqlite_sequence', 'sqlite_stat1', 'workspace_numbers')",
    )
    .fetch_all(&pool)
    .await
    .expect("the tables");
    names.sort();
    let mut listed: Vec<_> = TABLES.into_iter().chain(OPERATOR_TABLES).collect();
    listed.sort_unstable();
    assert_eq!(names, listed);
}

#[tokio::test]
async fn places_take_up_room_in_the_tree() {
    let (_folder, url, _sqlite) = file().await;
    // This test does not need foreign keys.
    let options = SqliteConnectOptions::from_str(&url).expect("an address").foreign_keys(false);
    let pool = SqlitePool::connect_with(options).await.expect("a connection");
    let run = async |statement: &'static str| sqlx::query(statement).execute(&pool).await.expect("it runs");
    run("INSERT INTO workspace_numbers (workspace_id) VALUES (x'01')").await;
    run("INSERT INTO listings (workspace_id, id, integration_account_id, provider_id, name, status, pictures, latitude, longitude, \
         x, y, z, minimum_nights, max_occupancy, bedroom_count, bathroom_tenths, start_price, start_price_scaled, currency, \
         amenities, amenities_folded, version, created_at, updated_at) \
         VALUES (x'01', x'02', x'03', 'p', 'n', 'ACTIVE', '[]', 0, 0, 1, 0, 0, 1, 1, 1, 10, 1, 1, 'EUR', '[]', '[]', 1, '', '')")
    .await;
    let room = "SELECT max_workspace - min_workspace FROM listing_tree";
    let room: Vec<f64> = sqlx::query_scalar(room).fetch_all(&pool).await.expect("the tree");
    assert_eq!(room, [0.5]);
}

#[tokio::test]
async fn a_schema_of_another_program_is_not_migrated() {
    for change in [
        "UPDATE _sqlx_migrations SET checksum = x'00' WHERE version = 3",
        "UPDATE _sqlx_migrations SET version = 99 WHERE version = 3",
    ] {
        let (_folder, url, sqlite) = file().await;
        let pool = SqlitePool::connect(&url).await.expect("a connection");
        sqlx::query(change).execute(&pool).await.expect("a changed record");
        let refused = sqlite.migrate().await.expect_err("refused");
        assert!(matches!(refused, MigrationError::Unknown(3 | 99)), "{refused:?}");
        assert!(refused.to_string().contains("create a new database"), "{refused}");
    }
}

#[tokio::test]
async fn readers_do_not_wait_for_the_writer() {
    let (_folder, url, _sqlite) = file().await;
    // The settings of the service's connections; the journal mode is stored in the file.
    let pool = SqlitePool::connect(&url).await.expect("a connection");
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&pool).await.expect("a mode");
    assert_eq!(mode, "wal");
}
