//! The keys of operators, which the command line creates, lists and revokes.

use domain::access::OperatorScope;
use domain::ids::OperatorKeyId;
use domain::operators::{OperatorEntry, OperatorKey, OperatorKeyName, OperatorKeyToken};

use super::{OperatorError, Operators};
use crate::input::reader::{FieldReader, Fields, read};
use crate::steps::retry::retry_stale;

/// A request to create a key of an operator.
#[derive(Debug, Clone)]
pub struct CreateOperatorKey {
    /// The name.
    pub name: String,
}

impl Fields for CreateOperatorKey {
    type Values = OperatorKeyName;

    fn read(&self, r: &mut FieldReader) -> Option<OperatorKeyName> {
        r.required("name", &self.name)
    }
}

impl Operators {
    /// Creates a key. Its text is shown only once.
    pub async fn create_key(
        &self,
        scope: &OperatorScope,
        command: CreateOperatorKey,
    ) -> Result<(OperatorKey, OperatorKeyToken), OperatorError> {
        let name = read(&command)?;
        let token = OperatorKeyToken::new(self.ambient.id(OperatorKeyId::new), self.ambient.secret());
        let at = self.ambient.now();
        let key = OperatorKey::issue(&token, name, self.max_key_age, at);
        let entry = OperatorEntry::of_key(scope, self.ambient.audit_id(), at, "operator_key.create", key.id());
        Ok((self.keys.create(scope, key, entry).await?, token))
    }

    /// Lists all keys, oldest first.
    pub async fn list_keys(&self, scope: &OperatorScope) -> Result<Vec<OperatorKey>, OperatorError> {
        Ok(self.keys.list(scope).await?)
    }

    /// Revokes a key: it is refused from now on. May be repeated.
    pub async fn revoke_key(&self, scope: &OperatorScope, id: OperatorKeyId) -> Result<OperatorKey, OperatorError> {
        retry_stale(async || {
            let key = self.keys.get(id).await?.ok_or(OperatorError::KeyNotFound)?;
            let at = self.ambient.now();
            let Some(revoked) = key.revoke(at) else { return Ok(key) };
            let entry = OperatorEntry::of_key(scope, self.ambient.audit_id(), at, "operator_key.revoke", id);
            Ok(self.keys.revoke(scope, revoked, entry).await?)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ports::MockOperatorKeyRepository;
    use testkit::build;

    use super::super::fixture::{key, operators};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn over(keys: MockOperatorKeyRepository) -> Operators {
        Operators { keys: Arc::new(keys), ..operators() }
    }

    #[tokio::test]
    async fn the_key_that_is_shown_is_the_key_that_is_stored_and_stands_in_the_trail() {
        let mut keys = MockOperatorKeyRepository::new();
        keys.expect_create().once().returning(|_, key, entry| {
            assert_eq!((&*entry.action, entry.resource_id), ("operator_key.create", key.id().as_uuid()));
            Ok(key)
        });
        let command = CreateOperatorKey { name: "Onboarding".to_owned() };
        let (key, token) = over(keys).create_key(&OperatorScope::new(), command).await.expect("created");
        assert_eq!(key.id(), token.id());
        assert!(key.admit(token.secret(), build::at()).is_ok());
    }

    #[tokio::test]
    async fn a_key_has_a_name() {
        let command = CreateOperatorKey { name: String::new() };
        let refused = operators().create_key(&OperatorScope::new(), command).await.expect_err("invalid");
        assert_eq!(refused.code(), Code::ValidationFailed);
    }

    #[tokio::test]
    async fn a_key_is_revoked_once() {
        let revoked = key().revoke(build::at()).expect("a change");
        for (stored, times) in [(key(), 1), (revoked.clone(), 0)] {
            let mut keys = MockOperatorKeyRepository::new();
            keys.expect_get().returning(move |_| Ok(Some(stored.clone())));
            keys.expect_revoke().times(times).returning(|_, key, _| Ok(key));
            let done = over(keys).revoke_key(&OperatorScope::new(), revoked.id()).await;
            assert_eq!(done.expect("revoked"), revoked);
        }
        let mut keys = MockOperatorKeyRepository::new();
        keys.expect_get().returning(|_| Ok(None));
        let refused = over(keys).revoke_key(&OperatorScope::new(), key().id()).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::ApiKeyNotFound);
    }
}
