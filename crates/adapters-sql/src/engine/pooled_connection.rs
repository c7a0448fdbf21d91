//! A connection acquired from the pool of both engines.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ports::fairness::Permit;
use ports::traces::SPANS;
use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Connection as _, Database, Executor, IntoArguments};
use tokio::runtime::Handle;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{sleep, timeout};
use tracing::{Instrument, Span, info_span};

use crate::engine::idle::Idle;
#[cfg(any(test, feature = "mutants"))]
use crate::engine::mutants::mutated;
use crate::engine::opener::{Driver, Opened, SQLITE, results};
use crate::engine::pool::Connection;
use crate::engine::reach::{Enter, Reach};

/// The time that an abandoned statement has to end before its connection is closed.
const GRACE: Duration = Duration::from_millis(100);
/// The transaction of a statement that has none.
const BEGIN: &str = "BEGIN";
/// The time within which a database server notices a closed connection. Its place in the pool stays taken until then.
pub const NOTICED: Duration = Duration::from_millis(100);

/// A place in a pool, and the turn of a client.
type Held = (OwnedSemaphorePermit, Option<Permit>);

/// A connection acquired from a pool.
pub struct PooledConnection<DB: Driver> {
    /// Set until the drop.
    opened: Option<Opened<DB::Connection>>,
    idle: Arc<Idle<DB>>,
    /// The place in the pool and the turn, which it keeps until it is back.
    held: Option<Held>,
    is_new: bool,
    /// The reach of the work, where row-level security limits it.
    reach: Option<(Enter, Reach)>,
    /// The time limit of a statement.
    limit: Duration,
    /// Whether all work that was started on it has succeeded.
    is_whole: bool,
    is_in_transaction: bool,
    /// The beginning of a transaction that was not sent.
    beginning: Option<&'static str>,
}

impl<DB: Driver> PooledConnection<DB> {
    pub(super) const fn new(
        opened: Opened<DB::Connection>,
        is_new: bool,
        idle: Arc<Idle<DB>>,
        held: Held,
        limit: Duration,
    ) -> Self {
        Self {
            opened: Some(opened),
            idle,
            held: Some(held),
            is_new,
            reach: None,
            limit,
            is_whole: true,
            is_in_transaction: false,
            beginning: None,
        }
    }

    /// Returns the connection for work with this reach.
    pub(super) const fn wanted_for(mut self, reach: Option<(Enter, Reach)>) -> Self {
        self.reach = reach;
        self
    }

    /// Whether the connection was opened for this acquisition.
    pub const fn is_new(&self) -> bool {
        self.is_new
    }

    /// Closes the connection in place of returning it to the pool.
    pub fn discard(mut self) {
        self.opened = None;
    }

    /// Marks the start of work without a time limit, and returns the connection.
    pub fn start(&mut self) -> &mut DB::Connection {
        self.start_within(None)
    }

    fn start_within(&mut self, limit: Option<Duration>) -> &mut DB::Connection {
        self.is_whole = false;
        let opened = self.opened();
        opened.deadline.set(limit);
        &mut opened.connection
    }

    const fn opened(&mut self) -> &mut Opened<DB::Connection> {
        self.opened.as_mut().expect("set until the drop")
    }

    /// Marks the start of a statement, with the time limit, and returns the connection, which has the reach of the work.
    async fn start_statement(&mut self) -> sqlx::Result<&mut DB::Connection> {
        if let Some((enter, reach)) = self.missing_reach().filter(|(enter, _)| !enter.is_local) {
            self.start_within(Some(self.limit));
            let entered = self.opened().enter::<DB>(enter, reach).await;
            self.finish(entered)?;
        }
        Ok(self.start_within(Some(self.limit)))
    }

    /// Returns the reach that the connection must be given before it works.
    fn missing_reach(&mut self) -> Option<(Enter, Reach)> {
        let has = self.opened().reach;
        self.reach.filter(|(enter, reach)| enter.is_local || has != Some(*reach))
    }

    /// Whether a statement needs a transaction, which gives it its reach.
    fn needs_transaction(&self) -> bool {
        !self.is_in_transaction && self.reach.is_some_and(|(enter, _)| enter.is_local)
    }

    /// Waits until an abandoned statement has ended, at its deadline at the latest.
    pub async fn wait_for_end(&mut self) -> sqlx::Result<()> {
        // The ping is answered after the statement has ended.
        let ended = self.opened().connection.ping().await;
        self.finish(ended)
    }

    /// Notes a statement that is sent with the next one.
    pub const fn begin_with_next(&mut self, statement: &'static str) {
        self.beginning = Some(statement);
    }

    /// Takes the noted statement back if it was not sent. Returns whether it was not.
    pub const fn take_beginning(&mut self) -> bool {
        self.beginning.take().is_some()
    }

    /// Marks the end of the work that [`start`](Self::start) began.
    pub fn finish<T, E>(&mut self, done: Result<T, E>) -> Result<T, E> {
        self.is_whole = done.is_ok();
        if !self.is_whole {
            // The transaction will be rolled back, even by a COMMIT, and with it a reach that it was given.
            self.opened().reach = None;
        }
        done
    }
}

