//! Authentication of the caller, and the choice of the tenant.

use std::sync::Arc;

use domain::access::{AccessError, Caller, Identified, TenantChoice};
use domain::api_keys::ApiKeyToken;
use ports::{Clock, Credentials};

use crate::outcome::refusal::Refusal;

/// The use case of authentication, the only one without a caller.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Authentication {
    pub credentials: Arc<dyn Credentials>,
    pub clock: Arc<dyn Clock>,
}

impl Authentication {
    /// Authenticates the bearer of a key.
    pub async fn authenticate(&self, token: &ApiKeyToken, choice: TenantChoice) -> Result<Caller, Refusal> {
        Ok(self.identify(token, choice).await?.enter(choice)?)
    }

    /// Identifies the user of a valid key, and loads the tenant that the request names.
    pub async fn identify(&self, token: &ApiKeyToken, choice: TenantChoice) -> Result<Identified, Refusal> {
        let credential = self.credentials.get(token.workspace_id(), token.id(), choice).await?;
        let credential = credential.ok_or(AccessError::Unauthenticated)?;
        Ok(credential.identify(token.secret(), self.clock.now())?)
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockClock, MockCredentials};
    use testkit::build;

    use super::*;

    fn authentication(credentials: MockCredentials) -> Authentication {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(build::at());
        Authentication { credentials: Arc::new(credentials), clock: Arc::new(clock) }
    }

    #[tokio::test]
    async fn an_unknown_key_is_refused() {
        let mut credentials = MockCredentials::new();
        credentials.expect_get().returning(|_, _, _| Ok(None));
        let refused = authentication(credentials).authenticate(&build::token(), TenantChoice::Home).await;
        assert!(matches!(refused, Err(Refusal::Access(AccessError::Unauthenticated))));
    }

    #[tokio::test]
    async fn the_named_tenant_is_looked_up_with_the_key() {
        let mut credentials = MockCredentials::new();
        let home = || build::standing(1, true);
        credentials
            .expect_get()
            .withf(move |workspace, key, choice| {
                let token = build::token();
                (*workspace, *key, *choice) == (token.workspace_id(), token.id(), TenantChoice::Named(home().id))
            })
            .returning(move |_, _, _| Ok(Some(build::credential(home(), Some(home())))));
        let authentication = authentication(credentials);
        let caller = authentication.authenticate(&build::token(), TenantChoice::Named(home().id)).await;
        assert_eq!(caller.expect("a valid key").tenant_id(), home().id);
    }
}
