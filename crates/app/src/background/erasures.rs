//! Erasures: the background work of a server that deletes erased workspaces, step by step.

use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use application::{Erasing, Operators, in_one_line};
use domain::access::OperatorScope;
use domain::api_keys::MaxKeyAge;

use super::Task;
use crate::wire::Engine;

/// Interval between two looks for erasures.
const LOOK: Duration = Duration::from_secs(1);
/// The share of the time in which an erasure rests, so that the requests of other workspaces wait little: as many times
/// as long as its last step took.
const REST: u32 = 3;

/// Starts the erasures. Servers that share a database may all erase: each step has one at a time, and the next server
/// goes on with what one leaves.
pub(super) fn start(engine: &Engine) -> Task {
    let operators = engine.use_cases(MaxKeyAge::default()).operators();
    Task::start(async move {
        loop {
            sleep(LOOK).await;
            match operators.erasures(&OperatorScope::new()).await {
                Ok(pending) => {
                    for erasing in pending {
                        erase(&operators, erasing).await;
                    }
                }
                Err(error) => tracing::warn!("erasures cannot be looked up: {}", in_one_line(&error)),
            }
        }
    })
}

/// Erases a workspace to its end, or up to an error, after which the next round goes on.
async fn erase(operators: &Operators, mut erasing: Erasing) {
    let workspace = erasing.workspace_id;
    loop {
        let began = Instant::now();
        match operators.erase_on(&OperatorScope::new(), erasing).await {
            Ok(Some(next)) => erasing = next.after(began.elapsed()),
            Ok(None) => return tracing::info!(%workspace, "erased, or erased by another server"),
            Err(error) => return tracing::warn!(%workspace, "erasing failed: {}", in_one_line(&error)),
        }
        sleep(began.elapsed() * REST).await;
    }
}
