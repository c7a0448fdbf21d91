//! Tests of PostgreSQL: the contract of every port, the schema and the plans.

mod citus;
mod connections;
mod contract;
mod event_plans;
mod events;
mod idempotency;
mod limits;
mod migrations;
mod plans;
mod plans_of_changes;
mod plans_of_concerns;
mod plans_of_sales;
mod plans_of_skew;
mod pooled;
mod schema;
#[cfg(feature = "mutants")]
mod twins;
mod unconditioned;
mod wall;

use std::sync::Arc;

use adapters_postgres::{Database, Postgres};
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
    let postgres = Postgres::new(url).expect("an address");
    runtime.block_on(async {
        if testkit::is_citus() {
            postgres.distribute().await.expect("distributed tables");
        } else {
            postgres.migrate().await.expect("a schema");
        }
    });
}

/// Returns a fresh database with the schema.
fn fresh() -> testkit::Postgres {
    testkit::Postgres::fresh(migrate)
}

async fn open() -> Ports {
    let server = fresh();
    let postgres = Postgres::new(server.service_url()).expect("an address").discover().await.expect("a connection");
    ports(postgres.database(), server).await
}

async fn ports(database: Database, server: testkit::Postgres) -> Ports {
    let trail = Server(PgPool::connect(server.url()).await.expect("another connection"));
    Ports::of(&Arc::new(database), trail, server)
}
