//! Event consumers: the places up to which clients have read the events of the caller's tenant.

mod delete;
mod error;
mod get;
mod list;
mod put;

use std::sync::Arc;

use ports::{EventConsumerQueries, EventConsumerRepository, EventQueries};

pub use self::error::EventConsumerError;
pub use self::list::{FindEventConsumers, ListedEventConsumer};
pub use self::put::{EventConsumerPut, PutEventConsumer};
use crate::steps::ambient::Ambient;

/// The use cases of event consumers.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct EventConsumers {
    pub repository: Arc<dyn EventConsumerRepository>,
    pub queries: Arc<dyn EventConsumerQueries>,
    pub events: Arc<dyn EventQueries>,
    pub ambient: Ambient,
}

#[cfg(test)]
mod fixture {
    use domain::access::Permission;
    use domain::event_consumers::{EventConsumer, Place};
    use domain::ids::EventConsumerId;
    use ports::{LogState, MockEventConsumerQueries, MockEventConsumerRepository, MockEventQueries};
    use testkit::build;

    use super::*;
    use crate::steps::ambient::fixture::ambient;

    /// Returns a consumer of the channel at position 18.
    pub(super) fn consumer() -> EventConsumer {
        let scope = build::channel(Permission::Write).tenant_scope(Permission::Write).expect("a scope");
        let id = EventConsumerId::new(build::id());
        let place = Place::after(18, 17, 20).expect("a place");
        EventConsumer::new(&scope, (id, "billing".parse().expect("a name")), place, build::at())
    }

    /// Returns the use cases over a log of the events 17 to 20.
    pub(super) fn consumers(repository: MockEventConsumerRepository) -> EventConsumers {
        over(repository, MockEventConsumerQueries::new())
    }

    pub(super) fn over(repository: MockEventConsumerRepository, queries: MockEventConsumerQueries) -> EventConsumers {
        let mut events = MockEventQueries::new();
        events.expect_log().returning(|_| Ok(LogState { position: 20, oldest: 17 }));
        EventConsumers {
            repository: Arc::new(repository),
            queries: Arc::new(queries),
            events: Arc::new(events),
            ambient: ambient(),
        }
    }
}
