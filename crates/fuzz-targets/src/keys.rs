//! Keys, secrets and ids.

use domain::api_keys::{ApiKeyToken, KeySecret, SecretHash};
use domain::idempotency::IdempotencyKey;
use domain::ids::{ApiKeyId, OperatorKeyId, TenantId, WorkspaceId};
use domain::operators::OperatorKeyToken;
use domain::webhooks::WebhookSecret;
use uuid::Uuid;

use crate::{read, read_back};

/// Reads the bytes as a key, and as the parts of one, with one wrong character.
pub(crate) fn keys(data: &[u8]) {
    if let Ok(text) = str::from_utf8(data) {
        texts(text);
    }
    if let Some((parts, rest)) = data.split_first_chunk::<56>() {
        let (ids, secret) = parts.split_at(32);
        let id = |at: usize| Uuid::from_slice(&ids[at..at + 16]).expect("16 bytes");
        let secret = KeySecret::new(secret.try_into().expect("24 bytes"));
        let key = ApiKeyToken::new(WorkspaceId::new(id(0)), ApiKeyId::new(id(16)), secret.clone()).reveal();
        let of_operator = OperatorKeyToken::new(OperatorKeyId::new(id(0)), secret).reveal();
        texts(&key);
        texts(&of_operator);
        if let [at, letter, ..] = *rest {
            assert!(mistyped(&key, at, letter).is_none_or(|key| key.parse::<ApiKeyToken>().is_err()));
            assert!(mistyped(&of_operator, at, letter).is_none_or(|key| key.parse::<OperatorKeyToken>().is_err()));
        }
    }
}

/// Returns the key with another character at a place.
fn mistyped(key: &str, at: u8, letter: u8) -> Option<String> {
    let mut bytes = key.as_bytes().to_vec();
    let place = usize::from(at) % bytes.len();
    let is_other = letter.is_ascii() && bytes[place] != letter;
    bytes[place] = letter;
    String::from_utf8(bytes).ok().filter(|_| is_other)
}

/// A secret has one text, which no `Debug` shows; nothing is read as two kinds of keys.
fn texts(text: &str) {
    let key: Option<ApiKeyToken> = read(text);
    let of_operator: Option<OperatorKeyToken> = read(text);
    assert!(key.is_none() || of_operator.is_none(), "{text:?} is one kind of key");
    if let Some(key) = key {
        assert_eq!(key.reveal(), text);
        assert!(key.secret().hash().matches(key.secret()));
        assert!(!format!("{key:?}").contains(&text[56..]), "the secret is not shown");
        assert_eq!(read(&key.secret().hash().to_hex()), Some(key.secret().hash()));
    }
    if let Some(key) = of_operator {
        assert_eq!(key.reveal(), text);
    }
    if let Some(secret) = read::<WebhookSecret>(text) {
        assert_eq!(secret.reveal(), text);
    }
    if let Some(hash) = read::<SecretHash>(text) {
        assert_eq!(hash.to_hex(), text);
    }
    if let Some(key) = read_back::<IdempotencyKey>(text) {
        assert!(key.as_str() == text && (1..=255).contains(&text.len()), "{text:?}");
    }
    if let Some(id) = read_back::<TenantId>(text) {
        assert_eq!(id.to_string(), text.to_ascii_lowercase());
    }
}
