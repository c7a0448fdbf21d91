//! A throw-away PostgreSQL.
//!
//! Every test gets its own database on a server that all tests of the process share: the server that
//! `TENANTRY_TEST_POSTGRES` names, the [cluster](crate::is_citus) that `TENANTRY_TEST_CITUS` names, or a temporary one,
//! started from the server programs of this machine (which are installed first if they are missing and the package manager
//! permits it). A temporary server ends with the process, even a killed one.

use std::ffi::OsString;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::{self, Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::SystemTime;
use std::{env, iter, thread};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use url::Url;

use crate::install::{found_or_installed, run_as_root};
use crate::pgbouncer::PgBouncer;
use crate::{citus, postgres_server, until};

/// A locked table. Dropping it releases the lock.
pub struct Lock {
    _connection: PgConnection,
    _runtime: tokio::runtime::Runtime,
}

/// The role of databases with row-level security. It remains on a server named by `TENANTRY_TEST_POSTGRES`.
const ROLE: &str = "tenantry_test_role";

/// The variable with the URL of a server to use instead of starting one.
const SHARED_SERVER: &str = "TENANTRY_TEST_POSTGRES";

/// Runs the server in the folder `$0` with the programs in `$1`, on the first free one of the following ports, until
/// standard input ends; then removes the folder.
///
/// The input is a pipe whose other end only the test process holds, so it ends with that process, even a killed one.
/// The signal is repeated because the server may still be starting.
///
/// With `TENANTRY_TEST_STATEMENTS`, the folder of that name gets the statements of the role [`SERVICE`], a JSON string in
/// each line, in a file whose name ends with `.open` until all are in it.
const WATCHDOG: &str = r#"
bin=$1; shift
statements=${TENANTRY_TEST_STATEMENTS:+$TENANTRY_TEST_STATEMENTS/${0##*/}}
if [ -n "$statements" ]; then
    touch "$statements.open"
    record='-c shared_preload_libraries=pg_stat_statements -c pg_stat_statements.max=50000 -c pg_stat_statements.track_utility=off'
fi
{
    if "$bin/initdb" -D data -U postgres -A trust -E UTF8 --no-locale -N; then
        for port; do
            "$bin/postgres" -D data -h 127.0.0.1 -p "$port" -k "$0" -c max_connections=500 \
                -c fsync=off -c synchronous_commit=off -c full_page_writes=off $record && break
        done
    fi
    touch ended
} &
read -r _
if [ -n "$statements" ]; then
    "$bin/psql" -XAqt -h 127.0.0.1 -p "$(sed -n 4p data/postmaster.pid)" -U postgres -c 'CREATE EXTENSION pg_stat_statements' \
        -c "SELECT DISTINCT to_json(query)::text FROM pg_stat_statements WHERE userid = 'tenantry'::regrole" >"$statements.open"
    mv "$statements.open" "$statements"
fi
until [ -e ended ]; do
    kill -QUIT "$(head -n 1 data/postmaster.pid)"
    sleep 0.1
done
rm -rf "$0"
"#;

/// The role of the service on a temporary server. It tells the service's statements from those of the tests.
const SERVICE: &str = "tenantry";

/// Installs the server programs with `apt-get`, if it exists.
///
/// Debian's package would create and start a server; the setting that prevents it is removed after the installation.
const INSTALL: &str = r#"
command -v apt-get >/dev/null || exit
echo 'testkit: this machine has no PostgreSQL, installing the package postgresql' >&2
export DEBIAN_FRONTEND=noninteractive
settings=/etc/postgresql-common/createcluster.d
trap 'rm -f "$settings/tenantry.conf"; rmdir -p "$settings" 2>/dev/null' EXIT
mkdir -p "$settings"
echo 'create_main_cluster = false' >"$settings/tenantry.conf"
apt-get update
apt-get install -y --no-install-recommends postgresql
"#;

/// A database for one test, cloned from the migrated template, and dropped with this value.
pub struct Postgres {
    server: &'static Server,
    name: String,
    url: String,
    service_url: String,
}

impl Postgres {
    /// Creates the database, blocking until it exists; can be called on any thread, including a runtime's.
    ///
    /// The first call in the process finds or starts the server and calls `migrate` with the URL of the template;
    /// `migrate` must not leave connections open. On a server named by `TENANTRY_TEST_POSTGRES` the template remains,
    /// because no test knows that it is the last one.
    pub fn fresh(migrate: fn(&str)) -> Self {
        let server = Server::shared(migrate);
        Self::copy_of(server, &server.template)
    }

    /// Creates a database with row-level security, which `raise` turns on in the template for the role of
    /// [`url_of_role`](Self::url_of_role).
    pub fn walled(migrate: fn(&str), raise: fn(&str, role: &str)) -> Self {
        static TEMPLATE: OnceLock<Postgres> = OnceLock::new();
        let server = Server::shared(migrate);
        let template = TEMPLATE.get_or_init(|| {
            let template = Self::copy_of(server, &server.template);
            let password = Url::parse(&server.url).ok().and_then(|url| Some(url.password()?.to_owned()));
            let password = password.map_or(String::new(), |password| format!(" PASSWORD '{password}'"));
            let role =
                format!("DO $$ BEGIN CREATE ROLE {ROLE} LOGIN{password}; EXCEPTION WHEN duplicate_object THEN END $$");
            admin_sql(&server.url, &role).expect("the server creates the role");
            apart(|| raise(&template.url, ROLE));
            template
        });
        Self::copy_of(server, &template.name)
    }

    /// Returns the URL of this database for the role that row-level security limits.
    pub fn url_of_role(&self) -> String {
        of_role(&self.url)
    }

    /// Creates a database without a schema, blocking until it exists.
    pub fn empty(migrate: fn(&str)) -> Self {
        Self::copy_of(Server::shared(migrate), "template0")
    }

    /// Creates a database without a schema, for texts in LATIN1.
    pub fn latin1(migrate: fn(&str)) -> Self {
        Self::copy_of(Server::shared(migrate), "template0 ENCODING 'LATIN1' LOCALE 'C'")
    }

    fn copy_of(server: &'static Server, template: &str) -> Self {
        // One clone at a time: the server does not copy a template that is in use.
        let mut clones = server.clones.lock().unwrap_or_else(PoisonError::into_inner);
        *clones += 1;
        let name = format!("tenantry_{}_{clones}", server.run);
        let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
        for node in &server.nodes {
            admin_sql(node, &statement).expect("the server clones the template");
        }

        let url = with_database(&server.url, &name);
        let mut service_url = Url::parse(&url).expect("the server's URL is valid");
        if server.watchdog.is_some() {
            service_url.set_username(SERVICE).expect("the URL has a host");
        }
        Self { server, name, url, service_url: service_url.into() }
    }

    /// Returns the `postgres://` URL of this database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL with which the service under test connects.
    pub fn service_url(&self) -> &str {
        &self.service_url
    }

    /// Runs a statement in the database.
    pub fn run(&self, statement: &str) {
        admin_sql(&self.url, statement).expect("the statement succeeds");
    }

    /// Returns the URL of this database through `PgBouncer`, in transaction mode. Each of its connections to the server has
    /// the settings of the first call.
    pub fn url_of_pooler(&self, settings: &[(&str, String)]) -> String {
        static POOLER: OnceLock<PgBouncer> = OnceLock::new();
        let pooler = POOLER.get_or_init(|| PgBouncer::start(&self.server.url, ROLE, settings));
        with_database(pooler.url(), &self.name)
    }

    /// Returns the URL of this database through `PgBouncer` for the role that row-level security limits.
    pub fn url_of_role_through_pooler(&self, settings: &[(&str, String)]) -> String {
        of_role(&self.url_of_pooler(settings))
    }

    /// Ends all connections to the database and refuses new ones, like an outage of the server.
    pub fn take_away(&self) {
        let Self { name, .. } = self;
        for statement in [
            format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"),
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
        ] {
            admin_sql(&self.server.url, &statement).expect("the statement succeeds");
        }
    }

    /// Locks a table against reads and writes until the lock is dropped.
    pub fn lock(&self, table: &str) -> Lock {
        apart(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            let runtime = runtime.expect("a runtime can be built");
            let connection = runtime.block_on(async {
                let mut connection = PgConnection::connect(&self.url).await.expect("a connection");
                let lock = format!("BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
                sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut connection).await.expect("there is such a table");
                connection
            });
            Lock { _connection: connection, _runtime: runtime }
        })
    }

    /// Returns every row of every table as a text, which begins with the name of its table.
    pub fn rows(&self) -> Vec<String> {
        apart(|| {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be built").block_on(async {
                let mut connection = PgConnection::connect(&self.url).await.expect("a connection");
                let tables = "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'";
                let tables: Vec<String> =
                    sqlx::query_scalar(tables).fetch_all(&mut connection).await.expect("the tables");
                let mut rows = Vec::new();
                for table in tables {
                    let select = AssertSqlSafe(format!("SELECT '{table} ' || row_of::text FROM {table} row_of"));
                    let found: Vec<String> =
                        sqlx::query_scalar(select).fetch_all(&mut connection).await.expect("the rows");
                    rows.extend(found);
                }
                rows
            })
        })
    }

    /// Ends a session while it numbers events, blocking until there is one.
    pub fn end_numbering(&self) {
        postgres_server::end_numbering(&self.url);
    }

    /// Ends the connections on which servers receive notifications; they reconnect.
    pub fn cut_off_listeners(&self) {
        let statement = format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
             WHERE datname = '{}' AND application_name = 'tenantry notifications'",
            self.name
        );
        admin_sql(&self.server.url, &statement).expect("the statement succeeds");
    }

    /// Sets a parameter of the database, and ends all connections, which have the old value.
    pub fn set(&self, setting: &str, value: &str) {
        let Self { name, .. } = self;
        for statement in [
            format!("ALTER DATABASE {name} SET {setting} = '{value}'"),
            format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"),
        ] {
            admin_sql(&self.server.url, &statement).expect("the server does as its owner says");
        }
    }

    /// Allows connections to the database again.
    pub fn bring_back(&self) {
        let statement = format!("ALTER DATABASE {} WITH ALLOW_CONNECTIONS true", self.name);
        admin_sql(&self.server.url, &statement).expect("the statement succeeds");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let statement = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        for node in &self.server.nodes {
            // No panic: the test may already be panicking, and a second panic would hide the first.
            if let Err(error) = admin_sql(node, &statement) {
                eprintln!("testkit: the database {} remains: {error}", self.name);
            }
        }
    }
}

