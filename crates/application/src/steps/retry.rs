//! Loops: retrying after concurrent changes, and sweeping in batches.

use crate::outcome::problem::{Problem, ProblemKind};

const ATTEMPTS: usize = 3;
/// The number of rows that one transaction of a sweep deletes.
const BATCH: u32 = 1000;

/// Loads, decides and stores; retries if the data changed since it was loaded, with three attempts at most.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::refusal::Refusal;

    /// Loses the given number of races, then stores the loaded number. Returns the result and the number of attempts.
    async fn after(lost_races: usize) -> (Result<usize, ProblemKind>, usize) {
        let mut attempts = 0;
        let stored = retry_stale(async || {
            let loaded = attempts;
            attempts += 1;
            if loaded < lost_races { Err(Refusal::Busy) } else { Ok(loaded) }
        })
        .await;
        (stored.map_err(|refusal| refusal.kind()), attempts)
    }

    #[tokio::test]
    async fn the_loser_of_a_race_loads_and_decides_again() {
        assert_eq!(after(0).await, (Ok(0), 1));
        assert_eq!(after(1).await, (Ok(1), 2), "what the second attempt has loaded");
        assert_eq!(after(2).await, (Ok(2), 3));
    }

    #[tokio::test]
    async fn three_lost_races_are_enough() {
        assert_eq!(after(3).await, (Err(ProblemKind::Busy), 3));
    }

    #[tokio::test]
    async fn any_other_refusal_is_final() {
        let mut attempts = 0;
        let refused = retry_stale(async || {
            attempts += 1;
            Err::<(), _>(if attempts == 1 { Refusal::Busy } else { Refusal::PreconditionFailed })
        })
        .await;
        let kind = refused.expect_err("refused").kind();
        assert_eq!((kind, attempts), (Refusal::PreconditionFailed.kind(), 2));
    }
}
