//! Changes that wait for the connection share a commit, and harm each other in nothing.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use adapters_sql::{Connection, Limits, Pool};
use adapters_sqlite::Sqlite;
use sea_orm::{DbBackend, DbErr, Statement};
use sqlx::SqlitePool;
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinSet;

type Waiting<'w, T> = Pin<Box<dyn Future<Output = Result<T, DbErr>> + Send + 'w>>;
type Acquired = Box<dyn Connection>;

const ENDLESS: &str = "WITH RECURSIVE n (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n) SELECT n FROM n";

/// A file with a table of different values, its writer, and a connection that reads.
struct File {
    folder: TempDir,
    sqlite: Sqlite,
    writer: Arc<dyn Pool>,
    reader: SqlitePool,
}

impl File {
    async fn new() -> Self {
        Self::within(Limits::default()).await
    }

    async fn within(limits: Limits) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("tenantry.db").display());
        let sqlite = Sqlite::open_within(&url, limits).await.expect("a database");
        let writer = sqlite.writer(Duration::MAX);
        let mut connection = writer.acquire().await.expect("a connection");
        let create = "CREATE TABLE stored (value integer PRIMARY KEY, text text)";
        connection.execute(statement(create)).await.expect("a table");
        let reader = SqlitePool::connect(&url).await.expect("another connection");
        Self { folder, sqlite, writer, reader }
    }

    /// Begins the next change, which must be possible at once.
    async fn begin(&self) -> Acquired {
        self.begin_with("BEGIN IMMEDIATE").await
    }

    async fn begin_with(&self, begin: &'static str) -> Acquired {
        begun(self.writer.acquire().await.expect("a connection"), begin).await
    }

    /// Returns a change that waits for its turn.
    async fn next(&self) -> Waiting<'_, Acquired> {
        let mut next = self.writer.acquire();
        assert!(is_pending(&mut next).await, "it is not its turn");
        next
    }

    /// Returns the commit of a change that has stored the value, and the change whose turn has come in its transaction.
    async fn after(&self, value: i64) -> (Waiting<'static, ()>, Waiting<'_, Acquired>) {
        let mut first = self.begin().await;
        insert(&mut first, value).await.expect("stored");
        let next = self.next().await;
        (committing(first).await, next)
    }

    /// Returns the commit of a change that has stored the value, and a change that continues its transaction.
    async fn shared_with(&self, value: i64) -> (Waiting<'static, ()>, Acquired) {
        let (first, next) = self.after(value).await;
        (first, next_begun(next).await)
    }

    /// Returns what has been committed.
    async fn stored(&self) -> Vec<i64> {
        sqlx::query_scalar("SELECT value FROM stored ORDER BY value").fetch_all(&self.reader).await.expect("an answer")
    }
}

fn statement(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Sqlite, sql)
}

async fn begun(mut connection: Acquired, begin: &'static str) -> Acquired {
    connection.begin(begin).await.expect("a transaction");
    connection
}

async fn next_begun(next: Waiting<'_, Acquired>) -> Acquired {
    begun(next.await.expect("its turn"), "BEGIN IMMEDIATE").await
}

async fn insert(connection: &mut Acquired, value: i64) -> Result<(), DbErr> {
    connection.execute(statement(&format!("INSERT INTO stored (value) VALUES ({value})"))).await.map(drop)
}

async fn is_pending<T>(waiting: &mut Waiting<'_, T>) -> bool {
    poll_fn(|context| Poll::Ready(waiting.as_mut().poll(context).is_pending())).await
}

/// Returns a commit that waits for the others of the transaction.
async fn committing(mut connection: Acquired) -> Waiting<'static, ()> {
    let mut committing: Waiting<'_, ()> = Box::pin(async move { connection.commit().await });
    assert!(is_pending(&mut committing).await, "others continue the transaction");
    committing
}

/// Whether the error is answered with 503.
fn is_unavailable(error: &DbErr) -> bool {
    error.to_string().contains("the transaction was not committed")
}

