//! SQLite keeps the contract of every port, and its schema keeps the rules of the house.

mod contract;
mod plans;
mod schema;

use std::sync::Arc;

use adapters_sqlite::Sqlite;
use async_trait::async_trait;
use sqlx::query::Query;
use sqlx::types::Uuid;
use sqlx::{AssertSqlSafe, SqlitePool};
use tempfile::TempDir;
use testkit::contract::{Ports, Trail};

struct File(SqlitePool);

#[async_trait]
impl Trail for File {
    async fn actions(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT action FROM audit ORDER BY id").fetch_all(&self.0).await.expect("the trail")
    }

    async fn run(&self, statements: Vec<(String, Vec<Uuid>)>) {
        let mut transaction = self.0.begin().await.expect("a transaction");
        for (statement, ids) in statements {
            let query = ids.into_iter().fold(sqlx::query(AssertSqlSafe(statement)), Query::bind);
            query.execute(&mut *transaction).await.expect("a good statement");
        }
        transaction.commit().await.expect("committed");
    }
}

/// A fresh file with the schema in it, and its address.
async fn file() -> (TempDir, String, Sqlite) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("tenantry.db").display());
    let sqlite = Sqlite::open(&url).await.expect("a database");
    sqlite.migrate().await.expect("a schema");
    (folder, url, sqlite)
}

async fn open() -> Ports {
    let (folder, url, sqlite) = file().await;
    let trail = File(SqlitePool::connect(&url).await.expect("another connection"));
    Ports::of(&Arc::new(sqlite.database()), trail, (folder, sqlite))
}
