//! Changing a workspace: its name, its suspension, and the beginning of its erasure.

use domain::access::{OperatorScope, TenantStanding};
use domain::audit::Stamp;
use domain::change::Change;
use domain::ids::WorkspaceId;
use domain::patch::Patch;
use domain::workspaces::{Workspace, WorkspaceEdit, WorkspaceStatusRefused};
use serde::Deserialize;
use utoipa::ToSchema;

use super::find::Found;
use super::{OperatorError, Operators, WorkspaceReport};
use crate::input::Input;
use crate::input::reader::{FieldReader, Fields, read};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// The name of a workspace. If it is absent, it is left unchanged.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = RenameWorkspaceBody)]
pub struct RenameWorkspace {
    /// The name of the workspace.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Stays Inc.", min_length = 1, max_length = 255)]
    pub name: Patch<String>,
}

impl Fields for RenameWorkspace {
    type Values = WorkspaceEdit;

    fn read(&self, r: &mut FieldReader) -> Option<WorkspaceEdit> {
        Some(WorkspaceEdit { name: r.keep("name", &self.name), ..WorkspaceEdit::default() })
    }
}

impl Operators {
    /// Renames a workspace.
    pub async fn rename_workspace(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
        input: Input<RenameWorkspace>,
        precondition: &Precondition<WorkspaceReport>,
    ) -> Result<WorkspaceReport, OperatorError> {
        let edit = read(&input?)?;
        self.change(scope, id, precondition, |workspace, tenant, stamp| {
            Ok(workspace.update(edit.clone(), (tenant.id, &tenant.name), stamp))
        })
        .await
    }

    /// Suspends or resumes a workspace. May be repeated.
    pub async fn set_suspended(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
        is_suspended: bool,
        precondition: &Precondition<WorkspaceReport>,
    ) -> Result<WorkspaceReport, OperatorError> {
        self.change(scope, id, precondition, |workspace, tenant, stamp| {
            workspace.set_suspended(is_suspended, (tenant.id, &tenant.name), stamp)
        })
        .await
    }

    /// Begins the erasure of a suspended workspace. May be repeated.
    pub async fn erase_workspace(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
        precondition: &Precondition<WorkspaceReport>,
    ) -> Result<WorkspaceReport, OperatorError> {
        retry_stale(async || {
            let (workspace, tenant) = match self.found(scope, id).await? {
                Found::Kept(workspace, tenant) => (workspace, tenant),
                Found::Erased(erasure) => {
                    let report = WorkspaceReport::Erased(erasure);
                    precondition.check(&report)?;
                    return Ok(report);
                }
            };
            precondition.check(&self.report(scope, workspace.clone()).await?)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match workspace.erase((tenant.id, &tenant.name), stamp)? {
                Some(change) => Ok(WorkspaceReport::Erased(self.workspaces.erase(scope, change).await?)),
                None => self.get_workspace(scope, id).await,
            }
        })
        .await
    }

