//! A PostgreSQL server that tests can crash.

use std::io::Write;
use std::path::PathBuf;
use std::process::Child;
use std::sync::{Mutex, PoisonError};

use crate::postgres::{free_port, ready_url, watched};
use crate::until_so;

/// Runs the server in the folder `$0` with the programs in `$1` on the port `$2`. Each line of standard input crashes
/// it or starts it again; when the input ends, the folder is removed.
///
/// Committed data survives a crash of the server, but not of the machine (`fsync` is off).
const SUPERVISOR: &str = r#"
bin=$1 port=$2
start() {
    "$bin/postgres" -D data -h 127.0.0.1 -p "$port" -k "$0" -c fsync=off -c full_page_writes=off &
    server=$!
}
crash() {
    kill -QUIT "$server"
    wait "$server"
}
"$bin/initdb" -D data -U postgres -A trust -E UTF8 --no-locale -N && start || touch ended
while read -r _; do
    crash
    touch crashed
    read -r _ || break
    rm crashed
    start
done
crash
rm -rf "$0"
"#;

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

    /// Kills the server, even in the middle of a statement, blocking until it has ended.
    pub fn crash(&self) {
        self.tell();
        until_so(|| self.folder.join("crashed").exists());
    }

    /// Starts the server again on the same port, blocking until it accepts connections.
    pub fn start_again(&self) {
        self.tell();
        ready_url(&self.folder);
    }

    fn tell(&self) {
        let mut supervisor = self.supervisor.lock().unwrap_or_else(PoisonError::into_inner);
        let input = supervisor.stdin.as_mut();
        writeln!(input.expect("it is piped")).expect("the supervisor reads");
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        let supervisor = self.supervisor.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(supervisor.stdin.take());
        // The supervisor cleans up.
        let _ = supervisor.wait();
    }
}
