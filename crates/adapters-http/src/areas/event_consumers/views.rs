//! Responses of event consumers.

use application::ListedEventConsumer;
use domain::event_consumers::{EventConsumer, EventConsumerParts};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;

/// The place up to which a client has read events.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventConsumer)]
pub(crate) struct EventConsumerView {
    id: Uuid,
    #[schema(example = "billing")]
    name: String,
    /// The position of the last event that the client has read; 0 before the first.
    #[schema(example = 1234)]
    position: u64,
    #[serde(rename = "createdAt")]
    created_at: DateTime,
    #[serde(rename = "updatedAt")]
    updated_at: DateTime,
}

/// A consumer in a list, with the events that it has not read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ListedEventConsumer)]
pub(crate) struct ListedEventConsumerView {
    id: Uuid,
    #[schema(example = "billing")]
    name: String,
    /// The position of the last event that the client has read; 0 before the first.
    #[schema(example = 1234)]
    position: u64,
    lag: EventLagView,
    #[serde(rename = "createdAt")]
    created_at: DateTime,
    #[serde(rename = "updatedAt")]
    updated_at: DateTime,
}

/// The events that a reader has not read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventLag)]
pub(crate) struct EventLagView {
    /// Their number, counted up to 10,000.
    #[schema(maximum = 10_000, example = 12)]
    pub(crate) events: u64,
    /// The age of the oldest one in whole seconds; 0 if there is none.
    #[schema(example = 3)]
    pub(crate) seconds: u64,
}

impl From<EventConsumer> for EventConsumerView {
    fn from(consumer: EventConsumer) -> Self {
        let EventConsumerParts {
            workspace_id: _,
            tenant_id: _,
            id,
            name,
            position,
            version: _,
            created_at,
            updated_at,
        } = consumer.into_parts();
        Self {
            id: id.as_uuid(),
            name: name.to_string(),
            position,
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
        }
    }
}

impl From<ListedEventConsumer> for ListedEventConsumerView {
    fn from(listed: ListedEventConsumer) -> Self {
        let ListedEventConsumer { consumer, unread: events, seconds } = listed;
        let EventConsumerView { id, name, position, created_at, updated_at } = consumer.into();
        Self { id, name, position, lag: EventLagView { events, seconds }, created_at, updated_at }
    }
}
