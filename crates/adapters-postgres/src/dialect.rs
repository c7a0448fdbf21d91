//! What PostgreSQL does its own way.

use adapters_sql::{Dialect, Violation};
use ports::rules;
use sea_orm::DbBackend;
use sqlx::error::{DatabaseError, ErrorKind};

use crate::MIGRATIONS;

/// SQLSTATEs and their classes of what passes: connection exceptions, a server that was made a standby, credentials that are
/// being changed, a database that is being restored, insufficient resources, an object not available (lock timeout), operator
/// intervention (shutdown, cancelled), system errors.
const UNAVAILABLE: [&str; 8] = ["08", "25006", "28", "3D", "53", "55", "57", "58"];
/// The SQLSTATE class of transactions that were rolled back for others: serialization failures, deadlocks.
const ROLLBACK: &str = "40";
/// `lock_not_available`: the lock timeout.
const LOCKED: &str = "55P03";

pub(crate) struct PostgresDialect;

impl Dialect for PostgresDialect {
    fn backend(&self) -> DbBackend {
        DbBackend::Postgres
    }

    fn schema_version(&self) -> i64 {
        MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
    }

    fn begin_writing(&self) -> &'static str {
        "BEGIN"
    }

    fn begin_reading(&self) -> &'static str {
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    }

    fn for_share(&self) -> &'static str {
        " FOR SHARE"
    }

    fn for_update(&self) -> &'static str {
        " FOR UPDATE"
    }

    fn for_no_key_update(&self) -> &'static str {
        " FOR NO KEY UPDATE"
    }

    fn first_workspace_lock(&self) -> Option<&'static str> {
        // An arbitrary number that is this lock's alone.
        Some("SELECT pg_advisory_xact_lock(7301846)")
    }

    fn tell_of_access(&self) -> Option<&'static str> {
        Some("SELECT pg_notify('tenantry_access', $1)")
    }

    fn some_of_each_account(&self, table: &str) -> (String, &'static str) {
        // Columns that nobody asks for are not read.
        let before = format!(
            "CROSS JOIN LATERAL (SELECT m.* FROM {table} m \
             WHERE m.workspace_id = a.workspace_id AND m.integration_account_id = a.id"
        );
        (before, ") m")
    }

    fn placed_listings(&self) -> &'static str {
        "listings m"
    }

    fn in_box(&self) -> &'static str {
        // For a point the same as `<@`, of which the planner expects five times less: so little that, of a small table, it
        // would sort all that lies in the box instead of walking the index until it has enough.
        "m.position && cube_enlarge(cube(ARRAY[$3, $4, $5]::double precision[]), ?, 3)"
    }

    fn nearest_first(&self) -> Option<&'static str> {
        // A second key would keep the index from being walked in this order; whoever asks sorts what comes back.
        Some(" ORDER BY m.position <-> cube(ARRAY[$3, $4, $5]::double precision[])")
    }

    fn first_ring(&self) -> Option<f64> {
        None
    }

    fn violation(&self, error: &dyn DatabaseError) -> Option<Violation> {
        match error.kind() {
            ErrorKind::ForeignKeyViolation => Some(Violation::Reference),
            ErrorKind::UniqueViolation => {
                // The shards of a distributed table append a number to the names of their rules.
                let broken = error.constraint().unwrap_or_default();
                rules::UNIQUE.into_iter().find(|rule| broken.starts_with(rule)).map(Violation::Taken)
            }
            _ if error.code().is_some_and(|code| code.starts_with(ROLLBACK)) => Some(Violation::Conflict),
            _ if error.code().is_some_and(|code| code == LOCKED) => Some(Violation::Locked),
            _ => None,
        }
    }

    fn is_unavailable(&self, error: &dyn DatabaseError) -> bool {
        error.code().is_some_and(|code| UNAVAILABLE.iter().any(|class| code.starts_with(class)))
    }
}
