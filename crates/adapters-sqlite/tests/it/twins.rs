//! Contract of every port beside a workspace with the same ids, as a copy of a database has them.
//!
//! Each new row has a twin in another workspace: stored before it, so that a statement without its condition on the workspace
//! finds it first, with another name. A statement that changes or deletes a twin fails.

use std::sync::Arc;
use std::thread;

use adapters_sql::TABLES;
use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqlitePool};
use testkit::contract::{Ports, Trail};

use crate::file;

/// Areas in which operators and the service itself find the twins, because they look at all workspaces.
const ACROSS: [&str; 2] = ["operated_workspaces::", "operators::"];
/// Waits for work in all workspaces.
const WAITING: &str = "unnumbered_events";

struct WithoutTwins(SqlitePool);

#[async_trait]
impl Trail for WithoutTwins {
    async fn actions(&self) -> Vec<String> {
        let actions = format!("SELECT action FROM audit WHERE NOT {} ORDER BY id", is_twin("workspace_id"));
        sqlx::query_scalar(AssertSqlSafe(actions)).fetch_all(&self.0).await.expect("the trail")
    }
}

/// Whether the workspace is that of twins. The ids of `testkit` count up from 2³².
fn is_twin(workspace: &str) -> String {
    format!("substr({workspace}, 12, 1) = x'00'")
}

/// Returns the value of a column of the twin.
fn value(table: &str, column: &str) -> String {
    match (table, column) {
        ("workspaces", "id") | (_, "workspace_id") => {
            format!("CAST(substr(NEW.{column}, 1, 11) || x'00' || substr(NEW.{column}, 13) AS BLOB)")
        }
        ("workspaces", "status") => "'SUSPENDED'".into(),
        // Operators look for names in all workspaces.
        ("workspaces", "name_folded") => "'twin'".into(),
        ("events" | "event_recipients", "position") => "NEW.position + 100".into(),
        // The name of a consumer is its key.
        ("event_consumers", "name") => "NEW.name".into(),
        (_, "name" | "description" | "guest_first_name") => "'Twin'".into(),
        _ => format!("NEW.{column}"),
    }
}

async fn add_twins(pool: &SqlitePool, table: &str) {
    // A hidden column is generated, and the database draws the number of a listing.
    let columns = "SELECT name FROM pragma_table_xinfo($1) WHERE hidden = 0 AND name <> 'number'";
    let columns: Vec<String> = sqlx::query_scalar(columns).bind(table).fetch_all(pool).await.expect("the columns");
    let values: Vec<_> = columns.iter().map(|column| value(table, column)).collect();
    let key = if table == "workspaces" { "id" } else { "workspace_id" };
    let (is_twin_new, is_twin_old) = (is_twin(&format!("NEW.{key}")), is_twin(&format!("OLD.{key}")));
    let (columns, values) = (columns.join(", "), values.join(", "));
    let triggers = format!(
        "CREATE TRIGGER twin_of_{table} BEFORE INSERT ON {table} WHEN NOT {is_twin_new} BEGIN
            INSERT OR IGNORE INTO {table} ({columns}) VALUES ({values});
        END;
        CREATE TRIGGER no_update_of_{table} BEFORE UPDATE ON {table} WHEN {is_twin_old} BEGIN
            SELECT RAISE(ABORT, 'a row of another workspace is changed');
        END;
        CREATE TRIGGER no_deletion_of_{table} BEFORE DELETE ON {table} WHEN {is_twin_old} BEGIN
            SELECT RAISE(ABORT, 'a row of another workspace is deleted');
        END;"
    );
    sqlx::raw_sql(AssertSqlSafe(triggers)).execute(pool).await.expect("triggers");
}

async fn open() -> Ports {
    let (folder, url, sqlite) = file().await;
    let pool = SqlitePool::connect(&url).await.expect("another connection");
    let test = thread::current().name().unwrap_or_default().to_owned();
    if !ACROSS.iter().any(|area| test.contains(area)) {
        for table in TABLES.iter().filter(|table| **table != WAITING) {
            add_twins(&pool, table).await;
        }
    }
    Ports::of(&Arc::new(sqlite.database()), WithoutTwins(pool), (folder, sqlite))
}

#[cfg(feature = "mutants")]
testkit::suite!(crate::twins::open);
#[cfg(not(feature = "mutants"))]
testkit::isolation_suite!(crate::twins::open);
