//! The numbering of events: background work of a server.

use std::time::Duration;

use actix_web::rt::time::{sleep, timeout};
use application::{Arrivals, EventLogs, Refusal, in_one_line};
use domain::access::OperatorScope;
use domain::api_keys::MaxKeyAge;

use super::Task;
use crate::wire::Engine;

/// The time between two looks for changes that other processes have committed, and for events that they have numbered.
const LOOK: Duration = Duration::from_millis(100);
/// The time between the end of a round and the next one: under load, many changes are numbered together.
const PAUSE: Duration = Duration::from_millis(50);

/// Starts the numbering. Servers that share a database may all number: each workspace has one at a time.
pub(super) fn start(engine: &Engine, arrivals: Arrivals) -> Task {
    let logs = engine.use_cases(MaxKeyAge::default()).event_logs();
    Task::start(async move {
        let mut is_failing = false;
        loop {
            let done = round(&logs, &arrivals).await;
            // The next rounds try again; the operator is told once.
            match (&done, is_failing) {
                (Ok(_), false) | (Err(_), true) => {}
                (Ok(_), true) => tracing::info!("events are numbered again"),
                (Err(error), false) => tracing::warn!("numbering events failed: {}", in_one_line(error)),
            }
            is_failing = done.is_err();
            if done.is_ok_and(|has_more| has_more) {
                continue;
            }
            sleep(PAUSE).await;
            // It ends early after a commit of this process.
            let _ = timeout(LOOK, logs.committed()).await;
        }
    })
}

/// Numbers some of what waits, and wakes the readers that wait for these events. Returns whether more waits.
async fn round(logs: &EventLogs, arrivals: &Arrivals) -> Result<bool, Refusal> {
    let operator = OperatorScope::new();
    let numbered = logs.number(&operator).await?;
    let awaited = arrivals.awaited();
    arrivals.arrived(&logs.positions(&operator, &awaited).await?);
    arrivals.suspended(&logs.suspended(&operator, &awaited).await?);
    Ok(numbered.has_more)
}
