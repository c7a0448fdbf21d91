//! Differences between the engines.

use sea_orm::DbBackend;
use sqlx::error::DatabaseError;

/// The reason why the engine refused a write, if the statement itself is correct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A violated unique index: the name of the rule, one of [`ports::rules`].
    Taken(&'static str),
    /// A reference to a row that is gone.
    Reference,
    /// A conflict of two transactions, of which the engine ended this one.
    Conflict,
    /// A lock that another transaction held for too long.
    Locked,
}

/// The dialect of an engine.
pub trait Dialect: Send + Sync {
    /// Returns the engine.
    fn backend(&self) -> DbBackend;

    /// Returns the version of the newest migration that this program knows.
    fn schema_version(&self) -> i64;

    /// Returns the statement that begins a transaction that writes.
    fn begin_writing(&self) -> &'static str;

    /// Returns the statement that begins a transaction that writes many rows, for which no other should have to wait.
    fn begin_writing_much(&self) -> &'static str;

    /// Returns the statement that begins a transaction that numbers events: it ends soon after its process is gone.
    fn begin_numbering(&self) -> &'static str;

    /// Returns the statement that begins a transaction that only reads, from one snapshot.
    fn begin_reading(&self) -> &'static str;

    /// Returns a statement that changes nothing, and fails if the database is read-only.
    fn probe_writing(&self) -> &'static str;

    /// Returns the clause that locks the rows of a SELECT against changes until the end of the transaction; empty if
    /// the write transaction itself is that lock.
    fn for_share(&self) -> &'static str;

    /// Returns the clause that also locks the rows against [`for_share`](Self::for_share) and against new references.
    fn for_update(&self) -> &'static str;

    /// Returns the clause that locks the rows of a SELECT against deletion, but not against changes, until the end of
    /// the transaction; empty if the write transaction itself is that lock.
    fn for_key_share(&self) -> &'static str;

    /// Returns the clause that locks like [`for_update`](Self::for_update), but does not block new references.
    fn for_no_key_update(&self) -> &'static str;

    /// Returns the clause that locks like [`for_no_key_update`](Self::for_no_key_update) the rows that no other transaction
    /// has locked, and yields only these.
    fn for_update_of_unlocked(&self) -> &'static str;

    /// Returns the statement that lets one transaction at a time create the first workspace; `None` if the write
    /// transaction is enough.
    fn first_workspace_lock(&self) -> Option<&'static str>;

    /// Returns the statement that locks the name `$1` until the end of the transaction; `None` if the write transaction
    /// itself is that lock.
    fn named_lock(&self) -> Option<&'static str>;

    /// Returns the SELECT of each `workspace_id` whose machine responds; `None` if all workspaces are on one machine. Without it
    /// a statement over all workspaces succeeds only while all machines respond.
    fn reachable_workspaces(&self) -> Option<&'static str>;

    /// Returns the join that takes from each integration account `account` the ids of its first `$3` rows, or a few more, that
    /// match the conditions, without reading all of its rows. `row` is the alias of the rows.
    fn first_of_each_account(&self, table: &str, row: &str, conditions: &str) -> String;

    /// Returns the join that takes rows from each integration account `account`, of which no more than `$3` are needed.
    fn some_of_each_account(&self, table: &str, row: &str) -> String;

    /// Returns the join that takes from each integration account `account` the ids of all rows that match the conditions, which
    /// are few and are found by an index.
    fn all_of_each_account(&self, table: &str, row: &str, conditions: &str) -> String;

    /// Returns a SELECT, by an index that yields the ids `id` in order, as one of several of a UNION ALL from which a page is
    /// taken. No more than `$3` rows are read.
    fn part_of_page(&self, select: &str, id: &str) -> String;

    /// Returns the expression for the first items of a list column, at most `most`, as a list.
    fn first_of_list(&self, list: &str, most: usize) -> String;

    /// Returns the expression for the number of items of a list column.
    fn length_of_list(&self, list: &str) -> String;

