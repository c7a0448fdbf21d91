//! Authentication of an operator.

use domain::access::{AccessError, OperatorScope};
use domain::operators::OperatorKeyToken;

use super::Operators;
use crate::outcome::refusal::Refusal;

impl Operators {
    /// Authenticates the bearer of an operator's key, by the data that is stored now.
    pub async fn authenticate(&self, token: &OperatorKeyToken) -> Result<OperatorScope, Refusal> {
        let key = self.keys.get(token.id()).await?.ok_or(AccessError::Unauthenticated)?;
        Ok(key.admit(token.secret(), self.ambient.now())?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ports::MockOperatorKeyRepository;
    use testkit::build;

    use super::super::fixture::{key, operators, token};
    use super::*;

    #[tokio::test]
    async fn a_key_lets_in_while_it_is_stored_and_not_revoked() {
        let revoked = key().revoke(build::at()).expect("a change");
        for (stored, is_admitted) in [(Some(key()), true), (Some(revoked), false), (None, false)] {
            let mut keys = MockOperatorKeyRepository::new();
            keys.expect_get().returning(move |_| Ok(stored.clone()));
            let found = Operators { keys: Arc::new(keys), ..operators() }.authenticate(&token()).await;
            assert_eq!(found.is_ok(), is_admitted);
            assert!(matches!(found, Ok(_) | Err(Refusal::Access(AccessError::Unauthenticated))));
        }
    }
}
