//! The status of a workspace: a suspended one is not served, and may be erased.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::Workspace;
use crate::audit::{AuditEntry, Fact, Facts, Stamp};
use crate::change::Change;
use crate::ids::{TenantId, WorkspaceId};
use crate::operators::Operator;
use crate::tenants::TenantName;

/// A text that is not a status of a workspace that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ACTIVE, SUSPENDED or ERASING.")]
pub struct WorkspaceStatusError;

/// The status of a workspace, which decides whether its requests are served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkspaceStatus {
    /// In use.
    Active,
    /// Suspended: every key of it is refused, sweeps and webhooks rest.
    Suspended,
    /// Suspended for good, while its data is deleted.
    Erasing,
    /// Gone. Only its erasure is known.
    Erased,
}

impl WorkspaceStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Active, Self::Suspended, Self::Erasing, Self::Erased];
    /// Every status of a workspace that is there.
    pub const PRESENT: [Self; 3] = [Self::Active, Self::Suspended, Self::Erasing];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::Erasing => "ERASING",
            Self::Erased => "ERASED",
        }
    }
}

impl FromStr for WorkspaceStatus {
    type Err = WorkspaceStatusError;

    /// Parses the status of a workspace that is there: an erased one is neither stored nor found.
    fn from_str(text: &str) -> Result<Self, WorkspaceStatusError> {
        Self::PRESENT.into_iter().find(|status| status.as_str() == text).ok_or(WorkspaceStatusError)
    }
}

/// A refusal of a change of a workspace's status, or of a workspace that is being erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum WorkspaceStatusRefused {
    /// Only a suspended workspace is erased.
    #[error("The workspace is not suspended. Suspend it before you erase it.")]
    NotSuspended,
    /// A workspace that is being erased does not come back.
    #[error("The workspace is being erased, or has been.")]
    Erased,
}

/// The erasure of a workspace: how far it is, and at its end all that is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The time of the request, in whole milliseconds.
    pub requested_at: DateTime<Utc>,
    /// The operator who asked for it.
    pub operator: Operator,
    /// The number of rows that are deleted.
    pub erased_rows: u64,
    /// The time at which nothing was left, in whole milliseconds.
    pub erased_at: Option<DateTime<Utc>>,
}

/// The size of a workspace, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The number of tenants.
    pub tenants: u64,
    /// The number of API users.
    pub users: u64,
    /// The number of listings.
    pub listings: u64,
    /// The number of reservations.
    pub reservations: u64,
    /// The number of events of the last 30 days that are kept.
    pub events: u64,
}

impl Workspace {
    /// The status.
    pub const fn status(&self) -> WorkspaceStatus {
        self.parts.status
    }

    /// Checks that the workspace is not being erased.
    ///
    /// # Errors
    /// `Erased`.
    pub fn expect_kept(&self) -> Result<(), WorkspaceStatusRefused> {
        match self.status() {
            WorkspaceStatus::Active | WorkspaceStatus::Suspended => Ok(()),
            WorkspaceStatus::Erasing | WorkspaceStatus::Erased => Err(WorkspaceStatusRefused::Erased),
        }
    }

    /// Suspends or resumes the workspace. Returns `None` if it has the status already. The change is audited in the default
    /// tenant, which `tenant` names.
    ///
    /// # Errors
    /// `Erased`.
    pub fn set_suspended(
        &self,
        is_suspended: bool,
        tenant: (TenantId, &TenantName),
        stamp: Stamp,
    ) -> Result<Option<Change<Self>>, WorkspaceStatusRefused> {
        self.expect_kept()?;
        let (status, action) = if is_suspended {
            (WorkspaceStatus::Suspended, "workspace.suspend")
        } else {
            (WorkspaceStatus::Active, "workspace.resume")
        };
        Ok(self.turn(status, action, tenant, stamp))
    }

