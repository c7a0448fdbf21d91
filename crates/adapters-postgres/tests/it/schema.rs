//! Rules that every table must keep.

use adapters_postgres::{MigrationError, Postgres};
use adapters_sql::{OPERATOR_TABLES, TABLES};
use sqlx::{PgPool, Row};

use crate::fresh;

#[tokio::test]
async fn every_table_is_keyed_by_workspace() {
    let server = fresh();
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    let keys = "SELECT c.conrelid::regclass::text AS name, pg_get_constraintdef(c.oid) AS key \
                FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace \
                WHERE c.contype = 'p' AND n.nspname = 'public' AND c.conrelid::regclass::text NOT LIKE '\\_sqlx%'";
    let tables = sqlx::query(keys).fetch_all(&pool).await.expect("the tables");
    assert!(tables.len() >= 6);
    for table in tables {
        let (name, key): (String, String) = (table.get("name"), table.get("key"));
        let expected = match name.as_str() {
            "workspaces" | "operator_keys" | "operator_audit" => "PRIMARY KEY (id)",
            "operator_idempotency_records" => "PRIMARY KEY (operator_key_id, idempotency_key)",
            "idempotency_records" => "PRIMARY KEY (workspace_id, user_id, idempotency_key)",
            // A table without an id is keyed by the ids that it joins.
            "imports" | "sleeping_imports" => "PRIMARY KEY (workspace_id, tenant_id, listing_id)",
            "ended_imports" => "PRIMARY KEY (workspace_id, entry_id, integration_account_id, tenant_id, listing_id)",
            // The event log is keyed by the numbers of its rows.
            "unnumbered_events" => "PRIMARY KEY (workspace_id, sequence)",
            "event_logs" | "erasures" => "PRIMARY KEY (workspace_id)",
            "events" => "PRIMARY KEY (workspace_id, \"position\")",
            "event_recipients" => "PRIMARY KEY (workspace_id, tenant_id, \"position\")",
            "event_consumers" => "PRIMARY KEY (workspace_id, tenant_id, name)",
            "webhook_attempts" => "PRIMARY KEY (workspace_id, webhook_id, id)",
            "calendar_nights" => "PRIMARY KEY (workspace_id, listing_id, night)",
            "charges" => "PRIMARY KEY (workspace_id, integration_account_id, id)",
            "charge_listings" => "PRIMARY KEY (workspace_id, integration_account_id, charge_id, listing_id)",
            "promotion_listings" => "PRIMARY KEY (workspace_id, promotion_id, listing_id)",
            _ => "PRIMARY KEY (workspace_id, id)",
        };
        assert_eq!(key, expected, "{name}");
    }
}

#[tokio::test]
async fn every_reference_and_every_unique_rule_begins_with_the_workspace() {
    let server = fresh();
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    let indexes: Vec<String> = sqlx::query_scalar(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename NOT LIKE '\\_sqlx%' \
         AND indexname <> 'workspaces_pkey' AND tablename NOT LIKE 'operator\\_%'",
    )
    .fetch_all(&pool)
    .await
    .expect("the indexes");
    assert!(indexes.iter().all(|index| index.contains("(workspace_id")), "{indexes:#?}");
    let references: Vec<String> =
        sqlx::query_scalar("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f'")
            .fetch_all(&pool)
            .await
            .expect("the references");
    assert!(references.iter().all(|reference| reference.starts_with("FOREIGN KEY (workspace_id")), "{references:#?}");
}

#[tokio::test]
async fn tables_are_listed_after_those_that_they_refer_to() {
    let server = fresh();
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    let mut names: Vec<String> = sqlx::query_scalar(
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_sqlx%'",
    )
    .fetch_all(&pool)
    .await
    .expect("the tables");
    names.sort();
    let mut listed: Vec<_> = TABLES.into_iter().chain(OPERATOR_TABLES).collect();
    listed.sort_unstable();
    assert_eq!(names, listed);

    let references: Vec<(String, String)> = sqlx::query_as(
        "SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'",
    )
    .fetch_all(&pool)
    .await
    .expect("the references");
    let place = |name: &str| TABLES.iter().position(|table| *table == name);
    let early: Vec<_> = references.iter().filter(|(table, parent)| place(table) <= place(parent)).collect();
    assert!(early.is_empty(), "{early:?}");
}

#[tokio::test]
async fn every_unique_index_is_a_rule_that_the_program_knows() {
    let server = fresh();
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    let mut names: Vec<String> = sqlx::query_scalar(
        "SELECT indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid \
         JOIN pg_namespace n ON n.oid = c.relnamespace \
         WHERE i.indisunique AND NOT i.indisprimary AND n.nspname = 'public'",
    )
    .fetch_all(&pool)
    .await
    .expect("the unique indexes");
    names.sort();
    let mut rules = ports::rules::UNIQUE.map(str::to_owned);
    rules.sort();
    assert_eq!(names, rules);
}

#[tokio::test]
async fn a_schema_of_another_program_is_not_migrated() {
    let server = fresh();
    let pool = PgPool::connect(server.url()).await.expect("a connection");
    for change in [
        r"UPDATE _sqlx_migrations SET checksum = '\x00' WHERE version = 3",
        "UPDATE _sqlx_migrations SET version = 99 WHERE version = 3",
    ] {
        sqlx::query(change).execute(&pool).await.expect("a changed record");
        let refused = Postgres::new(server.url()).expect("an address").migrate().await.expect_err("refused");
        assert!(matches!(refused, MigrationError::Unknown(3 | 99)), "{refused:?}");
    }
}
