//! Secrets that sign, as Standard Webhooks specifies it.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use data_encoding::BASE64;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use thiserror::Error;

use crate::traces::TraceContext;

const PREFIX: &str = "whsec_";

/// A text that is not the secret of a webhook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a valid webhook secret.")]
pub struct WebhookSecretError;

/// The secret of a webhook. `Debug` never shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookSecret([u8; 32]);

impl WebhookSecret {
    /// Creates a secret from 256 random bits of a cryptographic source.
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// Returns the text that the receiver is given: `whsec_` and base64.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    /// Returns the bytes, to encrypt.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Returns the signature of `id.timestamp.body`: `v1,` and base64.
    fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("a key of any length");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(body);
        format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()))
    }
}

impl FromStr for WebhookSecret {
    type Err = WebhookSecretError;

    fn from_str(text: &str) -> Result<Self, WebhookSecretError> {
        let encoded = text.strip_prefix(PREFIX).ok_or(WebhookSecretError)?;
        let bytes = BASE64.decode(encoded.as_bytes()).map_err(|_| WebhookSecretError)?;
        bytes.try_into().map(Self).map_err(|_| WebhookSecretError)
    }
}

impl fmt::Debug for WebhookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookSecret(…)")
    }
}

/// An encrypted secret, as text. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(String);

impl SealedSecret {
    /// Creates an encrypted secret from its text.
    pub const fn new(text: String) -> Self {
        Self(text)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<SealedSecret> for String {
    fn from(secret: SealedSecret) -> Self {
        secret.0
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedSecret(…)")
    }
}

/// The encrypted secrets of a webhook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secrets {
    /// The secret.
    pub current: SealedSecret,
    /// The previous secret, and the time from which it does not sign.
    pub previous: Option<(SealedSecret, DateTime<Utc>)>,
}

impl Secrets {
    /// Returns the secrets that sign at a time, the newest first.
    pub fn signing(&self, at: DateTime<Utc>) -> impl Iterator<Item = &SealedSecret> {
        let previous = self.previous.as_ref().filter(|(_, until)| at < *until);
        [&self.current].into_iter().chain(previous.map(|(secret, _)| secret))
    }
}

/// A signed message: the body of a request, and its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedMessage {
    /// `webhook-id`: the same for each repeat.
    pub id: String,
    /// `webhook-timestamp`: the seconds since 1970 at which it was signed.
    pub timestamp: i64,
    /// `webhook-signature`: a signature for each secret, separated by spaces.
    pub signature: String,
    /// The body.
    pub body: Vec<u8>,
    /// The trace to which the request belongs, if there is one. It is not signed.
    pub trace: Option<TraceContext>,
}

impl SignedMessage {
    /// Signs a message with each of the secrets. A webhook has two while they are being rotated.
    pub fn new<'a>(
        id: String,
        at: DateTime<Utc>,
        body: Vec<u8>,
        secrets: impl IntoIterator<Item = &'a WebhookSecret>,
    ) -> Self {
        let timestamp = at.timestamp();
        let signatures: Vec<_> = secrets.into_iter().map(|secret| secret.sign(&id, timestamp, &body)).collect();
        Self { id, timestamp, signature: signatures.join(" "), body, trace: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification, which is shorter than ours.
    const SHORT: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    #[test]
    fn a_message_has_a_signature_of_each_secret() {
        let [old, new] = [1, 2].map(|byte| WebhookSecret::new([byte; 32]));
        let at = DateTime::from_timestamp(1_614_265_330, 999_000_000).expect("a time");
        let message = SignedMessage::new("id".to_owned(), at, b"{}".to_vec(), [&new, &old]);
        assert_eq!(message.timestamp, 1_614_265_330);
        // As the HMAC of Python computes them.
        let expected =
            "v1,tWMrr56vdOLEmuwPwyNvLaK9nYNisZR3Aeqex2+bK2I= v1,Mf/8EELG7Ge0Uzpwn9pLQC52nh1ioGhQI82hAZx2x8A=";
        assert_eq!(message.signature, expected);
    }

    #[test]
    fn a_secret_is_read_as_it_is_shown_and_hidden_otherwise() {
        let secret = WebhookSecret::new([7; 32]);
        let text = secret.reveal();
        assert!(text.starts_with("whsec_") && text.len() == 6 + 44, "{text}");
        assert_eq!(text.parse(), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "WebhookSecret(…)");
        for text in ["", "whsec_", SHORT, &text[6..], "whsec_!"] {
            assert_eq!(text.parse::<WebhookSecret>(), Err(WebhookSecretError), "{text}");
        }
    }
}