#[tokio::test]
async fn changes_that_wait_share_a_commit_and_nobody_sees_them_before() {
    let file = File::new().await;
    let (mut first, mut second) = file.shared_with(1).await;
    insert(&mut second, 2).await.expect("stored");
    assert!(is_pending(&mut first).await);
    assert!(file.stored().await.is_empty());
    second.commit().await.expect("committed");
    first.await.expect("committed");
    assert_eq!(file.stored().await, [1, 2]);
}

#[tokio::test]
async fn changes_are_answered_in_their_order() {
    let file = File::new().await;
    let order = Arc::new(std::sync::Mutex::new(vec![]));
    let mut answers = JoinSet::new();
    let mut change = file.begin().await;
    for value in 1..=20 {
        insert(&mut change, value).await.expect("stored");
        let next = file.next().await;
        let (order, mut done) = (order.clone(), change);
        let (left, has_left) = oneshot::channel();
        answers.spawn(async move {
            let mut commit = done.commit();
            assert!(is_pending(&mut commit).await);
            left.send(()).expect("the test waits");
            commit.await.expect("committed");
            order.lock().expect("no panic").push(value);
        });
        has_left.await.expect("it has left the transaction");
        change = next_begun(next).await;
    }
    change.commit().await.expect("committed");
    answers.join_all().await;
    assert_eq!(*order.lock().expect("no panic"), (1..=20).collect::<Vec<_>>());
}

#[tokio::test]
async fn at_most_64_changes_share_a_commit() {
    let file = File::new().await;
    let mut left = vec![];
    let mut change = file.begin().await;
    for value in 1..=64 {
        assert!(file.stored().await.is_empty());
        insert(&mut change, value).await.expect("stored");
        let next = file.next().await;
        left.push(tokio::spawn(async move { change.commit().await }));
        change = next_begun(next).await;
    }
    for change in left {
        change.await.expect("no panic").expect("committed, although the 65th has begun");
    }
    assert_eq!(file.stored().await.len(), 64);
}

#[tokio::test]
async fn a_refusal_undoes_its_own_change_and_is_told_after_the_commit_of_what_it_rests_on() {
    let file = File::new().await;
    let (first, mut second) = file.shared_with(1).await;
    insert(&mut second, 2).await.expect("stored");
    insert(&mut second, 1).await.expect_err("it is taken");
    insert(&mut second, 3).await.expect_err("no statement runs after one that has failed");
    let next = file.next().await;
    let second = tokio::spawn(async move { second.rollback().await });
    let mut third = next_begun(next).await;
    insert(&mut third, 2).await.expect("the value of the second is free");
    assert!(!second.is_finished(), "what the first has stored could still be lost");
    third.commit().await.expect("committed");
    second.await.expect("no panic").expect("settled");
    first.await.expect("committed");
    assert_eq!(file.stored().await, [1, 2]);
}

#[tokio::test]
async fn a_change_that_has_failed_cannot_be_committed() {
    let file = File::new().await;
    let (first, mut second) = file.shared_with(1).await;
    insert(&mut second, 2).await.expect("stored");
    insert(&mut second, 1).await.expect_err("it is taken");
    assert!(is_unavailable(&second.commit().await.expect_err("it has failed")));
    drop(second);
    first.await.expect("committed");
    assert_eq!(file.stored().await, [1]);
}

#[tokio::test]
async fn a_first_statement_that_fails_undoes_nothing_of_others() {
    let file = File::new().await;
    let (first, mut second) = file.shared_with(1).await;
    insert(&mut second, 1).await.expect_err("it is taken");
    drop(second);
    first.await.expect("committed");
    assert_eq!(file.stored().await, [1]);
}

#[tokio::test]
async fn a_change_without_statements_undoes_nothing_of_others() {
    let file = File::new().await;
    for (value, commits) in [(1, true), (2, false)] {
        let (first, mut second) = file.shared_with(value).await;
        if commits {
            second.commit().await.expect("nothing to commit");
        }
        drop(second);
        first.await.expect("committed");
    }
    let mut nothing = file.begin().await;
    let next = file.next().await;
    nothing.commit().await.expect("nothing to commit");
    let mut next = next_begun(next).await;
    insert(&mut next, 3).await.expect("stored");
    next.commit().await.expect("committed");
    assert_eq!(file.stored().await, [1, 2, 3]);
}

