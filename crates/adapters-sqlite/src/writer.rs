//! Group commit: changes that wait for the one connection that writes share a transaction and its commit.
//!
//! Each change after the first runs under a savepoint. When it is done and another one waits, the other one continues in
//! the same transaction; else the transaction is committed. A change is answered after this commit, and so is a refusal,
//! because it may rest on what others in the transaction have written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use adapters_sql::{Connection, Connections, Pool, PoolUse, PooledConnection};
use async_trait::async_trait;
use ports::fairness::Permit;
use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement};
use sqlx::Sqlite;
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::dialect::BEGIN_ALONE;
use crate::file::DatabaseFile;
use crate::group::{Group, LONGEST, NotCommitted, Place, RELEASE};

/// The pool of the one connection that writes.
#[derive(Clone)]
pub(crate) struct Writer {
    shared: Arc<Shared>,
    /// The time after which a transaction admits no further change.
    longest: Duration,
}

struct Shared {
    connections: Connections<Sqlite>,
    file: Arc<DatabaseFile>,
    /// The transaction that the last change has left, until the next one takes it or it is committed.
    open: Mutex<Option<Group>>,
}

impl Writer {
    pub(crate) fn new(connections: Connections<Sqlite>, file: Arc<DatabaseFile>) -> Self {
        Self { shared: Arc::new(Shared { connections, file, open: Mutex::default() }), longest: LONGEST }
    }

    /// Returns the pool with transactions that admit changes for this long.
    pub(crate) fn sharing_for(&self, longest: Duration) -> Self {
        Self { shared: self.shared.clone(), longest }
    }

    /// Acquires the connection, outside of a transaction.
    pub(crate) async fn get(&self) -> sqlx::Result<PooledConnection<Sqlite>> {
        self.shared.file.check()?;
        let _waits = Waits(self);
        self.in_time(async {
            let turn = self.shared.connections.turn().await;
            if let Some(group) = self.open().take() {
                self.commit(group, None);
            }
            self.connect(Some(turn)).await
        })
        .await
    }

    /// Closes the connection when it is back.
    pub(crate) async fn close(&self) {
        self.shared.connections.close().await;
    }

    /// Runs work that acquires the connection.
    async fn in_time<T>(&self, work: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
        timeout(self.shared.connections.wait(), work).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    async fn connect(&self, turn: Option<Permit>) -> sqlx::Result<PooledConnection<Sqlite>> {
        let connection = self.shared.connections.open(turn).await?;
        if connection.is_new()
            && let Err(error) = self.shared.file.check()
        {
            // It may have opened another file.
            connection.discard();
            return Err(error.into());
        }
        Ok(connection)
    }

    /// Returns the place of the next change: in the open transaction, if there is one.
    async fn place(&self) -> sqlx::Result<Place> {
        let _waits = Waits(self);
        self.in_time(async {
            let turn = self.shared.connections.turn().await;
            let open = self.open().take();
            let group = if let Some(group) = open {
                group
            } else {
                self.shared.file.check()?;
                Group::new(self.connect(None).await?)
            };
            Ok(Place { group, turn, has_savepoint: false })
        })
        .await
    }

    /// Commits the transaction that others have begun, if there is one, and returns a place in one that admits no others.
    async fn alone(&self, Place { mut group, turn, has_savepoint }: Place) -> sqlx::Result<Place> {
        if group.is_shared() {
            self.commit(group, None);
            group = Group::new(self.in_time(self.connect(None)).await?);
        }
        group.is_closed = true;
        Ok(Place { group, turn, has_savepoint })
    }

    /// Leaves the transaction to the next change, or commits it.
    fn leave(&self, Place { group, turn, .. }: Place) {
        if group.is_full(self.longest) {
            return self.commit(group, Some(turn));
        }
        *self.open() = Some(group);
        drop(turn);
        self.commit_unless_continued();
    }

    /// Commits the open transaction if no change has the turn: none waits, or the one whose turn it was is gone.
    fn commit_unless_continued(&self) {
        if self.shared.connections.turns() > 0 {
            return;
        }
        let open = self.open().take();
        if let Some(group) = open {
            self.commit(group, None);
        }
    }

    /// Commits in a task, because the change that ends the transaction may be cancelled.
    fn commit(&self, group: Group, turn: Option<Permit>) {
        let shared = self.shared.clone();
        spawn(async move {
            group.commit(&shared.file).await;
            drop(turn);
        });
    }

    fn open(&self) -> MutexGuard<'_, Option<Group>> {
        self.shared.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs work that must not end with the current task. Without a runtime the work is dropped: its transaction is rolled
/// back, and its changes fail.
fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(work);
    }
}

