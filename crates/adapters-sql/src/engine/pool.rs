//! Connection pools.
//!
//! The pool of sqlx pings every connection that is returned: a round trip for each statement. This pool pings only
//! connections that were idle, or whose work was interrupted.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool::managed::{self, Manager, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult};
use ports::fairness::{Door, Gate, Permit};
use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values};
use sea_query_sqlx::SqlxValues;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Database, Executor, IntoArguments};
use tokio::runtime::Handle;
use tokio::time::{sleep, timeout};

use crate::engine::deadline::Deadline;
use crate::engine::limits::{Limits, PoolUse};
use crate::engine::plans::Plans;

/// Connections that were idle longer than this are pinged before use, because the server may have been restarted. Under
/// load no connection is idle for so long.
const PING_AFTER_IDLE: Duration = Duration::from_millis(10);
/// Connections that were idle longer than this are closed without a ping: a firewall or NAT may have dropped them
/// silently, and the ping would get no answer.
const CLOSE_AFTER_IDLE: Duration = Duration::from_mins(10);
/// Connections older than this are replaced, because their memory grows with the statements that they have run.
const MAX_AGE: Duration = Duration::from_mins(30);

/// The time that an abandoned statement has to end before its connection is closed.
const GRACE: Duration = Duration::from_millis(100);
/// The time within which a database server notices a closed connection. Its place in the pool stays taken until then.
pub const NOTICED: Duration = Duration::from_millis(100);

/// A connection pool of one engine.
#[async_trait]
pub trait Pool: Send + Sync {
    /// Acquires a connection, which returns to the pool when it is dropped.
    async fn acquire(&self) -> Result<Box<dyn Connection>, DbErr>;

    /// Returns the number of connections in use and idle.
    fn in_use(&self) -> PoolUse;
}

/// A pooled connection. If it is dropped during a transaction, the transaction is rolled back.
#[async_trait]
pub trait Connection: Send {
    /// Runs a statement.
    async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr>;

    /// Runs a statement and reads its first row.
    async fn first(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr>;

    /// Runs a statement and reads its rows.
    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr>;

    /// Begins a transaction with this statement.
    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr>;

    /// Commits the transaction, with all changes that share it.
    async fn commit(&mut self) -> Result<(), DbErr>;

    /// Rolls back the changes of the transaction. Fails if they were seen beside changes of others that share the
    /// transaction, and those could not be committed.
    async fn rollback(&mut self) -> Result<(), DbErr>;
}

type OptionsOf<DB> = <<DB as Database>::Connection as sqlx::Connection>::Options;

/// A database engine of sqlx.
pub trait Driver: Database {
    /// Runs a statement without values.
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

/// Prepares a new connection to end its statements at the deadline.
pub type Prepare<DB> = for<'c> fn(
    &'c mut <DB as Database>::Connection,
    Deadline,
) -> Pin<Box<dyn Future<Output = sqlx::Result<()>> + Send + 'c>>;

/// A pool of connections.
pub struct Connections<DB: Driver> {
    name: &'static str,
    pool: managed::Pool<Opener<DB>>,
    door: Door,
    limits: Limits,
}

impl<DB: Driver> Connections<DB> {
    /// Creates a pool of at most `most` connections, which are opened on demand. The gate decides the order of turns.
    /// Acquiring a connection fails after `limits.wait`.
    pub fn new(
        name: &'static str,
        options: OptionsOf<DB>,
        most: u32,
        limits: Limits,
        gate: &Arc<Gate>,
        prepare: Prepare<DB>,
        plans: Plans,
    ) -> Self {
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        // The connection that was returned last is used next, so that few are busy.
        let pool = managed::Pool::builder(Opener { options, prepare, plans })
            .max_size(most)
            .queue_mode(QueueMode::Lifo)
            .build();
        let pool = pool.expect("a pool without timeouts of its own needs no runtime");
        Self { name, pool, door: gate.door(most), limits }
    }

