//! The binary as a process, with its own database.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;
use std::{iter, thread};

use serde_json::Value;
use tempfile::TempDir;

use super::{PATIENCE, until};

const TENANTRY: &str = env!("CARGO_BIN_EXE_tenantry");
pub(crate) const DATABASE_PASSWORD: &str = "planted-password";
/// The key that encrypts the secrets of webhooks.
pub(crate) const SECRET_KEY: &str = "706c616e7465642d706c616e7465642d706c616e7465642d706c616e7465642d";
const END_OF_GREETING: &str = "/docs";

/// A fresh database.
#[derive(Clone)]
pub(crate) enum Engine {
    Sqlite(Arc<TempDir>),
    Postgres(Arc<testkit::Postgres>),
    /// PostgreSQL with row-level security.
    Walled(Arc<testkit::Postgres>),
    /// PostgreSQL through `PgBouncer`.
    Pooled(Arc<testkit::Postgres>),
    /// PostgreSQL with row-level security, through `PgBouncer`.
    WalledAndPooled(Arc<testkit::Postgres>),
    /// A PostgreSQL server of one test.
    Own(Arc<testkit::PostgresServer>),
}

impl Engine {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(Arc::new(tempfile::tempdir().expect("a temporary folder")))
    }

    pub(crate) fn postgres() -> Self {
        Self::Postgres(Arc::new(testkit::Postgres::fresh(migrate)))
    }

    /// Returns a PostgreSQL server that the test may crash; on Citus a database of the cluster, which it may not.
    pub(crate) fn own_postgres() -> Self {
        if testkit::is_citus() {
            return Self::postgres();
        }
        let postgres = testkit::PostgresServer::start();
        migrate(postgres.url());
        Self::Own(Arc::new(postgres))
    }

    pub(crate) fn walled() -> Self {
        Self::Walled(Arc::new(walled()))
    }

    pub(crate) fn walled_and_pooled() -> Self {
        Self::WalledAndPooled(Arc::new(walled()))
    }

    pub(crate) fn pooled() -> Self {
        Self::Pooled(Arc::new(testkit::Postgres::fresh(migrate)))
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("data/tenantry.db").display()),
            // The server accepts any password; the tests search for this one where it must not appear.
            Self::Postgres(postgres) => {
                ["postgres", "tenantry"].iter().fold(postgres.service_url().to_owned(), |url, user| {
                    url.replace(&format!("{user}@"), &format!("{user}:{DATABASE_PASSWORD}@"))
                })
            }
            Self::Walled(postgres) => postgres.url_of_role(),
            Self::Pooled(postgres) => postgres.url_of_pooler(&settings(postgres)),
            Self::WalledAndPooled(postgres) => postgres.url_of_role_through_pooler(&settings(postgres)),
            Self::Own(server) => server.url().to_owned(),
        }
    }
}

fn walled() -> testkit::Postgres {
    let raise = |url: &str, role: &str| {
        run(url, &["migrate", "--role", role]).expect("a wall");
    };
    testkit::Postgres::walled(migrate, raise)
}

