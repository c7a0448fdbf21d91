//! Sweeps: periodic work of a server on expired holds, quotes, idempotency records and events.

use std::time::Duration;

use actix_web::rt::time::interval;
use application::{Refusal, in_one_line};
use domain::access::OperatorScope;
use domain::api_keys::MaxKeyAge;
use domain::events::EventRetention;

use super::Task;
use crate::wire::Engine;

/// Interval between sweeps of lapsed holds. The nights are free in time without a sweep, which only updates the stored
/// status.
const HOLDS: Duration = Duration::from_secs(5);
/// Interval between sweeps of expired idempotency records, quotes and events.
const LEFTOVERS: Duration = Duration::from_mins(1);

/// Starts the sweeps. Servers that share a database may all sweep: they skip rows that are gone.
pub(super) fn start(engine: &Engine, event_retention: EventRetention) -> Vec<Task> {
    let use_cases = engine.use_cases(MaxKeyAge::default());
    let (reservations, quotes, events) = (use_cases.reservations(), use_cases.quotes(), use_cases.event_logs());
    let operators = use_cases.operators();
    let idempotency = use_cases.idempotency;
    vec![
        every(HOLDS, "holds", async move || reservations.expire(&OperatorScope::new()).await),
        every(LEFTOVERS, "quotes", async move || quotes.forget(&OperatorScope::new()).await),
        every(LEFTOVERS, "events", async move || events.forget(&OperatorScope::new(), event_retention).await),
        every(LEFTOVERS, "idempotency records", async move || idempotency.forget(&OperatorScope::new()).await),
        every(LEFTOVERS, "requests of operators", async move || operators.forget_requests(&OperatorScope::new()).await),
    ]
}

/// Runs a sweep at this interval. An error is logged for the operator, and the next round tries again.
fn every(round: Duration, what: &'static str, sweep: impl AsyncFn() -> Result<u64, Refusal> + 'static) -> Task {
    Task::start(async move {
        let mut rounds = interval(round);
        loop {
            rounds.tick().await;
            match sweep().await {
                Ok(0) => {}
                Ok(count) => tracing::info!(what, count, "swept"),
                Err(error) => tracing::warn!(what, "sweep failed: {}", in_one_line(&error)),
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use actix_web::rt::{task, time};
    use adapters_sqlite::Limits;
    use application::CreateWorkspace;
    use chrono::TimeDelta;
    use domain::access::TenantChoice;
    use domain::audit::Actor;
    use domain::idempotency::{IdempotencyRecord, IdempotentRequest, KEPT, Reply};
    use ports::IdempotencyRepository;
    use testkit::build;

    use super::*;
    use crate::ambient;

    #[actix_web::test]
    async fn what_is_too_old_is_swept_and_the_rest_stays() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("tenantry.db").display());
        let engine = Engine::open(&url, Limits::default()).await;
        let engine = engine.expect("a database").prepare().await.expect("a schema");
        let first = CreateWorkspace::named("Stays Inc.");
        let use_cases = engine.use_cases(MaxKeyAge::default());
        let made = use_cases.workspaces().create(&OperatorScope::new(), first).await.expect("a workspace");
        let (database, clock) = (engine.database(), ambient::system().clock);
        let caller =
            use_cases.authentication().authenticate(&made.token, TenantChoice::Home).await.expect("an admitted caller");
        let (scope, now) = (caller.own_scope(), clock.now());

        let actor = Actor::ApiUser { id: scope.user_id(), name: "Ada".to_owned(), api_key: build::token().id() };
        let [old, young] = ["old", "young"].map(|key| key.parse().expect("a key"));
        for (key, at) in [(&old, now - KEPT - TimeDelta::seconds(1)), (&young, now)] {
            let request = IdempotentRequest { key: Clone::clone(key), fingerprint: [1; 32] };
            let reply = Reply { status: 200, body: vec![] };
            let idempotency_record = IdempotencyRecord::new(scope.workspace_id(), &actor, request, reply, at)
                .expect("an actor that is a user");
            database.keep(scope, idempotency_record).await.expect("kept");
        }
        let sweeps = start(&engine, EventRetention::default());
        let swept = time::timeout(Duration::from_secs(10), async {
            while database.get(scope, &old).await.expect("no failure").is_some() {
                task::yield_now().await;
            }
        });
        swept.await.expect("swept");
        assert!(database.get(scope, &young).await.expect("no failure").is_some());
        for sweep in sweeps {
            sweep.stop().await;
        }
        engine.close().await;
    }
}
