//! A headless Chromium, driven by its `WebDriver` server.

use std::fs;
use std::path::PathBuf;
use std::process::Child;
use std::sync::OnceLock;
use std::{env, iter};

use crate::install::{found_or_installed, run_as_root};
use crate::postgres::{free_port, watched_with};
use crate::until;

/// Runs the server `$1` in the folder `$0` on the port `$2`, until standard input ends. The profiles of browsers are in the
/// folder: those that the server leaves are found by it.
const WATCHDOG: &str = r#"
export HOME="$0" TMPDIR="$0"
"$1" --port="$2" &
read -r _
kill -TERM $!
wait $!
pkill -KILL -f -- "--user-data-dir=$0/"
until rm -rf "$0"; do sleep 0.1; done
"#;

/// Installs the browser and its server with `apt-get`, if it exists.
const INSTALL: &str = r"
command -v apt-get >/dev/null || exit
echo 'testkit: this machine has no Chromium, installing the packages chromium and chromium-driver' >&2
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends chromium chromium-driver
";

/// The `WebDriver` server of this process, which ends with it.
pub struct Chromium {
    driver: String,
    program: PathBuf,
    folder: PathBuf,
    _watchdog: Child,
}

impl Chromium {
    /// Returns the server, which the first call starts, after installing it if necessary.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Chromium> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    fn start() -> Self {
        let (program, driver) = programs();
        let port = free_port();
        let (folder, watchdog) = watched_with(WATCHDOG, [driver.into_os_string(), port.clone().into()].into_iter());
        until(|| {
            let log = fs::read_to_string(folder.join("log")).unwrap_or_default();
            if log.contains("started successfully") { Ok(()) } else { Err(log) }
        });
        Self { driver: format!("http://127.0.0.1:{port}"), program, folder, _watchdog: watchdog }
    }

    /// Returns the URL of the server.
    pub fn driver(&self) -> &str {
        &self.driver
    }

    /// Returns the path of the browser.
    pub fn program(&self) -> &str {
        self.program.to_str().expect("a path in UTF-8")
    }

    /// Returns the arguments of a browser with a profile of its own.
    pub fn arguments(&self, profile: &str) -> Vec<String> {
        let profile = self.folder.join(profile);
        let fixed = [
            "--headless=new",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            // A container permits no sandbox. The browser is an unprivileged user's, and reads pages of this machine only.
            "--no-sandbox",
            // A click while one page fades into the next hits a picture of it.
            "--force-prefers-reduced-motion",
        ];
        let of_profile = format!("--user-data-dir={}", profile.display());
        fixed.into_iter().map(str::to_owned).chain(iter::once(of_profile)).collect()
    }
}

/// Returns the browser and its server, after installing them if necessary.
fn programs() -> (PathBuf, PathBuf) {
    found_or_installed(find_programs, || run_as_root(INSTALL)).unwrap_or_else(|| {
        panic!(
            "found no Chromium with its WebDriver server. Install them (Debian: `apt-get install chromium chromium-driver`; \
             Fedora: `dnf install chromium chromedriver`; macOS: `brew install --cask chromium chromedriver`)"
        )
    })
}

fn find_programs() -> Option<(PathBuf, PathBuf)> {
    Some((find(&["chromium", "chromium-browser", "google-chrome"])?, find(&["chromedriver"])?))
}

/// Returns the first program of these names in `PATH`.
fn find(names: &[&str]) -> Option<PathBuf> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<_> = env::split_paths(&folders).filter(|folder| folder.is_absolute()).collect();
    names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file())
}
