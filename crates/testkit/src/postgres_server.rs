//! A PostgreSQL server that tests can crash.

use std::io::Write;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Mutex, PoisonError};

use crate::postgres::{admin_sql, free_port, ready_url, watched};
use crate::until_so;

/// Runs the server in the folder `$0` with the programs in `$1` on the port `$2`. Each line of standard input kills it or
/// starts it again; when the input ends, the folder is removed.
///
/// Committed data survives the end of the server, but not of the machine (`fsync` is off). The signal is repeated because
/// the server may still be starting.
const SUPERVISOR: &str = r#"
bin=$1 port=$2
start() {
    # The other processes of a killed server end by themselves; until then the next one does not start.
    until "$bin/postgres" -D data -h 127.0.0.1 -p "$port" -k "$0" -c fsync=off -c full_page_writes=off ||
        [ -e ending ]; do sleep 0.1; done &
    server=$!
}
end() {
    touch ending
    while kill -0 "$server"; do
        kill "$1" "$(head -n 1 data/postmaster.pid)"
        sleep 0.1
    done
    rm ending
}
"$bin/initdb" -D data -U postgres -A trust -E UTF8 --no-locale -N && start || touch ended
while read -r _; do
    end -KILL
    # The status file of a killed server remains, and says that it is ready.
    sed -i.killed /ready/d data/postmaster.pid
    touch crashed
    read -r _ || break
    rm crashed
    start
done
end -QUIT
rm -rf "$0"
"#;

/// The session that numbers events holds a lock on their log until its commit. Cloned databases have the same numbers of tables.
const END_NUMBERING: &str = "\
    SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'event_logs'::regclass AND mode = 'RowShareLock' \
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Lets one in fifty commits of a change wait, for half a second at most. Its row is there, with its sequence, and not
/// visible.
const HOLD_COMMITS: &str = "\
    CREATE FUNCTION hold_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
        PERFORM pg_sleep(random() / 2) WHERE random() < 0.02; \
        RETURN NULL; \
    END $$; \
    CREATE CONSTRAINT TRIGGER hold_commit AFTER INSERT ON unnumbered_events \
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hold_commit()";

/// A PostgreSQL server for one test, with one empty database. Ends with this value, or with the process.
pub struct PostgresServer {
    folder: PathBuf,
    url: String,
    supervisor: Mutex<Child>,
}

impl PostgresServer {
    /// Starts a server, blocking until it accepts connections.
    pub fn start() -> Self {
        let (folder, supervisor) = watched(SUPERVISOR, [free_port()].into_iter());
        Self { url: ready_url(&folder), folder, supervisor: Mutex::new(supervisor) }
    }

    /// Returns the `postgres://` URL of its database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Kills the server with SIGKILL, even in the middle of a statement, blocking until it has ended.
    pub fn crash(&self) {
        self.tell();
        until_so(|| self.folder.join("crashed").exists());
    }

    /// Starts the server again on the same port, blocking until it accepts connections.
    pub fn start_again(&self) {
        self.tell();
        ready_url(&self.folder);
    }

    /// Ends a session while it numbers events, blocking until there is one.
    pub fn end_numbering(&self) {
        end_numbering(&self.url);
    }

    /// Makes some transactions hold their commit back, at random.
    pub fn hold_commits(&self) {
        admin_sql(&self.url, HOLD_COMMITS).expect("the schema is there");
    }

    fn tell(&self) {
        let mut supervisor = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        let input = supervisor.stdin.as_mut();
        writeln!(input.expect("it is piped")).expect("the supervisor reads");
    }
}

pub(crate) fn end_numbering(database: &str) {
    until_so(|| admin_sql(database, END_NUMBERING).expect("the schema is there") > 0);
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let supervisor = self.supervisor.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(supervisor.stdin.take());
        // The supervisor cleans up.
        let _ = supervisor.wait();
    }
}
