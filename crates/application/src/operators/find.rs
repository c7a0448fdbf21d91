//! Listing and counting workspaces, and looking at one.

use chrono::TimeDelta;
use domain::access::{OperatorScope, TenantStanding};
use domain::ids::WorkspaceId;
use domain::workspaces::{Erasure, Usage, Workspace};
use ports::WorkspaceFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{OperatorError, Operators};
use crate::input::Input;
use crate::input::enum_schemas::PresentWorkspaceStatus;
use crate::input::paging::{List, Listed};
use crate::input::reader::{FieldReader, Fields, read};
use crate::outcome::refusal::Refusal;

/// The time in which events are counted.
const COUNTED: TimeDelta = TimeDelta::days(30);

/// The filter of workspaces.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FindWorkspaces {
    /// A part of the name, ignoring case.
    pub q: Option<String>,
    /// The status of the workspace.
    #[param(inline, value_type = Option<PresentWorkspaceStatus>)]
    pub status: Option<String>,
}

impl Fields for FindWorkspaces {
    type Values = WorkspaceFilter;

    fn read(&self, r: &mut FieldReader) -> Option<WorkspaceFilter> {
        Some(WorkspaceFilter { q: r.optional("q", &self.q), status: r.given("status", &self.status) })
    }
}

/// A workspace as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkspaceReport {
    /// A workspace, and how much is in it.
    Kept {
        /// The workspace.
        workspace: Workspace,
        /// The numbers of what is in it.
        usage: Usage,
    },
    /// A workspace that is being erased or has been.
    Erased(Erasure),
}

/// A workspace with its default tenant, or its erasure.
pub(super) enum Found {
    Kept(Workspace, TenantStanding),
    Erased(Erasure),
}

impl Operators {
    /// Lists the workspaces, oldest first, except those that are erased.
    pub async fn list_workspaces(
        &self,
        scope: &OperatorScope,
        input: Input<List<FindWorkspaces>>,
    ) -> Result<Listed<Workspace>, Refusal> {
        let (filter, page) = read(&input?)?;
        Ok(Listed::new(self.workspaces.list(scope, &filter, page).await?, page))
    }

    /// Counts the workspaces that match.
    pub async fn count_workspaces(&self, scope: &OperatorScope, input: Input<FindWorkspaces>) -> Result<u64, Refusal> {
        Ok(self.workspaces.count(scope, &read(&input?)?).await?)
    }

    /// Returns a workspace and how much is in it, or how far its erasure is.
    pub async fn get_workspace(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
    ) -> Result<WorkspaceReport, OperatorError> {
        match self.found(scope, id).await? {
            Found::Kept(workspace, _) => self.report(scope, workspace).await,
            Found::Erased(erasure) => Ok(WorkspaceReport::Erased(erasure)),
        }
    }

    /// Finds a workspace, or what is left of it.
    pub(super) async fn found(&self, scope: &OperatorScope, id: WorkspaceId) -> Result<Found, OperatorError> {
        if let Some((workspace, tenant)) = self.workspaces.find(scope, id).await?
            && workspace.expect_kept().is_ok()
        {
            return Ok(Found::Kept(workspace, tenant));
        }
        self.workspaces.erasure(scope, id).await?.map(Found::Erased).ok_or(OperatorError::NotFound)
    }

    pub(super) async fn report(
        &self,
        scope: &OperatorScope,
        workspace: Workspace,
    ) -> Result<WorkspaceReport, OperatorError> {
        let usage = self.workspaces.usage(scope, workspace.id(), self.ambient.now() - COUNTED).await?;
        Ok(WorkspaceReport::Kept { workspace, usage })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::operators::Operator;
    use domain::workspaces::WorkspaceStatus;
    use ports::{MockOperatedWorkspaces, Slice};
    use testkit::build;

    use super::super::fixture::{operators, scope};
    use super::*;
    use crate::input::paging::Paging;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn over(workspaces: MockOperatedWorkspaces) -> Operators {
        Operators { workspaces: Arc::new(workspaces), ..operators() }
    }

    fn workspace(status: WorkspaceStatus) -> Workspace {
        let mut parts = build::workspace().into_parts();
        parts.status = status;
        Workspace::from_parts(parts)
    }

    #[tokio::test]
    async fn workspaces_are_asked_for_by_filter_and_page() {
        let mut workspaces = MockOperatedWorkspaces::new();
        workspaces
            .expect_list()
            .withf(|_, filter, page| {
                filter.q.as_ref().is_some_and(|q| q.as_str() == "Stays")
                    && filter.status == Some(WorkspaceStatus::Suspended)
                    && page.size == 5
            })
            .returning(|_, _, _| Ok(Slice { items: vec![build::workspace()], has_more: true }));
        let filter = FindWorkspaces { q: Some(" Stays ".to_owned()), status: Some("SUSPENDED".to_owned()) };
        let paging = Paging { per_page: Some(5), ..Paging::default() };
        let listed = over(workspaces).list_workspaces(&scope(), Ok(List { filter, paging })).await.expect("listed");
        assert_eq!((listed.items.len(), listed.has_more), (1, true));
        let filter = FindWorkspaces { status: Some("GONE".to_owned()), q: Some("\0".to_owned()) };
        let refused = operators().count_workspaces(&scope(), Ok(filter)).await.expect_err("invalid");
        assert_eq!(refused.field_errors().expect("field errors").keys().collect::<Vec<_>>(), ["q", "status"]);
    }

    #[tokio::test]
    async fn a_workspace_is_shown_with_its_usage_of_the_last_thirty_days_until_it_is_erased() {
        let erasure = Erasure {
            workspace_id: build::workspace_id(),
            requested_at: build::at(),
            operator: Operator::CommandLine,
            erased_rows: 3,
            erased_at: None,
        };
        let usage = Usage { tenants: 2, ..Usage::default() };
        let kept = workspace(WorkspaceStatus::Suspended);
        let erased = WorkspaceReport::Erased(erasure.clone());
        for (found, left, expected) in [
            (Some(kept.clone()), None, Ok(WorkspaceReport::Kept { workspace: kept, usage })),
            (Some(workspace(WorkspaceStatus::Erasing)), Some(erasure.clone()), Ok(erased.clone())),
            (None, Some(erasure), Ok(erased)),
            (None, None, Err(Code::WorkspaceNotFound)),
        ] {
            let mut workspaces = MockOperatedWorkspaces::new();
            workspaces
                .expect_find()
                .returning(move |_, _| Ok(found.clone().map(|workspace| (workspace, build::standing(1, true)))));
            workspaces.expect_erasure().returning(move |_, _| Ok(left.clone()));
            workspaces
                .expect_usage()
                .withf(|_, _, since| *since == build::at() - TimeDelta::days(30))
                .returning(move |_, _, _| Ok(usage));
            let shown = over(workspaces).get_workspace(&scope(), build::workspace_id()).await;
            assert_eq!(shown.map_err(|error| error.code()), expected);
        }
    }
}
