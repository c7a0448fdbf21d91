//! The ports of operators: their keys and requests, the workspaces as they see them, and erasures.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, TenantStanding};
use domain::change::Change;
use domain::idempotency::IdempotencyKey;
use domain::ids::{AuditId, OperatorKeyId, UserId, WorkspaceId};
use domain::operators::{OperatorEntry, OperatorKey, OperatorRecord};
use domain::text::SearchText;
use domain::workspaces::{Erasure, Usage, Workspace, WorkspaceStatus};

use crate::{Page, RepositoryError, Slice};

/// The keys of operators. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OperatorKeyRepository: Send + Sync {
    /// Returns a key, as it is stored now. Needs no scope, because scopes are created from it.
    async fn get(&self, id: OperatorKeyId) -> Result<Option<OperatorKey>, RepositoryError>;

    /// Lists all keys by id, including revoked and expired ones.
    async fn list(&self, scope: &OperatorScope) -> Result<Vec<OperatorKey>, RepositoryError>;

    /// Stores a new key.
    async fn create(
        &self,
        scope: &OperatorScope,
        key: OperatorKey,
        entry: OperatorEntry,
    ) -> Result<OperatorKey, RepositoryError>;

    /// Stores the revocation of a key.
    ///
    /// # Errors
    /// `Stale` if the key is gone or revoked.
    async fn revoke(
        &self,
        scope: &OperatorScope,
        key: OperatorKey,
        entry: OperatorEntry,
    ) -> Result<OperatorKey, RepositoryError>;
}

/// A filter of the operators' trail. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperatorEntryFilter {
    /// The action, as a whole word.
    pub action: Option<SearchText>,
    /// The workspace.
    pub workspace_id: Option<WorkspaceId>,
}

/// The trail of operators, and their requests that may be repeated.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OperatorTrail: Send + Sync {
    /// Lists the entries by id.
    async fn list(
        &self,
        scope: &OperatorScope,
        filter: &OperatorEntryFilter,
        page: Page,
    ) -> Result<Slice<OperatorEntry>, RepositoryError>;

    /// Counts the entries.
    async fn count(&self, scope: &OperatorScope, filter: &OperatorEntryFilter) -> Result<u64, RepositoryError>;

    /// Returns the record of an earlier request of the operator with this key. The command line has none.
    async fn record(
        &self,
        scope: &OperatorScope,
        key: &IdempotencyKey,
    ) -> Result<Option<OperatorRecord>, RepositoryError>;

    /// Deletes at most `most` records of requests before an instant. Returns their number.
    async fn forget(&self, scope: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError>;
}

/// A filter of workspaces. `None` matches everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkspaceFilter {
    /// A part of the name, ignoring case.
    pub q: Option<SearchText>,
    /// The status.
    pub status: Option<WorkspaceStatus>,
}

/// The workspaces as operators see them: all of them, and nothing in them but numbers.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait OperatedWorkspaces: Send + Sync {
    /// Lists the workspaces by id, except those that are erased.
    async fn list(
        &self,
        scope: &OperatorScope,
        filter: &WorkspaceFilter,
        page: Page,
    ) -> Result<Slice<Workspace>, RepositoryError>;

    /// Counts the workspaces.
    async fn count(&self, scope: &OperatorScope, filter: &WorkspaceFilter) -> Result<u64, RepositoryError>;

    /// Returns a workspace with its default tenant, in which changes of it are audited.
    async fn find(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
    ) -> Result<Option<(Workspace, TenantStanding)>, RepositoryError>;

    /// Returns the erasure of a workspace, if there is one.
    async fn erasure(&self, scope: &OperatorScope, id: WorkspaceId) -> Result<Option<Erasure>, RepositoryError>;

    /// Counts what is in a workspace, and its events since an instant.
    async fn usage(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
        since: DateTime<Utc>,
    ) -> Result<Usage, RepositoryError>;

    /// Returns the oldest active user of a workspace who may administer it.
    async fn administrator(&self, scope: &OperatorScope, id: WorkspaceId) -> Result<Option<UserId>, RepositoryError>;

    /// Stores the new fields or the new status of a workspace.
    ///
    /// # Errors
    /// `Stale` if the workspace was changed since it was read.
    async fn change(&self, scope: &OperatorScope, change: Change<Workspace>) -> Result<Workspace, RepositoryError>;

    /// Stores the beginning of an erasure.
    ///
    /// # Errors
    /// `Stale` if the workspace was changed since it was read.
    async fn erase(&self, scope: &OperatorScope, change: Change<Workspace>) -> Result<Erasure, RepositoryError>;
}

/// A step of an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErasureStep {
    /// Rows were deleted, and there may be more.
    Deleted {
        /// The number of rows.
        rows: u64,
        /// The number of tables in which nothing was left, from which the next step begins.
        empty: usize,
    },
    /// The workspace is erased.
    Done,
    /// Another server is at it, or it is done.
    Elsewhere,
}

/// The deletion of workspaces, in transactions of bounded size.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait Erasures: Send + Sync {
    /// Lists the workspaces that are being erased.
    async fn pending(&self, scope: &OperatorScope) -> Result<Vec<WorkspaceId>, RepositoryError>;

    /// Deletes at most `most` rows of a workspace that is being erased, from the tables after the first `empty`. When nothing
    /// is left, ends the erasure, which leaves an entry with this id and time in the operators' trail. Returns also how long
    /// the transaction took, without the wait for a connection.
    ///
    /// # Errors
    /// `Stale` if a request that was in flight has written meanwhile: the next step begins with all tables.
    async fn step(
        &self,
        scope: &OperatorScope,
        id: WorkspaceId,
        stamp: (AuditId, DateTime<Utc>),
        empty: usize,
        most: u32,
    ) -> Result<(ErasureStep, Duration), RepositoryError>;
}
