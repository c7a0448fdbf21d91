//! Creating a workspace for an operator's program.

use domain::access::OperatorScope;
use domain::idempotency::IdempotentRequest;
use domain::ids::WorkspaceId;

use super::{OperatorError, Operators};
use crate::input::Input;
use crate::input::reader::read;
use crate::workspaces::{CreateWorkspace, NewWorkspaceKey, new_workspace};

impl Operators {
    /// Creates a workspace with its default tenant, an administrator and a key.
    ///
    /// The text of the key is not stored, so a repeated request is refused with the id of the workspace that the first one
    /// created.
    pub async fn create_workspace(
        &self,
        scope: &OperatorScope,
        input: Input<CreateWorkspace>,
        request: Option<IdempotentRequest>,
    ) -> Result<NewWorkspaceKey, OperatorError> {
        let already = |id| OperatorError::AlreadyCreated { id: WorkspaceId::new(id) };
        self.once(scope, request.as_ref(), already, async || {
            let values = read(&input?)?;
            let (change, key) = new_workspace(&self.ambient, self.max_key_age, scope, values);
            let record = self.record_of(scope, request.clone(), key.workspace_id.as_uuid());
            self.repository.create(scope, change, record).await?;
            Ok(key)
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ports::{MockOperatorTrail, MockWorkspaceRepository};
    use testkit::build;

    use super::super::fixture::{operators, scope};
    use super::*;
    use crate::outcome::problem::Problem;

    fn sent(name: &str, currency: &str, email: &str) -> CreateWorkspace {
        CreateWorkspace {
            name: Some(name.to_owned()),
            default_currency: Some(currency.to_owned()),
            admin_email: Some(email.to_owned()),
        }
    }

    #[tokio::test]
    async fn a_workspace_gets_its_currency_and_its_administrators_address_and_leaves_a_record() {
        let mut repository = MockWorkspaceRepository::new();
        repository.expect_create().once().returning(|scope, change, record| {
            let parts = change.after.workspace.clone().into_parts();
            assert_eq!((parts.name.as_str(), parts.default_currency.code()), ("Stays Inc.", "EUR"));
            let email = change.after.administrator.email().expect("an address");
            assert_eq!(email.as_str(), "ada@example.com");
            let record = record.expect("a record");
            assert_eq!(Some(record.operator_key_id), scope.operator().key());
            assert_eq!(record.resource_id, parts.id.as_uuid());
            Ok(change.after.workspace)
        });
        let mut trail = MockOperatorTrail::new();
        trail.expect_record().returning(|_, _| Ok(None));
        let operators = Operators { repository: Arc::new(repository), trail: Arc::new(trail), ..operators() };
        let request = IdempotentRequest { key: "key-1".parse().expect("a key"), fingerprint: [1; 32] };
        let input = Ok(sent("Stays Inc.", "eur", "ada@example.com"));
        let key = operators.create_workspace(&scope(), input, Some(request)).await.expect("created");
        assert!(key.token.secret().hash().matches(&build::secret()));
    }

    #[tokio::test]
    async fn all_field_errors_are_named_as_the_request_names_the_fields() {
        let input = Ok(sent("", "EURO", "ada"));
        let refused = operators().create_workspace(&scope(), input, None).await.expect_err("invalid");
        let fields = refused.field_errors().expect("field errors").keys();
        assert_eq!(fields.collect::<Vec<_>>(), ["adminEmail", "defaultCurrency", "name"]);
    }
}
