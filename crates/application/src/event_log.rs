//! The event logs of all workspaces: their numbering and retention, as a server does them in the background, and their
//! lines for operators.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::access::{EventScope, OperatorScope};
use domain::events::EventRetention;
use domain::ids::{TenantId, WorkspaceId};
use ports::{EventFilter, EventLog, EventPage, EventQueries, Numbered, OperatedWorkspaces, TenantRepository};

use crate::operators::OperatorError;
use crate::outcome::refusal::Refusal;
use crate::steps::ambient::Ambient;

/// The maximum number of changes that one transaction numbers, and of events of a workspace that one deletes.
const MOST: u32 = 500;
/// The number of events on a page for operators.
const PAGE: u32 = 100;

/// The use cases of the event logs.
#[expect(missing_docs, reason = "the ports and settings")]
pub struct EventLogs {
    pub log: Arc<dyn EventLog>,
    pub queries: Arc<dyn EventQueries>,
    pub workspaces: Arc<dyn OperatedWorkspaces>,
    pub repository: Arc<dyn TenantRepository>,
    pub ambient: Ambient,
}

impl EventLogs {
    /// Numbers changes that wait in any workspace.
    pub async fn number(&self, operator: &OperatorScope) -> Result<Numbered, Refusal> {
        Ok(self.log.number(operator, self.ambient.now(), MOST).await?)
    }

    /// Waits until this process has committed a change that waits for its number.
    pub async fn committed(&self) {
        self.log.committed().await;
    }

    /// Returns the positions of the last events of these logs and feeds.
    pub async fn positions(
        &self,
        operator: &OperatorScope,
        feeds: &[EventScope],
    ) -> Result<Vec<(EventScope, u64)>, Refusal> {
        if feeds.is_empty() {
            return Ok(vec![]);
        }
        Ok(self.log.positions(operator, feeds).await?)
    }

    /// Returns the workspaces of these logs and feeds that are suspended or erased.
    pub async fn suspended(&self, operator: &OperatorScope, feeds: &[EventScope]) -> Result<Vec<WorkspaceId>, Refusal> {
        let workspaces: BTreeSet<_> = feeds.iter().map(EventScope::workspace_id).collect();
        if workspaces.is_empty() {
            return Ok(vec![]);
        }
        Ok(self.log.suspended(operator, &workspaces.into_iter().collect::<Vec<_>>()).await?)
    }

    /// Deletes the events that are no longer kept, in batches. Returns their number.
    pub async fn forget(&self, operator: &OperatorScope, retention: EventRetention) -> Result<u64, Refusal> {
        let before = retention.kept_since(self.ambient.now());
        let mut all = 0;
        loop {
            // A batch may be small because many tenants were told.
            let forgotten = self.log.forget(operator, before, MOST).await?;
            if forgotten == 0 {
                return Ok(all);
            }
            all += forgotten;
        }
    }

    /// Checks that a workspace is there and not being erased, and that the tenant is in it.
    pub async fn expect(
        &self,
        operator: &OperatorScope,
        workspace: WorkspaceId,
        tenant: Option<TenantId>,
    ) -> Result<(), OperatorError> {
        let found = self.workspaces.find(operator, workspace).await?;
        let (found, default) = found.ok_or(OperatorError::NotFound)?;
        found.expect_kept()?;
        let Some(tenant) = tenant else { return Ok(()) };
        let scope = operator.tenant_scope(workspace, default);
        self.repository.get(&scope, tenant).await?.map(drop).ok_or(OperatorError::TenantNotFound)
    }

    /// Reads the log of a workspace, or the feed of one tenant in it, after a position.
    pub async fn read(
        &self,
        operator: &OperatorScope,
        workspace: WorkspaceId,
        tenant: Option<TenantId>,
        after: u64,
    ) -> Result<EventPage, Refusal> {
        let filter = EventFilter { after, types: vec![], limit: PAGE };
        Ok(self.queries.read(&operator.event_scope(workspace, tenant), &filter).await?)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use domain::workspaces::{Workspace, WorkspaceStatus};
    use ports::{MockEventLog, MockEventQueries, MockOperatedWorkspaces, MockTenantRepository, RepositoryError};
    use testkit::build;

    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;
    use crate::steps::ambient::fixture::ambient;

    fn logs(log: MockEventLog) -> EventLogs {
        EventLogs {
            log: Arc::new(log),
            queries: Arc::new(MockEventQueries::new()),
            workspaces: Arc::new(MockOperatedWorkspaces::new()),
            repository: Arc::new(MockTenantRepository::new()),
            ambient: ambient(),
        }
    }

    #[tokio::test]
    async fn the_log_of_an_unknown_or_erased_workspace_or_tenant_is_not_read() {
        use WorkspaceStatus::{Active, Erasing, Suspended};
        for (status, tenant, expected) in [
            (None, None, Err(Code::WorkspaceNotFound)),
            (Some(Erasing), None, Err(Code::WorkspaceErased)),
            (Some(Active), None, Ok(())),
            (Some(Suspended), Some(true), Ok(())),
            (Some(Active), Some(false), Err(Code::TenantNotFound)),
        ] {
            let mut workspaces = MockOperatedWorkspaces::new();
            let found = status.map(|status| {
                let mut parts = build::workspace().into_parts();
                parts.status = status;
                (Workspace::from_parts(parts), build::standing(1, true))
            });
            workspaces.expect_find().returning(move |_, _| Ok(found.clone()));
            let mut tenants = MockTenantRepository::new();
            tenants
                .expect_get()
                .returning(move |_, id| Ok(tenant.filter(|is_there| *is_there).map(|_| build::tenant(id))));
            let logs = EventLogs {
                workspaces: Arc::new(workspaces),
                repository: Arc::new(tenants),
                ..logs(MockEventLog::new())
            };
            let tenant = tenant.map(|_| build::channel_id());
            let found = logs.expect(&OperatorScope::new(), build::workspace_id(), tenant).await;
            assert_eq!(found.map_err(|error| error.code()), expected, "{status:?} {tenant:?}");
        }
    }

    #[tokio::test]
    async fn it_numbers_once_and_says_whether_more_waits() {
        let mut log = MockEventLog::new();
        let numbered = Numbered { events: 500, has_more: true };
        log.expect_number().once().returning(move |_, at, most| {
            assert_eq!((at, most), (build::at(), MOST));
            Ok(numbered)
        });
        assert_eq!(logs(log).number(&OperatorScope::new()).await.ok(), Some(numbered));
    }

    #[tokio::test]
    async fn a_failure_is_told() {
        let mut log = MockEventLog::new();
        log.expect_number().once().returning(|_, _, _| Err(RepositoryError::Unavailable("away".into())));
        assert!(logs(log).number(&OperatorScope::new()).await.is_err());
    }

    #[tokio::test]
    async fn no_statement_asks_for_no_position() {
        assert_eq!(logs(MockEventLog::new()).positions(&OperatorScope::new(), &[]).await.ok(), Some(vec![]));
    }

    #[tokio::test]
    async fn what_is_older_than_the_retention_is_forgotten() {
        let mut log = MockEventLog::new();
        let mut batches = vec![0, 1, 500];
        log.expect_forget().times(3).returning(move |_, before, _| {
            assert_eq!(before, build::at() - TimeDelta::days(30));
            Ok(batches.pop().expect("no further batch"))
        });
        let forgotten = logs(log).forget(&OperatorScope::new(), EventRetention::default()).await;
        assert_eq!(forgotten.ok(), Some(501));
    }
}