    /// Acquires a connection of sqlx.
    pub async fn get(&self) -> sqlx::Result<PooledConnection<DB>> {
        let acquired = async { self.open(Some(self.turn().await)).await };
        timeout(self.limits.wait, acquired).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// Waits for the turn of the current client.
    pub async fn turn(&self) -> Permit {
        self.door.enter().await
    }

    /// Returns the number of turns that are taken.
    pub fn turns(&self) -> usize {
        self.door.used()
    }

    /// Waits for an idle connection, or opens one. It keeps the turn until it is back in the pool.
    pub async fn open(&self, turn: Option<Permit>) -> sqlx::Result<PooledConnection<DB>> {
        match self.pool.get().await {
            Ok(connection) => Ok(PooledConnection {
                acquired: Some((connection, turn)),
                limit: self.limits.statement,
                is_whole: true,
                is_in_transaction: false,
            }),
            Err(PoolError::Backend(error)) => Err(error),
            Err(PoolError::Closed) => Err(sqlx::Error::PoolClosed),
            Err(_) => Err(sqlx::Error::PoolTimedOut),
        }
    }

    /// Returns the time after which acquiring a connection fails.
    pub const fn wait(&self) -> Duration {
        self.limits.wait
    }

    /// Closes all connections. Those in use are closed when they are returned.
    pub async fn close(&self) {
        loop {
            for connection in self.pool.retain(|_, _| false).removed {
                if let Err(error) = connection.connection.close().await {
                    tracing::warn!(%error, pool = self.name, "failed to close a database connection cleanly");
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
impl<DB: Driver> Pool for Connections<DB>
where
    PooledConnection<DB>: Connection,
{
    async fn acquire(&self) -> Result<Box<dyn Connection>, DbErr> {
        let connection = self.get().await.map_err(|error| DbErr::Conn(runtime_error(error)))?;
        Ok(Box::new(connection))
    }

    fn in_use(&self) -> PoolUse {
        let status = self.pool.status();
        let [idle, used, max] = [status.available, status.size - status.available, status.max_size]
            .map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        PoolUse { pool: self.name, idle, used, max }
    }
}

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
        let done = query::<DB>(statement).execute(self.start_statement()).await;
        self.finish(done).map(Into::into).map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn first(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let row = query::<DB>(statement).fetch_optional(self.start_statement()).await;
        self.finish(row).map(|row| row.map(Into::into)).map_err(|error| DbErr::Query(runtime_error(error)))
    }

    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows = query::<DB>(statement).fetch_all(self.start_statement()).await;
        let rows = self.finish(rows).map_err(|error| DbErr::Query(runtime_error(error)))?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr> {
        // Set before the statement runs: if it is interrupted, the transaction may have begun.
        self.is_in_transaction = true;
        let begun = DB::run(self.start(), statement).await;
        self.finish(begun).map_err(|error| DbErr::Exec(runtime_error(error)))
    }

    async fn commit(&mut self) -> Result<(), DbErr> {
        let committed = DB::run(self.start(), "COMMIT").await;
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

/// Converts a statement for sqlx.
fn query<DB: Database>(statement: Statement) -> Query<'static, DB, SqlxValues>
where
    SqlxValues: IntoArguments<DB>,
{
    let Statement { sql, values, .. } = statement;
    // Safe: the statement is composed of fixed texts.
    sqlx::query_with(AssertSqlSafe(sql), SqlxValues(values.unwrap_or(Values(Vec::new()))))
}

fn runtime_error(error: sqlx::Error) -> RuntimeErr {
    RuntimeErr::SqlxError(Arc::new(error))
}

/// An open connection with its state.
struct Opened<C> {
    connection: C,
    /// The deadline of the statement that runs.
    deadline: Deadline,
    /// The number of [`Plans::give_up`] calls that this connection has followed.
    replanned: u64,
}

impl<C: Send> Opened<C> {
    /// Ends a running statement and the transaction.
    async fn make_whole<DB: Driver<Connection = C>>(
        &mut self,
        is_whole: bool,
        is_in_transaction: bool,
    ) -> sqlx::Result<()>
    where
        C: sqlx::Connection,
    {
        if !is_whole {
            self.deadline.pass();
            // The ping is answered after the statement has ended.
            self.connection.ping().await?;
        }
        self.deadline.set(None);
        if is_in_transaction { DB::run(&mut self.connection, "ROLLBACK").await } else { Ok(()) }
    }
}

/// The manager of a pool, which opens connections and decides which can be used again.
struct Opener<DB: Driver> {
    options: OptionsOf<DB>,
    prepare: Prepare<DB>,
    plans: Plans,
}

impl<DB: Driver> Manager for Opener<DB> {
    type Type = Opened<DB::Connection>;
    type Error = sqlx::Error;

    async fn create(&self) -> sqlx::Result<Opened<DB::Connection>> {
        let (mut connection, deadline) = (self.options.connect().await?, Deadline::default());
        (self.prepare)(&mut connection, deadline.clone()).await?;
        Ok(Opened { connection, deadline, replanned: self.plans.given_up() })
    }

    async fn recycle(&self, opened: &mut Opened<DB::Connection>, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        let idle = metrics.last_used();
        if idle > CLOSE_AFTER_IDLE || metrics.age() > MAX_AGE {
            return Err(RecycleError::message("too old"));
        }
        let given_up = self.plans.given_up();
        if opened.replanned != given_up {
            DB::run(&mut opened.connection, "DISCARD PLANS").await.map_err(RecycleError::Backend)?;
            opened.replanned = given_up;
        } else if idle > PING_AFTER_IDLE {
            opened.connection.ping().await.map_err(RecycleError::Backend)?;
        }
        Ok(())
    }
}
