//! Waiting for what other servers must do.

use std::time::{Duration, Instant};

use testkit::until;

use super::{Answer, Client};

/// The time within which other servers refuse what one has revoked.
pub(crate) const REVOKED_WITHIN: Duration = Duration::from_secs(1);

/// Repeats a GET that another server refuses by now, or within a second; returns the refusal.
pub(crate) fn refused_within_a_second(client: &Client, path: &str) -> Answer {
    let start = Instant::now();
    until(|| {
        // A busy machine may take long to answer a request that was sent in time.
        let asked = start.elapsed();
        let answer = client.get(path);
        assert!(answer.status != 200 || asked < REVOKED_WITHIN, "still served after {asked:?}");
        if answer.status == 200 { Err(answer.text) } else { Ok(answer) }
    })
}
