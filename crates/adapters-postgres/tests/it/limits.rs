//! Tests of settings of the server, of the role and in the address, and their effects.

use adapters_postgres::Postgres;
use ports::{Readiness, RepositoryError};
use sqlx::{Connection, PgConnection};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::{fresh, migrate};

#[tokio::test]
async fn migrations_take_as_long_as_they_take() {
    let server = testkit::Postgres::empty(migrate);
    for limit in ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"] {
        server.set(limit, "5ms");
    }
    if has(&server, "transaction_timeout").await {
        // Longer than a connection takes to lift the limit.
        server.set("transaction_timeout", "30ms");
    }
    Postgres::new(server.url()).expect("an address").migrate().await.expect("a schema");
}

/// Whether this version of PostgreSQL has the setting.
async fn has(server: &testkit::Postgres, setting: &str) -> bool {
    let mut connection = PgConnection::connect(server.url()).await.expect("a connection");
    let found = sqlx::query("SELECT 1 FROM pg_settings WHERE name = $1").bind(setting);
    found.fetch_optional(&mut connection).await.expect("an answer").is_some()
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
