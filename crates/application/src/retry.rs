//! Deciding anew where others were faster.

use crate::problem::{Problem, ProblemKind};

const ATTEMPTS: usize = 3;

/// Loads, decides and stores, at most three times: as long as what the decision was based on has changed meanwhile.
pub(crate) async fn decide_anew<T, E: Problem>(mut attempt: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E> {
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if error.kind() == ProblemKind::Busy => {}
            decided => return decided,
        }
    }
    attempt().await
}
