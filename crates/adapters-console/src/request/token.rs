//! The token in every form of a session, by which forms of other pages are recognised.

use data_encoding::BASE64URL_NOPAD;
use domain::api_keys::ApiKeyToken;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The purpose of the hash, so that it is of no use elsewhere.
const PURPOSE: &[u8] = b"tenantry console form\0";

/// Returns the token of the session: a hash of its key, which has 192 random bits.
pub(crate) fn form_token(key: &ApiKeyToken) -> String {
    BASE64URL_NOPAD.encode(&Sha256::new().chain_update(PURPOSE).chain_update(key.reveal()).finalize())
}

/// Compares tokens in constant time.
pub(crate) fn is_token(sent: &str, expected: &str) -> bool {
    sent.as_bytes().ct_eq(expected.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::sample_key;

    #[test]
    fn a_session_has_a_token_of_its_own_that_does_not_tell_its_key() {
        let (own, others) = (form_token(&sample_key(7)), form_token(&sample_key(8)));
        assert!(is_token(&own, &form_token(&sample_key(7))) && !is_token(&others, &own) && !is_token("", &own));
        assert!(!own.contains(&sample_key(7).reveal()[40..60]));
    }
}
