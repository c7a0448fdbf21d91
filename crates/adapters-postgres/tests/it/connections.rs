//! Abandoned statements, and plans made for empty tables.

use std::time::Duration;

use adapters_postgres::{Limits, Postgres};
use adapters_sql::{Connections, Pool};
use domain::access::Permission;
use domain::ids::ListingId;
use sea_orm::{DbBackend, Statement};
use sqlx::{AssertSqlSafe, Executor, PgPool};
use testkit::{PATIENCE, build};
use tokio::time::{interval, timeout};

use crate::fresh;
use crate::plans::{LISTINGS, fill};

/// A number of ids for which the planner scans a nearly empty table from end to end.
const IDS: usize = 1000;
const PAUSE: Duration = Duration::from_millis(10);

fn sleep(seconds: u32) -> Statement {
    Statement::from_string(DbBackend::Postgres, format!("SELECT pg_sleep({seconds})"))
}

/// Looks until the condition holds.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let mut pause = interval(PAUSE);
    let looking = async {
        while !is_so().await {
            pause.tick().await;
        }
    };
    timeout(PATIENCE, looking).await.expect("it becomes so");
}

#[tokio::test]
async fn a_statement_that_is_given_up_ends_on_the_server() {
    let server = fresh();
    let postgres = Postgres::new(server.url()).expect("an address");
    let connections = postgres.connections("one", 1);
    let mut connection = connections.acquire().await.expect("a connection");
    timeout(Duration::from_millis(50), connection.first(sleep(3600))).await.expect_err("it takes an hour");
    drop(connection);

    let own = PgPool::connect(server.url()).await.expect("another connection");
    let sleeping = "SELECT COUNT(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(3600)%' AND pid <> pg_backend_pid() \
         AND state = 'active' AND datname = current_database()";
    until(async || sqlx::query_scalar::<_, i64>(sleeping).fetch_one(&own).await.expect("an answer") == 0).await;
    connections.acquire().await.expect("another one is opened").first(sleep(0)).await.expect("it works");
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended() {
    let server = fresh();
    let limits = Limits { statement: Duration::from_millis(500), ..Limits::default() };
    let postgres = Postgres::new(server.url()).expect("an address");
    let connections = postgres.within(limits).connections("one", 1);
    let error = connections.acquire().await.expect("a connection").first(sleep(3600)).await.expect_err("it is ended");
    assert!(error.to_string().contains("statement timeout"), "{error}");
}

#[tokio::test]
async fn a_rollback_that_finds_no_transaction_makes_no_notice() {
    let server = fresh();
    let connections = Postgres::new(server.url()).expect("an address").connections("one", 1);
    let level = Statement::from_string(DbBackend::Postgres, "SELECT current_setting('client_min_messages') AS level");
    let row = connections.acquire().await.expect("a connection").first(level).await.expect("an answer");
    assert_eq!(row.expect("a row").try_get::<String>("", "level").expect("a text"), "error");
}

#[tokio::test]
async fn a_statement_uses_one_processor() {
    let server = fresh();
    let connections = Postgres::new(server.url()).expect("an address").connections("one", 1);
    let workers = "SELECT current_setting('max_parallel_workers_per_gather') AS workers";
    let workers = Statement::from_string(DbBackend::Postgres, workers);
    let row = connections.acquire().await.expect("a connection").first(workers).await.expect("an answer");
    assert_eq!(row.expect("a row").try_get::<String>("", "workers").expect("a text"), "0");
}

#[tokio::test]
async fn a_plan_for_an_empty_table_is_made_again_once_the_table_has_rows() {
    let server = fresh();
    let postgres = Postgres::new(server.url()).expect("an address");
    let watch = tokio::spawn(postgres.clone().watch());
    let scope = build::channel(Permission::Read).tenant_scope(Permission::Read).expect("an active tenant");
    let candidates = postgres.database().candidates_statement(&scope, &[ListingId::new(build::id()); IDS]);

    let connections = postgres.connections("one", 1);
    let mut loan = connections.get().await.expect("a connection");
    let prepared = loan.start().execute(AssertSqlSafe(format!("PREPARE candidates AS {}", candidates.sql))).await;
    loan.finish(prepared).expect("a valid statement");
    drop(loan);
    let finds_by_id = async || plan(&connections).await.contains("Index Scan using listings_pkey on listings");
    assert!(!finds_by_id().await);

    // Fill the tables, but collect no statistics.
    let (_, filling) = LISTINGS.split_last().expect("statements");
    fill(&PgPool::connect(server.url()).await.expect("another connection"), filling).await;
    until(finds_by_id).await;
    watch.abort();
}

/// Returns the plan of the only connection.
async fn plan(connections: &Connections<sqlx::Postgres>) -> String {
    let mut loan = connections.get().await.expect("the connection");
    let values = vec!["NULL"; IDS + 2].join(", ");
    let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE candidates ({values})"));
    let plan = sqlx::query_scalar::<_, String>(explain).fetch_all(loan.start()).await;
    loan.finish(plan).expect("a plan").join("\n")
}
