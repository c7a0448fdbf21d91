//! Loops: retrying after concurrent changes, and sweeping in batches.

use crate::outcome::problem::{Problem, ProblemKind};

const ATTEMPTS: usize = 3;
/// The number of rows that one transaction of a sweep deletes.
const BATCH: u32 = 1000;

/// Loads, decides and stores; retries if the data changed meanwhile, with three attempts at most.
pub(crate) async fn retry_stale<T, E: Problem>(mut attempt: impl AsyncFnMut() -> Result<T, E>) -> Result<T, E> {
    for _ in 1..ATTEMPTS {
        match attempt().await {
            Err(error) if error.kind() == ProblemKind::Busy => {}
            decided => return decided,
        }
    }
    attempt().await
}

/// Sweeps in batches until a batch is not full. Returns the number of rows.
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
