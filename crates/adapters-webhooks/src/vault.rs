//! Encryption of secrets at rest: XChaCha20-Poly1305, whose nonces are long enough to be random.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use data_encoding::BASE64;
use domain::ids::{WebhookId, WorkspaceId};
use domain::webhooks::{SealedSecret, WebhookSecret};
use ports::{SecretVault, VaultError};

/// The version of the format, with which each encrypted secret begins.
const VERSION: &str = "v1.";
const NONCE: usize = 24;

/// Encrypts secrets with a key of 32 bytes.
pub struct Vault(XChaCha20Poly1305);

impl Vault {
    /// Creates the vault of a key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(&Key::from(*key)))
    }
}

/// Binds an encrypted secret to its row, so that it is of no use in another one.
fn context(workspace: WorkspaceId, webhook: WebhookId) -> String {
    format!("{workspace}/{webhook}")
}

impl SecretVault for Vault {
    fn seal(&self, workspace: WorkspaceId, webhook: WebhookId, secret: &WebhookSecret) -> SealedSecret {
        let mut nonce = [0; NONCE];
        getrandom::fill(&mut nonce).expect("the operating system provides random bytes");
        let context = context(workspace, webhook);
        let payload = Payload { msg: secret.as_bytes(), aad: context.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).expect("a short message");
        SealedSecret::new(format!("{VERSION}{}", BASE64.encode(&[&nonce[..], &sealed].concat())))
    }

    fn open(
        &self,
        workspace: WorkspaceId,
        webhook: WebhookId,
        sealed: &SealedSecret,
    ) -> Result<WebhookSecret, VaultError> {
        let encoded = sealed.as_str().strip_prefix(VERSION).ok_or(VaultError)?;
        let bytes = BASE64.decode(encoded.as_bytes()).map_err(|_| VaultError)?;
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or(VaultError)?;
        let context = context(workspace, webhook);
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        let secret = self.0.decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError)?;
        secret.try_into().map(WebhookSecret::new).map_err(|_| VaultError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(number: u128) -> (WorkspaceId, WebhookId) {
        (WorkspaceId::new(uuid::Uuid::from_u128(1)), WebhookId::new(uuid::Uuid::from_u128(number)))
    }

    #[test]
    fn a_secret_is_decrypted_with_its_key_for_its_webhook_only() {
        let (vault, other) = (Vault::new(&[1; 32]), Vault::new(&[2; 32]));
        let secret = WebhookSecret::new([7; 32]);
        let ((workspace, webhook), (_, another)) = (ids(2), ids(3));
        let sealed = vault.seal(workspace, webhook, &secret);
        assert_eq!(vault.open(workspace, webhook, &sealed).expect("its own"), secret);
        assert!(other.open(workspace, webhook, &sealed).is_err());
        assert!(vault.open(workspace, another, &sealed).is_err());
        assert_ne!(vault.seal(workspace, webhook, &secret), sealed, "each time with another nonce");
    }

    #[test]
    fn a_damaged_secret_is_refused() {
        let vault = Vault::new(&[1; 32]);
        let (workspace, webhook) = ids(2);
        let sealed = vault.seal(workspace, webhook, &WebhookSecret::new([7; 32])).as_str().to_owned();
        let cut = &sealed[..sealed.len() - 4];
        for damaged in ["", "v1.", "v1.!", "v2.AAAA", cut, &sealed.replace("v1.", "v1.AAAA")] {
            assert!(vault.open(workspace, webhook, &SealedSecret::new(damaged.to_owned())).is_err(), "{damaged}");
        }
    }
}
