//! API keys: created, listed and revoked by a tenant's administrators, and issued by the operator.

mod create;
mod error;
mod issue;
mod list;
mod revoke;

use std::sync::Arc;

use domain::api_keys::MaxKeyAge;
use ports::{ApiKeyQueries, ApiKeyRepository, UserQueries, UserRepository};

pub use self::create::{CreateApiKey, CreatedApiKey};
pub use self::error::ApiKeyError;
pub use self::issue::IssueApiKey;
use crate::steps::ambient::Ambient;
use crate::steps::idempotency::Idempotency;

/// The use cases of API keys.
pub struct ApiKeys {
    repository: Arc<dyn ApiKeyRepository>,
    queries: Arc<dyn ApiKeyQueries>,
    users: Arc<dyn UserRepository>,
    user_queries: Arc<dyn UserQueries>,
    idempotency: Idempotency,
    ambient: Ambient,
    max_age: MaxKeyAge,
}

impl ApiKeys {
    /// Creates the use cases from their ports.
    pub fn new(
        repository: Arc<dyn ApiKeyRepository>,
        queries: Arc<dyn ApiKeyQueries>,
        users: Arc<dyn UserRepository>,
        user_queries: Arc<dyn UserQueries>,
        idempotency: Idempotency,
        ambient: Ambient,
        max_age: MaxKeyAge,
    ) -> Self {
        Self { repository, queries, users, user_queries, idempotency, ambient, max_age }
    }
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
        let max_age = MaxKeyAge::default();
        ApiKeys::new(Arc::new(repository), queries, users, user_queries, idempotency(), ambient(), max_age)
    }
}