/// Returns the settings that the service asks for, and a pooler drops.
fn settings(postgres: &testkit::Postgres) -> [(&'static str, String); 6] {
    adapters_postgres::Postgres::new(postgres.url()).expect("an address").settings()
}

/// Applies the migrations to a database.
pub(crate) fn migrate(url: &str) {
    let distribute: &[&str] = if testkit::is_on_citus(url) { &["--distribute"] } else { &[] };
    run(url, &[&["migrate"], distribute].concat()).expect("a schema");
}

/// Runs a command to its end; returns standard output, or the status and standard error.
pub(crate) fn run(database: &str, arguments: &[&str]) -> Result<String, (Option<i32>, String)> {
    let output = output(database, arguments);
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    if output.status.success() { Ok(text(output.stdout)) } else { Err((output.status.code(), text(output.stderr))) }
}

/// Runs a command to its end; returns its output.
pub(crate) fn output(database: &str, arguments: &[&str]) -> Output {
    command(database).args(arguments).output().expect("the binary runs")
}

/// Starts a command whose output is not read.
pub(crate) fn spawn(database: &str, arguments: &[&str]) -> Child {
    command(database).args(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the binary runs")
}

fn command(database: &str) -> Command {
    prepared(Command::new(TENANTRY), database)
}

fn prepared(mut command: Command, database: &str) -> Command {
    // Only these settings apply, whatever the environment of the machine.
    command.env_clear().current_dir("/").args(["--database", database]);
    // Receivers of webhooks are on this machine. SQLite makes a key of its own.
    command.env("TENANTRY_WEBHOOK_ALLOW_PRIVATE", "true");
    if !database.starts_with("sqlite:") {
        command.env("TENANTRY_SECRET_KEY", SECRET_KEY);
    }
    command
}

/// A running server. Killed when dropped.
pub(crate) struct Server {
    pub(crate) base: String,
    pub(crate) engine: Engine,
    child: Child,
    printed: Stream,
    log: Stream,
}

impl Server {
    /// Starts a server and waits until it listens.
    pub(crate) fn start(engine: Engine) -> Self {
        Self::start_with(engine, &[])
    }

    /// Starts a server with more arguments.
    pub(crate) fn start_with(engine: Engine, arguments: &[&str]) -> Self {
        Self::run(command(&engine.url()), engine, arguments)
    }

    /// Starts a server that has no key for secrets.
    pub(crate) fn start_without_key(engine: Engine) -> Self {
        let mut command = command(&engine.url());
        command.env_remove("TENANTRY_SECRET_KEY");
        Self::run(command, engine, &[])
    }

    /// Starts a server with more variables in its environment.
    pub(crate) fn start_within(engine: Engine, environment: &[(&str, &str)]) -> Self {
        let mut command = command(&engine.url());
        command.envs(environment.iter().copied());
        Self::run(command, engine, &[])
    }

    /// Starts a server that ignores a signal.
    pub(crate) fn start_ignoring(signal: &str, engine: Engine) -> Self {
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &format!("trap '' {signal}; exec \"$0\" \"$@\""), TENANTRY]);
        Self::run(prepared(shell, &engine.url()), engine, &[])
    }

    fn run(mut command: Command, engine: Engine, arguments: &[&str]) -> Self {
        let mut child = command
            .args(["serve", "--listen", "127.0.0.1:0", "--log-format", "json"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary runs");
        let printed = Stream::gather(child.stdout.take().expect("piped"), |_| {});
        let (told, address) = mpsc::channel();
        let log = Stream::gather(child.stderr.take().expect("piped"), move |line| {
            let event: Value = serde_json::from_str(line).unwrap_or_default();
            if event["message"] == "listening" {
                // Only the first address is received.
                let _ = told.send(event["address"].as_str().unwrap_or_default().to_owned());
            }
        });
        let address = address.recv_timeout(PATIENCE).unwrap_or_else(|_| panic!("no server: {}", log.so_far()));
        Self { base: format!("http://{address}"), engine, child, printed, log }
    }

    pub(crate) fn url(&self) -> String {
        self.engine.url()
    }

    /// Waits for the greeting of the first start; returns the text after the label.
    pub(crate) fn greeting(&self, label: &str) -> Option<String> {
        let greeting = self.printed.with(END_OF_GREETING);
        let line = greeting.lines().find_map(|line| line.trim().strip_prefix(label))?;
        Some(line.trim().to_owned())
    }

    /// Waits until standard output contains the text; returns all output so far.
    pub(crate) fn printed_with(&self, text: &str) -> String {
        self.printed.with(text)
    }

    /// Waits until the log contains the text; returns the log so far.
    pub(crate) fn log_with(&self, text: &str) -> String {
        self.log.with(text)
    }

    /// Ends the server; returns its whole standard output.
    pub(crate) fn all_printed(mut self) -> String {
        self.kill();
        self.printed.whole()
    }

    /// Sends SIGKILL and waits for the end.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it runs, or has ended");
        self.child.wait().expect("it ran");
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends SIGTERM.
    pub(crate) fn ask_to_end(&self) {
        Command::new("kill").args(["-TERM", &self.pid().to_string()]).status().expect("kill runs");
    }

    /// Sends SIGKILL.
    pub(crate) fn end_at_once(&self) {
        Command::new("kill").args(["-KILL", &self.pid().to_string()]).status().expect("kill runs");
    }

    /// Waits for the end.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().expect("it ran")
    }

    /// Sends SIGTERM and waits for the end.
    pub(crate) fn terminate(&mut self) -> ExitStatus {
        self.ask_to_end();
        self.wait()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The lines of an output stream, read by a separate thread.
struct Stream {
    text: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
}

impl Stream {
    fn gather(stream: impl Read + Send + 'static, on_line: impl Fn(&str) + Send + 'static) -> Self {
        let text = Arc::new(Mutex::new(String::new()));
        let gathered = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut lines = BufReader::new(stream).lines();
            for line in iter::from_fn(|| lines.next()?.ok()) {
                gathered.lock().expect("no panic").push_str(&(line.clone() + "\n"));
                on_line(&line);
            }
        });
        Self { text, reader: Some(reader) }
    }

    fn so_far(&self) -> String {
        self.text.lock().expect("no panic").clone()
    }

    /// Waits until the output contains the text; returns all output so far.
    fn with(&self, text: &str) -> String {
        until(|| {
            let so_far = self.so_far();
            if so_far.contains(text) { Ok(so_far) } else { Err(so_far) }
        })
    }

    /// Waits for the end of the stream; returns its whole text.
    fn whole(&mut self) -> String {
        if let Some(reader) = self.reader.take() {
            reader.join().expect("no panic");
        }
        self.so_far()
    }
}
