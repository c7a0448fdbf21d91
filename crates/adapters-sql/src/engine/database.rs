//! A database of one of the two engines.

use std::any::{Any, TypeId};
use std::sync::Arc;

use domain::ids::WorkspaceId;
use ports::{Page, RepositoryError, Slice};
use sea_orm::{DbErr, FromQueryResult, QueryResult, Statement};
use uuid::Uuid;

use crate::engine::batch_loader::BatchLoader;
use crate::engine::credential_cache::CredentialCache;
use crate::engine::dialect::Dialect;
use crate::engine::errors::repository_error;
use crate::engine::limits::PoolUse;
use crate::engine::pool::Pool;
use crate::engine::query::{Query, slice};
use crate::engine::reach::Reach;
use crate::engine::rows::{read_all, read_one};
use crate::engine::transaction::Transaction;
use crate::engine::waiting_changes::WaitingChanges;

/// A row that was read in a batch, with its id.
type BatchedRow = (Uuid, Arc<dyn Any + Send + Sync>);

fn batched<R: FromQueryResult + Send + Sync + 'static>(row: &QueryResult) -> Result<BatchedRow, DbErr> {
    Ok((row.try_get("", "id")?, Arc::new(R::from_query_result(row, "")?)))
}

/// A database, as every port of this crate uses it.
#[derive(Clone)]
pub struct Database {
    readers: Arc<dyn Pool>,
    writers: Arc<dyn Pool>,
    dialect: &'static dyn Dialect,
    credentials: Arc<CredentialCache>,
    numbering: Arc<WaitingChanges>,
    single_rows: Arc<BatchLoader<BatchedRow>>,
}

impl Database {
    /// Creates a database with a pool for reads and one for writes, which may be the same. All databases of a process
    /// on the same server or file share the credential cache, and the changes that wait for their position.
    pub fn new(
        readers: Arc<dyn Pool>,
        writers: Arc<dyn Pool>,
        dialect: &'static dyn Dialect,
        credentials: Arc<CredentialCache>,
        numbering: Arc<WaitingChanges>,
    ) -> Self {
        Self {
            readers,
            writers,
            dialect,
            credentials,
            numbering,
            single_rows: Arc::new(BatchLoader::new(|(id, _)| *id)),
        }
    }

    /// Returns the use of its pools. A pool for both reads and writes is listed once.
    pub fn pools(&self) -> Vec<PoolUse> {
        let writers = (!Arc::ptr_eq(&self.readers, &self.writers)).then_some(&self.writers);
        [&self.readers].into_iter().chain(writers).map(|pool| pool.in_use()).collect()
    }

    pub(crate) const fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Returns the pool of connections that write.
    pub(crate) fn writers(&self) -> &dyn Pool {
        &*self.writers
    }

    pub(crate) fn credentials(&self) -> &CredentialCache {
        &self.credentials
    }

    /// Returns the changes that wait for their position.
    pub(crate) fn numbering(&self) -> &WaitingChanges {
        &self.numbering
    }

    /// Begins a transaction that writes.
    pub(crate) async fn begin_writing(&self, reach: impl Into<Reach>) -> Result<Transaction, RepositoryError> {
        self.begin_on(&*self.writers, reach, self.dialect.begin_writing()).await
    }

    /// Begins a transaction that writes many rows.
    pub(crate) async fn begin_writing_much(&self, reach: impl Into<Reach>) -> Result<Transaction, RepositoryError> {
        self.begin_on(&*self.writers, reach, self.dialect.begin_writing_much()).await
    }

    /// Begins a transaction that numbers events.
    pub(crate) async fn begin_numbering(&self, reach: impl Into<Reach>) -> Result<Transaction, RepositoryError> {
        self.begin_on(&*self.writers, reach, self.dialect.begin_numbering()).await
    }

    /// Begins a transaction that only reads, from one snapshot.
    pub(crate) async fn begin_reading(&self, reach: impl Into<Reach>) -> Result<Transaction, RepositoryError> {
        self.begin_on(&*self.readers, reach, self.dialect.begin_reading()).await
    }

