//! Connection pools and their connections.

use async_trait::async_trait;
use sea_orm::{DbErr, ExecResult, QueryResult, Statement};

use crate::engine::limits::PoolUse;
use crate::engine::reach::Reach;

/// A connection pool of one engine.
#[async_trait]
pub trait Pool: Send + Sync {
    /// Acquires a connection, which returns to the pool when it is dropped.
    async fn acquire(&self) -> Result<Box<dyn Connection>, DbErr>;

    /// Acquires a connection with this reach. An engine without row-level security has no such limit.
    async fn acquire_for(&self, _: Reach) -> Result<Box<dyn Connection>, DbErr> {
        self.acquire().await
    }

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

    /// Changes the reach of the connection.
    async fn enter(&mut self, _: Reach) -> Result<(), DbErr> {
        Ok(())
    }

    /// Begins a transaction with this statement, which is sent with the next one.
    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr>;

    /// Commits the transaction, with all changes that share it.
    async fn commit(&mut self) -> Result<(), DbErr>;

    /// Runs the last statement of the transaction, and commits it if the statement has written a row. Returns whether it has.
    async fn commit_with(&mut self, last: Statement) -> Result<bool, DbErr> {
        let has_written = self.execute(last).await?.rows_affected() > 0;
        if has_written {
            self.commit().await?;
        }
        Ok(has_written)
    }

    /// Rolls back the changes of the transaction. Fails if they were seen beside changes of others that share the
    /// transaction, and those could not be committed.
    async fn rollback(&mut self) -> Result<(), DbErr>;
}
