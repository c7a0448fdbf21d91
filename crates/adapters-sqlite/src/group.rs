//! A transaction that several changes share.

use std::error::Error;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use adapters_sql::{Connection, PooledConnection};
use ports::fairness::Permit;
use sqlx::{Executor, Sqlite};
use thiserror::Error;
use tokio::sync::oneshot;

use crate::file::DatabaseFile;

/// The most changes that share a commit.
const MOST: usize = 64;
/// The time after which a transaction admits no further change.
pub(crate) const LONGEST: Duration = Duration::from_millis(10);

/// Begins the savepoint of a change after the first. Each change ends its own, so an [`UNDO`] undoes no other.
const SAVE: &str = "SAVEPOINT change";
/// Ends the savepoint of a change that is done.
pub(crate) const RELEASE: &str = "RELEASE change";
const UNDO: &str = "ROLLBACK TO change; RELEASE change";

/// The result of the commit.
pub(crate) type Settled = Result<(), Arc<sqlx::Error>>;

/// A transaction that was not committed. None of its changes is stored, unless the answer to the commit was lost.
#[derive(Debug, Error)]
#[error("the transaction was not committed")]
pub(crate) struct NotCommitted(#[source] Box<dyn Error + Send + Sync>);

impl NotCommitted {
    pub(crate) fn because(cause: impl Into<Box<dyn Error + Send + Sync>>) -> Arc<sqlx::Error> {
        Arc::new(io::Error::other(Self(cause.into())).into())
    }
}

/// A transaction, and the changes in it that wait for its commit.
pub(crate) struct Group {
    pub(crate) connection: PooledConnection<Sqlite>,
    began: Instant,
    /// Whether no further change is admitted.
    pub(crate) is_closed: bool,
    done: Vec<oneshot::Sender<Settled>>,
}

impl Group {
    pub(crate) fn new(connection: PooledConnection<Sqlite>) -> Self {
        Self { connection, began: Instant::now(), is_closed: false, done: vec![] }
    }

    /// Whether no change may continue the transaction, which may last this long.
    pub(crate) fn is_full(&self, longest: Duration) -> bool {
        self.is_closed || self.done.len() >= MOST || self.began.elapsed() >= longest
    }

    /// Whether changes in it wait for its commit.
    pub(crate) const fn is_shared(&self) -> bool {
        !self.done.is_empty()
    }

    /// Adds a change that is done. Returns what it waits for.
    pub(crate) fn add(&mut self) -> oneshot::Receiver<Settled> {
        let (done, settled) = oneshot::channel();
        self.done.push(done);
        settled
    }

    pub(crate) async fn run(&mut self, text: &'static str) -> sqlx::Result<()> {
        let done = self.connection.start().execute(text).await.map(drop);
        self.connection.finish(done)
    }

    /// Commits, and answers the changes.
    pub(crate) async fn commit(mut self, file: &DatabaseFile) {
        let committed = match self.connection.commit().await {
            // Checked after the commit: a commit before the move is in the file.
            Ok(()) => file.check().map_err(NotCommitted::because),
            Err(error) => Err(NotCommitted::because(error)),
        };
        self.settle(&committed);
    }

    /// Ends the transaction if it has not ended, and answers the changes.
    pub(crate) fn settle(self, settled: &Settled) {
        // The next transaction can begin while the changes are answered.
        drop(self.connection);
        for change in self.done {
            // The request may have been cancelled by now.
            drop(change.send(settled.clone()));
        }
    }
}

/// The place of a change in a transaction, with the turn.
pub(crate) struct Place {
    pub(crate) group: Group,
    pub(crate) turn: Permit,
    /// Whether the change has a savepoint that was not released.
    pub(crate) has_savepoint: bool,
}

impl Place {
    /// Begins the savepoint of the change, with its first statement.
    pub(crate) fn save(&mut self) {
        self.group.connection.begin_with_next(SAVE);
        self.has_savepoint = true;
    }

    /// Ends the savepoint of the change.
    pub(crate) async fn release(&mut self) {
        let has_begun = self.has_savepoint && !self.group.connection.take_beginning();
        if has_begun && self.group.run(RELEASE).await.is_err() {
            // SQLite may have rolled the transaction back by itself: the commit will tell.
            self.group.is_closed = true;
        }
        self.has_savepoint = false;
    }

    /// Undoes the change. Fails if its last statement has not ended.
    pub(crate) async fn undo(&mut self) -> sqlx::Result<()> {
        self.group.connection.wait_for_end().await?;
        let is_done = !self.has_savepoint || self.group.connection.take_beginning();
        if !is_done && self.group.run(UNDO).await.is_err() {
            // The statement may not have begun the savepoint, or have released it. Or SQLite has rolled the transaction back
            // by itself: the commit will tell.
            self.group.is_closed = true;
        }
        self.has_savepoint = false;
        Ok(())
    }

    /// Ends the transaction of all, because the change could not be undone alone.
    pub(crate) fn abandon(self, error: &Arc<sqlx::Error>) {
        self.group.settle(&Err(error.clone()));
    }
}
