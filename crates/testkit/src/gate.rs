//! A gate at the end of transactions.

use std::pin::Pin;
use std::time::Duration;

use sqlx::{Connection, Executor, PgConnection};
use tokio::time::{interval, timeout};

use crate::{PATIENCE, Postgres};

const PAUSE: Duration = Duration::from_millis(5);

/// Makes each transaction that has written pass the gate before it commits. A closed gate does not run into its lock timeout.
const BUILD: &str = "\
    CREATE OR REPLACE FUNCTION pass_gate() RETURNS trigger LANGUAGE plpgsql SET lock_timeout = 0 AS $$ BEGIN \
        PERFORM pg_advisory_xact_lock_shared(0, 0); RETURN NULL; \
    END $$; \
    DO $$ DECLARE gated regclass; BEGIN \
        FOR gated IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace \
         AND NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = pg_class.oid AND tgname = 'gate') LOOP \
            EXECUTE format('CREATE CONSTRAINT TRIGGER gate AFTER INSERT OR UPDATE OR DELETE ON %s \
                            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pass_gate()', gated); \
        END LOOP; \
    END $$";
const CLOSE: &str = "SELECT pg_advisory_lock(0, 0)";

/// The sessions that wait for the gate or for each other.
const WAITING: &str = "\
    SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

/// A closed gate: transactions that have written wait before their commit, with their locks. Dropping it opens it.
pub(crate) struct Gate(PgConnection);

impl Gate {
    pub(crate) async fn close(database: &Postgres) -> Self {
        let mut connection = PgConnection::connect(database.url()).await.expect("a connection");
        for statement in [BUILD, CLOSE] {
            connection.execute(statement).await.expect("a closed gate");
        }
        Self(connection)
    }

    /// Runs the work until it has ended, or until so many sessions wait. Returns the result if it has ended.
    pub(crate) async fn run<W: Future>(&mut self, work: Pin<&mut W>, sessions: i64) -> Option<W::Output> {
        let mut pause = interval(PAUSE);
        let waiting = timeout(PATIENCE, async {
            while sqlx::query_scalar::<_, i64>(WAITING).fetch_one(&mut self.0).await.expect("a count") < sessions {
                pause.tick().await;
            }
        });
        tokio::select! {
            done = work => Some(done),
            waiting = waiting => waiting.map(|()| None).expect("it waits or ends"),
        }
    }

    pub(crate) async fn open(self) {
        self.0.close().await.expect("an open gate");
    }
}
