//! Operators: they create, watch, suspend and erase workspaces, with keys that belong to no workspace. They see no data of
//! tenants.

mod authenticate;
mod change;
mod create;
mod erasing;
mod error;
mod find;
mod issue_key;
mod keys;
mod repeat;
mod trail;

use std::sync::Arc;

use domain::api_keys::MaxKeyAge;
use ports::{
    ApiKeyRepository, Erasures, OperatedWorkspaces, OperatorKeyRepository, OperatorTrail, UserQueries,
    WorkspaceRepository,
};

pub use self::change::RenameWorkspace;
pub use self::erasing::Erasing;
pub use self::error::OperatorError;
pub use self::find::{FindWorkspaces, WorkspaceReport};
pub use self::issue_key::ReplaceApiKey;
pub use self::keys::CreateOperatorKey;
pub use self::trail::FindOperatorAudit;
use crate::steps::ambient::Ambient;

/// The use cases of operators.
#[expect(missing_docs, reason = "the ports and settings")]
#[derive(Clone)]
pub struct Operators {
    pub keys: Arc<dyn OperatorKeyRepository>,
    pub trail: Arc<dyn OperatorTrail>,
    pub workspaces: Arc<dyn OperatedWorkspaces>,
    pub erasures: Arc<dyn Erasures>,
    pub repository: Arc<dyn WorkspaceRepository>,
    pub users: Arc<dyn UserQueries>,
    pub api_keys: Arc<dyn ApiKeyRepository>,
    pub ambient: Ambient,
    pub max_key_age: MaxKeyAge,
}

#[cfg(test)]
mod fixture {
    use domain::access::OperatorScope;
    use domain::ids::OperatorKeyId;
    use domain::operators::{OperatorKey, OperatorKeyToken};
    use ports::{
        MockApiKeyRepository, MockErasures, MockOperatedWorkspaces, MockOperatorKeyRepository, MockOperatorTrail,
        MockUserQueries, MockWorkspaceRepository,
    };
    use testkit::build;
    use uuid::Uuid;

    use super::*;
    use crate::steps::ambient::fixture::ambient;

    /// Returns use cases whose ports all panic.
    pub(super) fn operators() -> Operators {
        Operators {
            keys: Arc::new(MockOperatorKeyRepository::new()),
            trail: Arc::new(MockOperatorTrail::new()),
            workspaces: Arc::new(MockOperatedWorkspaces::new()),
            erasures: Arc::new(MockErasures::new()),
            repository: Arc::new(MockWorkspaceRepository::new()),
            users: Arc::new(MockUserQueries::new()),
            api_keys: Arc::new(MockApiKeyRepository::new()),
            ambient: ambient(),
            max_key_age: MaxKeyAge::default(),
        }
    }

    pub(super) fn token() -> OperatorKeyToken {
        OperatorKeyToken::new(OperatorKeyId::new(Uuid::from_u128(5)), build::secret())
    }

    pub(super) fn key() -> OperatorKey {
        OperatorKey::issue(&token(), "Onboarding".parse().expect("a name"), MaxKeyAge::default(), build::at())
    }

    /// Returns the scope of the bearer of the key.
    pub(super) fn scope() -> OperatorScope {
        key().admit(&build::secret(), build::at()).expect("a valid key")
    }
}
