//! Tests of settings of the server, of the role and in the address, and their effects.

use std::pin::pin;
use std::time::Duration;

use adapters_postgres::Postgres;
use ports::{Readiness, RepositoryError};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::interval;

use crate::{fresh, migrate};

#[tokio::test]
async fn migrations_take_as_long_as_they_take() {
    const LONGER: &str = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                          AND wait_event_type = 'Lock' AND now() - xact_start > interval '1500 ms'";
    let server = testkit::Postgres::empty(migrate);
    let mut limits = vec!["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"];
    if has(&server, "transaction_timeout").await {
        limits.push("transaction_timeout");
    }
    for limit in &limits {
        server.set(limit, "1s");
    }
    // Another session is making a table of the same name, so the migration waits for it.
    let mut other = PgConnection::connect(server.url()).await.expect("a connection");
    for limit in &limits {
        other.execute(AssertSqlSafe(format!("SET {limit} = 0"))).await.expect("no limit");
    }
    other.execute("BEGIN; CREATE TABLE workspaces (id uuid)").await.expect("a table");
    let postgres = Postgres::new(server.url()).expect("an address");
    let mut migrating = pin!(postgres.migrate());
    let mut looking = PgConnection::connect(server.url()).await.expect("a connection");
    let mut pause = interval(Duration::from_millis(10));
    let waits = async {
        while sqlx::query_scalar::<_, i64>(LONGER).fetch_one(&mut looking).await.expect("an answer") == 0 {
            pause.tick().await;
        }
    };
    tokio::select! {
        ended = &mut migrating => panic!("it does not wait: {ended:?}"),
        () = waits => {}
    }
    other.execute("ROLLBACK").await.expect("rolled back");
    migrating.await.expect("a schema");
}

/// Whether this version of PostgreSQL has the setting.
async fn has(server: &testkit::Postgres, setting: &str) -> bool {
    let mut connection = PgConnection::connect(server.url()).await.expect("a connection");
    let found = sqlx::query("SELECT 1 FROM pg_settings WHERE name = $1").bind(setting);
    found.fetch_optional(&mut connection).await.expect("an answer").is_some()
}

#[tokio::test]
async fn a_role_that_may_not_create_extensions_is_told_so() {
    let server = testkit::Postgres::empty(migrate);
    let (_, name) = server.url().rsplit_once('/').expect("a database");
    let role = format!("limited_{name}");
    let mut connection = PgConnection::connect(server.url()).await.expect("a connection");
    let prepare = format!("CREATE ROLE {role} LOGIN; ALTER SCHEMA public OWNER TO {role}");
    sqlx::raw_sql(AssertSqlSafe(prepare)).execute(&mut connection).await.expect("a role");
    let (scheme, address) = server.url().split_once("://").expect("an address");
    let (_, host) = address.rsplit_once('@').unwrap_or(("", address));
    let url = format!("{scheme}://{role}@{host}");
    let migrated = Postgres::new(&url).expect("an address").migrate().await;
    let drop = format!("ALTER SCHEMA public OWNER TO CURRENT_USER; DROP OWNED BY {role}; DROP ROLE {role}");
    sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await.expect("no role");
    let refused = migrated.expect_err("it may not create extensions").to_string();
    assert!(refused.contains(r#"permission denied to create extension "pg_trgm""#), "{refused}");
    assert!(refused.contains("GRANT CREATE ON DATABASE"), "{refused}");
}

#[tokio::test]
async fn a_database_that_may_only_be_read_is_not_ready() {
    let server = fresh();
    let database = Postgres::new(server.url()).expect("an address").database();
    database.check().await.expect("ready");
    server.set("default_transaction_read_only", "on");
    let database = Postgres::new(server.url()).expect("an address").database();
    let refused = database.check().await.expect_err("read-only");
    let RepositoryError::Unavailable(cause) = refused else { panic!("{refused:?}") };
    assert!(cause.to_string().contains("read-only transaction"), "{cause}");
}

#[tokio::test]
async fn a_database_of_another_encoding_is_refused() {
    let [utf8, latin1] = [fresh(), testkit::Postgres::latin1(migrate)];
    let address = |server: &testkit::Postgres| Postgres::new(server.url()).expect("an address");
    address(&utf8).expect_utf8().await.expect("it is UTF8");
    let refused = address(&latin1).expect_utf8().await.expect_err("it is LATIN1");
    assert!(refused.to_string().starts_with("its encoding is LATIN1, and must be UTF8"), "{refused}");
}

#[tokio::test]
async fn a_server_is_reached_by_its_ipv6_address() {
    let server = fresh();
    let (before, after) = server.url().split_once("127.0.0.1:").expect("an address");
    let (port, name) = after.split_once('/').expect("a port");
    let door = TcpListener::bind("[::1]:0").await.expect("this machine has IPv6, at least for itself");
    let url = format!("{before}[::1]:{}/{name}", door.local_addr().expect("bound").port());
    let inside = format!("127.0.0.1:{port}");
    let door = tokio::spawn(async move {
        let (mut caller, _) = door.accept().await.expect("a caller");
        let mut server = TcpStream::connect(inside).await.expect("the server");
        copy_bidirectional(&mut caller, &mut server).await
    });
    Postgres::new(&url).expect("an address").expect_utf8().await.expect("it is reached");
    door.await.expect("no panic").expect("both ends closed");
}
