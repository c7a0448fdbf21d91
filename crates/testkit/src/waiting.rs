//! Waiting for expected events, however busy the machine is.

use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

/// A timeout longer than any expected wait.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// The pause between two calls.
const PAUSE: Duration = Duration::from_millis(5);

/// Calls `look` until it returns `Ok`, and returns the value.
///
/// # Panics
/// After a minute, at the caller, with the last error.
#[track_caller]
pub fn until<T, S: Debug>(mut look: impl FnMut() -> Result<T, S>) -> T {
    let start = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(seen) => assert!(start.elapsed() < PATIENCE, "waited in vain: {seen:?}"),
        }
        thread::park_timeout(PAUSE);
    }
}

/// Waits until the condition holds.
///
/// # Panics
/// After a minute, at the caller.
#[track_caller]
pub fn until_so(mut is_so: impl FnMut() -> bool) {
    until(|| if is_so() { Ok(()) } else { Err("it is not so") });
}
