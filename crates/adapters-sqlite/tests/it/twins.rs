//! Contract of every port beside a workspace with the same ids.

use std::sync::Arc;

use adapters_sql::TABLES;
use async_trait::async_trait;
use sqlx::{AssertSqlSafe, SqlitePool};
use testkit::contract::{Ports, Trail};
use testkit::twins::{insertion_of_twins, tables_with_twins, workspace_column};

use crate::file;

struct WithoutTwins(SqlitePool);

#[async_trait]
impl Trail for WithoutTwins {
    async fn actions(&self) -> Vec<String> {
        let actions = format!("SELECT action FROM audit WHERE NOT {} ORDER BY id", is_twin("workspace_id"));
        sqlx::query_scalar(AssertSqlSafe(actions)).fetch_all(&self.0).await.expect("the trail")
    }
}

fn is_twin(workspace: &str) -> String {
    format!("substr({workspace}, 12, 1) <> x'01'")
}

fn with_byte(workspace: &str, byte: &str) -> String {
    format!("CAST(substr({workspace}, 1, 11) || x'{byte}' || substr({workspace}, 13) AS BLOB)")
}

async fn add_twins(pool: &SqlitePool, table: &str) {
    // A hidden column is generated, and the database draws the number of a row.
    let columns = "SELECT name FROM pragma_table_xinfo($1) WHERE hidden = 0 AND NOT (name = 'number' AND pk > 0)";
    let columns: Vec<String> = sqlx::query_scalar(columns).bind(table).fetch_all(pool).await.expect("the columns");
    let workspace = workspace_column(table);
    let (is_new, is_old) = (is_twin(&format!("NEW.{workspace}")), is_twin(&format!("OLD.{workspace}")));
    let insertion = insertion_of_twins(table, &columns, with_byte);
    let triggers = format!(
        "CREATE TRIGGER twin_of_{table} BEFORE INSERT ON {table} WHEN NOT {is_new} BEGIN
            {insertion}
        END;
        CREATE TRIGGER no_update_of_{table} BEFORE UPDATE ON {table} WHEN {is_old} BEGIN
            SELECT RAISE(ABORT, 'a row of another workspace is changed');
        END;
        CREATE TRIGGER no_deletion_of_{table} BEFORE DELETE ON {table} WHEN {is_old} BEGIN
            SELECT RAISE(ABORT, 'a row of another workspace is deleted');
        END;"
    );
    sqlx::raw_sql(AssertSqlSafe(triggers)).execute(pool).await.expect("triggers");
}

async fn open() -> Ports {
    let (folder, url, sqlite) = file().await;
    let pool = SqlitePool::connect(&url).await.expect("another connection");
    for table in tables_with_twins(&TABLES) {
        add_twins(&pool, table).await;
    }
    Ports::of(&Arc::new(sqlite.database()), WithoutTwins(pool), (folder, sqlite))
}

#[cfg(feature = "mutants")]
testkit::suite!(crate::twins::open);
#[cfg(not(feature = "mutants"))]
testkit::isolation_suite!(crate::twins::open);
