//! The trail of operators.

use domain::access::OperatorScope;
use domain::operators::OperatorEntry;
use ports::OperatorEntryFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Operators;
use crate::input::Input;
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields, read};
use crate::outcome::refusal::Refusal;
use crate::steps::retry::until_none_are_left;
use domain::idempotency::IdempotencyRecord;

/// The filter of entries of the operators' trail.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindOperatorAudit {
    /// The action, as a whole word.
    #[param(example = "workspace.suspend")]
    pub action: Option<String>,
    /// The workspace.
    #[serde(rename = "workspaceID")]
    #[param(value_type = Option<uuid::Uuid>)]
    pub workspace_id: Option<String>,
}

impl Fields for FindOperatorAudit {
    type Values = OperatorEntryFilter;

    fn read(&self, r: &mut FieldReader) -> Option<OperatorEntryFilter> {
        Some(OperatorEntryFilter {
            action: r.optional("action", &self.action),
            workspace_id: r.given("workspaceID", &self.workspace_id),
        })
    }
}

impl Operators {
    /// Lists the entries, oldest first.
    pub async fn list_audit(
        &self,
        scope: &OperatorScope,
        input: Input<List<FindOperatorAudit>>,
    ) -> Result<Listed<OperatorEntry>, Refusal> {
        let (filter, page) = read(&input?)?;
        Ok(Listed::new(self.trail.list(scope, &filter, page).await?, page))
    }

    /// Counts the entries that match.
    pub async fn count_audit(&self, scope: &OperatorScope, input: Input<FindOperatorAudit>) -> Result<u64, Refusal> {
        Ok(self.trail.count(scope, &read(&input?)?).await?)
    }

    /// Deletes the records of requests that are too old, in batches. Returns their number.
    pub async fn forget_requests(&self, scope: &OperatorScope) -> Result<u64, Refusal> {
        let before = IdempotencyRecord::kept_since(self.ambient.now());
        until_none_are_left(async |most| Ok(self.trail.forget(scope, before, most).await?)).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::ids::WorkspaceId;
    use ports::MockOperatorTrail;
    use testkit::build;

    use super::super::fixture::{operators, scope};
    use super::*;
    use crate::outcome::problem::Problem;

    #[tokio::test]
    async fn entries_are_counted_by_action_and_workspace() {
        let mut trail = MockOperatorTrail::new();
        trail
            .expect_count()
            .withf(|_, filter| {
                filter.action.as_ref().is_some_and(|action| action.as_str() == "workspace.suspend")
                    && filter.workspace_id.map(WorkspaceId::as_uuid) == Some(build::workspace_id().as_uuid())
            })
            .returning(|_, _| Ok(3));
        let operators = Operators { trail: Arc::new(trail), ..operators() };
        let filter = FindOperatorAudit {
            action: Some("workspace.suspend".to_owned()),
            workspace_id: Some(build::workspace_id().to_string()),
        };
        assert_eq!(operators.count_audit(&scope(), Ok(filter)).await.expect("counted"), 3);
        let filter = FindOperatorAudit { action: Some("\0".to_owned()), workspace_id: Some("x".to_owned()) };
        let refused = operators.count_audit(&scope(), Ok(filter)).await.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["action", "workspaceID"]);
    }
}
