//! Issuing another key to the administrator of a workspace, who has lost the first one.

use domain::access::{OperatorScope, Permission};
use domain::idempotency::IdempotentRequest;
use domain::ids::{ApiKeyId, WorkspaceId};
use domain::workspaces::WorkspaceStatusRefused;
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::find::Found;
use super::{OperatorError, Operators};
use crate::api_keys::{CreatedApiKey, issued};
use crate::input::Input;
use crate::input::reader::{FieldReader, Fields, read};
use crate::steps::retry::retry_stale;

/// The fields of a key that the request cannot choose.
#[derive(Debug, Default, Deserialize)]
pub struct ReplaceApiKey {
    name: Option<IgnoredAny>,
    user_id: Option<IgnoredAny>,
    permission: Option<IgnoredAny>,
    #[serde(rename = "expiresAt")]
    expires_at: Option<IgnoredAny>,
}

impl Fields for ReplaceApiKey {
    type Values = ();

    fn read(&self, r: &mut FieldReader) -> Option<()> {
        let Self { name, user_id, permission, expires_at } = self;
        for (field, sent) in
            [("name", name), ("user_id", user_id), ("permission", permission), ("expiresAt", expires_at)]
        {
            if sent.is_some() {
                r.refuse(field, "cannot be chosen here: the key is an ADMIN key of the oldest active administrator.");
            }
        }
        Some(())
    }
}

impl Operators {
    /// Issues an ADMIN key to the oldest active user who may have one.
    ///
    /// The text of the key is not stored, so a repeated request is refused with the id of the key that the first one
    /// created.
    pub async fn issue_key(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
        input: Input<ReplaceApiKey>,
        request: Option<IdempotentRequest>,
    ) -> Result<CreatedApiKey, OperatorError> {
        read(&input?)?;
        let already = |id| OperatorError::KeyAlreadyCreated { id: ApiKeyId::new(id) };
        self.once(scope, request.as_ref(), already, async || {
            retry_stale(async || self.issue(scope, id, request.clone()).await).await
        })
        .await
    }

    async fn issue(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
        request: Option<IdempotentRequest>,
    ) -> Result<CreatedApiKey, OperatorError> {
        if let Found::Erased(_) = self.found(scope, id).await? {
            return Err(WorkspaceStatusRefused::Erased.into());
        }
        let administrator = self.workspaces.administrator(scope, id).await?;
        let administrator = administrator.ok_or(OperatorError::NoAdministrator)?;
        let user = self.users.any(scope, id, administrator).await?.ok_or(OperatorError::NoAdministrator)?;
        let (change, token) = issued(&self.ambient, self.max_key_age, scope, &user, Permission::Admin)?;
        let record = self.record_of(scope, request, token.id().as_uuid());
        let api_key = self.api_keys.create_for_any(scope, change, record).await?;
        Ok(CreatedApiKey { api_key, token })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ports::MockOperatedWorkspaces;
    use serde_json::json;
    use testkit::build;

    use super::super::fixture::{operators, scope};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn a_workspace_that_is_unknown_or_has_no_administrator_gets_no_key() {
        for (is_there, expected) in [(false, Code::WorkspaceNotFound), (true, Code::UserNotFound)] {
            let mut workspaces = MockOperatedWorkspaces::new();
            workspaces
                .expect_find()
                .returning(move |_, _| Ok(is_there.then(|| (build::workspace(), build::standing(1, true)))));
            workspaces.expect_erasure().returning(|_, _| Ok(None));
            workspaces.expect_administrator().returning(|_, _| Ok(None));
            let operators = Operators { workspaces: Arc::new(workspaces), ..operators() };
            let input = Ok(ReplaceApiKey::default());
            let refused = operators.issue_key(&scope(), build::workspace_id(), input, None).await.expect_err("refused");
            assert_eq!(refused.code(), expected);
        }
    }

    #[tokio::test]
    async fn a_request_that_would_choose_what_it_cannot_is_refused() {
        let fields = |json| {
            let input = Ok(serde_json::from_value(json).expect("a body"));
            async move {
                let refused = operators().issue_key(&scope(), build::workspace_id(), input, None).await;
                let refused = refused.expect_err("refused");
                refused.field_errors().expect("field errors").keys().cloned().collect::<Vec<_>>()
            }
        };
        let all = json!({ "name": 5, "user_id": "x", "permission": "READ", "expiresAt": [], "other": 1 });
        assert_eq!(fields(all).await, ["expiresAt", "name", "permission", "user_id"]);
        assert_eq!(fields(json!({ "name": null, "permission": "ADMIN" })).await, ["permission"]);
    }
}
