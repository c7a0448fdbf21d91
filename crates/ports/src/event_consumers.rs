//! The ports of event consumers.

use async_trait::async_trait;
use domain::access::{EventScope, TenantScope};
use domain::event_consumers::{ConsumerName, EventConsumer, Unread};

use crate::{Page, RepositoryError, Slice};

/// The event consumers of one tenant. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait EventConsumerRepository: Send + Sync {
    /// Returns the consumer, or `None` if the tenant does not have it.
    async fn get(&self, scope: &TenantScope, name: &ConsumerName) -> Result<Option<EventConsumer>, RepositoryError>;

    /// Stores a new consumer.
    ///
    /// # Errors
    /// `Taken { rule: "event_consumers" }` if the tenant has as many as it may have; `Stale` if it has one of this name,
    /// or if the tenant is gone.
    async fn create(&self, scope: &TenantScope, consumer: EventConsumer) -> Result<EventConsumer, RepositoryError>;

    /// Stores a consumer's new position.
    ///
    /// # Errors
    /// `Stale` if the consumer was changed or deleted since it was read.
    async fn update(&self, scope: &TenantScope, consumer: EventConsumer) -> Result<EventConsumer, RepositoryError>;

    /// Deletes a consumer.
    ///
    /// # Errors
    /// `Stale` if the consumer was changed or deleted since it was read.
    async fn delete(&self, scope: &TenantScope, consumer: EventConsumer) -> Result<(), RepositoryError>;
}

/// Lists and counts of the event consumers of one tenant.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait EventConsumerQueries: Send + Sync {
    /// Lists the tenant's consumers, by id, with the events of a feed that each has not read.
    async fn list(
        &self,
        scope: &TenantScope,
        feed: &EventScope,
        page: Page,
    ) -> Result<Slice<(EventConsumer, Unread)>, RepositoryError>;

    /// Counts the tenant's consumers.
    async fn count(&self, scope: &TenantScope) -> Result<u64, RepositoryError>;
}
