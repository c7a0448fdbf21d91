//! A database through `PgBouncer`, in transaction mode.

use adapters_postgres::Postgres;
use sqlx::{Connection, Executor, PgConnection, Row};
use testkit::contract::Ports;

use crate::wall::walled;
use crate::{fresh, ports};

/// Returns the settings that a connection asks for, and `PgBouncer` drops.
async fn settings(server: &testkit::Postgres) -> [(&'static str, String); 6] {
    discovered(server.url()).await.settings()
}

async fn discovered(url: &str) -> Postgres {
    Postgres::new(url).expect("an address").discover().await.expect("a connection")
}

pub(crate) async fn open() -> Ports {
    let server = fresh();
    let postgres = discovered(&server.url_of_pooler(&settings(&server).await)).await;
    ports(postgres.database(), server).await
}

pub(crate) async fn open_walled() -> Ports {
    let server = walled();
    let postgres = discovered(&server.url_of_role_through_pooler(&settings(&server).await)).await;
    postgres.expect_bound().expect("the role is bound");
    ports(postgres.database(), server).await
}

/// Otherwise the contract through `PgBouncer` would prove nothing.
#[tokio::test]
async fn statements_of_a_connection_run_on_several_connections_of_the_server() {
    let server = fresh();
    let url = server.url_of_pooler(&settings(&server).await);
    let connect = || PgConnection::connect(&url);
    let (mut one, mut other) = (connect().await.expect("a connection"), connect().await.expect("a connection"));
    let pid = async |connection: &mut PgConnection| -> i32 {
        connection.fetch_one("SELECT pg_backend_pid()").await.expect("an answer").get(0)
    };
    let first = pid(&mut one).await;
    other.execute("BEGIN").await.expect("a transaction");
    assert_eq!(pid(&mut other).await, first, "the connection of the server goes to the next client");
    assert_ne!(pid(&mut one).await, first);
    other.execute("ROLLBACK").await.expect("rolled back");
}
