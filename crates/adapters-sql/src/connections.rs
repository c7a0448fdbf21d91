//! Connections, each lent to one who asks at a time.
//!
//! The driver's own pool asks every connection that comes back whether it is alive: a round trip for each statement. Here only
//! those are asked that rested, or whose work was broken off.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::{Manager, Metrics, Object, Pool, PoolError, QueueMode, RecycleError, RecycleResult};
use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Database, Executor, IntoArguments};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::pools::PoolUse;

/// After so long a connection is asked whether it is there still: the server may have been restarted. Under load none rests
/// so long.
const RESTED: Duration = Duration::from_millis(10);
/// After so long a connection is not even asked: what stands between may have forgotten it, and nobody would answer.
const FORGOTTEN: Duration = Duration::from_mins(10);
/// A connection of this age is replaced: what it holds in memory grows with the statements that it has seen.
const AGED: Duration = Duration::from_mins(30);

/// What lends connections of one engine.
#[async_trait]
pub trait Lender: Send + Sync {
    /// A connection, which comes back when it is dropped.
    async fn lend(&self) -> Result<Box<dyn Lent>, DbErr>;

    /// How many there are.
    fn in_use(&self) -> PoolUse;
}

/// A connection that is lent. Dropped in the middle of a transaction, that is rolled back.
#[async_trait]
pub trait Lent: Send {
    /// Runs a statement.
    async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr>;

    /// Runs a statement and reads its first row.
    async fn first(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr>;

    /// Runs a statement and reads its rows.
    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr>;

    /// Begins a transaction by this statement.
    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr>;

    /// Commits it.
    async fn commit(&mut self) -> Result<(), DbErr>;
}

type OptionsOf<DB> = <<DB as Database>::Connection as Connection>::Options;

/// An engine of the driver.
pub trait Driver: Database {
    /// Runs a text without values.
    fn run(connection: &mut Self::Connection, text: &'static str) -> impl Future<Output = sqlx::Result<()>> + Send;
}

impl<DB: Database> Driver for DB
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    async fn run(connection: &mut DB::Connection, text: &'static str) -> sqlx::Result<()> {
        connection.execute(text).await.map(drop)
    }
}

/// The connections of one pool.
pub struct Connections<DB: Driver> {
    name: &'static str,
    pool: Pool<Opener<DB>>,
    wait: Duration,
}

impl<DB: Driver> Connections<DB> {
    /// At most so many, each of which is opened when it is needed first. Whoever waits longer than `wait` for one is refused.
    pub fn new(name: &'static str, options: OptionsOf<DB>, most: u32, wait: Duration) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        // Whoever asks gets the one that came back last, so that few are busy.
        let pool = Pool::builder(Opener { options }).max_size(most).queue_mode(QueueMode::Lifo).build();
        Self { name, pool: pool.expect("without time limits of its own it needs no runtime"), wait }
    }