impl<DB: Driver> PooledConnection<DB>
where
    SqlxValues: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    /// Runs a statement and reads its results.
    async fn results(&mut self, mut statement: Statement) -> sqlx::Result<(DB::QueryResult, Vec<DB::Row>)> {
        self.send_beginning(&mut statement).await?;
        // Values are bound, so a `;` is between statements.
        let statements = 1 + statement.sql.matches(';').count();
        let needs_transaction = self.needs_transaction();
        if needs_transaction {
            self.begin_with(BEGIN).await?;
        }
        let span = span::<DB>(&statement.sql);
        let done = results::<DB>(self.start_statement().await?.fetch_many(query::<DB>(statement)), statements);
        let done = done.instrument(span).await;
        let done = self.finish(done)?;
        if needs_transaction {
            self.end().await?;
        }
        Ok(done)
    }

    /// Sends the noted beginning of the transaction: to SQLite with the statement, because an exchange with the thread of its
    /// connection takes as long as a short statement.
    async fn send_beginning(&mut self, statement: &mut Statement) -> sqlx::Result<()> {
        match self.beginning.take() {
            None => Ok(()),
            Some(beginning) if DB::NAME == SQLITE => {
                self.is_in_transaction = true;
                statement.sql = format!("{beginning}; {}", statement.sql);
                Ok(())
            }
            Some(beginning) => self.begin_with(beginning).await,
        }
    }

    async fn begin_with(&mut self, statement: &'static str) -> sqlx::Result<()> {
        // Set before the statement runs: if it is interrupted, the transaction may have begun.
        self.is_in_transaction = true;
        let reach = self.missing_reach();
        // The reach takes no round trip of its own.
        let text = match reach {
            None => statement.into(),
            Some((enter, reach)) if enter.is_local => format!("{statement}; {}", (enter.statement)(reach)).into(),
            Some((enter, reach)) => format!("{}; {statement}", (enter.statement)(reach)).into(),
        };
        let begun = DB::run(self.start(), text).await;
        if begun.is_ok()
            && let Some((_, reach)) = reach.filter(|(enter, _)| !enter.is_local)
        {
            self.opened().reach = Some(reach);
        }
        self.finish(begun)
    }

    async fn end(&mut self) -> sqlx::Result<()> {
        let committed = DB::run(self.start(), "COMMIT".into()).instrument(span::<DB>("COMMIT")).await;
        self.is_in_transaction = committed.is_err();
        self.finish(committed)
    }
}

impl<DB: Driver> Drop for PooledConnection<DB> {
    fn drop(&mut self) {
        let Some(mut opened) = self.opened.take() else { return };
        if self.is_whole && !self.is_in_transaction {
            return self.idle.put_back(opened);
        }
        let (is_whole, is_in_transaction) = (self.is_whole, self.is_in_transaction);
        let (idle, held) = (self.idle.clone(), self.held.take());
        let Ok(runtime) = Handle::try_current() else { return };
        runtime.spawn(async move {
            let made_whole = timeout(GRACE, opened.make_whole::<DB>(is_whole, is_in_transaction)).await;
            if matches!(made_whole, Ok(Ok(()))) {
                idle.put_back(opened);
            } else {
                // Also if the engine has rolled back by itself, as SQLite does on a full disk: the connection's state is
                // unknown.
                drop(opened);
                sleep(NOTICED).await;
            }
            drop(held);
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
        let done = self.results(statement).await;
        done.map(|(done, _)| done.into()).map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn first(&mut self, mut statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.send_beginning(&mut statement).await.map_err(|error| DbErr::Exec(runtime_error(error)))?;
        if self.needs_transaction() {
            return self.all(statement).await.map(|rows| rows.into_iter().next());
        }
        let span = span::<DB>(&statement.sql);
        let found = async {
            let row = query::<DB>(statement).fetch_optional(self.start_statement().await?).await;
            self.finish(row)
        };
        found.instrument(span).await.map(|row| row.map(Into::into)).map_err(|error| DbErr::Query(runtime_error(error)))
    }

    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let (_, rows) = self.results(statement).await.map_err(|error| DbErr::Query(runtime_error(error)))?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn enter(&mut self, reach: Reach) -> Result<(), DbErr> {
        self.reach = self.reach.map(|(enter, _)| (enter, reach));
        if self.beginning.is_some() {
            // The transaction begins with it.
            return Ok(());
        }
        let Some((enter, reach)) = self.missing_reach() else { return Ok(()) };
        self.start_within(Some(self.limit));
        let entered = self.opened().enter::<DB>(enter, reach).await;
        self.finish(entered).map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr> {
        self.begin_with_next(statement);
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), DbErr> {
        if self.take_beginning() && !self.is_in_transaction {
            return Ok(());
        }
        self.end().await.map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn commit_with(&mut self, last: Statement) -> Result<bool, DbErr> {
        // A single statement is a transaction of its own on PostgreSQL.
        let is_alone = DB::NAME != SQLITE && self.take_beginning();
        let has_written = self.execute(last).await?.rows_affected() > 0;
        if has_written && !is_alone {
            self.commit().await?;
        }
        Ok(has_written)
    }

    async fn rollback(&mut self) -> Result<(), DbErr> {
        self.beginning = None;
        if !self.is_in_transaction {
            return Ok(());
        }
        self.start();
        let rolled_back = self.opened().rollback::<DB>().await;
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
    #[cfg(any(test, feature = "mutants"))]
    let sql = mutated(sql);
    // Safe: the statement is composed of fixed texts.
    sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values.unwrap_or(Values(Vec::new()))))
}

pub(super) fn runtime_error(error: sqlx::Error) -> RuntimeErr {
    RuntimeErr::SqlxError(Arc::new(error))
}
