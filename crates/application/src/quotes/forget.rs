//! Deleting expired quotes.

use domain::access::OperatorScope;
use domain::quotes::Quote;

use super::Quotes;
use crate::outcome::refusal::Refusal;
use crate::steps::retry::until_none_are_left;

impl Quotes {
    /// Deletes the quotes that expired a day ago or earlier, in batches. Returns their number.
    pub async fn forget(&self, operator: &OperatorScope) -> Result<u64, Refusal> {
        let before = Quote::kept_since(self.ambient.now());
        until_none_are_left(async |most| Ok(self.repository.forget(operator, before, most).await?)).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::TimeDelta;
    use ports::MockQuoteRepository;
    use testkit::build;

    use super::*;
    use crate::quotes::fixture::coupons;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    #[tokio::test]
    async fn what_has_expired_a_day_ago_is_deleted() {
        let mut repository = MockQuoteRepository::new();
        repository.expect_forget().once().returning(|_, before, _| {
            assert_eq!(before, build::at() - TimeDelta::days(1));
            Ok(17)
        });
        let quotes = Quotes {
            repository: Arc::new(repository),
            idempotency: idempotency(),
            coupons: coupons(),
            ambient: ambient(),
        };
        assert_eq!(quotes.forget(&OperatorScope::new()).await.expect("forgotten"), 17);
    }
}