    /// Begins the erasure of a suspended workspace. Returns `None` if it has begun already. It leaves no event, because the
    /// log goes with the workspace.
    ///
    /// # Errors
    /// `NotSuspended`.
    pub fn erase(
        &self,
        tenant: (TenantId, &TenantName),
        stamp: Stamp,
    ) -> Result<Option<Change<Self>>, WorkspaceStatusRefused> {
        match self.status() {
            WorkspaceStatus::Active => Err(WorkspaceStatusRefused::NotSuspended),
            WorkspaceStatus::Suspended | WorkspaceStatus::Erasing | WorkspaceStatus::Erased => {
                let change = self.turn(WorkspaceStatus::Erasing, "workspace.erase", tenant, stamp);
                Ok(change.map(|change| {
                    let audit = AuditEntry { event: None, ..change.audit };
                    Change { audit, ..change }
                }))
            }
        }
    }

    fn turn(
        &self,
        status: WorkspaceStatus,
        action: &'static str,
        tenant: (TenantId, &TenantName),
        stamp: Stamp,
    ) -> Option<Change<Self>> {
        let before = self.status();
        if before == status {
            return None;
        }
        let mut after = self.clone();
        after.parts.status = status;
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let fact = |status: WorkspaceStatus| -> Facts { vec![("status", Fact::from(status.as_str()))] };
        let audit = after.entry(stamp, action, tenant, (fact(before), fact(status)));
        Some(Change::new(after, audit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::fixture::{stamp, standing};
    use crate::events::EventData;
    use crate::workspaces::fixture::workspace;

    fn with(status: WorkspaceStatus) -> Workspace {
        let mut parts = workspace().into_parts();
        parts.status = status;
        Workspace::from_parts(parts)
    }

    #[test]
    fn a_status_is_left_and_returned_to_and_an_erasure_is_for_good() {
        use WorkspaceStatus::{Active, Erased, Erasing, Suspended};
        use WorkspaceStatusRefused::{Erased as Gone, NotSuspended};
        let (name, id) = (standing(1, true).name, standing(1, true).id);
        let to = |change: Result<Option<Change<Workspace>>, _>| {
            change.map(|change| change.map(|change| (change.after.status(), change.audit.action)))
        };
        let suspended = || Ok(Some((Suspended, "workspace.suspend")));
        let resumed = || Ok(Some((Active, "workspace.resume")));
        // The status, and what suspending, resuming and erasing make of it.
        for (status, expected) in [
            (Active, [suspended(), Ok(None), Err(NotSuspended)]),
            (Suspended, [Ok(None), resumed(), Ok(Some((Erasing, "workspace.erase")))]),
            (Erasing, [Err(Gone), Err(Gone), Ok(None)]),
        ] {
            let workspace = with(status);
            let tenant = || (id, &name);
            let found = [
                to(workspace.set_suspended(true, tenant(), stamp())),
                to(workspace.set_suspended(false, tenant(), stamp())),
                to(workspace.erase(tenant(), stamp())),
            ];
            assert_eq!(found, expected, "{status:?}");
        }
        assert_eq!(with(Erased).expect_kept(), Err(Gone));
    }

    #[test]
    fn a_change_of_status_is_audited_and_only_an_erasure_leaves_no_event() {
        let default = standing(1, true);
        let tenant = || (default.id, &default.name);
        let change = workspace().set_suspended(true, tenant(), stamp()).expect("kept").expect("a change");
        let Change { after, audit, .. } = change;
        assert_eq!(after.clone().into_parts().version, 2);
        let fact = |status| vec![("status", Fact::from(status))];
        assert_eq!((audit.before, audit.after), (fact("ACTIVE"), fact("SUSPENDED")));
        assert_eq!(audit.event, Some(EventData::default()));
        let erased = after.erase(tenant(), stamp()).expect("suspended").expect("a change");
        assert_eq!(erased.audit.event, None);
    }

    #[test]
    fn an_erased_workspace_is_not_found_by_its_status() {
        for status in WorkspaceStatus::ALL {
            let parsed = if status == WorkspaceStatus::Erased { Err(WorkspaceStatusError) } else { Ok(status) };
            assert_eq!(status.as_str().parse(), parsed);
        }
    }
}