    /// Returns the number of rows that one INSERT of many listings has.
    fn rows_of_insert(&self) -> usize;

    /// Returns the FROM that yields listings `listing` by their position.
    fn placed_listings(&self) -> &'static str;

    /// Returns the FROM, and the beginning of its WHERE, that yields the positions of the listings of the workspace `$1`.
    /// [`in_box`](Self::in_box) completes it.
    fn positions(&self) -> &'static str;

    /// Returns the condition that listings lie in the box around the point `$3`, `$4`, `$5` with faces at the distance
    /// `$6`. An index answers it.
    fn in_box(&self) -> &'static str;

    /// Returns the clauses that yield only the `$10` nearest to that point, and those as near as the last of them; empty if no
    /// index can do so.
    fn nearest_first(&self) -> &'static str;

    /// Returns the initial search radius in kilometres.
    fn initial_search_radius(&self) -> u32;

    /// Returns the condition that the listing `listing` has the folded amenity `?`.
    fn has_amenity(&self) -> &'static str;

    /// Returns the condition that a column is one of the values of a SELECT, which are few.
    fn one_of(&self, column: &str, select: &str) -> String;

    /// Returns the statement that deletes up to `$2` rows of the workspace `$1`. It finds each by its place in the table: an index
    /// would pass over all rows of the workspace.
    fn delete_some(&self, table: &str) -> String;

    /// Returns the statement after which the transaction finds rows by indexes, even those that are a large part of a table, and
    /// plans for the size of its workspace; `None` if it always does.
    fn find_by_indexes(&self) -> Option<&'static str>;

    /// Returns the FROM and WHERE that yield the rows of a table, under an alias, whose `search_text` may contain the text
    /// with the [key](Self::text_key) `?`, by an index. `number` is a SELECT of the number of the scope.
    fn rows_by_text(&self, table: &str, row: &str, number: &str) -> String;

    /// Whether the index finds all rows with a text before it yields the first.
    fn finds_all_by_text(&self) -> bool;

    /// Returns the key by which the index finds a text; `None` if the index would look at all rows.
    fn text_key(&self, text: &str) -> Option<String>;

    /// Returns the text that runs statements in one round trip. They refer to the same values, write different tables, and
    /// return nothing.
    fn together(&self, statements: &[&str]) -> String;

    /// Whether writes can be joined by [`in_order`](Self::in_order).
    fn joins_writes(&self) -> bool;

    /// Returns the end of an `INSERT … SELECT` of one row that is joined after others: it inserts nothing if the write with
    /// this number has written nothing.
    fn after_write(&self, number: usize) -> String;

    /// Returns the text that makes writes one after the other in one round trip. Its count of rows is that of the last one.
    fn in_order(&self, writes: &[String]) -> String;

    /// Whether a transaction may number the events of several workspaces.
    fn numbers_together(&self) -> bool;

    /// Returns the FROM that yields the items of a JSON array, as `item.value`.
    fn items(&self, array: &str) -> String;

    /// Returns the expression of an id as a text of hexadecimal digits.
    fn id_to_text(&self, id: &str) -> String;

    /// Returns the expression that reads an id from a text.
    fn to_id(&self, text: &str) -> String;

    /// Returns the SELECT of the columns of the table `$1`: `name`, the `kind` as PostgreSQL calls types, and `is_drawn`, whether
    /// the database draws or computes the values.
    fn columns_of_table(&self) -> &'static str;

    /// Returns the statement that notifies other processes at the commit that access has changed in the workspace `$1`;
    /// `None` if they see it by themselves.
    fn notify_access_change(&self) -> Option<&'static str>;

    /// Returns the violation that an error reports, if any.
    fn violation(&self, error: &dyn DatabaseError) -> Option<Violation>;

    /// Whether the error means that the database is unavailable or busy, and not that a statement is wrong.
    fn is_unavailable(&self, error: &dyn DatabaseError) -> bool;
}