/// Guards the wait for a turn. If the wait is cancelled when the turn has come, the guard commits the open transaction,
/// which the next change was to continue.
struct Waits<'w>(&'w Writer);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.commit_unless_continued();
    }
}

#[async_trait]
impl Pool for Writer {
    async fn acquire(&self) -> Result<Box<dyn Connection>, DbErr> {
        let place = self.place().await.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))))?;
        Ok(Box::new(Change { writer: self.clone(), place: Some(place), has_failed: false }))
    }

    fn in_use(&self) -> PoolUse {
        self.shared.connections.in_use()
    }
}

/// A change in a transaction that it may share with others.
struct Change {
    writer: Writer,
    /// `None` once it has left the transaction.
    place: Option<Place>,
    /// Whether a statement has failed. SQLite may then have ended the transaction, so no other statement may run.
    has_failed: bool,
}

impl Change {
    /// Returns the connection for a statement.
    fn connection(&mut self) -> Result<&mut PooledConnection<Sqlite>, DbErr> {
        match &mut self.place {
            Some(place) if !self.has_failed => Ok(&mut place.group.connection),
            _ => Err(failure(NotCommitted::because("a statement has failed"))),
        }
    }

    fn note<T>(&mut self, done: Result<T, DbErr>) -> Result<T, DbErr> {
        self.has_failed |= done.is_err();
        done
    }

    /// Leaves the transaction, and waits for its commit.
    async fn settled(&mut self) -> Result<(), DbErr> {
        let Some(mut place) = self.place.take() else { return Ok(()) };
        let settled = place.group.add();
        self.writer.leave(place);
        settled.await.unwrap_or_else(|gone| Err(NotCommitted::because(gone))).map_err(failure)
    }
}

fn failure(error: Arc<sqlx::Error>) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error))
}

#[async_trait]
impl Connection for Change {
    async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let done = self.connection()?.execute(statement).await;
        self.note(done)
    }

    async fn first(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let done = self.connection()?.first(statement).await;
        self.note(done)
    }

    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let done = self.connection()?.all(statement).await;
        self.note(done)
    }

    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr> {
        let Some(mut place) = self.place.take() else { return self.connection().map(drop) };
        if statement == BEGIN_ALONE {
            place = self.writer.alone(place).await.map_err(|error| failure(Arc::new(error)))?;
        }
        let place = self.place.insert(place);
        if place.group.is_shared() {
            place.save();
        } else {
            place.group.connection.begin_with_next(statement);
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), DbErr> {
        self.connection()?;
        if let Some(place) = &mut self.place {
            if !place.group.is_shared() && place.group.connection.take_beginning() {
                // No transaction has begun.
                self.place = None;
                return Ok(());
            }
            place.release().await;
        }
        self.settled().await
    }

    async fn commit_with(&mut self, mut last: Statement) -> Result<bool, DbErr> {
        let has_savepoint = self.place.as_ref().is_some_and(|place| place.has_savepoint);
        if has_savepoint {
            // SQLite repeats the count of rows.
            last.sql.push_str("; ");
            last.sql.push_str(RELEASE);
        }
        let has_written = self.execute(last).await?.rows_affected() > 0;
        if let Some(place) = &mut self.place {
            place.has_savepoint = false;
        }
        if has_written {
            self.settled().await?;
        }
        Ok(has_written)
    }

    async fn rollback(&mut self) -> Result<(), DbErr> {
        let Some(place) = &mut self.place else { return Ok(()) };
        if !place.group.is_shared() {
            let rolled_back = place.group.connection.rollback().await;
            self.place = None;
            return rolled_back;
        }
        match place.undo().await {
            Ok(()) => self.settled().await,
            Err(error) => {
                let error = NotCommitted::because(error);
                self.place.take().into_iter().for_each(|place| place.abandon(&error));
                Err(failure(error))
            }
        }
    }
}

/// Undoes a change that was not committed. The others of its transaction continue.
impl Drop for Change {
    fn drop(&mut self) {
        let Some(mut place) = self.place.take().filter(|place| place.group.is_shared()) else {
            // The connection rolls its transaction back.
            return;
        };
        let writer = self.writer.clone();
        spawn(async move {
            match place.undo().await {
                Ok(()) => writer.leave(place),
                Err(error) => place.abandon(&NotCommitted::because(error)),
            }
        });
    }
}
