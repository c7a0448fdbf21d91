//! Erasures: the background work of a server that deletes erased workspaces, step by step.

use std::collections::HashMap;
use std::mem;
use std::time::Duration;

use actix_web::rt::time::sleep;
use application::{Erasing, Operators, in_one_line};
use domain::access::OperatorScope;
use domain::api_keys::MaxKeyAge;
use domain::ids::WorkspaceId;

use super::Task;
use crate::wire::Engine;

/// The pause when there is nothing to erase, or when the budget is spent.
const PAUSE: Duration = Duration::from_secs(1);
/// The time that each pause adds to the budget. With it, fewer than one in a hundred requests of others meet a step, so their
/// 99th percentile stays as it is.
const REFILL: Duration = Duration::from_millis(2);
/// The maximum of the budget. It is enough to erase a usual workspace without a pause.
const FULL: Duration = Duration::from_millis(50);

/// Starts the erasures. Servers that share a database may all erase: each step has one at a time, and the next server
/// goes on with what one leaves.
pub(super) fn start(engine: &Engine) -> Task {
    let operators = engine.use_cases(MaxKeyAge::default()).operators();
    Task::start(async move {
        let mut erasures = Erasures { operators, budget: Budget(FULL), going_on: HashMap::new() };
        loop {
            erasures.round().await;
        }
    })
}

/// The erasures of a server.
struct Erasures {
    operators: Operators,
    budget: Budget,
    /// The erasures that this server has begun.
    going_on: HashMap<WorkspaceId, Erasing>,
}

impl Erasures {
    /// Takes a step of each erasure, so that none waits for the end of a large one.
    async fn round(&mut self) {
        let pending = match self.operators.erasures(&OperatorScope::new()).await {
            Ok(pending) => pending,
            Err(error) => {
                tracing::warn!("erasures cannot be looked up: {}", in_one_line(&error));
                vec![]
            }
        };
        if pending.is_empty() {
            self.pause().await;
        }
        let mut going_on = mem::take(&mut self.going_on);
        for first in pending {
            while self.budget.is_spent() {
                self.pause().await;
            }
            self.step(going_on.remove(&first.workspace_id).unwrap_or(first)).await;
        }
    }

    async fn step(&mut self, erasing: Erasing) {
        let workspace = erasing.workspace_id;
        match self.operators.erase_on(&OperatorScope::new(), erasing).await {
            Ok((took, next)) => {
                self.budget.spend(took);
                if let Some(next) = next {
                    self.going_on.insert(workspace, next);
                } else {
                    tracing::info!(%workspace, "erased, or left to another server");
                }
            }
            Err(error) => {
                self.budget = Budget(Duration::ZERO);
                tracing::warn!(%workspace, "erasing failed: {}", in_one_line(&error));
            }
        }
    }

    async fn pause(&mut self) {
        sleep(PAUSE).await;
        self.budget.refill();
    }
}

/// The time that steps may take: a token bucket. A step that takes longer than what is left is forgiven, so that an erasure
/// goes on however slow the database is.
struct Budget(Duration);

impl Budget {
    const fn is_spent(&self) -> bool {
        self.0.is_zero()
    }

    fn spend(&mut self, took: Duration) {
        self.0 = self.0.saturating_sub(took);
    }

    fn refill(&mut self) {
        self.0 = (self.0 + REFILL).min(FULL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes steps until the budget is spent. Returns their time.
    fn spend(budget: &mut Budget, step: Duration) -> Duration {
        let mut spent = Duration::ZERO;
        while !budget.is_spent() {
            budget.spend(step);
            spent += step;
        }
        spent
    }

    #[test]
    fn steps_take_less_than_a_hundredth_of_the_time_after_the_first_ones() {
        let (step, mut budget, mut spent) = (Duration::from_millis(4), Budget(FULL), Duration::ZERO);
        assert!(spend(&mut budget, step) >= FULL);
        for _ in 0..100 {
            budget.refill();
            spent += spend(&mut budget, step);
        }
        assert!(spent > Duration::ZERO && spent < PAUSE, "{spent:?}");
    }

    #[test]
    fn an_idle_server_saves_no_more_than_a_full_budget() {
        let mut budget = Budget(FULL);
        budget.refill();
        assert_eq!(spend(&mut budget, Duration::from_millis(1)), FULL);
    }

    #[test]
    fn a_step_that_takes_too_long_is_followed_by_another_after_one_pause() {
        let mut budget = Budget(FULL);
        budget.spend(Duration::from_mins(1));
        assert!(budget.is_spent());
        budget.refill();
        assert!(!budget.is_spent());
    }
}
