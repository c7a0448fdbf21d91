//! API keys: created, listed and revoked by a tenant's administrators, issued by the operator, and made by users for their own
//! sessions in a browser.

mod create;
mod error;
mod issue;
mod list;
mod revoke;
mod session;

use std::sync::Arc;

use domain::api_keys::MaxKeyAge;
use ports::{ApiKeyQueries, ApiKeyRepository, UserQueries, UserRepository};

pub use self::create::{CreateApiKey, CreatedApiKey};
pub use self::error::ApiKeyError;
pub use self::issue::IssueApiKey;
pub(crate) use self::issue::issued;
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of API keys.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct ApiKeys {
    pub repository: Arc<dyn ApiKeyRepository>,
    pub queries: Arc<dyn ApiKeyQueries>,
    pub users: Arc<dyn UserRepository>,
    pub user_queries: Arc<dyn UserQueries>,
    pub idempotency: Idempotency,
    pub ambient: Ambient,
    pub max_key_age: MaxKeyAge,
}

#[cfg(test)]
mod fixture {
    use ports::{MockApiKeyQueries, MockApiKeyRepository, MockUserQueries, MockUserRepository};

    use super::*;
    use crate::steps::ambient::fixture::ambient;
    use crate::steps::idempotency::fixture::idempotency;

    /// Returns the use cases over these mocks; calls of other ports panic.
    pub(super) fn api_keys(
        repository: MockApiKeyRepository,
        users: MockUserRepository,
        user_queries: MockUserQueries,
    ) -> ApiKeys {
        let queries = Arc::new(MockApiKeyQueries::new());
        let (users, user_queries) = (Arc::new(users), Arc::new(user_queries));
        let max_key_age = MaxKeyAge::default();
        ApiKeys {
            repository: Arc::new(repository),
            queries,
            users,
            user_queries,
            idempotency: idempotency(),
            ambient: ambient(),
            max_key_age,
        }
    }
}
