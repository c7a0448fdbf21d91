//! Reading an event consumer.

use domain::access::{Caller, Permission, TenantScope};
use domain::event_consumers::EventConsumer;

use super::{EventConsumerError, EventConsumers};

impl EventConsumers {
    /// Returns a consumer of the caller's tenant.
    pub async fn get(&self, caller: &Caller, name: &str) -> Result<EventConsumer, EventConsumerError> {
        let scope = caller.tenant_scope(Permission::Read)?;
        self.find(&scope, name).await
    }

    /// Returns the consumer of this name. No consumer has a name that is not valid.
    pub(super) async fn find(&self, scope: &TenantScope, name: &str) -> Result<EventConsumer, EventConsumerError> {
        let name = name.parse().map_err(|_| EventConsumerError::NotFound)?;
        self.repository.get(scope, &name).await?.ok_or(EventConsumerError::NotFound)
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

    #[tokio::test]
    async fn a_consumer_is_looked_for_in_the_tenant_of_the_request() {
        let mut repository = MockEventConsumerRepository::new();
        repository
            .expect_get()
            .withf(|scope, name| scope.tenant_id() == build::channel_id() && name.as_str() == "billing")
            .returning(|_, _| Ok(Some(consumer())));
        let found = consumers(repository).get(&build::channel(Permission::Read), "billing").await.expect("found");
        assert_eq!(found.position(), 18);
    }

    #[tokio::test]
    async fn a_consumer_that_the_tenant_does_not_have_is_not_found() {
        for name in ["billing", "no name"] {
            let mut repository = MockEventConsumerRepository::new();
            repository.expect_get().returning(|_, _| Ok(None));
            let unknown = consumers(repository).get(&build::channel(Permission::Read), name).await;
            assert_eq!(unknown.expect_err("unknown").code(), Code::EventConsumerNotFound, "{name}");
        }
    }
}
