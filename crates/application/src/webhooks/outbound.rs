//! The way out of the service: the parts that creating, testing and delivering webhooks share.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::events::Event;
use domain::ids::WorkspaceId;
use domain::webhooks::{Reach, SignedMessage, Webhook, WebhookSecret};
use ports::{RepositoryError, SecretVault, WebhookSender};
use tokio::sync::Semaphore;

use super::WebhookError;

/// The maximum number of tests at once: each may take as long as an attempt.
const MOST_TESTS: usize = 16;

/// Writes the body of an event of a workspace. The URLs of resources begin with the base URL.
pub type EventBody = fn(Event, WorkspaceId, &str) -> Vec<u8>;

/// The way out of the service. Clones share its connections and limits.
#[derive(Clone)]
pub struct Outbound {
    /// Sends requests.
    pub sender: Arc<dyn WebhookSender>,
    /// Encrypts secrets. Without it there are no webhooks.
    pub vault: Option<Arc<dyn SecretVault>>,
    /// The addresses to which requests may go.
    pub reach: Reach,
    /// Writes the bodies.
    pub body: EventBody,
    pub(super) tests: Arc<Semaphore>,
}

/// The decrypted secrets of a webhook, with the time from which each does not sign.
pub(super) struct OpenSecrets(Vec<(WebhookSecret, Option<DateTime<Utc>>)>);

impl Outbound {
    /// Creates a way out.
    pub fn new(
        sender: Arc<dyn WebhookSender>,
        vault: Option<Arc<dyn SecretVault>>,
        reach: Reach,
        body: EventBody,
    ) -> Self {
        Self { sender, vault, reach, body, tests: Arc::new(Semaphore::new(MOST_TESTS)) }
    }

    /// Returns the vault, without which there are no webhooks.
    pub(super) fn vault(&self) -> Result<&dyn SecretVault, WebhookError> {
        self.vault.as_deref().ok_or(WebhookError::NotConfigured)
    }

    /// Decrypts the secrets of a webhook.
    pub(super) fn open(&self, webhook: &Webhook) -> Result<OpenSecrets, WebhookError> {
        let vault = self.vault()?;
        let secrets = &webhook.parts().secrets;
        let previous = secrets.previous.iter().map(|(secret, until)| (secret, Some(*until)));
        let open = |(secret, until)| {
            let opened = vault.open(webhook.workspace_id(), webhook.id(), secret);
            opened.map(|secret| (secret, until)).map_err(|error| RepositoryError::Internal(error.into()))
        };
        let opened: Result<_, _> = [(&secrets.current, None)].into_iter().chain(previous).map(open).collect();
        Ok(OpenSecrets(opened?))
    }

    /// Returns the message of an event, signed at a time.
    pub(super) fn message(
        &self,
        webhook: &Webhook,
        OpenSecrets(secrets): &OpenSecrets,
        event: Event,
        at: DateTime<Utc>,
    ) -> SignedMessage {
        let id = event.id.to_string();
        let body = (self.body)(event, webhook.workspace_id(), &webhook.parts().base_url);
        let signing = secrets.iter().filter(|(_, until)| until.is_none_or(|until| at < until));
        SignedMessage::new(id, at, body, signing.map(|(secret, _)| secret))
    }
}
