//! The way out of the service: the parts that creating, testing and delivering webhooks share.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use domain::events::Event;
use domain::ids::{WebhookId, WorkspaceId};
use domain::webhooks::{Reach, SignedMessage, Webhook, WebhookSecret};
use ports::{RepositoryError, SecretVault, WebhookSender};

use super::WebhookError;

/// The maximum number of tests at once: each may take as long as an attempt.
const MOST_TESTS: usize = 256;

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
    /// The webhooks that are being tested.
    tests: Arc<Mutex<HashSet<WebhookId>>>,
}

/// A test that is under way until it is dropped.
pub(super) struct TestUnderWay {
    tests: Arc<Mutex<HashSet<WebhookId>>>,
    webhook: WebhookId,
}

impl Drop for TestUnderWay {
    fn drop(&mut self) {
        self.tests.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.webhook);
    }
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
        Self { sender, vault, reach, body, tests: Arc::default() }
    }

    /// Begins a test of a webhook, unless one is under way or too many are.
    pub(super) fn begin_test(&self, webhook: WebhookId) -> Option<TestUnderWay> {
        let mut tests = self.tests.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = tests.len() < MOST_TESTS && tests.insert(webhook);
        begins.then(|| TestUnderWay { tests: self.tests.clone(), webhook })
    }

    /// Returns the vault, without which there are no webhooks.
    pub(super) fn vault(&self) -> Result<&dyn SecretVault, WebhookError> {
        self.vault.as_deref().ok_or(WebhookError::NotConfigured)
    }

    /// Decrypts the secrets of a webhook. A previous one that the key does not decrypt is left out: it is of another key,
    /// which the new secret replaces.
    pub(super) fn open(&self, webhook: &Webhook) -> Result<OpenSecrets, WebhookError> {
        let vault = self.vault()?;
        let open = |secret| vault.open(webhook.workspace_id(), webhook.id(), secret);
        let secrets = &webhook.parts().secrets;
        let current = open(&secrets.current).map_err(|error| RepositoryError::Internal(error.into()))?;
        let previous = secrets.previous.as_ref().and_then(|(secret, until)| Some((open(secret).ok()?, Some(*until))));
        Ok(OpenSecrets([(current, None)].into_iter().chain(previous).collect()))
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
        let trace = event.trace.clone();
        let body = (self.body)(event, webhook.workspace_id(), &webhook.parts().base_url);
        let signing = secrets.iter().filter(|(_, until)| until.is_none_or(|until| at < until));
        let message = SignedMessage::new(id, at, body, signing.map(|(secret, _)| secret));
        SignedMessage { trace, ..message }
    }
}

#[cfg(test)]
mod tests {
    use domain::webhooks::{SealedSecret, Secrets};
    use ports::{MockSecretVault, MockWebhookSender, VaultError};
    use testkit::build;

    use super::super::fixture::{body, webhook};
    use super::*;

    #[test]
    fn a_previous_secret_of_another_key_is_left_out_and_a_current_one_is_an_error() {
        let [known, unknown] = ["known", "unknown"].map(|text| SealedSecret::new(text.to_owned()));
        let mut vault = MockSecretVault::new();
        let of_another_key = unknown.clone();
        vault.expect_open().returning(move |_, _, sealed| {
            if *sealed == of_another_key { Err(VaultError) } else { Ok(WebhookSecret::new([7; 32])) }
        });
        let outbound = Outbound::new(Arc::new(MockWebhookSender::new()), Some(Arc::new(vault)), Reach::Public, body);
        let opened = |current: &SealedSecret, previous: &SealedSecret| {
            let mut parts = webhook().into_parts();
            parts.secrets = Secrets { current: current.clone(), previous: Some((previous.clone(), build::at())) };
            outbound.open(&Webhook::from_parts(parts)).map(|OpenSecrets(secrets)| secrets.len())
        };
        assert_eq!(opened(&known, &known).expect("opened"), 2);
        assert_eq!(opened(&known, &unknown).expect("opened"), 1);
        assert!(opened(&unknown, &known).is_err());
    }
}
