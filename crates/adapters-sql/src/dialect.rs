//! What differs between the engines.

use sea_orm::{DatabaseConnection, TransactionOptions};
use sqlx::error::DatabaseError;

use crate::pools::PoolUse;

/// Why a write was refused, where that is not the statement's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Violation {
    /// A unique index: the name of the rule, one of [`ports::rules`].
    Taken(&'static str),
    /// A reference to a row that is gone.
    Reference,
    /// None: two transactions stood in each other's way, and the engine ended this one.
    Conflict,
}

/// One engine.
pub trait Dialect: Send + Sync {
    /// The version of the newest migration that this program knows.
    fn schema_version(&self) -> i64;

    /// How a transaction that writes begins.
    fn write_transaction(&self) -> TransactionOptions;

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

    /// Which rule of the schema was broken, if one was.
    fn violation(&self, error: &dyn DatabaseError) -> Option<Violation>;

    /// Whether the error says that the database is away or busy, and not that a statement is wrong.
    fn is_unavailable(&self, error: &dyn DatabaseError) -> bool;

    /// How much of the pools behind these connections is in use; a pool that is both is told of once.
    fn pools(&self, reader: &DatabaseConnection, writer: &DatabaseConnection) -> Vec<PoolUse>;
}
