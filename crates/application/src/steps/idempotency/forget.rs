//! Deleting old idempotency records.

use domain::access::OperatorScope;
use domain::idempotency::IdempotencyRecord;

use super::Idempotency;
use crate::outcome::refusal::Refusal;
use crate::steps::retry::until_none_are_left;

impl Idempotency {
    /// Deletes the idempotency records that are too old, in batches. Returns their number.
    pub async fn forget(&self, operator: &OperatorScope) -> Result<u64, Refusal> {
        let before = IdempotencyRecord::kept_since(self.clock.now());
        until_none_are_left(async |most| Ok(self.repository.forget(operator, before, most).await?)).await
    }
}

#[cfg(test)]
mod tests {
    use domain::idempotency::KEPT;
    use ports::MockIdempotencyRepository;
    use testkit::build;

    use super::super::fixture::over;
    use super::*;

    #[tokio::test]
    async fn old_idempotency_records_are_deleted_until_none_are_left() {
        let mut repository = MockIdempotencyRepository::new();
        let mut left = vec![17, 1000, 1000];
        repository.expect_forget().times(3).returning(move |_, before, most| {
            assert_eq!((before, most), (build::at() - KEPT, 1000));
            Ok(left.pop().expect("a result for each call"))
        });
        assert_eq!(over(repository).forget(&OperatorScope::new()).await.expect("forgotten"), 2017);
    }
}
