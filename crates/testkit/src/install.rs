//! Programs that the tests need, installed where they are missing.

use std::fs::File;
use std::process::{Command, Stdio};

use crate::postgres::is_root;

/// Returns what is found, after installing it if necessary.
pub(crate) fn found_or_installed<T>(find: impl Fn() -> Option<T>, install: impl FnOnce()) -> Option<T> {
    find().or_else(|| {
        // Two processes must not install at once. Locking the folder itself leaves no lock file.
        let tmp = File::open("/tmp").expect("/tmp is readable");
        tmp.lock().expect("a folder can be locked");
        find().or_else(|| {
            install();
            find()
        })
    })
}

/// Runs a script as root, if this process may without a password. A failure is reported on standard error, and what it was to
/// install is still missing.
pub(crate) fn run_as_root(script: &str) {
    let mut command = Command::new(if is_root() { "sh" } else { "sudo" });
    if !is_root() {
        command.args(["-n", "sh"]);
    }
    let _ = command.args(["-c", script]).stdin(Stdio::null()).stdout(Stdio::null()).status();
}