/// The server that the tests of this process share, with the template of their databases.
struct Server {
    url: String,
    /// The URLs of all nodes of a cluster, or that of the only server.
    nodes: Vec<String>,
    run: String,
    template: String,
    clones: Mutex<u32>,
    /// Holds the pipe that keeps a temporary server alive.
    watchdog: Option<Child>,
}

impl Server {
    fn shared(migrate: fn(&str)) -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| Self::start(migrate))
    }

    fn start(migrate: fn(&str)) -> Self {
        let shared = citus::coordinator().or_else(|| env::var(SHARED_SERVER).ok().filter(|url| !url.is_empty()));
        let (url, watchdog) = shared.map_or_else(launch, |url| (url, None));
        if watchdog.is_some() {
            admin_sql(&url, &format!("CREATE ROLE {SERVICE} SUPERUSER LOGIN")).expect("the server creates the role");
        }

        // A process id alone is unique neither among the machines that share a server nor over time.
        let now = SystemTime::UNIX_EPOCH.elapsed().expect("it is past 1970");
        let run = format!("{}_{}", process::id(), now.as_micros());
        let template = format!("tenantry_template_{run}");
        let template_url = with_database(&url, &template);
        let nodes = if citus::is_citus() { citus::nodes(&url) } else { vec![url.clone()] };
        for node in &nodes {
            admin_sql(node, &format!("CREATE DATABASE {template}")).expect("the server creates the template database");
        }
        if citus::is_citus() {
            citus::connect(&nodes, &template);
        }
        apart(|| migrate(&template_url));
        if citus::is_citus() {
            citus::close(&nodes, &template);
        }
        Self { url, nodes, run, template, clones: Mutex::new(0), watchdog }
    }
}