    /// A connection, to be used as the driver has it.
    pub async fn get(&self) -> sqlx::Result<Loan<DB>> {
        match timeout(self.wait, self.pool.get()).await {
            Ok(Ok(connection)) => Ok(Loan { connection: Some(connection), is_whole: true, is_in_transaction: false }),
            Ok(Err(PoolError::Backend(error))) => Err(error),
            Ok(Err(PoolError::Closed)) => Err(sqlx::Error::PoolClosed),
            Ok(Err(_)) | Err(_) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// Closes all of them, those that are lent as soon as they come back.
    pub async fn close(&self) {
        loop {
            for connection in self.pool.retain(|_, _| false).removed {
                if let Err(error) = connection.close().await {
                    tracing::warn!(%error, pool = self.name, "a connection was not closed well");
                }
            }
            if self.pool.status().size == 0 {
                return self.pool.close();
            }
            sleep(Duration::from_millis(1)).await;
        }
    }
}

#[async_trait]
impl<DB: Driver> Lender for Connections<DB>
where
    Loan<DB>: Lent,
{
    async fn lend(&self) -> Result<Box<dyn Lent>, DbErr> {
        let lent = self.get().await.map_err(|error| DbErr::Conn(runtime_error(error)))?;
        Ok(Box::new(lent))
    }

    fn in_use(&self) -> PoolUse {
        let status = self.pool.status();
        let [idle, used, max] = [status.available, status.size - status.available, status.max_size]
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        PoolUse { pool: self.name, idle, used, max }
    }
}

/// A connection of a pool, lent.
pub struct Loan<DB: Driver> {
    /// There until it is dropped.
    connection: Option<Object<Opener<DB>>>,
    /// Whether all that was begun with it has ended well.
    is_whole: bool,
    is_in_transaction: bool,
}

impl<DB: Driver> Loan<DB> {
    /// Whether it was opened for this.
    pub fn is_new(&self) -> bool {
        self.connection.as_ref().is_some_and(|connection| Object::metrics(connection).recycle_count == 0)
    }

    /// Closes it.
    pub fn discard(mut self) {
        drop(self.connection.take().map(Object::take));
    }

    /// Begins to work with it.
    pub fn start(&mut self) -> &mut DB::Connection {
        self.is_whole = false;
        self.connection.as_mut().expect("it is there until it is dropped")
    }

    /// Ends the work, which [`start`](Self::start) began.
    pub fn finish<T, E>(&mut self, done: Result<T, E>) -> Result<T, E> {
        self.is_whole = done.is_ok();
        done
    }
}

impl<DB: Driver> Drop for Loan<DB> {
    fn drop(&mut self) {
        if self.is_whole && !self.is_in_transaction {
            return;
        }
        let (Some(mut connection), is_in_transaction) = (self.connection.take(), self.is_in_transaction) else {
            return;
        };
        let Ok(runtime) = Handle::try_current() else { return drop(Object::take(connection)) };
        runtime.spawn(async move {
            let sound =
                if is_in_transaction { DB::run(&mut connection, "ROLLBACK").await } else { connection.ping().await };
            // Also where the engine has rolled back by itself, as SQLite does on a full disk: nobody knows what it is in.
            if sound.is_err() {
                drop(Object::take(connection));
            }
        });
    }
}

#[async_trait]
impl<DB: Driver> Lent for Loan<DB>
where
    SqlxValues: IntoArguments<DB>,
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
    ExecResult: From<DB::QueryResult>,
    QueryResult: From<DB::Row>,
{
    async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let done = query::<DB>(statement).execute(self.start()).await;
        self.finish(done).map(Into::into).map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn first(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let row = query::<DB>(statement).fetch_optional(self.start()).await;
        self.finish(row).map(|row| row.map(Into::into)).map_err(|error| DbErr::Query(runtime_error(error)))
    }

    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows = query::<DB>(statement).fetch_all(self.start()).await;
        let rows = self.finish(rows).map_err(|error| DbErr::Query(runtime_error(error)))?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr> {
        // From here on: if it is broken off, nobody knows whether it began.
        self.is_in_transaction = true;
        let begun = DB::run(self.start(), statement).await;
        self.finish(begun).map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn commit(&mut self) -> Result<(), DbErr> {
        let committed = DB::run(self.start(), "COMMIT").await;
        self.is_in_transaction = committed.is_err();
        self.finish(committed).map_err(|error| DbErr::Exec(runtime_error(error)))
    }
}

/// A statement as the driver takes it.
fn query<DB: Database>(statement: Statement) -> Query<'static, DB, SqlxValues>
where
    SqlxValues: IntoArguments<DB>,
{
    let Statement { sql, values, .. } = statement;
    // It was put together from fixed texts.
    sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values.unwrap_or(Values(Vec::new()))))
}

fn runtime_error(error: sqlx::Error) -> RuntimeErr {
    RuntimeErr::SqlxError(Arc::new(error))
}

/// Opens connections, and says which can be lent again.
struct Opener<DB: Database> {
    options: OptionsOf<DB>,
}

impl<DB: Database> Manager for Opener<DB> {
    type Type = DB::Connection;
    type Error = sqlx::Error;

    async fn create(&self) -> sqlx::Result<DB::Connection> {
        self.options.connect().await
    }

    async fn recycle(&self, connection: &mut DB::Connection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        let rested = metrics.last_used();
        if rested > FORGOTTEN || metrics.age() > AGED {
            return Err(RecycleError::message("too old"));
        }
        if rested > RESTED {
            connection.ping().await.map_err(RecycleError::Backend)?;
        }
        Ok(())
    }
}
