//! Erasing workspaces in the background, step by step.

use domain::access::OperatorScope;
use domain::ids::WorkspaceId;
use ports::{ErasureStep, RepositoryError};

use super::Operators;
use crate::outcome::refusal::Refusal;

/// The maximum number of rows that a step deletes, so that requests wait little for it.
const STEP: u32 = 500;

/// An erasure that goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erasing {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The number of tables in which nothing is left.
    empty: usize,
}

impl Operators {
    /// Lists the erasures that go on.
    pub async fn erasures(&self, operator: &OperatorScope) -> Result<Vec<Erasing>, Refusal> {
        let pending = self.erasures.pending(operator).await?;
        Ok(pending.into_iter().map(|workspace_id| Erasing { workspace_id, empty: 0 }).collect())
    }

    /// Takes a step of an erasure. Returns the next one; `None` if it has ended, or if another server is at it.
    pub async fn erase_on(&self, operator: &OperatorScope, at: Erasing) -> Result<Option<Erasing>, Refusal> {
        let Erasing { workspace_id, empty } = at;
        let stamp = (self.ambient.audit_id(), self.ambient.now());
        match self.erasures.step(operator, workspace_id, stamp, empty, STEP).await {
            Ok(ErasureStep::Deleted { rows: _, empty }) => Ok(Some(Erasing { workspace_id, empty })),
            // A request that was in flight has written into a table that was empty.
            Err(RepositoryError::Stale) if empty > 0 => Ok(Some(Erasing { workspace_id, empty: 0 })),
            Ok(ErasureStep::Done | ErasureStep::Elsewhere) => Ok(None),
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
        let deleted = |empty| Ok(ErasureStep::Deleted { rows: 500, empty });
        let mut steps =
            vec![(0, deleted(3)), (3, Err(RepositoryError::Stale)), (0, deleted(5)), (5, Ok(ErasureStep::Done))]
                .into_iter();
        erasures.expect_step().times(4).returning(move |_, _, _, empty, most| {
            let (expected, step) = steps.next().expect("a step for each call");
            assert_eq!((empty, most), (expected, STEP));
            step
        });
        let operators = Operators { erasures: Arc::new(erasures), ..operators() };
        let operator = OperatorScope::new();
        let mut at = operators.erasures(&operator).await.expect("listed").pop();
        let mut steps = 0;
        while let Some(erasing) = at {
            at = operators.erase_on(&operator, erasing).await.expect("no failure");
            steps += 1;
        }
        assert_eq!(steps, 4);
    }
}
