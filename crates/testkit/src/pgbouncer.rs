//! A throw-away `PgBouncer` in front of the throw-away PostgreSQL.

use std::env;
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use url::Url;

use crate::install::found_or_installed;
use crate::postgres::{free_port, is_root, watched_with};
use crate::until;

/// The first version that tracks prepared statements in transaction mode.
const OLDEST: (u32, u32) = (1, 21);

/// Runs the program `$1` in the folder `$0` on the port `$4`, for all databases of the server `$2` and the users `$3`, until
/// standard input ends.
const WATCHDOG: &str = r#"
echo "$3" >users
cat >pgbouncer.ini <<END
[databases]
* = $2
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $4
unix_socket_dir =
auth_type = trust
auth_file = users
pool_mode = transaction
max_prepared_statements = 200
max_client_conn = 500
ignore_startup_parameters = extra_float_digits, options
END
{
    "$1" pgbouncer.ini &
    echo $! >pid
    wait $!
    touch ended
} &
read -r _
until [ -e ended ]; do
    kill -TERM "$(cat pid)"
    sleep 0.1
done
rm -rf "$0"
"#;

/// Unpacks the program and its libraries into the folder `$0`, from the packages of a release of Debian that has a version
/// that is new enough. Nothing is installed.
const UNPACK: &str = r#"
set -e
command -v apt-get >/dev/null
echo 'testkit: this machine has no PgBouncer that is new enough, unpacking one' >&2
# The mirror of this machine, if its packages were listed.
uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | head -n 1)
new=$(mktemp -d "$0.XXXXXX")
trap 'rm -rf "$new"' EXIT
chmod 755 "$new"
mkdir -p "$new/apt/lists/partial" "$new/apt/cache/archives/partial" "$new/root"
uri=${uri:-http://deb.debian.org/debian}
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri trixie main" >"$new/apt/sources"
apt() {
    apt-get -q -o Dir::Etc::SourceList="$new/apt/sources" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$new/apt/lists" -o Dir::Cache="$new/apt/cache" -o APT::Sandbox::User=root \
        -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false "$@"
}
apt update
cd "$new/apt"
apt download pgbouncer libc6 libcares2 libevent-2.1-7t64 libpam0g libssl3t64 libsystemd0 libaudit1 libcap-ng0 libcap2 \
    libzstd1 zlib1g
for package in *.deb; do
    dpkg-deb -x "$package" "$new/root"
done
rm -r "$new/apt"
cat >"$new/pgbouncer" <<'END'
#!/bin/sh
root=$(dirname "$0")/root/usr
set -- "$root/sbin/pgbouncer" "$@"
exec "$root"/lib64/ld-linux-*.so.* --library-path "$(echo "$root"/lib/*-linux-gnu)" "$@"
END
chmod 755 "$new/pgbouncer"
"$new/pgbouncer" --version
mv "$new" "$0"
"#;

/// A `PgBouncer` in transaction mode, which ends with the process.
pub(crate) struct PgBouncer {
    url: String,
    _watchdog: Child,
}

impl PgBouncer {
    /// Starts `PgBouncer` in front of the server at `url`, blocking until it accepts connections: of the user of the URL and
    /// of `role`, who has the same password.
    pub(crate) fn start(url: &str, role: &str, settings: &[(&str, String)]) -> Self {
        let mut url = Url::parse(url).expect("the server's URL is valid");
        let settings =
            settings.iter().fold(String::new(), |set, (name, value)| set + &format!("SET {name} = ''{value}'';"));
        let (host, port) = (url.host_str().expect("a host"), url.port().unwrap_or(5432));
        let server = format!("host={host} port={port} connect_query='{settings}'");
        let password = url.password().unwrap_or_default();
        let users = [url.username(), role].map(|user| format!("\"{user}\" \"{password}\"")).join("\n");
        let port = free_port();
        let arguments = [program().into_os_string(), server.into(), users.into(), port.clone().into()];
        let (folder, watchdog) = watched_with(WATCHDOG, arguments.into_iter());
        until(|| {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            assert!(!folder.join("ended").exists(), "PgBouncer did not start:\n{log}");
            TcpStream::connect(format!("127.0.0.1:{port}")).map_err(|_| log)
        });
        url.set_host(Some("127.0.0.1")).expect("it may have a host");
        url.set_port(port.parse().ok()).expect("it may have a port");
        Self { url: url.into(), _watchdog: watchdog }
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

/// Returns the program, after unpacking it if necessary.
fn program() -> PathBuf {
    let unpacked = cache().join("tenantry-pgbouncer");
    let found = || {
        let programs = ["/usr/sbin/pgbouncer".into(), "pgbouncer".into(), unpacked.join("pgbouncer")];
        programs.into_iter().find(|program: &PathBuf| is_new_enough(program))
    };
    let unpack = || {
        // A failure is reported on standard error, and the program is still missing.
        let _ = Command::new("sh").args(["-c", UNPACK]).arg(&unpacked).stdin(Stdio::null()).status();
    };
    found_or_installed(found, unpack).unwrap_or_else(|| {
        panic!(
            "found no PgBouncer of version {}.{} or newer. Install one (Debian 13, Ubuntu 24.04: `apt-get install pgbouncer`; \
             Fedora: `dnf install pgbouncer`; macOS: `brew install pgbouncer`), or let the tests unpack Debian's, for which \
             they need `apt-get` and a mirror of Debian 13",
            OLDEST.0, OLDEST.1
        )
    })
}

/// Returns a folder that the user who runs servers can read.
fn cache() -> PathBuf {
    if is_root() { "/var/cache".into() } else { env::home_dir().expect("a home").join(".cache") }
}

fn is_new_enough(program: &Path) -> bool {
    let Ok(output) = Command::new(program).arg("--version").output() else { return false };
    let said = String::from_utf8_lossy(&output.stdout);
    let version = said.lines().next().and_then(|line| line.strip_prefix("PgBouncer "));
    let mut parts = version.unwrap_or_default().split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= OLDEST
}