/// Starts a temporary server in a temporary folder; returns its URL and its watchdog.
fn launch() -> (String, Option<Child>) {
    let (folder, watchdog) = watched(WATCHDOG, (0..3).map(|_| free_port())); // another process may take one of them
    (ready_url(&folder), Some(watchdog))
}

/// Runs a script with the folder `$0`, the server programs in `$1` and the arguments, as a user who can run a server.
pub(crate) fn watched(script: &str, arguments: impl Iterator<Item = String>) -> (PathBuf, Child) {
    let programs = programs().into_os_string();
    watched_with(script, iter::once(programs).chain(arguments.map(Into::into)))
}

/// Runs a script with the folder `$0` and the arguments, as a user who can run a server.
pub(crate) fn watched_with(script: &str, arguments: impl Iterator<Item = OsString>) -> (PathBuf, Child) {
    let folder = tempfile::Builder::new()
        .prefix("tenantry-pg-")
        .tempdir_in("/tmp") // the user that runs the server may have no access to `TMPDIR`
        .expect("/tmp is writable");
    let output = File::create(folder.path().join("log")).expect("the new folder is writable");

    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .arg(folder.path())
        .args(arguments)
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .stdout(output.try_clone().expect("a file handle can be cloned"))
        .stderr(output)
        .process_group(0); // ctrl-C must not end the watchdog, which has to clean up
    if let Some((uid, gid)) = unprivileged_user() {
        chown(folder.path(), Some(uid), Some(gid)).expect("root may change the owner of a folder");
        command.uid(uid).gid(gid);
    }
    let watchdog = command.spawn().expect("`sh` can be run");
    (folder.keep(), watchdog) // the watchdog removes it
}

