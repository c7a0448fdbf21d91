//! The ports of webhooks.

use async_trait::async_trait;
use domain::webhooks::{Outcome, SignedMessage, WebhookUrl};

/// Sends requests to receivers.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// Sends a message once and waits for the answer, 15 seconds at most.
    async fn send(&self, url: &WebhookUrl, message: SignedMessage) -> Outcome;
}
