//! Tests of SQLite: the contract of every port, the schema, the plans and the connections.

mod connections;
mod contract;
mod credentials;
mod event_plans;
mod events;
mod files;
mod group_commit;
mod isolation;
mod plans;
mod plans_of_concerns;
mod plans_of_deletions;
mod plans_of_sales;
mod schema;
mod statements;
mod twins;
mod workspace_files;

use std::sync::Arc;

use adapters_sqlite::Sqlite;
use async_trait::async_trait;
use sqlx::SqlitePool;
use tempfile::TempDir;
use testkit::contract::{Ports, Trail};

struct File(SqlitePool);

#[async_trait]
impl Trail for File {
    async fn actions(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT action FROM audit ORDER BY id").fetch_all(&self.0).await.expect("the trail")
    }
}

/// Returns a fresh file with the schema, and its URL.
async fn file() -> (TempDir, String, Sqlite) {
    statements::record();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("tenantry.db").display());
    let sqlite = Sqlite::open(&url).await.expect("a database");
    sqlite.migrate().await.expect("a schema");
    (folder, url, sqlite)
}

async fn open() -> Ports {
    let (folder, url, sqlite) = file().await;
    // Credentials are cached, as in the service.
    tokio::spawn(sqlite.clone().watch());
    let trail = File(SqlitePool::connect(&url).await.expect("another connection"));
    Ports::of(&Arc::new(sqlite.database()), trail, (folder, sqlite))
}
