//! Erasing workspaces in the background, step by step.

use std::time::Duration;

use domain::access::OperatorScope;
use domain::ids::WorkspaceId;
use ports::{ErasureStep, RepositoryError};

use super::Operators;
use crate::outcome::refusal::Refusal;

/// The minimum and the maximum number of rows of a step. The first one has the minimum.
const LEAST: u32 = 50;
const MOST: u32 = 1_000;
/// The time that a step should take at least, and at most, because on SQLite all writes wait for it.
const QUICK: Duration = Duration::from_millis(2);
const SLOW: Duration = Duration::from_millis(4);

/// An erasure that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasing {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The number of tables in which nothing is left.
    empty: usize,
    /// The maximum number of rows that the next step deletes.
    most: u32,
}

impl Erasing {
    /// Adapts the size of the next step to the time that the last one took.
    fn after(self, took: Duration) -> Self {
        let most = if took > SLOW {
            (self.most / 2).max(LEAST)
        } else if took < QUICK {
            (self.most * 2).min(MOST)
        } else {
            self.most
        };
        Self { most, ..self }
    }
}

impl Operators {
    /// Lists the erasures that go on.
    pub async fn erasures(&self, operator: &OperatorScope) -> Result<Vec<Erasing>, Refusal> {
        let pending = self.erasures.pending(operator).await?;
        Ok(pending.into_iter().map(|workspace_id| Erasing { workspace_id, empty: 0, most: LEAST }).collect())
    }

    /// Takes a step of an erasure. Returns the time that it took, and the next one; `None` if the erasure has ended, or if
    /// another server is at it.
    pub async fn erase_on(
        &self,
        operator: &OperatorScope,
        at: Erasing,
    ) -> Result<(Duration, Option<Erasing>), Refusal> {
        let Erasing { workspace_id, empty, most } = at;
        let stamp = (self.ambient.audit_id(), self.ambient.now());
        match self.erasures.step(operator, workspace_id, stamp, empty, most).await {
            Ok((ErasureStep::Deleted { rows: _, empty }, took)) => {
                Ok((took, Some(Erasing { empty, ..at }.after(took))))
            }
            // A request that was in flight has written into a table that was empty.
            Err(RepositoryError::Stale) if empty > 0 => Ok((Duration::ZERO, Some(Erasing { empty: 0, ..at }))),
            Ok((ErasureStep::Done | ErasureStep::Elsewhere, took)) => Ok((took, None)),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ports::MockErasures;
    use testkit::build;

    use super::super::fixture::operators;
    use super::*;

    #[tokio::test]
    async fn an_erasure_goes_on_where_it_was_and_begins_again_after_a_late_write() {
        let mut erasures = MockErasures::new();
        erasures.expect_pending().returning(|_| Ok(vec![build::workspace_id()]));
        let deleted = |empty, millis| Ok((ErasureStep::Deleted { rows: 50, empty }, Duration::from_millis(millis)));
        let mut steps = vec![
            (0, LEAST, deleted(3, 1)),
            (3, 2 * LEAST, Err(RepositoryError::Stale)),
            (0, 2 * LEAST, deleted(5, 5)),
            (5, LEAST, Ok((ErasureStep::Done, Duration::from_millis(4)))),
        ]
        .into_iter();
        erasures.expect_step().times(4).returning(move |_, _, _, empty, most| {
            let (expected_empty, expected_most, step) = steps.next().expect("a step for each call");
            assert_eq!((empty, most), (expected_empty, expected_most));
            step
        });
        let operators = Operators { erasures: Arc::new(erasures), ..operators() };
        let operator = OperatorScope::new();
        let mut at = operators.erasures(&operator).await.expect("listed").pop();
        let mut times = vec![];
        while let Some(erasing) = at {
            let (took, next) = operators.erase_on(&operator, erasing).await.expect("no failure");
            times.push(took.as_millis());
            at = next;
        }
        assert_eq!(times, [1, 0, 5, 4]);
    }

    #[test]
    fn a_step_is_as_large_as_it_is_quick() {
        let at = |most| Erasing { workspace_id: build::workspace_id(), empty: 3, most };
        for (most, millis, expected) in
            [(50, 1, 100), (100, 2, 100), (100, 4, 100), (200, 5, 100), (50, 500, 50), (1_000, 0, 1_000)]
        {
            assert_eq!(at(most).after(Duration::from_millis(millis)), at(expected), "{most} {millis}");
        }
    }
}