#[tokio::test]
async fn a_last_statement_commits_the_change_unless_it_writes_nothing() {
    let file = File::new().await;
    let last = |value, is| statement(&format!("INSERT INTO stored (value) SELECT {value} WHERE {is}"));
    for (value, written) in [(1, false), (3, true)] {
        let (first, mut second) = file.shared_with(value).await;
        let next = file.next().await;
        let second = tokio::spawn(async move {
            let has_written = second.commit_with(last(value + 1, written)).await.expect("it runs");
            (has_written, second.rollback().await)
        });
        let mut third = next_begun(next).await;
        insert(&mut third, 10 * value).await.expect("stored");
        third.commit().await.expect("committed");
        let (has_written, ended) = second.await.expect("no panic");
        ended.expect("settled");
        assert_eq!(has_written, written);
        first.await.expect("committed");
    }
    assert_eq!(file.stored().await, [1, 3, 4, 10, 30]);
}

#[tokio::test]
async fn a_change_that_is_dropped_or_panics_is_undone_alone() {
    let file = File::new().await;
    let (first, mut second) = file.shared_with(1).await;
    insert(&mut second, 2).await.expect("stored");
    let next = file.next().await;
    drop(second);
    let mut third = next_begun(next).await;
    insert(&mut third, 3).await.expect("stored");
    let panics = tokio::spawn(async move {
        insert(&mut third, 4).await.expect("stored");
        panic!("in the midst of a change");
    });
    panics.await.expect_err("it panics");
    first.await.expect("committed");
    assert_eq!(file.stored().await, [1]);
}

#[tokio::test]
async fn a_change_that_gives_up_when_its_turn_has_come_leaves_the_commit_to_others() {
    let file = File::new().await;
    for (value, acquires) in [(1, false), (2, true)] {
        let (first, next) = file.after(value).await;
        if acquires {
            drop(next.await.expect("its turn"));
        } else {
            drop(next);
        }
        first.await.expect("committed");
    }
    assert_eq!(file.stored().await, [1, 2]);
}

#[tokio::test]
async fn a_statement_that_is_given_up_ends_before_its_change_is_undone() {
    const LONG: &str = "WITH RECURSIVE n (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n LIMIT 100000) \
                        INSERT INTO stored (value) SELECT n FROM n";
    let file = File::new().await;
    let (first, mut second) = file.shared_with(1).await;
    let mut long = second.execute(statement(LONG));
    let _is_pending = is_pending(&mut long).await;
    drop(long);
    drop(second);
    first.await.expect("committed: interrupting a write would roll everything back");
    assert_eq!(file.stored().await, [1]);
}

#[tokio::test]
async fn a_read_that_takes_too_long_harms_nobody_and_a_write_is_not_acknowledged_to_anybody() {
    let limits = Limits { statement: Duration::from_millis(50), ..Limits::default() };
    let file = File::within(limits).await;
    let endless_write = format!("INSERT INTO stored (value) {ENDLESS}");
    for (value, endless, survives) in [(1, ENDLESS, true), (2, &*endless_write, false)] {
        let (first, mut second) = file.shared_with(value).await;
        let error = second.execute(statement(endless)).await.expect_err("it never ends");
        assert!(error.to_string().contains("interrupted"), "{error}");
        // SQLite rolls the whole transaction back when it interrupts a write.
        assert_eq!(second.rollback().await.is_ok(), survives);
        let first = first.await;
        assert_eq!(first.is_ok(), survives);
        assert!(first.err().is_none_or(|error| is_unavailable(&error)));
    }
    assert_eq!(file.stored().await, [1]);
    let mut next = file.begin().await;
    insert(&mut next, 3).await.expect("stored");
    next.commit().await.expect("committed");
    assert_eq!(file.stored().await, [1, 3]);
}

#[tokio::test]
async fn on_a_full_disk_what_is_acknowledged_is_stored() {
    let file = File::new().await;
    let mut connection = file.writer.acquire().await.expect("a connection");
    connection.execute(statement("PRAGMA max_page_count = 40")).await.expect("a limit");
    drop(connection);
    let much = "WITH RECURSIVE n (n) AS (SELECT 10 UNION ALL SELECT n + 1 FROM n LIMIT 100) \
                INSERT INTO stored (value, text) SELECT n, hex(zeroblob(4000)) FROM n";
    let (first, mut second) = file.shared_with(1).await;
    let error = second.execute(statement(much)).await.expect_err("the disk is full");
    assert!(error.to_string().contains("full"), "{error}");
    drop(second);
    let first = first.await;
    assert_eq!(file.stored().await, if first.is_ok() { vec![1] } else { vec![] });
}

