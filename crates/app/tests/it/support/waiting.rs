//! Waiting for what must happen, however busy the machine is.

use std::fmt::Debug;
use std::thread;
use std::time::{Duration, Instant};

use super::{Answer, Client};

/// A timeout longer than any expected wait.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// The pause between two looks.
const PAUSE: Duration = Duration::from_millis(5);
/// The time within which other servers refuse what one has revoked.
pub(crate) const REVOKED_WITHIN: Duration = Duration::from_secs(1);

/// Looks until there is a result; returns it. Fails with what was seen last.
pub(crate) fn until<T, S: Debug>(mut look: impl FnMut() -> Result<T, S>) -> T {
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
pub(crate) fn until_so(mut is_so: impl FnMut() -> bool) {
    until(|| if is_so() { Ok(()) } else { Err("it is not so") });
}

/// Repeats a GET that another server refuses by now, or within a second; returns the refusal.
pub(crate) fn refused_within_a_second(client: &Client, path: &str) -> Answer {
    let start = Instant::now();
    until(|| {
        // A busy machine may take long to answer what was asked in time.
        let asked = start.elapsed();
        let answer = client.get(path);
        assert!(answer.status != 200 || asked < REVOKED_WITHIN, "still served after {asked:?}");
        if answer.status == 200 { Err(answer) } else { Ok(answer) }
    })
}
