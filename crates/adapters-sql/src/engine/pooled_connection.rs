//! A connection acquired from the pool of both engines.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::Object;
use ports::fairness::Permit;
use ports::traces::SPANS;
use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection as _, Database, Executor, IntoArguments};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};
use tracing::{Instrument, Span, info_span};

use crate::engine::opener::{Driver, Opener, results};
use crate::engine::pool::Connection;

/// The time that an abandoned statement has to end before its connection is closed.
const GRACE: Duration = Duration::from_millis(100);
/// The time within which a database server notices a closed connection. Its place in the pool stays taken until then.
pub const NOTICED: Duration = Duration::from_millis(100);

/// A connection acquired from a pool.
pub struct PooledConnection<DB: Driver> {
    /// Set until the drop.
    acquired: Option<(Object<Opener<DB>>, Option<Permit>)>,
    /// The time limit of a statement.
    limit: Duration,
    /// Whether all work that was started on it has succeeded.
    is_whole: bool,
    is_in_transaction: bool,
}

impl<DB: Driver> PooledConnection<DB> {
    pub(super) const fn new(opened: Object<Opener<DB>>, permit: Option<Permit>, limit: Duration) -> Self {
        Self { acquired: Some((opened, permit)), limit, is_whole: true, is_in_transaction: false }
    }

    /// Whether the connection was opened for this acquisition.
    pub fn is_new(&self) -> bool {
        self.acquired.as_ref().is_some_and(|(opened, _)| Object::metrics(opened).recycle_count == 0)
    }

    /// Closes the connection in place of returning it to the pool.
    pub fn discard(mut self) {
        drop(self.acquired.take().map(|(opened, _)| Object::take(opened)));
    }

    /// Marks the start of work without a time limit, and returns the connection.
    pub fn start(&mut self) -> &mut DB::Connection {
        self.start_within(None)
    }

    fn start_within(&mut self, limit: Option<Duration>) -> &mut DB::Connection {
        self.is_whole = false;
        let (opened, _) = self.acquired.as_mut().expect("set until the drop");
        opened.deadline.set(limit);
        &mut opened.connection
    }

    /// Marks the start of a statement, with the time limit, and returns the connection.
    fn start_statement(&mut self) -> &mut DB::Connection {
        self.start_within(Some(self.limit))
    }

    /// Waits until an abandoned statement has ended, at its deadline at the latest.
    pub async fn wait_for_end(&mut self) -> sqlx::Result<()> {
        let (opened, _) = self.acquired.as_mut().expect("set until the drop");
        // The ping is answered after the statement has ended.
        let ended = opened.connection.ping().await;
        self.finish(ended)
    }

    /// Marks the end of the work that [`start`](Self::start) began.
    pub fn finish<T, E>(&mut self, done: Result<T, E>) -> Result<T, E> {
        self.is_whole = done.is_ok();
        done
    }
}

impl<DB: Driver> Drop for PooledConnection<DB> {
    fn drop(&mut self) {
        if self.is_whole && !self.is_in_transaction {
            return;
        }
        let (is_whole, is_in_transaction) = (self.is_whole, self.is_in_transaction);
        let Some((mut opened, permit)) = self.acquired.take() else { return };
        let Ok(runtime) = Handle::try_current() else { return drop(Object::take(opened)) };
        runtime.spawn(async move {
            let made_whole = timeout(GRACE, opened.make_whole::<DB>(is_whole, is_in_transaction)).await;
            // Also if the engine has rolled back by itself, as SQLite does on a full disk: the connection's state is
            // unknown.
            if !matches!(made_whole, Ok(Ok(()))) {
                drop(Object::take(opened));
                sleep(NOTICED).await;
            }
            drop(permit);
        });
    }
}

#[async_trait]
impl<DB: Driver> Connection for PooledConnection<DB>
where
    SqlxValues: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    ExecResult: From<DB::QueryResult>,
    QueryResult: From<DB::Row>,
{
    async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        // Values are bound, so a `;` is one of `Dialect::together`.
        let statements = 1 + statement.sql.matches(';').count();
        let span = span::<DB>(&statement.sql);
        let done = results::<DB>(self.start_statement().fetch_many(query::<DB>(statement)), statements);
        let done = done.instrument(span).await;
        self.finish(done).map(|(done, _)| done.into()).map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn first(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let span = span::<DB>(&statement.sql);
        let row = query::<DB>(statement).fetch_optional(self.start_statement()).instrument(span).await;
        self.finish(row).map(|row| row.map(Into::into)).map_err(|error| DbErr::Query(runtime_error(error)))
    }

    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let span = span::<DB>(&statement.sql);
        let done = results::<DB>(self.start_statement().fetch_many(query::<DB>(statement)), 1).instrument(span).await;
        let (_, rows) = self.finish(done).map_err(|error| DbErr::Query(runtime_error(error)))?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr> {
        // Set before the statement runs: if it is interrupted, the transaction may have begun.
        self.is_in_transaction = true;
        let begun = DB::run(self.start(), statement).await;
        self.finish(begun).map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn commit(&mut self) -> Result<(), DbErr> {
        let committed = DB::run(self.start(), "COMMIT").instrument(span::<DB>("COMMIT")).await;
        self.is_in_transaction = committed.is_err();
        self.finish(committed).map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn rollback(&mut self) -> Result<(), DbErr> {
        let rolled_back = DB::run(self.start(), "ROLLBACK").await;
        self.is_in_transaction = rolled_back.is_err();
        // If it fails, the connection is closed, which rolls back too.
        let _ = self.finish(rolled_back);
        Ok(())
    }
}

/// Returns the span of a statement. Its text contains no values.
fn span<DB: Database>(sql: &str) -> Span {
    info_span!(target: SPANS, "statement", otel.kind = "client", db.system.name = DB::NAME, db.query.text = sql)
}

/// Converts a statement for sqlx.
fn query<DB: Database>(statement: Statement) -> Query<'static, DB, SqlxValues>
where
    SqlxValues: IntoArguments<DB>,
{
    let Statement { sql, values, .. } = statement;
    // Safe: the statement is composed of fixed texts.
    sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values.unwrap_or(Values(Vec::new()))))
}

pub(super) fn runtime_error(error: sqlx::Error) -> RuntimeErr {
    RuntimeErr::SqlxError(Arc::new(error))
}