#[tokio::test]
async fn a_commit_that_fails_fails_all_that_share_it() {
    let file = File::new().await;
    let (first, mut second) = file.shared_with(1).await;
    insert(&mut second, 2).await.expect("stored");
    // As if SQLite had done so by itself.
    second.execute(statement("ROLLBACK")).await.expect("no transaction");
    for settled in [second.commit().await, first.await] {
        let error = settled.expect_err("it was not committed");
        assert!(is_unavailable(&error), "{error}");
    }
    assert!(file.stored().await.is_empty());
    let mut next = file.begin().await;
    insert(&mut next, 3).await.expect("stored");
    next.commit().await.expect("another connection commits");
    assert_eq!(file.stored().await, [3]);
}

#[tokio::test]
async fn a_file_that_was_moved_is_told_to_all_that_share_the_commit() {
    let file = File::new().await;
    let [path, away] = ["tenantry.db", "away.db"].map(|name| file.folder.path().join(name));
    let (first, mut second) = file.shared_with(1).await;
    std::fs::rename(&path, &away).expect("moved");
    for settled in [second.commit().await, first.await] {
        let error = settled.expect_err("it is not in its place");
        assert!(is_unavailable(&error), "{error}");
    }
}

#[tokio::test]
async fn a_change_of_much_is_waited_for_by_nobody_who_was_done_before() {
    let file = File::new().await;
    let (first, next) = file.after(1).await;
    let mut much = begun(next.await.expect("its turn"), "BEGIN EXCLUSIVE").await;
    first.await.expect("committed");
    insert(&mut much, 2).await.expect("stored");
    assert_eq!(file.stored().await, [1]);
    let next = file.next().await;
    much.commit().await.expect("committed at once");
    assert_eq!(file.stored().await, [1, 2]);
    let mut next = next_begun(next).await;
    insert(&mut next, 3).await.expect("stored");
    next.commit().await.expect("committed");
    assert_eq!(file.stored().await, [1, 2, 3]);
}

#[tokio::test]
async fn a_transaction_that_has_lasted_long_enough_admits_no_further_change() {
    let file = File::new().await;
    let writer = file.sqlite.writer(Duration::ZERO);
    let mut first = begun(writer.acquire().await.expect("a connection"), "BEGIN IMMEDIATE").await;
    insert(&mut first, 1).await.expect("stored");
    let next = file.next().await;
    first.commit().await.expect("committed, although the next one waits");
    assert_eq!(file.stored().await, [1]);
    drop(next_begun(next).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_at_once_exactly_those_are_stored_that_were_acknowledged() {
    const WRITERS: i64 = 32;
    const CHANGES: i64 = 25;
    let file = Arc::new(File::new().await);
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let file = file.clone();
        writers.spawn(async move {
            let mut acknowledged = vec![];
            for change in 0..CHANGES {
                let value = 1 + writer * CHANGES + change;
                let mut connection = file.begin().await;
                insert(&mut connection, value).await.expect("stored");
                match change % 5 {
                    // Given up in the midst.
                    0 => drop(connection),
                    1 => {
                        insert(&mut connection, value).await.expect_err("it is taken");
                        connection.rollback().await.expect("settled");
                    }
                    // Given up in a statement.
                    2 => {
                        let mut statement: Waiting<'_, ()> = Box::pin(insert(&mut connection, -value));
                        let _is_pending = is_pending(&mut statement).await;
                    }
                    _ => {
                        connection.commit().await.expect("committed");
                        acknowledged.push(value);
                    }
                }
            }
            acknowledged
        });
    }
    let mut acknowledged = writers.join_all().await.concat();
    acknowledged.sort_unstable();
    assert_eq!(acknowledged.len(), usize::try_from(WRITERS * CHANGES * 2 / 5).expect("a number"));
    assert_eq!(file.stored().await, acknowledged);
    file.sqlite.close().await;
}
