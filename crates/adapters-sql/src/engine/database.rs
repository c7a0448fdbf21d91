//! A database of one of the two engines.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use domain::access::TenantScope;
use domain::audit::ResourceKind;
use domain::idempotency::IdempotencyRecord;
use domain::ids::{TenantId, UserId, WorkspaceId};
use ports::{Page, RepositoryError, Slice};
use sea_orm::{
    DbErr, EntityTrait, ExecResult, FromQueryResult, IntoActiveModel, ModelTrait, QueryResult, QuerySelect, QueryTrait,
    RuntimeErr, Select, Statement, TryGetable, UpdateMany,
};
use tokio::sync::Mutex;

use crate::access::credential_cache::{CredentialCache, InvalidationGuard};
use crate::areas::tenants::TenantRow;
use crate::engine::batch_loader::BatchLoader;
use crate::engine::dialect::{Dialect, Violation};
use crate::engine::limits::PoolUse;
use crate::engine::pool::{Lender, Lent};
use crate::engine::query::{Query, slice};

/// A database, as every port of this crate uses it.
#[derive(Clone)]
pub struct Database {
    readers: Arc<dyn Lender>,
    writers: Arc<dyn Lender>,
    dialect: &'static dyn Dialect,
    credentials: Arc<CredentialCache>,
    tenants: Arc<BatchLoader<TenantRow>>,
}

impl Database {
    /// Creates a database with a pool for reads and one for writes, which may be the same. All databases of a process
    /// on the same server or file share the credential cache.
    pub fn new(
        readers: Arc<dyn Lender>,
        writers: Arc<dyn Lender>,
        dialect: &'static dyn Dialect,
        credentials: Arc<CredentialCache>,
    ) -> Self {
        Self { readers, writers, dialect, credentials, tenants: Arc::new(BatchLoader::new(TenantRow::id)) }
    }

    /// Returns the use of its pools. A pool for both reads and writes is listed once.
    pub fn pools(&self) -> Vec<PoolUse> {
        let writers = (!Arc::ptr_eq(&self.readers, &self.writers)).then_some(&self.writers);
        [&self.readers].into_iter().chain(writers).map(|lender| lender.in_use()).collect()
    }

    pub(crate) const fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Returns the pool of connections that write.
    pub(crate) fn writers(&self) -> &dyn Lender {
        &*self.writers
    }

    pub(crate) fn credentials(&self) -> &CredentialCache {
        &self.credentials
    }

    /// Returns the batch loader of single tenants.
    pub(crate) const fn tenants(&self) -> &Arc<BatchLoader<TenantRow>> {
        &self.tenants
    }

    /// Begins a transaction that writes, with the idempotency record of its change. Dropped without a commit, it is
    /// rolled back.
    pub(crate) async fn begin(
        &self,
        idempotency_record: Option<IdempotencyRecord>,
    ) -> Result<Transaction, RepositoryError> {
        let transaction = self.begun(&*self.writers, self.dialect.begin_writing()).await?;
        if let Some(idempotency_record) = idempotency_record {
            // First, so that a repeated request stops here and not at a rule that a second execution would break.
            transaction.keep(idempotency_record).await?;
        }
        Ok(transaction)
    }

    /// Begins a transaction that only reads, from one snapshot.
    pub(crate) async fn begin_reading(&self) -> Result<Transaction, RepositoryError> {
        self.begun(&*self.readers, self.dialect.begin_reading()).await
    }

    async fn begun(&self, lender: &dyn Lender, begin: &'static str) -> Result<Transaction, RepositoryError> {
        let mut lent = lender.lend().await.map_err(|error| self.error(error))?;
        lent.begin(begin).await.map_err(|error| self.error(error))?;
        let invalidation = InvalidationGuard::new(self.credentials.clone());
        Ok(Transaction { lent: Mutex::new(lent), dialect: self.dialect, invalidation, holder: OnceLock::new() })
    }

    /// Converts a query to a statement of the engine.
    pub(crate) fn statement(&self, query: Query) -> Statement {
        query.statement(self.dialect.backend())
    }

    /// Runs a SELECT and reads its first row.
    pub(crate) async fn first(&self, statement: Statement) -> Result<Option<QueryResult>, RepositoryError> {
        let mut lent = self.readers.lend().await.map_err(|error| self.error(error))?;
        lent.first(statement).await.map_err(|error| self.error(error))
    }

    /// Runs a SELECT and reads its first row.
    pub(crate) async fn row<R: FromQueryResult>(&self, query: Query) -> Result<Option<R>, RepositoryError> {
        let row = self.first(self.statement(query)).await?;
        read_one(row).map_err(|error| self.error(error))
    }

    /// Runs a SELECT and reads its rows.
    pub(crate) async fn rows<R: FromQueryResult>(&self, query: Query) -> Result<Vec<R>, RepositoryError> {
        let statement = self.statement(query);
        let mut lent = self.readers.lend().await.map_err(|error| self.error(error))?;
        let rows = lent.all(statement).await.and_then(|rows| read_all(&rows));
        rows.map_err(|error| self.error(error))
    }

