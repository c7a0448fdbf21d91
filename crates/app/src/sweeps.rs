//! What a server does by itself, again and again.

use std::time::Duration;

use actix_web::rt;
use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::interval;
use application::Refusal;
use domain::access::OperatorScope;

use crate::wire::Engine;

/// How long to rest between two rounds.
const REST: Duration = Duration::from_mins(1);

/// Sweeps that go on until they are dropped.
pub(crate) struct Sweeps(JoinHandle<()>);

impl Sweeps {
    /// Begins to sweep, on this thread. Servers that share a database may all do: what is gone is gone.
    pub(crate) fn start(engine: &Engine, operator: OperatorScope) -> Self {
        let receipts = engine.receipts();
        Self(rt::spawn(async move {
            let mut rounds = interval(REST);
            loop {
                rounds.tick().await;
                tell("receipts", receipts.forget(&operator).await);
            }
        }))
    }
}

impl Drop for Sweeps {
    fn drop(&mut self) {
        // In the middle of a sweep its transaction is rolled back; the next server goes on with it.
        self.0.abort();
    }
}

/// Nobody waits for a sweep: what keeps one from its work is told to the operator, and the next round tries again.
fn tell(what: &str, swept: Result<u64, Refusal>) {
    match swept {
        Ok(0) => {}
        Ok(count) => tracing::info!(what, count, "swept"),
        Err(error) => tracing::warn!(what, "not swept: {error}"),
    }
}
