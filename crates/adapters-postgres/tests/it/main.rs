//! Tests of PostgreSQL: the contract of every port, the schema and the plans.

mod connections;
mod contract;
mod event_plans;
mod events;
mod idempotency;
mod limits;
mod plans;
mod plans_of_changes;
mod schema;

use std::sync::Arc;

use adapters_postgres::Postgres;
use async_trait::async_trait;
use sqlx::PgPool;
use testkit::contract::{Ports, Trail};

struct Server(PgPool);

#[async_trait]
impl Trail for Server {
    async fn actions(&self) -> Vec<String> {
        sqlx::query_scalar("SELECT action FROM audit ORDER BY id").fetch_all(&self.0).await.expect("the trail")
    }
}

/// Makes the schema, on a thread without a runtime.
fn migrate(url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async { Postgres::new(url).expect("an address").migrate().await.expect("a schema") });
}

/// Returns a fresh database with the schema.
fn fresh() -> testkit::Postgres {
    testkit::Postgres::fresh(migrate)
}

async fn open() -> Ports {
    let server = fresh();
    let trail = Server(PgPool::connect(server.url()).await.expect("another connection"));
    let database = Postgres::new(server.url()).expect("an address").database();
    Ports::of(&Arc::new(database), trail, server)
}