    /// Finds a row of an entity.
    pub(crate) async fn found<E: EntityTrait>(&self, select: Select<E>) -> Result<Option<E::Model>, RepositoryError> {
        let row = self.first(select.limit(1).build(self.dialect.backend())).await?;
        read_one(row).map_err(|error| self.error(error))
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
        let row = self.first(self.statement(query)).await?;
        let count = row.map_or(Ok(0), |row| row.try_get::<i64>("", "count")).map_err(|error| self.error(error))?;
        Ok(count.unsigned_abs())
    }

    /// Runs a DELETE in its own transaction and returns the number of deleted rows. Its `$1` is the instant before
    /// which rows are deleted, its `$2` the maximum number of rows.
    pub(crate) async fn delete_before(
        &self,
        delete: &str,
        before: DateTime<Utc>,
        most: u32,
    ) -> Result<u64, RepositoryError> {
        let transaction = self.begin(None).await?;
        let forgotten = transaction.execute(Query::new(delete, [before.into(), i64::from(most).into()])).await?;
        transaction.commit().await?;
        Ok(forgotten.rows_affected())
    }

    /// Maps an error of a read.
    pub(crate) fn error(&self, error: DbErr) -> RepositoryError {
        repository_error(self.dialect, error)
    }
}

/// A transaction.
pub(crate) struct Transaction {
    lent: Mutex<Box<dyn Lent>>,
    dialect: &'static dyn Dialect,
    /// Declared after the connection, so that it invalidates the cache once the connection is back in the pool.
    invalidation: InvalidationGuard,
    /// The user whose idempotency record the transaction stores.
    holder: OnceLock<(WorkspaceId, UserId)>,
}

impl Transaction {
    pub(crate) const fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Commits, unless the user whose idempotency record it stores was deleted in the meantime: the record would
    /// remain. The user is locked last, because other transactions lock the tenant first.
    pub(crate) async fn commit(mut self) -> Result<(), RepositoryError> {
        if let Some((workspace_id, user)) = self.holder.get() {
            self.expect_user(*workspace_id, *user).await?;
        }
        self.lent.get_mut().commit().await.map_err(|error| repository_error(self.dialect, error))
    }

    /// Notes a write to a resource of this kind, and notifies other processes if it affects access.
    pub(crate) async fn note(&self, workspace_id: WorkspaceId, kind: ResourceKind) -> Result<(), RepositoryError> {
        if self.invalidation.note(workspace_id, kind)
            && let Some(tell) = self.dialect.notify_access_change()
        {
            self.execute(Query::new(tell, [workspace_id.to_string().into()])).await?;
        }
        Ok(())
    }

    /// Notes that the transaction stores an idempotency record of the user.
    pub(crate) fn note_idempotency_record(&self, workspace_id: WorkspaceId, user: UserId) {
        // A transaction stores at most one record.
        let _ = self.holder.set((workspace_id, user));
    }

