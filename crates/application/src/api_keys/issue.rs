//! Issuing a key as the operator.

use domain::access::{OperatorScope, Permission};
use domain::api_keys::{ApiKey, ApiKeyToken, IssueError, MaxKeyAge, NewApiKey};
use domain::change::Change;
use domain::ids::{ApiKeyId, UserId, WorkspaceId};
use domain::users::ApiUser;

use super::{ApiKeyError, ApiKeys};
use crate::input::not_found;
use crate::input::reader::FieldReader;
use crate::steps::ambient::Ambient;

/// The operator's request to issue a key.
#[derive(Debug, Clone)]
pub struct IssueApiKey {
    /// The workspace.
    pub workspace: String,
    /// The key's user.
    pub user: String,
    /// `ADMIN`, `WRITE` or `READ`.
    pub permission: String,
}

impl ApiKeys {
    /// Issues another key to any user.
    pub async fn issue(&self, scope: &OperatorScope, command: IssueApiKey) -> Result<ApiKeyToken, ApiKeyError> {
        let mut reader = FieldReader::default();
        let workspace_id = reader.required::<_, WorkspaceId>("workspace", &command.workspace);
        let user_id = reader.required::<_, UserId>("user", &command.user);
        let permission = reader.required::<_, Permission>("permission", &command.permission);
        let ((workspace_id, user_id), permission) = reader.finish(workspace_id.zip(user_id).zip(permission))?;

        let user = self.user_queries.any(scope, workspace_id, user_id).await?;
        let user = user.ok_or_else(|| ApiKeyError::UserNotFound(not_found("user")))?;

        let (change, token) = issued(&self.ambient, self.max_key_age, scope, &user, permission)?;
        self.repository.create_for_any(scope, change, None).await?;
        Ok(token)
    }
}

/// Decides on a key that an operator issues to a user, and returns its text.
pub(crate) fn issued(
    ambient: &Ambient,
    max_key_age: MaxKeyAge,
    scope: &OperatorScope,
    user: &ApiUser,
    permission: Permission,
) -> Result<(Change<ApiKey>, ApiKeyToken), IssueError> {
    let secret = ambient.secret();
    let token = ApiKeyToken::new(user.workspace_id(), ambient.id(ApiKeyId::new), secret.clone());
    let name = "Made by the operator".parse().expect("a constant that is a name");
    let new = NewApiKey { id: token.id(), secret, name, permission, expires_at: None };
    let stamp = scope.stamp(ambient.audit_id(), ambient.now());
    Ok((ApiKey::issue(new, user, max_key_age, stamp)?, token))
}

#[cfg(test)]
mod tests {
    use ports::{MockApiKeyRepository, MockUserQueries, MockUserRepository};

    use super::super::fixture::api_keys;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn command(permission: &str) -> IssueApiKey {
        let id = "0192f0c1-7b1e-7000-8000-000000000000".to_owned();
        IssueApiKey { workspace: id.clone(), user: id, permission: permission.to_owned() }
    }

    #[tokio::test]
    async fn an_unknown_user_gets_no_key() {
        let mut queries = MockUserQueries::new();
        queries.expect_any().returning(|_, _, _| Ok(None));
        let api_keys = api_keys(MockApiKeyRepository::new(), MockUserRepository::new(), queries);
        let refused = api_keys.issue(&OperatorScope::new(), command("ADMIN")).await.expect_err("unknown");
        assert_eq!(refused.code(), Code::UserNotFound);
    }

    #[tokio::test]
    async fn a_permission_is_one_of_three() {
        let api_keys = api_keys(MockApiKeyRepository::new(), MockUserRepository::new(), MockUserQueries::new());
        let refused = api_keys.issue(&OperatorScope::new(), command("ROOT")).await.expect_err("invalid");
        assert!(refused.field_errors().expect("field errors").contains_key("permission"));
    }
}
