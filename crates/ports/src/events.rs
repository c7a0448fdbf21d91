//! The ports of the event log: numbering it, and reading it.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{EventScope, OperatorScope};
use domain::events::{Event, TypePattern};
use domain::ids::WorkspaceId;

use crate::RepositoryError;

/// The result of numbering.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Numbered {
    /// The number of new events.
    pub events: u64,
    /// Whether changes that could be numbered at once still wait.
    pub has_more: bool,
}

/// The event logs of all workspaces, for the background work of a server. Changes are added to them by the transactions
/// that write.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait EventLog: Send + Sync {
    /// Numbers changes of each workspace that has any, and stores whom they concern. A transaction numbers at most `most`
    /// changes, or one of each of its workspaces; those that another server is numbering are left to it.
    async fn number(&self, scope: &OperatorScope, at: DateTime<Utc>, most: u32) -> Result<Numbered, RepositoryError>;

    /// Returns the position of the last event that is kept of each of these logs and feeds: 0 if it has none.
    async fn positions(
        &self,
        scope: &OperatorScope,
        feeds: &[EventScope],
    ) -> Result<Vec<(EventScope, u64)>, RepositoryError>;

    /// Returns those of these workspaces that are suspended or erased.
    async fn suspended(
        &self,
        scope: &OperatorScope,
        workspaces: &[WorkspaceId],
    ) -> Result<Vec<WorkspaceId>, RepositoryError>;

    /// Deletes the oldest events that were numbered before the given time, at most `most` of each workspace, and returns
    /// their number.
    async fn forget(&self, scope: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError>;

    /// Waits until this process has committed a change that waits for its number.
    async fn committed(&self);
}

/// A filter of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// The position after which events are read.
    pub after: u64,
    /// The types; all if empty.
    pub types: Vec<TypePattern>,
    /// The maximum number of events, at most 100.
    pub limit: u32,
}

/// The bounds of a workspace's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogState {
    /// The position of the last event: 0 if there was none.
    pub position: u64,
    /// The position of the oldest event that is kept, or of the next one if none is.
    pub oldest: u64,
}

/// A page of events.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventPage {
    /// The events, by position.
    pub events: Vec<Event>,
    /// The position up to which the log was read: that of the last event if the page is full, else the log's last.
    pub position: u64,
    /// Whether more events wait after this page.
    pub has_more: bool,
    /// The position of the oldest event that is kept, or of the next one if none is.
    pub oldest: u64,
}

/// Reads of the log of one workspace, or of the feed of one tenant.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait EventQueries: Send + Sync {
    /// Reads a page, from one snapshot.
    async fn read(&self, scope: &EventScope, filter: &EventFilter) -> Result<EventPage, RepositoryError>;

    /// Returns the bounds of the log.
    async fn log(&self, scope: &EventScope) -> Result<LogState, RepositoryError>;
}