    async fn begin_on(
        &self,
        pool: &dyn Pool,
        reach: impl Into<Reach>,
        statement: &'static str,
    ) -> Result<Transaction, RepositoryError> {
        let (credentials, numbering) = (self.credentials.clone(), self.numbering.clone());
        Transaction::begin(pool, reach.into(), statement, self.dialect, credentials, numbering).await
    }

    /// Converts a query to a statement of the engine.
    pub(crate) fn statement(&self, query: Query) -> Statement {
        query.statement(self.dialect.backend())
    }

    /// Runs a SELECT and reads its first row.
    pub(crate) async fn first(&self, query: Query) -> Result<Option<QueryResult>, RepositoryError> {
        let mut connection = self.readers.acquire_for(query.reach()).await.map_err(|error| self.error(error))?;
        connection.first(self.statement(query)).await.map_err(|error| self.error(error))
    }

    /// Runs a SELECT and reads its first row.
    pub(crate) async fn row<R: FromQueryResult>(&self, query: Query) -> Result<Option<R>, RepositoryError> {
        let row = self.first(query).await?;
        read_one(row).map_err(|error| self.error(error))
    }

    /// Runs a SELECT and reads its rows.
    pub(crate) async fn rows<R: FromQueryResult>(&self, query: Query) -> Result<Vec<R>, RepositoryError> {
        read_all(&self.all(query).await?).map_err(|error| self.error(error))
    }

    async fn all(&self, query: Query) -> Result<Vec<QueryResult>, RepositoryError> {
        let mut connection = self.readers.acquire_for(query.reach()).await.map_err(|error| self.error(error))?;
        connection.all(self.statement(query)).await.map_err(|error| self.error(error))
    }

    /// Reads a row of a table by its id, in one statement with the rows of the type that are requested at the same moment.
    /// The columns include the `id`.
    pub(crate) async fn batched_row<R>(
        &self,
        (table, columns): (&'static str, &'static str),
        workspace_id: WorkspaceId,
        id: Uuid,
    ) -> Result<Option<R>, RepositoryError>
    where
        R: FromQueryResult + Clone + Send + Sync + 'static,
    {
        let database = self.clone();
        let read = async move |ids: Vec<Uuid>| {
            let select = format!("SELECT {columns} FROM {table} WHERE workspace_id = $1 AND id IN ");
            let query = Query::new(select, [workspace_id.as_uuid().into()]).push_list(ids);
            let rows = database.all(query).await?;
            rows.iter().map(batched::<R>).collect::<Result<Vec<_>, _>>().map_err(|error| database.error(error))
        };
        let row = self.single_rows.load((TypeId::of::<R>(), workspace_id), id, read).await?;
        Ok(row.map(|(_, row)| Arc::unwrap_or_clone(row.downcast().expect("the batch has rows of this type"))))
    }

    /// Runs a SELECT of a page of a list.
    pub(crate) async fn page_of<R: FromQueryResult, T>(
        &self,
        query: Query,
        page: Page,
        read: fn(R) -> Result<T, RepositoryError>,
    ) -> Result<Slice<T>, RepositoryError> {
        self.whole_page_of(query.page(page), page, read).await
    }

    /// Runs a SELECT that takes a page of a list itself.
    pub(crate) async fn whole_page_of<R: FromQueryResult, T>(
        &self,
        query: Query,
        page: Page,
        read: fn(R) -> Result<T, RepositoryError>,
    ) -> Result<Slice<T>, RepositoryError> {
        let rows = self.rows(query).await?;
        Ok(slice(rows.into_iter().map(read).collect::<Result<_, _>>()?, page))
    }

    /// Runs a SELECT of one `count`.
    pub(crate) async fn count_of(&self, query: Query) -> Result<u64, RepositoryError> {
        let row = self.first(query).await?;
        let count = row.map_or(Ok(0), |row| row.try_get::<i64>("", "count")).map_err(|error| self.error(error))?;
        Ok(count.unsigned_abs())
    }

    /// Maps an error of a read.
    pub(crate) fn error(&self, error: DbErr) -> RepositoryError {
        repository_error(self.dialect, error)
    }
}
