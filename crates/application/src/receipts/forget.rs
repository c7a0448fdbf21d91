//! Deleting old idempotency records.

use domain::access::OperatorScope;
use domain::receipts::Receipt;

use super::Receipts;
use crate::refusal::Refusal;
use crate::retry::until_none_are_left;

impl Receipts {
    /// Deletes the idempotency records that are too old, in batches. Returns their number.
    pub async fn forget(&self, operator: &OperatorScope) -> Result<u64, Refusal> {
        let before = Receipt::kept_since(self.clock.now());
        until_none_are_left(async |most| Ok(self.repository.forget(operator, before, most).await?)).await
    }
}

#[cfg(test)]
mod tests {
    use domain::receipts::KEPT;
    use ports::MockReceiptRepository;
    use testkit::build;

    use super::super::fixture::over;
    use super::*;

    #[tokio::test]
    async fn old_receipts_are_deleted_until_none_are_left() {
        let mut repository = MockReceiptRepository::new();
        let mut left = vec![17, 1000, 1000];
        repository.expect_forget().times(3).returning(move |_, before, most| {
            assert_eq!((before, most), (build::at() - KEPT, 1000));
            Ok(left.pop().expect("a result for each call"))
        });
        assert_eq!(over(repository).forget(&OperatorScope::new()).await.expect("forgotten"), 2017);
    }
}
