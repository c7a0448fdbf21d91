//! The rules that every table keeps.

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
            "workspaces" => "id",
            "receipts" => "workspace_id,user_id,idempotency_key",
            // What has no id of its own is named by what it joins.
            "imports" => "workspace_id,tenant_id,listing_id",
            "calendar_nights" => "workspace_id,listing_id,night",
            "promotion_listings" => "workspace_id,promotion_id,listing_id",
            // The tree and what it counts by; listings are unique by (workspace_id, id) besides.
            "listings" | "workspace_numbers" => "number",
            name if name.starts_with("listing_tree") => continue,
            _ => "workspace_id,id",
        };
        assert_eq!(key, expected, "{name}");
    }
}

#[tokio::test]
async fn readers_do_not_wait_for_the_writer() {
    let (_folder, url, _sqlite) = file().await;
    // What the connections of the service say; the journal mode is the file's own.
    let pool = SqlitePool::connect(&url).await.expect("a connection");
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&pool).await.expect("a mode");
    assert_eq!(mode, "wal");
}

#[tokio::test]
async fn a_database_in_memory_is_refused() {
    for url in ["sqlite:", "sqlite::memory:", "sqlite://?mode=memory"] {
        assert!(adapters_sqlite::Sqlite::open(url).await.is_err(), "{url}");
    }
}
