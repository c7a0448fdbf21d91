//! Webhooks of a list.

use chrono::{DateTime, Utc};
use domain::event_consumers::Unread;
use domain::webhooks::Webhook;

/// A webhook of a list, with the events that it has not delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedWebhook {
    /// The webhook.
    pub webhook: Webhook,
    /// The number of events that it has not delivered, at most [`Unread::MOST`].
    pub unread: u64,
    /// The age of the oldest of them in whole seconds; 0 if there is none.
    pub seconds: u64,
}

impl ListedWebhook {
    pub(super) fn new((webhook, unread): (Webhook, Unread), now: DateTime<Utc>) -> Self {
        Self { webhook, unread: unread.events, seconds: unread.age(now) }
    }
}
