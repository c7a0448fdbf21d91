//! Changing a workspace: its name, its suspension, and the beginning of its erasure.

use domain::access::{OperatorScope, TenantStanding};
use domain::audit::Stamp;
use domain::change::Change;
use domain::currencies::Currency;
use domain::ids::WorkspaceId;
use domain::patch::Patch;
use domain::workspaces::{Workspace, WorkspaceEdit, WorkspaceStatus, WorkspaceStatusRefused};
use serde::Deserialize;
use utoipa::ToSchema;

use super::find::Found;
use super::{OperatorError, Operators, WorkspaceReport};
use crate::input::Input;
use crate::input::enum_schemas::WorkspaceStatusWord;
use crate::input::reader::{FieldReader, Fields};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// The name of a workspace. If it is absent, it is left unchanged. You may send a whole workspace back, but `status` and
/// `defaultCurrency` must be as the workspace has them.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = RenameWorkspaceBody)]
#[serde(rename_all = "camelCase")]
pub struct RenameWorkspace {
    /// The name of the workspace.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Stays Inc.", min_length = 1, max_length = 255)]
    pub name: Patch<String>,
    /// The status of the workspace. Other operations change it.
    #[schema(value_type = Option<WorkspaceStatusWord>)]
    pub status: Option<String>,
    /// The currency of prices that state none. The administrators of the workspace change it.
    #[schema(example = "USD")]
    pub default_currency: Option<String>,
}

/// The values of fields that the operation does not change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Restated {
    status: Option<WorkspaceStatus>,
    default_currency: Option<Currency>,
}

impl Fields for RenameWorkspace {
    type Values = (WorkspaceEdit, Restated);

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        let edit = WorkspaceEdit { name: r.keep("name", &self.name), ..WorkspaceEdit::default() };
        let status = r.given("status", &self.status);
        Some((edit, Restated { status, default_currency: r.given("defaultCurrency", &self.default_currency) }))
    }
}

impl Restated {
    /// Refuses the fields that differ from those of the workspace.
    fn refuse_changes(self, r: &mut FieldReader, workspace: &Workspace) {
        if self.status.is_some_and(|said| said != workspace.status()) {
            r.refuse("status", "is changed by the operations suspend, resume and delete.");
        }
        if self.default_currency.is_some_and(|said| said != workspace.default_currency()) {
            r.refuse("defaultCurrency", "is changed by the administrators of the workspace.");
        }
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
        let mut reader = FieldReader::default();
        let read = input?.read(&mut reader);
        let edit = |workspace: Option<&Workspace>| {
            let (mut reader, read) = (reader.clone(), read.clone());
            if let (Some(workspace), Some((_, restated))) = (workspace, &read) {
                restated.refuse_changes(&mut reader, workspace);
            }
            Ok(reader.finish(read)?.0)
        };
        self.change(scope, id, precondition, edit, |workspace, edit, tenant, stamp| {
            Ok(workspace.update(edit, (tenant.id, &tenant.name), stamp))
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
        self.change(
            scope,
            id,
            precondition,
            |_| Ok(()),
            |workspace, (), tenant, stamp| workspace.set_suspended(is_suspended, (tenant.id, &tenant.name), stamp),
        )
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

    /// Changes a workspace. `edit` checks the values before all else, with the workspace if it is there.
    async fn change<E>(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
        precondition: &Precondition<WorkspaceReport>,
        edit: impl Fn(Option<&Workspace>) -> Result<E, OperatorError>,
        decide: impl Fn(&Workspace, E, &TenantStanding, Stamp) -> Result<Option<Change<Workspace>>, WorkspaceStatusRefused>,
    ) -> Result<WorkspaceReport, OperatorError> {
        retry_stale(async || {
            let found = self.found(scope, id).await;
            let edit = edit(match &found {
                Ok(Found::Kept(workspace, _)) => Some(workspace),
                Ok(Found::Erased(_)) | Err(_) => None,
            })?;
            let (workspace, tenant) = match found? {
                Found::Kept(workspace, tenant) => (workspace, tenant),
                Found::Erased(erasure) => {
                    precondition.check(&WorkspaceReport::Erased(erasure))?;
                    return Err(WorkspaceStatusRefused::Erased.into());
                }
            };
            let report = self.report(scope, workspace.clone()).await?;
            precondition.check(&report)?;
            let stamp = scope.stamp(self.ambient.audit_id(), self.ambient.now());
            match decide(&workspace, edit, &tenant, stamp)? {
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
    use domain::workspaces::{Erasure, Usage};
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
        let sent = |name: &str| Ok(RenameWorkspace { name: Patch::Set(name.to_owned()), ..RenameWorkspace::default() });
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
    async fn what_the_operation_does_not_change_must_be_as_it_is() {
        for (status, currency, expected) in [
            ("ACTIVE", "usd", None),
            ("SUSPENDED", "EUR", Some(&["defaultCurrency", "name", "status"][..])),
            ("ERASED", "EURO", Some(&["defaultCurrency", "name", "status"][..])),
        ] {
            let name = Patch::Set(if expected.is_some() { "" } else { "Stays Inc." }.to_owned());
            let (status, default_currency) = (Some(status.to_owned()), Some(currency.to_owned()));
            let input = Ok(RenameWorkspace { name, status, default_currency });
            let operators = over(WorkspaceStatus::Active, 0, 0);
            let done =
                operators.rename_workspace(&scope(), build::workspace_id(), input, &Precondition::default()).await;
            let fields =
                done.err().map(|refused| refused.field_errors().expect("field errors").keys().cloned().collect());
            assert_eq!(fields, expected.map(|fields| fields.iter().map(ToString::to_string).collect::<Vec<_>>()));
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
