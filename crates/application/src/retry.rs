//! Doing a thing again: deciding anew where others were faster, and sweeping until nothing is left.

use crate::problem::{Problem, ProblemKind};

const ATTEMPTS: usize = 3;
/// How much one transaction of a sweep deletes.
const BATCH: u32 = 1000;

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

/// Sweeps a batch at a time, and says how many were swept.
pub(crate) async fn until_none_are_left<E>(mut sweep: impl AsyncFnMut(u32) -> Result<u64, E>) -> Result<u64, E> {
    let mut swept = 0;
    loop {
        let batch = sweep(BATCH).await?;
        swept += batch;
        if batch < BATCH.into() {
            return Ok(swept);
        }
    }
}
