//! The text form of an operator's key: `tno_` followed by 71 letters and digits, made like that of an [API
//! key](crate::api_keys::ApiKeyToken) from the key's id, 192 random bits and a checksum.

use std::str::FromStr;

use uuid::Uuid;

use crate::api_keys::token::{CHECKSUM_LENGTH, SECRET_LENGTH, decode, encode};
use crate::api_keys::{KeySecret, MalformedKeyError};
use crate::ids::OperatorKeyId;

const PREFIX: &str = "tno_";
const TOKEN_LENGTH: usize = 16 + SECRET_LENGTH + CHECKSUM_LENGTH;

/// An operator's key in the form that a client holds. `Debug` shows its id, never the secret.
#[derive(Debug, Clone)]
pub struct OperatorKeyToken {
    id: OperatorKeyId,
    secret: KeySecret,
}

impl OperatorKeyToken {
    /// Creates a token from its parts.
    pub const fn new(id: OperatorKeyId, secret: KeySecret) -> Self {
        Self { id, secret }
    }

    /// The key's id.
    pub const fn id(&self) -> OperatorKeyId {
        self.id
    }

    /// The random part.
    pub const fn secret(&self) -> &KeySecret {
        &self.secret
    }

    /// Returns the text that the client sends. Show it once.
    pub fn reveal(&self) -> String {
        encode(PREFIX, &[self.id.as_uuid().as_bytes(), self.secret.as_bytes()])
    }
}

impl FromStr for OperatorKeyToken {
    type Err = MalformedKeyError;

    fn from_str(text: &str) -> Result<Self, MalformedKeyError> {
        let bytes = decode::<TOKEN_LENGTH>(PREFIX, text)?;
        let (id, rest) = bytes.split_at(16);
        let (secret, _) = rest.split_at(SECRET_LENGTH);
        let secret: [u8; SECRET_LENGTH] = secret.try_into().map_err(|_| MalformedKeyError)?;
        let id = Uuid::from_slice(id).map_err(|_| MalformedKeyError)?;
        Ok(Self { id: OperatorKeyId::new(id), secret: KeySecret::new(secret) })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::api_keys::ApiKeyToken;
    use crate::ids::{ApiKeyId, WorkspaceId};

    fn token() -> OperatorKeyToken {
        OperatorKeyToken::new(OperatorKeyId::new(Uuid::from_u128(5)), KeySecret::new([7; SECRET_LENGTH]))
    }

    #[test]
    fn a_key_reads_back_as_what_was_shown() {
        let shown = token().reveal();
        let read: OperatorKeyToken = shown.parse().expect("our own key");
        assert_eq!((shown.len(), read.id()), (75, token().id()));
        assert!(token().secret().hash().matches(read.secret()));
    }

    #[test]
    fn a_key_of_a_tenant_is_not_one_of_an_operator_nor_the_other_way_round() {
        let id = Uuid::from_u128(5);
        let tenants = ApiKeyToken::new(WorkspaceId::new(id), ApiKeyId::new(id), KeySecret::new([7; SECRET_LENGTH]));
        assert!(tenants.reveal().parse::<OperatorKeyToken>().is_err());
        assert!(token().reveal().parse::<ApiKeyToken>().is_err());
        assert!(token().reveal().replace("tno_", "tny_").parse::<ApiKeyToken>().is_err());
        assert!(tenants.reveal().replace("tny_", "tno_").parse::<OperatorKeyToken>().is_err());
    }

    proptest! {
        #[test]
        fn one_wrong_character_is_refused_without_a_query(at in 0_usize..75, letter in "[a-z2-7_=A-Z]") {
            let mut shown = token().reveal();
            prop_assume!(shown[at..=at] != letter);
            shown.replace_range(at..=at, &letter);
            prop_assert!(shown.parse::<OperatorKeyToken>().is_err());
        }
    }
}
