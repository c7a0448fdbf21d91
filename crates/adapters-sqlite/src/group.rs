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

/// Begins the savepoint of the second change. It is released by the next change, or with the commit.
const SAVE: &str = "SAVEPOINT change";
const SAVE_NEXT: &str = "RELEASE change; SAVEPOINT change";
const UNDO: &str = "ROLLBACK TO change";

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
    has_savepoint: bool,
    /// Whether no further change is admitted.
    pub(crate) is_closed: bool,
    done: Vec<oneshot::Sender<Settled>>,
}

impl Group {
    pub(crate) fn new(connection: PooledConnection<Sqlite>) -> Self {
        Self { connection, began: Instant::now(), has_savepoint: false, is_closed: false, done: vec![] }
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

    /// Begins the savepoint of the next change.
    pub(crate) async fn save(&mut self) -> sqlx::Result<()> {
        let saved = self.run(if self.has_savepoint { SAVE_NEXT } else { SAVE }).await;
        self.has_savepoint = true;
        saved
    }

    /// Undoes what was changed since the savepoint. Fails if SQLite has rolled the transaction back by itself.
    pub(crate) async fn undo(&mut self) -> sqlx::Result<()> {
        self.run(UNDO).await
    }

    async fn run(&mut self, text: &'static str) -> sqlx::Result<()> {
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
    pub(crate) has_begun: bool,
}

impl Place {
    /// Undoes the change. Fails if SQLite has rolled the transaction back by itself.
    pub(crate) async fn undo(&mut self) -> sqlx::Result<()> {
        self.group.connection.wait_for_end().await?;
        if self.has_begun {
            return self.group.undo().await;
        }
        // The savepoint may be missing, and only the commit will tell whether the transaction still exists.
        self.group.is_closed = true;
        Ok(())
    }

    /// Ends the transaction of all, because the change could not be undone alone.
    pub(crate) fn abandon(self, error: &Arc<sqlx::Error>) {
        self.group.settle(&Err(error.clone()));
    }
}
