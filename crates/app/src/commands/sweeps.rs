//! What a server does by itself, again and again.

use std::time::Duration;

use actix_web::rt;
use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::interval;
use application::Refusal;
use domain::access::OperatorScope;

use crate::wire::{Engine, Swept};

/// Between two looks for holds that have lapsed. Their nights are free in time without it, so this is for those who look at the
/// reservation.
const HOLDS: Duration = Duration::from_secs(5);
/// Between two looks for receipts and quotes that nobody needs any more.
const LEFTOVERS: Duration = Duration::from_mins(1);

/// Sweeps that go on until they are stopped.
pub(super) struct Sweeps([JoinHandle<()>; 3]);

impl Sweeps {
    /// Begins to sweep, on this thread. Servers that share a database may all do: what is gone is gone.
    pub(super) fn start(engine: &Engine) -> Self {
        let Swept { reservations, quotes, receipts } = engine.swept();
        Self([
            every(HOLDS, "holds", async move || reservations.expire(&OperatorScope::new()).await),
            every(LEFTOVERS, "quotes", async move || quotes.forget(&OperatorScope::new()).await),
            every(LEFTOVERS, "receipts", async move || receipts.forget(&OperatorScope::new()).await),
        ])
    }

    /// Ends them, and waits until their connections are given back. What was not finished is rolled back; the next server goes
    /// on with it.
    pub(super) async fn stop(self) {
        for sweep in self.0 {
            sweep.abort();
            // It was aborted, or had panicked and is in the log.
            let _ = sweep.await;
        }
    }
}

/// Sweeps again and again. Nobody waits for it: what keeps it from its work is told to the operator, and the next round tries again.
fn every(
    round: Duration,
    what: &'static str,
    sweep: impl AsyncFn() -> Result<u64, Refusal> + 'static,
) -> JoinHandle<()> {
    rt::spawn(async move {
        let mut rounds = interval(round);
        loop {
            rounds.tick().await;
            match sweep().await {
                Ok(0) => {}
                Ok(count) => tracing::info!(what, count, "swept"),
                Err(error) => tracing::warn!(what, "not swept: {:#}", anyhow::Error::new(error)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use actix_web::rt::{task, time};
    use adapters_sqlite::Limits;
    use application::{Authentication, CreateWorkspace};
    use chrono::TimeDelta;
    use domain::access::TenantChoice;
    use domain::audit::Actor;
    use domain::receipts::{KEPT, Receipt, Repeatable, Reply};
    use ports::ReceiptRepository;
    use testkit::build;

    use super::*;
    use crate::ambient;

    #[actix_web::test]
    async fn what_is_too_old_is_swept_and_the_rest_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("tenantry.db").display());
        let engine = Engine::open(&url, Limits::default()).await;
        let engine = engine.expect("a database");
        engine.prepare().await.expect("a schema");
        let first = CreateWorkspace { name: "Stays Inc.".to_owned() };
        let made = engine.workspaces().create(&OperatorScope::new(), first).await.expect("a workspace");
        let (database, clock) = (engine.database(), ambient::system().clock);
        let authentication = Authentication::new(database.clone(), clock.clone());
        let caller = authentication.authenticate(&made.token, TenantChoice::Home).await.expect("let in");
        let (scope, now) = (caller.own_scope(), clock.now());

        let actor = Actor::ApiUser { id: scope.user_id(), name: "Ada".to_owned(), api_key: build::token().id() };
        let [old, young] = ["old", "young"].map(|key| key.parse().expect("a key"));
        for (key, at) in [(&old, now - KEPT - TimeDelta::seconds(1)), (&young, now)] {
            let request = Repeatable { key: Clone::clone(key), fingerprint: [1; 32] };
            let reply = Reply { status: 200, body: vec![] };
            let receipt = Receipt::new(scope.workspace_id(), &actor, request, reply, at).expect("of a user");
            database.keep(scope, receipt).await.expect("kept");
        }
        let sweeps = Sweeps::start(&engine);
        let swept = time::timeout(Duration::from_secs(10), async {
            while database.find(scope, &old).await.expect("no failure").is_some() {
                task::yield_now().await;
            }
        });
        swept.await.expect("swept");
        assert!(database.find(scope, &young).await.expect("no failure").is_some());
        sweeps.stop().await;
        engine.close().await;
    }
}