    async fn change(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
        precondition: &Precondition<WorkspaceReport>,
        decide: impl Fn(&Workspace, &TenantStanding, Stamp) -> Result<Option<Change<Workspace>>, WorkspaceStatusRefused>,
    ) -> Result<WorkspaceReport, OperatorError> {
        retry_stale(async || {
            let (workspace, tenant) = match self.found(scope, id).await? {
                Found::Kept(workspace, tenant) => (workspace, tenant),
                Found::Erased(erasure) => {
                    precondition.check(&WorkspaceReport::Erased(erasure))?;
                    return Err(WorkspaceStatusRefused::Erased.into());
                }
            };
            let report = self.report(scope, workspace.clone()).await?;
            precondition.check(&report)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match decide(&workspace, &tenant, stamp)? {
                Some(change) => self.report(scope, self.workspaces.change(scope, change).await?).await,
                None => Ok(report),
            }
        })
        .await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::operators::Operator;
    use domain::workspaces::{Erasure, Usage, WorkspaceStatus};
    use ports::MockOperatedWorkspaces;
    use testkit::build;

    use super::super::fixture::{operators, scope};
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn workspace(status: WorkspaceStatus) -> Workspace {
        let mut parts = build::workspace().into_parts();
        parts.status = status;
        Workspace::from_parts(parts)
    }

    fn erasure() -> Erasure {
        Erasure {
            workspace_id: build::workspace_id(),
            requested_at: build::at(),
            operator: Operator::CommandLine,
            erased_rows: 0,
            erased_at: None,
        }
    }

    /// Returns use cases that find a workspace with this status, and expect so many changes and erasures.
    fn over(status: WorkspaceStatus, changes: usize, erasures: usize) -> Operators {
        let mut workspaces = MockOperatedWorkspaces::new();
        workspaces.expect_find().returning(move |_, _| Ok(Some((workspace(status), build::standing(1, true)))));
        workspaces.expect_erasure().returning(|_, _| Ok(Some(erasure())));
        workspaces.expect_usage().returning(|_, _, _| Ok(Usage::default()));
        workspaces.expect_change().times(changes).returning(|_, change| {
            assert_eq!(change.audit.tenant_id, build::standing(1, true).id);
            Ok(change.after)
        });
        workspaces.expect_erase().times(erasures).returning(|_, _| Ok(erasure()));
        Operators { workspaces: Arc::new(workspaces), ..operators() }
    }

    fn status(report: &WorkspaceReport) -> WorkspaceStatus {
        match report {
            WorkspaceReport::Kept { workspace, usage: _ } => workspace.status(),
            WorkspaceReport::Erased(_) => WorkspaceStatus::Erasing,
        }
    }

    #[tokio::test]
    async fn a_workspace_is_suspended_and_resumed_and_what_is_so_already_is_not_stored() {
        use WorkspaceStatus::{Active, Erasing, Suspended};
        for (before, is_suspended, changes, expected) in [
            (Active, true, 1, Ok(Suspended)),
            (Suspended, true, 0, Ok(Suspended)),
            (Suspended, false, 1, Ok(Active)),
            (Active, false, 0, Ok(Active)),
            (Erasing, false, 0, Err(Code::WorkspaceErased)),
        ] {
            let operators = over(before, changes, 0);
            let (scope, any) = (scope(), Precondition::default());
            let done = operators.set_suspended(&scope, build::workspace_id(), is_suspended, &any).await;
            let done = done.map(|report| status(&report)).map_err(|error| error.code());
            assert_eq!(done, expected, "{before:?} {is_suspended}");
        }
    }

    #[tokio::test]
    async fn only_a_suspended_workspace_is_erased_and_once() {
        use WorkspaceStatus::{Active, Erasing, Suspended};
        for (before, erasures, expected) in
            [(Active, 0, Err(Code::WorkspaceNotSuspended)), (Suspended, 1, Ok(Erasing)), (Erasing, 0, Ok(Erasing))]
        {
            let operators = over(before, 0, erasures);
            let done = operators.erase_workspace(&scope(), build::workspace_id(), &Precondition::default()).await;
            assert_eq!(done.map(|report| status(&report)).map_err(|error| error.code()), expected, "{before:?}");
        }
    }

    #[tokio::test]
    async fn a_name_is_changed_if_it_is_valid_and_another_one() {
        let sent = |name: &str| Ok(RenameWorkspace { name: Patch::Set(name.to_owned()) });
        for (input, changes, expected) in [
            (sent("Rooms Inc."), 1, Ok("Rooms Inc.")),
            (sent("Stays Inc."), 0, Ok("Stays Inc.")),
            (Ok(RenameWorkspace::default()), 0, Ok("Stays Inc.")),
            (sent(""), 0, Err(Code::ValidationFailed)),
        ] {
            let operators = over(WorkspaceStatus::Active, changes, 0);
            let done =
                operators.rename_workspace(&scope(), build::workspace_id(), input, &Precondition::default()).await;
            let done = done.map_err(|error| error.code()).map(|report| match report {
                WorkspaceReport::Kept { workspace, usage: _ } => String::from(workspace.into_parts().name),
                WorkspaceReport::Erased(_) => String::new(),
            });
            assert_eq!(done, expected.map(str::to_owned));
        }
    }

    #[tokio::test]
    async fn nothing_is_changed_that_is_not_as_it_was_seen() {
        let lost = || Precondition::new(|_: Option<&WorkspaceReport>| false);
        let id = build::workspace_id();
        for status in [WorkspaceStatus::Suspended, WorkspaceStatus::Erasing] {
            let operators = over(status, 0, 0);
            for refused in [
                operators.set_suspended(&scope(), id, false, &lost()).await,
                operators.erase_workspace(&scope(), id, &lost()).await,
                operators.rename_workspace(&scope(), id, Ok(RenameWorkspace::default()), &lost()).await,
            ] {
                assert_eq!(refused.expect_err("refused").code(), Code::PreconditionFailed);
            }
        }
    }
}
