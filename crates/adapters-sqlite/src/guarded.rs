//! Connections to a file that must be in its place.

use std::sync::Arc;

use adapters_sql::{Connection, Connections, Pool, PoolUse, PooledConnection};
use async_trait::async_trait;
use sea_orm::{DbErr, ExecResult, QueryResult, RuntimeErr, Statement};

use crate::file::DatabaseFile;

/// A connection pool that can be used only while the file is in its place.
pub(crate) struct Guarded {
    pub(crate) connections: Connections<sqlx::Sqlite>,
    pub(crate) file: Arc<DatabaseFile>,
    /// Whether the file is checked each time that a connection is acquired.
    pub(crate) writes: bool,
}

impl Guarded {
    /// Acquires a connection of sqlx.
    pub(crate) async fn get(&self) -> sqlx::Result<PooledConnection<sqlx::Sqlite>> {
        // Reads do not check each time, because a check takes three system calls: the watcher checks often enough.
        if self.writes || !self.file.was_in_place() {
            self.file.check()?;
        }
        let connection = self.connections.get().await?;
        if connection.is_new()
            && let Err(error) = self.file.check()
        {
            // It may have opened another file.
            connection.discard();
            return Err(error.into());
        }
        Ok(connection)
    }
}

#[async_trait]
impl Pool for Guarded {
    async fn acquire(&self) -> Result<Box<dyn Connection>, DbErr> {
        let connection = self.get().await.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))))?;
        Ok(Box::new(GuardedConnection { connection, file: self.file.clone() }))
    }

    fn in_use(&self) -> PoolUse {
        self.connections.in_use()
    }
}

struct GuardedConnection {
    connection: PooledConnection<sqlx::Sqlite>,
    file: Arc<DatabaseFile>,
}

#[async_trait]
impl Connection for GuardedConnection {
    async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.connection.execute(statement).await
    }

    async fn first(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.connection.first(statement).await
    }

    async fn all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.connection.all(statement).await
    }

    async fn begin(&mut self, statement: &'static str) -> Result<(), DbErr> {
        self.connection.begin(statement).await
    }

    async fn commit(&mut self) -> Result<(), DbErr> {
        self.connection.commit().await?;
        // Checked after the commit: a commit before the move is in the file.
        self.file.check().map_err(|error| DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error.into()))))
    }

    async fn rollback(&mut self) -> Result<(), DbErr> {
        self.connection.rollback().await
    }
}
