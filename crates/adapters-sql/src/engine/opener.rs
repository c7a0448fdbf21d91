//! The opening of connections, and the decision which can be used again.

use std::borrow::Cow;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::time::{Duration, Instant};

use futures_core::Stream;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _, Database, Either, Executor};

use crate::engine::deadline::Deadline;
use crate::engine::plans::Plans;
use crate::engine::reach::{Enter, Reach};

/// Connections that were idle longer than this are pinged before use, because the server may have been restarted. Under
/// load no connection is idle for so long.
const PING_AFTER_IDLE: Duration = Duration::from_millis(10);
/// Connections that were idle longer than this are closed without a ping: a firewall or NAT may have dropped them
/// silently, and the ping would get no answer.
const CLOSE_AFTER_IDLE: Duration = Duration::from_mins(10);
/// Connections older than this are replaced, because their memory grows with the statements that they have run.
const MAX_AGE: Duration = Duration::from_mins(30);
/// The name of SQLite in sqlx.
pub(super) const SQLITE: &str = "SQLite";

pub(super) type OptionsOf<DB> = <<DB as Database>::Connection as sqlx::Connection>::Options;

/// A database engine of sqlx.
pub trait Driver: Database {
    /// Runs statements without values.
    fn run(connection: &mut Self::Connection, text: Cow<'static, str>)
    -> impl Future<Output = sqlx::Result<()>> + Send;
}

impl<DB: Database> Driver for DB
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    async fn run(connection: &mut DB::Connection, text: Cow<'static, str>) -> sqlx::Result<()> {
        // Safe: the text is composed of fixed texts and ids.
        results::<DB>(connection.fetch_many(AssertSqlSafe(text)), 1).await.map(drop)
    }
}

/// Reads the results of a text, which SQLite divides into this number of statements. The count of rows is that of the last
/// one: for a statement that writes none, SQLite repeats the count before it.
pub(super) async fn results<DB: Database>(
    mut results: impl Stream<Item = sqlx::Result<Either<DB::QueryResult, DB::Row>>> + Unpin,
    statements: usize,
) -> sqlx::Result<(DB::QueryResult, Vec<DB::Row>)> {
    let (mut done, mut rows, mut number) = (DB::QueryResult::default(), vec![], 0);
    while let Some(result) = poll_fn(|context| Pin::new(&mut results).poll_next(context)).await {
        match result? {
            Either::Right(row) => rows.push(row),
            Either::Left(ended) => {
                done = ended;
                number += 1;
                // The thread of SQLite would wake this one once more for the end of the results. PostgreSQL may
                // report an error there.
                if number == statements && DB::NAME == SQLITE {
                    break;
                }
            }
        }
    }
    Ok((done, rows))
}

/// Prepares a new connection to end its statements at the deadline.
pub type Prepare<DB> = for<'c> fn(
    &'c mut <DB as Database>::Connection,
    Deadline,
) -> Pin<Box<dyn Future<Output = sqlx::Result<()>> + Send + 'c>>;

/// An open connection with its state.
pub(super) struct Opened<C> {
    pub(super) connection: C,
    /// The deadline of the statement that runs.
    pub(super) deadline: Deadline,
    /// The number of [`Plans::give_up`] calls that this connection has followed.
    replanned: u64,
    /// The reach that the connection has, if it was given one.
    pub(super) reach: Option<Reach>,
    since: Instant,
    pub(super) idle_since: Instant,
}

impl<C: Send> Opened<C> {
    /// Gives the connection this reach.
    pub(super) async fn enter<DB: Driver<Connection = C>>(&mut self, enter: Enter, reach: Reach) -> sqlx::Result<()>
    where
        C: sqlx::Connection,
    {
        self.reach = None;
        DB::run(&mut self.connection, (enter.statement)(reach).into()).await?;
        self.reach = Some(reach);
        Ok(())
    }

    /// Rolls the transaction back, and with it a reach that the connection was given inside.
    pub(super) async fn rollback<DB: Driver<Connection = C>>(&mut self) -> sqlx::Result<()>
    where
        C: sqlx::Connection,
    {
        self.reach = None;
        DB::run(&mut self.connection, "ROLLBACK".into()).await
    }

    /// Ends a running statement and the transaction.
    pub(super) async fn make_whole<DB: Driver<Connection = C>>(
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
        if is_in_transaction { self.rollback::<DB>().await } else { Ok(()) }
    }
}

/// Opens connections, and decides which can be used again.
pub(super) struct Opener<DB: Driver> {
    pub(super) options: OptionsOf<DB>,
    pub(super) prepare: Prepare<DB>,
    pub(super) plans: Plans,
}

impl<DB: Driver> Opener<DB> {
    pub(super) async fn open(&self) -> sqlx::Result<Opened<DB::Connection>> {
        let (mut connection, deadline) = (self.options.connect().await?, Deadline::default());
        (self.prepare)(&mut connection, deadline.clone()).await?;
        let (replanned, now) = (self.plans.given_up(), Instant::now());
        Ok(Opened { connection, deadline, replanned, reach: None, since: now, idle_since: now })
    }

    /// Returns whether an idle connection can be used, for work with this reach.
    pub(super) async fn is_usable(&self, opened: &mut Opened<DB::Connection>, reach: Option<(Enter, Reach)>) -> bool {
        let idle = opened.idle_since.elapsed();
        if idle > CLOSE_AFTER_IDLE || opened.since.elapsed() > MAX_AGE {
            return false;
        }
        let given_up = self.plans.given_up();
        let answered = if opened.replanned != given_up {
            opened.replanned = given_up;
            DB::run(&mut opened.connection, "DISCARD PLANS".into()).await
        } else if idle <= PING_AFTER_IDLE {
            Ok(())
        } else if let Some((enter, reach)) = reach.filter(|(_, reach)| opened.reach != Some(*reach)) {
            opened.enter::<DB>(enter, reach).await
        } else {
            opened.connection.ping().await
        };
        answered.is_ok()
    }
}
