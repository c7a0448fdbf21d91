//! Deleting an event consumer.

use domain::access::{Caller, Permission};
use domain::event_consumers::EventConsumer;

use super::{EventConsumerError, EventConsumers};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

impl EventConsumers {
    /// Deletes a consumer of the caller's tenant.
    pub async fn delete(
        &self,
        caller: &Caller,
        name: &str,
        precondition: &Precondition<EventConsumer>,
    ) -> Result<(), EventConsumerError> {
        let scope = caller.tenant_scope(Permission::Write)?;
        retry_stale(async || {
            let consumer = self.find(&scope, name).await?;
            precondition.check(&consumer)?;
            Ok(self.repository.delete(&scope, consumer).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use ports::MockEventConsumerRepository;
    use testkit::build;

    use super::super::fixture::{consumer, consumers};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    async fn delete(
        repository: MockEventConsumerRepository,
        permission: Permission,
        precondition: Precondition<EventConsumer>,
    ) -> Code {
        let refused = consumers(repository).delete(&build::channel(permission), "billing", &precondition).await;
        refused.expect_err("refused").code()
    }

    #[tokio::test]
    async fn a_reader_deletes_nothing() {
        let code = delete(MockEventConsumerRepository::new(), Permission::Read, Precondition::default()).await;
        assert_eq!(code, Code::PermissionDenied);
    }

    #[tokio::test]
    async fn a_consumer_that_is_not_as_it_was_seen_stays() {
        let mut repository = MockEventConsumerRepository::new();
        repository.expect_get().returning(|_, _| Ok(Some(consumer())));
        let code = delete(repository, Permission::Write, Precondition::new(|_| false)).await;
        assert_eq!(code, Code::PreconditionFailed);
    }
}