    /// Inserts a row.
    pub(crate) async fn insert<M>(&self, row: M) -> Result<(), RepositoryError>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        self.run(&M::Entity::insert(row.into_active_model())).await.map(drop)
    }

    /// Runs an update of one row, guarded by its conditions.
    pub(crate) async fn update_guarded<E: EntityTrait>(&self, update: UpdateMany<E>) -> Result<(), RepositoryError> {
        guarded(self.run(&update).await?.rows_affected())
    }

    /// Runs a statement that writes rows of an entity.
    pub(crate) async fn run(&self, query: &impl QueryTrait) -> Result<ExecResult, RepositoryError> {
        let statement = query.build(self.dialect.backend());
        self.lent.lock().await.execute(statement).await.map_err(|error| self.error(error))
    }

    /// Runs a statement.
    pub(crate) async fn execute(&self, query: Query) -> Result<ExecResult, RepositoryError> {
        let statement = query.statement(self.dialect.backend());
        self.lent.lock().await.execute(statement).await.map_err(|error| self.error(error))
    }

    /// Runs a statement that writes one row, guarded by its conditions.
    pub(crate) async fn execute_guarded(&self, query: Query) -> Result<(), RepositoryError> {
        guarded(self.execute(query).await?.rows_affected())
    }

    /// Runs a statement. Returns `None` if another transaction held a lock for too long.
    pub(crate) async fn execute_unless_locked(&self, query: Query) -> Result<Option<ExecResult>, RepositoryError> {
        let statement = query.statement(self.dialect.backend());
        match self.lent.lock().await.execute(statement).await {
            Err(error) if violation(self.dialect, &error) == Some(Violation::Locked) => Ok(None),
            executed => executed.map(Some).map_err(|error| self.error(error)),
        }
    }

    /// Runs a SELECT that must find a row. If it finds none, the row was changed or deleted since it was read.
    pub(crate) async fn expect_row(&self, query: Query) -> Result<(), RepositoryError> {
        if self.has_row(query).await? { Ok(()) } else { Err(RepositoryError::Stale) }
    }

    /// Runs a SELECT that must find this number of rows.
    pub(crate) async fn expect_rows(&self, query: Query, expected: usize) -> Result<(), RepositoryError> {
        let rows = self.all(query).await?;
        if rows.len() == expected { Ok(()) } else { Err(RepositoryError::Stale) }
    }

    async fn first(&self, query: Query) -> Result<Option<QueryResult>, RepositoryError> {
        let statement = query.statement(self.dialect.backend());
        self.lent.lock().await.first(statement).await.map_err(|error| self.error(error))
    }

    async fn all(&self, query: Query) -> Result<Vec<QueryResult>, RepositoryError> {
        let statement = query.statement(self.dialect.backend());
        self.lent.lock().await.all(statement).await.map_err(|error| self.error(error))
    }

    /// Runs a SELECT and reads its first row.
    pub(crate) async fn row<R: FromQueryResult>(&self, query: Query) -> Result<Option<R>, RepositoryError> {
        read_one(self.first(query).await?).map_err(|error| self.error(error))
    }

    /// Runs a SELECT and reads its rows.
    pub(crate) async fn rows<R: FromQueryResult>(&self, query: Query) -> Result<Vec<R>, RepositoryError> {
        read_all(&self.all(query).await?).map_err(|error| self.error(error))
    }

    /// Whether a SELECT finds a row.
    pub(crate) async fn has_row(&self, query: Query) -> Result<bool, RepositoryError> {
        Ok(self.first(query).await?.is_some())
    }

    /// Runs a SELECT that must find no row, because a row would violate the rule.
    pub(crate) async fn refuse(&self, query: Query, rule: &'static str) -> Result<(), RepositoryError> {
        if self.has_row(query).await? { Err(RepositoryError::Taken { rule }) } else { Ok(()) }
    }

    /// Runs a SELECT and reads one column of its first row.
    pub(crate) async fn one<T: TryGetable>(&self, query: Query, column: &str) -> Result<Option<T>, RepositoryError> {
        let row = self.first(query).await?;
        row.map(|row| row.try_get("", column)).transpose().map_err(|error| self.error(error))
    }

    /// Maps an error of the transaction.
    pub(crate) fn error(&self, error: DbErr) -> RepositoryError {
        repository_error(self.dialect, error)
    }
}

fn read_one<R: FromQueryResult>(row: Option<QueryResult>) -> Result<Option<R>, DbErr> {
    row.map(|row| R::from_query_result(&row, "")).transpose()
}

fn read_all<R: FromQueryResult>(rows: &[QueryResult]) -> Result<Vec<R>, DbErr> {
    rows.iter().map(|row| R::from_query_result(row, "")).collect()
}

/// Returns the error of sqlx, if it is the cause.
fn cause(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => Some(cause),
        _ => None,
    }
}

fn violation(dialect: &dyn Dialect, error: &DbErr) -> Option<Violation> {
    cause(error)?.as_database_error().and_then(|error| dialect.violation(error))
}

fn repository_error(dialect: &dyn Dialect, error: DbErr) -> RepositoryError {
    let away = match cause(&error) {
        Some(sqlx::Error::Database(database)) => match dialect.violation(&**database) {
            Some(Violation::Taken(rule)) => return RepositoryError::Taken { rule },
            Some(Violation::Reference | Violation::Conflict) => return RepositoryError::Stale,
            Some(Violation::Locked) => true,
            None => dialect.is_unavailable(&**database),
        },
        Some(
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed,
        ) => true,
        Some(_) | None => false,
    };
    if away { RepositoryError::Unavailable(error.into()) } else { RepositoryError::Internal(error.into()) }
}

/// Checks that a row to write belongs to the scope's workspace. Rows elsewhere do not exist for the scope.
pub(crate) fn inside(scope: WorkspaceId, row: WorkspaceId) -> Result<(), RepositoryError> {
    if scope == row { Ok(()) } else { Err(RepositoryError::Stale) }
}

/// Checks that a row to write belongs to the scope's tenant.
pub(crate) fn inside_tenant(
    scope: &TenantScope,
    workspace_id: WorkspaceId,
    tenant_id: TenantId,
) -> Result<(), RepositoryError> {
    inside(scope.workspace_id(), workspace_id)?;
    if scope.tenant_id() == tenant_id { Ok(()) } else { Err(RepositoryError::Stale) }
}

/// Checks that a guarded write has written one row. If not, the data changed since it was read.
const fn guarded(rows: u64) -> Result<(), RepositoryError> {
    if rows == 1 { Ok(()) } else { Err(RepositoryError::Stale) }
}

/// Checks that a guarded write has written the expected number of rows.
pub(crate) fn guarded_all(rows: u64, expected: usize) -> Result<(), RepositoryError> {
    if usize::try_from(rows) == Ok(expected) { Ok(()) } else { Err(RepositoryError::Stale) }
}