/// Waits until the server in `folder` accepts connections; returns its URL.
pub(crate) fn ready_url(folder: &Path) -> String {
    let log = || fs::read_to_string(folder.join("log")).unwrap_or_default();
    let port = until(|| {
        assert!(!folder.join("ended").exists(), "the PostgreSQL server did not start:\n{}", log());
        ready_port(folder).ok_or_else(log)
    });
    format!("postgres://postgres@127.0.0.1:{port}/postgres")
}

/// Returns the port of the server in `folder`, once it accepts connections.
///
/// Reads the server's own status file: a connection might reach another program that took the port.
fn ready_port(folder: &Path) -> Option<String> {
    let status = fs::read_to_string(folder.join("data/postmaster.pid")).ok()?;
    match status.lines().map(str::trim).collect::<Vec<_>>()[..] {
        [_, _, _, port, _, _, _, "ready", ..] => Some(port.to_owned()),
        _ => None,
    }
}

pub(crate) fn free_port() -> String {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    address.expect("some port is free").port().to_string()
}

/// Returns the user and group to run the server as, if this process is root's: the server refuses to run as root.
fn unprivileged_user() -> Option<(u32, u32)> {
    if !is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("/etc/passwd is readable");
    let ids = |name: &str| {
        users.lines().find_map(|line| match line.split(':').collect::<Vec<_>>()[..] {
            [user, _, uid, gid, ..] if user == name => Some((uid.parse().ok()?, gid.parse().ok()?)),
            _ => None,
        })
    };
    let user = ids("postgres").or_else(|| ids("nobody"));
    Some(user.expect("root needs a user `postgres` or `nobody` to run the server as"))
}

/// Whether this process is root's, judged by its owner.
pub(crate) fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Returns the folder of the server programs, after installing them if necessary.
fn programs() -> PathBuf {
    found_or_installed(find_programs, || run_as_root(INSTALL)).unwrap_or_else(|| {
        panic!(
            "found no PostgreSQL server programs. Install them (Debian, Ubuntu: `apt-get install postgresql`; Fedora: \
             `dnf install postgresql-server`; macOS: `brew install postgresql`), or set {SHARED_SERVER} to the \
             postgres:// URL of a server where the tests may create databases"
        )
    })
}

fn find_programs() -> Option<PathBuf> {
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let path = env::var_os("PATH").unwrap_or_default();
    configured
        .into_iter()
        .chain(versions("/usr/lib/postgresql", ""))
        .chain(versions("/usr", "pgsql-"))
        .chain(versions("/opt/homebrew/opt", "postgresql"))
        .chain(versions("/usr/local/opt", "postgresql"))
        .chain(env::split_paths(&path))
        .filter(|folder| folder.is_absolute())
        .find(|folder| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file()))
}

/// Returns the `bin` folders of the installations in `parent` named `prefix` and a version, newest first.
fn versions(parent: &str, prefix: &str) -> impl Iterator<Item = PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = fs::read_dir(parent)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?.trim_start_matches('@');
            Some((version.parse().unwrap_or(0), entry.path().join("bin")))
        })
        .collect();
    found.sort_unstable();
    found.into_iter().rev().map(|(_, folder)| folder)
}

/// Returns the URL for the role that row-level security limits.
fn of_role(url: &str) -> String {
    let mut url = Url::parse(url).expect("the URL is valid");
    url.set_username(ROLE).expect("it has a host");
    url.into()
}

/// Returns the URL of another database on the server at `url`.
pub(crate) fn with_database(url: &str, database: &str) -> String {
    let mut url = Url::parse(url).expect("the server's URL is valid");
    url.set_path(database);
    url.into()
}

/// Runs one statement on a new connection to the database at `url`; returns the number of its rows.
pub(crate) fn admin_sql(url: &str, statement: &str) -> sqlx::Result<u64> {
    apart(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime can be built").block_on(async {
            let mut connection = PgConnection::connect(url).await?;
            let statement = sqlx::raw_sql(AssertSqlSafe(statement));
            let done = statement.execute(&mut connection).await?;
            connection.close().await?;
            Ok(done.rows_affected())
        })
    })
}

/// Runs `work` on a separate thread, where it can block on a runtime, which a runtime's thread cannot.
pub(crate) fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(work).join()).unwrap_or_else(|panic| resume_unwind(panic))
}
