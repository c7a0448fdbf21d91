//! Connections return to the pool in a clean state, whatever happened to them.

use std::str::FromStr;
use std::time::Duration;

use adapters_sql::{Connection, Connections, Limits, Plans, Pool};
use adapters_sqlite::end_in_time;
use ports::fairness::Gate;
use sea_orm::{DbBackend, DbErr, RuntimeErr, Statement};
use sqlx::Sqlite;
use sqlx::sqlite::SqliteConnectOptions;
use tempfile::TempDir;
use testkit::PATIENCE;
use tokio::time::timeout;

const ENDLESS: &str = "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT COUNT(*) FROM n";

/// Returns a pool of one connection, which has a temporary table to recognise it by.
async fn one() -> (TempDir, Connections<Sqlite>) {
    one_within(PATIENCE, PATIENCE).await
}

/// Returns a pool of one connection with these time limits, for the connection and for statements.
async fn one_within(wait: Duration, statement_limit: Duration) -> (TempDir, Connections<Sqlite>) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}?mode=rwc", folder.path().join("tenantry.db").display());
    let options = SqliteConnectOptions::from_str(&url).expect("an address");
    let limits = Limits { wait, statement: statement_limit, ..Limits::default() };
    let connections = Connections::new("one", options, 1, limits, &Gate::new(1), end_in_time, Plans::default());
    let mut connection = connections.acquire().await.expect("a connection");
    for create in ["CREATE TABLE kept (value integer)", "CREATE TEMP TABLE own (value integer)"] {
        connection.execute(statement(create)).await.expect("a table");
    }
    drop(connection);
    (folder, connections)
}

fn statement(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Sqlite, sql)
}

async fn begin(connection: &mut dyn Connection) {
    connection.begin("BEGIN IMMEDIATE").await.expect("a transaction");
    connection.execute(statement("INSERT INTO kept VALUES (1)")).await.expect("a row");
}

async fn kept(connection: &mut dyn Connection) -> i64 {
    let row = connection.first(statement("SELECT COUNT(*) AS count FROM kept")).await.expect("an answer");
    row.expect("a row").try_get("", "count").expect("a count")
}

/// Whether it is the connection with the temporary table.
async fn is_the_same(connection: &mut dyn Connection) -> bool {
    connection.all(statement("SELECT value FROM own")).await.is_ok()
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back() {
    let (_folder, connections) = one().await;
    let mut connection = connections.acquire().await.expect("a connection");
    begin(&mut *connection).await;
    drop(connection);
    let mut connection = connections.acquire().await.expect("the connection");
    assert_eq!(kept(&mut *connection).await, 0);
    begin(&mut *connection).await;
    connection.commit().await.expect("a commit");
    drop(connection);
    let mut connection = connections.acquire().await.expect("the connection");
    assert_eq!((kept(&mut *connection).await, is_the_same(&mut *connection).await), (1, true));
}

#[tokio::test]
async fn after_a_rollback_the_connection_begins_the_next_transaction() {
    let (_folder, connections) = one().await;
    let mut connection = connections.acquire().await.expect("a connection");
    begin(&mut *connection).await;
    connection.rollback().await.expect("a rollback");
    assert_eq!(kept(&mut *connection).await, 0);
    begin(&mut *connection).await;
    connection.commit().await.expect("a commit");
    assert_eq!((kept(&mut *connection).await, is_the_same(&mut *connection).await), (1, true));
}

#[tokio::test]
async fn a_connection_that_is_not_in_its_transaction_any_more_is_closed() {
    let (_folder, connections) = one().await;
    let mut connection = connections.acquire().await.expect("a connection");
    begin(&mut *connection).await;
    // SQLite does this by itself when the disk is full.
    connection.execute(statement("ROLLBACK")).await.expect("no transaction");
    drop(connection);
    let mut connection = connections.acquire().await.expect("another connection");
    assert!(!is_the_same(&mut *connection).await);
    begin(&mut *connection).await;
    connection.commit().await.expect("a commit");
    assert_eq!(kept(&mut *connection).await, 1);
}

#[tokio::test]
async fn what_was_broken_off_or_failed_leaves_the_connection_whole() {
    let (_folder, connections) = one().await;
    let mut connection = connections.acquire().await.expect("a connection");
    for endless in [ENDLESS, "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT n FROM n"] {
        timeout(Duration::from_millis(20), connection.all(statement(endless))).await.expect_err("it never ends");
        drop(connection);
        connection = connections.acquire().await.expect("the connection");
    }
    drop(connection);
    let mut connection = connections.acquire().await.expect("the connection");
    connection.execute(statement("INSERT INTO nothing VALUES (1)")).await.expect_err("there is no such table");
    drop(connection);
    let mut connection = connections.acquire().await.expect("the connection");
    assert!(is_the_same(&mut *connection).await);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_and_leaves_the_connection_whole() {
    let (_folder, connections) = one_within(PATIENCE, Duration::from_millis(50)).await;
    let mut connection = connections.acquire().await.expect("a connection");
    let error = connection.first(statement(ENDLESS)).await.expect_err("it never ends");
    assert!(error.to_string().contains("interrupted"), "{error}");
    drop(connection);
    let mut connection = connections.acquire().await.expect("the connection");
    assert!(is_the_same(&mut *connection).await);
}

#[tokio::test]
async fn a_transaction_whose_statement_takes_too_long_or_is_given_up_leaves_nothing() {
    let (_folder, connections) = one_within(PATIENCE, Duration::from_millis(50)).await;
    let endless = format!("INSERT INTO kept {ENDLESS}");
    for patience in [Duration::from_millis(10), PATIENCE] {
        let mut connection = connections.acquire().await.expect("a connection");
        begin(&mut *connection).await;
        let ended = timeout(patience, connection.execute(statement(&endless))).await;
        assert!(!matches!(ended, Ok(Ok(_))), "it never ends");
        drop(connection);
        let mut connection = connections.acquire().await.expect("a connection");
        assert_eq!(kept(&mut *connection).await, 0);
    }
}

#[tokio::test]
async fn a_request_that_waits_too_long_is_refused() {
    let (_folder, connections) = one_within(Duration::from_millis(500), PATIENCE).await;
    let connection = connections.acquire().await.expect("a connection");
    let used = connections.in_use();
    assert_eq!((used.pool, used.idle, used.used, used.max), ("one", 0, 1, 1));
    let refused = connections.acquire().await.err().expect("the pool has only one");
    assert!(
        matches!(&refused, DbErr::Conn(RuntimeErr::SqlxError(error)) if matches!(**error, sqlx::Error::PoolTimedOut)),
        "{refused:?}"
    );
    drop(connection);
    assert_eq!((connections.in_use().idle, connections.in_use().used), (1, 0));
    connections.acquire().await.expect("the connection");
}

#[tokio::test]
async fn closing_waits_for_connections_in_use() {
    let (_folder, connections) = one().await;
    let connection = connections.acquire().await.expect("a connection");
    timeout(Duration::from_millis(50), connections.close()).await.expect_err("a connection is still in use");
    drop(connection);
    timeout(PATIENCE, connections.close()).await.expect("the connection is returned");
    connections.acquire().await.err().expect("the pool is closed");
}

#[tokio::test]
async fn a_connection_that_is_discarded_is_replaced_by_a_new_one() {
    let (_folder, connections) = one().await;
    let connection = connections.get().await.expect("the connection");
    assert!(!connection.is_new());
    connection.discard();
    let mut connection = connections.get().await.expect("another connection");
    assert!(connection.is_new() && !is_the_same(&mut connection).await);
}
