//! API keys: the operator's way to another one.

use std::sync::Arc;

use domain::access::{OperatorScope, Permission};
use domain::api_keys::{ApiKey, ApiKeyToken, NewApiKey};
use domain::ids::{ApiKeyId, UserId, WorkspaceId};
use ports::{ApiKeyRepository, RepositoryError, UserRepository};
use thiserror::Error;
use validator::Validate;

use crate::ambient::Ambient;
use crate::input::{checked, is, required};
use crate::problem::{Faults, Problem, ProblemKind};
use crate::refusal::{Refusal, shares_refusals};

/// The use cases of API keys.
pub struct ApiKeys {
    repository: Arc<dyn ApiKeyRepository>,
    users: Arc<dyn UserRepository>,
    ambient: Ambient,
}

/// A new key, as the operator asks for it.
#[derive(Debug, Clone, Validate)]
pub struct CreateApiKey {
    /// The workspace.
    #[validate(custom(function = is::<WorkspaceId>))]
    pub workspace: String,
    /// Whose key it will be.
    #[validate(custom(function = is::<UserId>))]
    pub user: String,
    /// `ADMIN`, `WRITE` or `READ`.
    #[validate(custom(function = is::<Permission>))]
    pub permission: String,
}

/// Why there is no key.
#[derive(Debug, Error)]
pub enum ApiKeyError {
    /// For reasons that have nothing to do with keys.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The workspace has no such user.
    #[error("The user was not found.")]
    UserNotFound,
}

shares_refusals!(ApiKeyError);

impl From<RepositoryError> for ApiKeyError {
    fn from(error: RepositoryError) -> Self {
        Self::Refused(error.into())
    }
}

impl Problem for ApiKeyError {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::UserNotFound => ProblemKind::NotFound,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::UserNotFound => "user_not_found",
        }
    }

    fn faults(&self) -> Option<&Faults> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::UserNotFound => None,
        }
    }
}

impl ApiKeys {
    /// Works with these.
    pub fn new(repository: Arc<dyn ApiKeyRepository>, users: Arc<dyn UserRepository>, ambient: Ambient) -> Self {
        Self { repository, users, ambient }
    }

    /// Gives a user another key.
    pub async fn create(&self, scope: &OperatorScope, command: CreateApiKey) -> Result<ApiKeyToken, ApiKeyError> {
        let command = checked(Ok(command))?;
        let workspace_id: WorkspaceId = required("workspace", Some(&command.workspace))?;
        let user_id = required("user", Some(&command.user))?;
        let permission = required("permission", Some(&command.permission))?;

        let found = self.users.find_with_home(scope, workspace_id, user_id).await?;
        let (user, home) = found.ok_or(ApiKeyError::UserNotFound)?;

        let secret = self.ambient.secret();
        let token = ApiKeyToken::new(workspace_id, self.ambient.id(ApiKeyId::new), secret.clone());
        let name = required("name", Some("Made by the operator"))?;
        let new = NewApiKey { id: token.id(), secret, name, permission };
        let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
        self.repository.create(scope, ApiKey::issue(new, &user, &home, stamp)).await?;
        Ok(token)
    }
}

#[cfg(test)]
mod tests {
    use ports::{MockApiKeyRepository, MockUserRepository};

    use super::*;
    use crate::ambient::fixture::ambient;

    fn command(permission: &str) -> CreateApiKey {
        let id = "0192f0c1-7b1e-7000-8000-000000000000".to_owned();
        CreateApiKey { workspace: id.clone(), user: id, permission: permission.to_owned() }
    }

    #[tokio::test]
    async fn an_unknown_user_gets_no_key() {
        let mut users = MockUserRepository::new();
        users.expect_find_with_home().returning(|_, _, _| Ok(None));
        let api_keys = ApiKeys::new(Arc::new(MockApiKeyRepository::new()), Arc::new(users), ambient());
        let refused = api_keys.create(&OperatorScope::new(), command("ADMIN")).await.expect_err("unknown");
        assert_eq!(refused.code(), "user_not_found");
    }

    #[tokio::test]
    async fn a_permission_is_one_of_three() {
        let nobody = MockUserRepository::new();
        let api_keys = ApiKeys::new(Arc::new(MockApiKeyRepository::new()), Arc::new(nobody), ambient());
        let refused = api_keys.create(&OperatorScope::new(), command("ROOT")).await.expect_err("invalid");
        assert!(refused.faults().expect("fields at fault").contains_key("permission"));
    }
}
