//! A cluster of Citus in place of the throw-away PostgreSQL.
//!
//! `TENANTRY_TEST_CITUS` is the URL of the coordinator, whose `postgres` database has the extension and the workers. Each test
//! gets a database on every node, cloned from a template that was distributed and then closed to connections.

use std::env;

use sqlx::{Connection, PgConnection};
use url::Url;

use crate::postgres::{admin_sql, apart, with_database};

/// The variable with the URL of the coordinator.
const CLUSTER: &str = "TENANTRY_TEST_CITUS";
/// The number of shards of a table. Few, so that a database is cloned quickly.
const SHARDS: u32 = 4;

/// Whether the tests run on a cluster of Citus.
pub fn is_citus() -> bool {
    coordinator().is_some()
}

/// Whether a database is on the coordinator of that cluster.
pub fn is_on_citus(url: &str) -> bool {
    let place = |url: &str| Url::parse(url).ok().map(|url| (url.host_str().map(str::to_owned), url.port()));
    coordinator().is_some_and(|coordinator| place(&coordinator) == place(url))
}

pub(crate) fn coordinator() -> Option<String> {
    env::var(CLUSTER).ok().filter(|url| !url.is_empty())
}

/// Returns the URLs of the nodes, the coordinator first.
pub(crate) fn nodes(coordinator: &str) -> Vec<String> {
    let nodes = "SELECT nodename, nodeport FROM pg_dist_node WHERE groupid > 0 ORDER BY nodeid";
    let workers: Vec<(String, i32)> = apart(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be built").block_on(async {
            let mut connection = PgConnection::connect(coordinator).await.expect("the coordinator accepts connections");
            sqlx::query_as(nodes).fetch_all(&mut connection).await.expect("the coordinator has the extension")
        })
    });
    let worker = |(host, port): (String, i32)| {
        let mut url = Url::parse(coordinator).expect("the coordinator's URL is valid");
        url.set_host(Some(&host)).expect("a worker has a host name or an address");
        url.set_port(u16::try_from(port).ok()).expect("a worker has a port");
        url.into()
    };
    [coordinator.to_owned()].into_iter().chain(workers.into_iter().map(worker)).collect()
}

/// Makes a cluster of a database that all nodes have.
pub(crate) fn connect(nodes: &[String], database: &str) {
    for node in nodes {
        admin_sql(&with_database(node, database), "CREATE EXTENSION citus").expect("the node has Citus");
    }
    let coordinator = with_database(&nodes[0], database);
    for (number, node) in nodes.iter().enumerate() {
        let url = Url::parse(node).expect("a node's URL is valid");
        let function = if number == 0 { "citus_set_coordinator_host" } else { "citus_add_node" };
        let (host, port) = (url.host_str().unwrap_or_default(), url.port().unwrap_or(5432));
        admin_sql(&coordinator, &format!("SELECT {function}('{host}', {port})")).expect("the node joins the cluster");
    }
    let shards = format!("ALTER DATABASE {database} SET citus.shard_count = {SHARDS}");
    admin_sql(&coordinator, &shards).expect("the number of shards can be set");
}

/// Ends all connections to the database and refuses new ones, those of Citus itself too, so that it can be cloned.
pub(crate) fn close(nodes: &[String], database: &str) {
    for node in nodes {
        for statement in [
            format!("ALTER DATABASE {database} WITH ALLOW_CONNECTIONS false"),
            format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '{database}'"),
        ] {
            admin_sql(node, &statement).expect("the node closes the template");
        }
    }
}
