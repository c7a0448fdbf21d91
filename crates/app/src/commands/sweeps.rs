//! What a server does by itself, again and again.

use std::time::Duration;

use actix_web::rt;
use actix_web::rt::task::JoinHandle;
use actix_web::rt::time::interval;
use application::Refusal;
use domain::access::OperatorScope;

use crate::wire::Engine;

/// From one round to the next.
const ROUND: Duration = Duration::from_mins(1);

/// Sweeps that go on until they are dropped.
pub(super) struct Sweeps(JoinHandle<()>);

impl Sweeps {
    /// Begins to sweep, on this thread. Servers that share a database may all do: what is gone is gone.
    pub(super) fn start(engine: &Engine) -> Self {
        let receipts = engine.receipts();
        Self(rt::spawn(async move {
            let operator = OperatorScope::new();
            let mut rounds = interval(ROUND);
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

#[cfg(test)]
mod tests {
    use actix_web::rt::{task, time};
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
        let engine = Engine::open(&format!("sqlite:{}", folder.path().join("tenantry.db").display())).await;
        let engine = engine.expect("a database");
        engine.prepare().await.expect("a schema");
        let first = CreateWorkspace { name: "Stays Inc.".to_owned() };
        let made = engine.workspaces().create(&OperatorScope::new(), first).await.expect("a workspace");
        let (database, clock) = (engine.database(), ambient::system().clock);
        let authentication = Authentication::new(database.clone(), clock.clone());
        let caller = authentication.authenticate(&made.token.reveal(), TenantChoice::Home).await.expect("let in");
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
        drop(sweeps);
        engine.close().await;
    }
}
