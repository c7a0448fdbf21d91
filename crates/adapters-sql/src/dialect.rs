//! What differs between the engines.

use sea_orm::DbBackend;
use sqlx::error::DatabaseError;

/// Why a write was refused, where that is not the statement's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A unique index: the name of the rule, one of [`ports::rules`].
    Taken(&'static str),
    /// A reference to a row that is gone.
    Reference,
    /// None: two transactions stood in each other's way, and the engine ended this one.
    Conflict,
    /// None: another transaction held a lock for too long.
    Locked,
}

/// One engine.
pub trait Dialect: Send + Sync {
    /// Which one.
    fn backend(&self) -> DbBackend;

    /// The version of the newest migration that this program knows.
    fn schema_version(&self) -> i64;

    /// The statement that begins a transaction that writes.
    fn begin_writing(&self) -> &'static str;

    /// The statement that begins a transaction that only reads: all that it reads is as it was at one moment.
    fn begin_reading(&self) -> &'static str;

    /// A statement that changes nothing, and is refused if the database is read-only.
    fn probe_writing(&self) -> &'static str;

    /// What locks the rows of a SELECT until the end of the transaction, so that nobody changes them meanwhile; empty
    /// where the write transaction itself is that lock.
    fn for_share(&self) -> &'static str;

    /// The same, against those who read with [`for_share`](Self::for_share) or refer to the rows too.
    fn for_update(&self) -> &'static str;

    /// The same, but those who only refer to the rows need not wait.
    fn for_no_key_update(&self) -> &'static str;

    /// A statement that lets one transaction at a time make the first workspace, where more than the write transaction
    /// is needed for that.
    fn first_workspace_lock(&self) -> Option<&'static str>;

    /// The statement that locks the name `$1` until the end of the transaction; `None` if the write transaction itself is that lock.
    fn named_lock(&self) -> Option<&'static str>;

    /// What stands before and after the conditions of a SELECT that takes some rows `m` of a table of each integration account `a`:
    /// so many rows are read of each account, and not all that it has.
    fn some_of_each_account(&self, table: &str) -> (String, &'static str);

    /// The first items of a column that holds a list, at most so many, as a list.
    fn first_of_list(&self, list: &str, most: usize) -> String;

    /// How many items a column holds that is a list.
    fn length_of_list(&self, list: &str) -> String;

    /// A FROM that yields listings `m` by where they are.
    fn placed_listings(&self) -> &'static str;

    /// The condition that they lie in the box around the point `$3`, `$4`, `$5` whose faces are `?` away, for an index.
    fn in_box(&self) -> &'static str;

    /// An ORDER BY that yields the nearest to that point first and stops when it is told to; `None` where no index can do that.
    fn nearest_first(&self) -> Option<&'static str>;

    /// The radius in kilometres with which to begin to look.
    fn first_ring(&self) -> u32;

    /// The condition that the listing `m` has the folded amenity `?`.
    fn has_amenity(&self) -> &'static str;

    /// A statement that has other processes told, once the transaction is committed, that access has changed in the workspace `$1`;
    /// `None` where they see it by themselves.
    fn tell_of_access(&self) -> Option<&'static str>;

    /// Which rule of the schema was broken, if one was.
    fn violation(&self, error: &dyn DatabaseError) -> Option<Violation>;

    /// Whether the error says that the database is away or busy, and not that a statement is wrong.
    fn is_unavailable(&self, error: &dyn DatabaseError) -> bool;
}
