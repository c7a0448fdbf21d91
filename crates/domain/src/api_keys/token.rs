//! The text form of a key, and its secret part.
//!
//! A key is `tny_` followed by 96 letters and digits: the workspace's id, the key's id, 192 random bits and a CRC-32 of
//! them all, in base 32. Secret scanners can recognise it, a mistyped one is refused without a query, and its row is
//! found by `(workspace, key id)`. Only a SHA-256 of the random part is stored: 192 random bits need no slow hash.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use data_encoding::{DecodePartial, Encoding, HEXLOWER, Specification};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use thiserror::Error;
use uuid::Uuid;

use crate::ids::{ApiKeyId, WorkspaceId};

const PREFIX: &str = "tny_";
pub(crate) const SECRET_LENGTH: usize = 24;
pub(crate) const CHECKSUM_LENGTH: usize = 4;
const TOKEN_LENGTH: usize = 16 + 16 + SECRET_LENGTH + CHECKSUM_LENGTH;

/// RFC 4648's alphabet in lower case, strict: no padding, no stray bits, no upper case.
static BASE32: LazyLock<Encoding> = LazyLock::new(|| {
    let mut specification = Specification::new();
    specification.symbols.push_str("abcdefghijklmnopqrstuvwxyz234567");
    specification.encoding().expect("a constant alphabet of 32 distinct letters")
});

/// The random part of a key. `Debug` never shows it.
#[derive(Clone)]
pub struct KeySecret([u8; SECRET_LENGTH]);

impl KeySecret {
    /// Creates a secret from 192 random bits of a cryptographic source.
    pub const fn new(random: [u8; SECRET_LENGTH]) -> Self {
        Self(random)
    }

    /// The random bits, for the text form of a key.
    pub(crate) const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Returns the hash, which is the stored form.
    pub fn hash(&self) -> SecretHash {
        SecretHash(Sha256::digest(self.0).into())
    }
}

impl fmt::Debug for KeySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeySecret(…)")
    }
}

/// The stored form of a key's random part: its SHA-256.
#[derive(Clone)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Compares the hash with that of the secret, in constant time.
    pub fn matches(&self, secret: &KeySecret) -> bool {
        self.0.ct_eq(&secret.hash().0).into()
    }

    /// Writes 64 hexadecimal digits.
    pub fn to_hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

/// A text that is not a valid API key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("is not a valid API key.")]
pub struct MalformedKeyError;

impl FromStr for SecretHash {
    type Err = MalformedKeyError;

    fn from_str(hex: &str) -> Result<Self, MalformedKeyError> {
        let bytes = HEXLOWER.decode(hex.as_bytes()).map_err(|_| MalformedKeyError)?;
        bytes.try_into().map(Self).map_err(|_| MalformedKeyError)
    }
}

/// A key in the form that a client holds. `Debug` shows its id, never the secret.
#[derive(Debug, Clone)]
pub struct ApiKeyToken {
    workspace_id: WorkspaceId,
    id: ApiKeyId,
    secret: KeySecret,
}

impl ApiKeyToken {
    /// Creates a token from its parts.
    pub const fn new(workspace_id: WorkspaceId, id: ApiKeyId, secret: KeySecret) -> Self {
        Self { workspace_id, id, secret }
    }

    /// The workspace in which the key is looked up.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.workspace_id
    }

    /// The key's id.
    pub const fn id(&self) -> ApiKeyId {
        self.id
    }

    /// The random part.
    pub const fn secret(&self) -> &KeySecret {
        &self.secret
    }

    /// Returns the text that the client sends. Show it once, to the user who asked for the key.
    pub fn reveal(&self) -> String {
        let ids = [self.workspace_id.as_uuid(), self.id.as_uuid()];
        encode(PREFIX, &[ids[0].as_bytes(), ids[1].as_bytes(), self.secret.as_bytes()])
    }
}

impl FromStr for ApiKeyToken {
    type Err = MalformedKeyError;

    fn from_str(text: &str) -> Result<Self, MalformedKeyError> {
        let bytes = decode::<TOKEN_LENGTH>(PREFIX, text)?;
        let (workspace_id, rest) = bytes.split_at(16);
        let (id, rest) = rest.split_at(16);
        let (secret, _) = rest.split_at(SECRET_LENGTH);
        Ok(Self {
            workspace_id: WorkspaceId::new(Uuid::from_slice(workspace_id).map_err(|_| MalformedKeyError)?),
            id: ApiKeyId::new(Uuid::from_slice(id).map_err(|_| MalformedKeyError)?),
            secret: KeySecret(secret.try_into().map_err(|_| MalformedKeyError)?),
        })
    }
}

/// Returns the text form of a key: the prefix, and its parts with their checksum in base 32.
pub(crate) fn encode(prefix: &str, parts: &[&[u8]]) -> String {
    let mut bytes = parts.concat();
    bytes.extend_from_slice(&crc32fast::hash(&bytes).to_be_bytes());
    format!("{prefix}{}", BASE32.encode(&bytes))
}

/// Returns the parts of the text form of a key, with their checksum, which is checked.
pub(crate) fn decode<const LENGTH: usize>(prefix: &str, text: &str) -> Result<[u8; LENGTH], MalformedKeyError> {
    let encoded = text.strip_prefix(prefix).ok_or(MalformedKeyError)?;
    let mut bytes = [0; LENGTH];
    if BASE32.decode_len(encoded.len()) != Ok(LENGTH) {
        return Err(MalformedKeyError);
    }
    BASE32.decode_mut(encoded.as_bytes(), &mut bytes).map_err(|DecodePartial { .. }| MalformedKeyError)?;
    let (content, checksum) = bytes.split_at(LENGTH - CHECKSUM_LENGTH);
    if crc32fast::hash(content).to_be_bytes() == checksum { Ok(bytes) } else { Err(MalformedKeyError) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn token(seed: u8) -> ApiKeyToken {
        ApiKeyToken::new(
            WorkspaceId::new(Uuid::from_bytes([seed; 16])),
            ApiKeyId::new(Uuid::from_bytes([seed ^ 0xff; 16])),
            KeySecret([seed.wrapping_mul(7); SECRET_LENGTH]),
        )
    }

    #[test]
    fn a_key_reads_back_as_what_was_shown() {
        let shown = token(3).reveal();
        let read: ApiKeyToken = shown.parse().expect("our own key");
        assert_eq!(shown.len(), 100);
        assert_eq!(read.workspace_id(), token(3).workspace_id());
        assert_eq!(read.id(), token(3).id());
        assert!(token(3).secret().hash().matches(read.secret()));
        assert!(!token(4).secret().hash().matches(read.secret()));
    }

    #[test]
    fn neither_a_key_nor_its_hash_is_shown_by_debug() {
        let shown = format!("{:?} {:?}", token(3), token(3).secret().hash());
        assert!(shown.contains("KeySecret(…)") && shown.contains("SecretHash(…)"), "{shown}");
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_refused_without_a_query(at in 0_usize..100, letter in "[a-z2-7_=A-Z]") {
            let mut shown = token(9).reveal();
            prop_assume!(shown[at..=at] != letter);
            shown.replace_range(at..=at, &letter);
            prop_assert!(shown.parse::<ApiKeyToken>().is_err());
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            prop_assert!(text.parse::<ApiKeyToken>().is_err());
            let prefixed = format!("{PREFIX}{text}");
            prop_assert!(prefixed.parse::<ApiKeyToken>().is_err());
        }
    }
}
