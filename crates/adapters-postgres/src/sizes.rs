//! Replacing query plans when tables have grown.
//!
//! The waiting events do not count: under load, their few rows are replaced several times a second, and each `ANALYZE` would
//! make all connections plan the bookings again.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::mem;

use adapters_sql::{Connections, HEARTBEAT_INTERVAL};
use sqlx::AssertSqlSafe;
use tokio::time::sleep;

use crate::Postgres;

/// The order of magnitude of each table's size, as one text. It changes when a table doubles or halves.
const SIZES: &str = "\
    SELECT string_agg(CAST(floor(log(2.0, pg_relation_size(oid) / 8192 + 1)) AS text), ' ' ORDER BY oid) FROM pg_class \
    WHERE relkind = 'r' AND relname <> 'unnumbered_events' AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())";
/// The tables that have doubled since their statistics were collected, if this role may collect them. Only committed rows count:
/// the statistics of a table that is being filled by one transaction would say that it is empty.
const OUTGROWN: &str = "\
    SELECT CAST(CAST(oid AS regclass) AS text) FROM pg_class, pg_stat_get_mod_since_analyze(oid) changed \
    WHERE relkind = 'r' AND relname <> 'unnumbered_events' \
    AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) \
    AND pg_has_role(relowner, 'USAGE') AND changed > 0 \
    AND (pg_relation_size(oid) / 8192 >= 2 * relpages + 2 OR changed >= 2 * GREATEST(reltuples, 0) + 100)";

impl Postgres {
    /// Watches the sizes of the tables. When one has doubled, its statistics are collected, and connections discard their plans.
    ///
    /// Autovacuum collects statistics too, but perhaps minutes after an empty table was filled. Until then, each import
    /// would read all listings of the workspace.
    pub(crate) async fn watch_sizes(&self) -> Infallible {
        let connections = self.connections("postgres-watcher", 1);
        let mut known = None;
        let mut analyzed = Vec::new();
        loop {
            match look(&connections, &mut analyzed).await {
                Ok(sizes) if sizes == known => {}
                Ok(sizes) => {
                    known = sizes;
                    self.plans.give_up();
                }
                // The loop that listens to notifications logs an unreachable server.
                Err(error) => tracing::debug!(%error, "the sizes of the tables are not known"),
            }
            sleep(HEARTBEAT_INTERVAL).await;
        }
    }
}

/// Returns the sizes of the tables, after collecting the statistics of those that have doubled. `analyzed` are those that were
/// doubled at the last look: their statistics are collected once more, because rows that were committed while `ANALYZE` ran
/// are neither in its statistics nor counted as changes since.
async fn look(connections: &Connections<sqlx::Postgres>, analyzed: &mut Vec<String>) -> sqlx::Result<Option<String>> {
    let mut pooled = connections.get().await?;
    let connection = pooled.start();
    let looked = async {
        let outgrown = sqlx::query_scalar(OUTGROWN).fetch_all(&mut *connection).await?;
        let again = mem::replace(analyzed, outgrown);
        for table in again.iter().chain(&*analyzed).collect::<BTreeSet<_>>() {
            sqlx::query(AssertSqlSafe(format!("ANALYZE {table}"))).execute(&mut *connection).await?;
        }
        sqlx::query_scalar(SIZES).fetch_one(&mut *connection).await
    };
    let looked = looked.await;
    pooled.finish(looked)
}
