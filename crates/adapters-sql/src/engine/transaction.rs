//! A transaction of a database.

use std::sync::{Arc, OnceLock};

use domain::access::AccessError;
use domain::ids::{UserId, WorkspaceId};
use ports::RepositoryError;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, ExecResult, ExprTrait, FromQueryResult, IdenStatic, IntoActiveModel, Iterable,
    ModelTrait, PrimaryKeyToColumn, QueryFilter, QueryResult, QueryTrait, Statement, TryGetable,
};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::engine::credential_cache::CredentialCache;
use crate::engine::dialect::{Dialect, Violation};
use crate::engine::errors::{guarded, repository_error, violation};
use crate::engine::pool::{Connection, Pool};
use crate::engine::query::Query;
use crate::engine::reach::Reach;
use crate::engine::rows::{read_all, read_one};
use crate::engine::waiting_changes::WaitingChanges;

/// The column that counts the versions of a row.
const VERSION: &str = "version";

/// A column of the table of a row.
type ColumnOf<M> = <<M as ModelTrait>::Entity as EntityTrait>::Column;

/// A transaction. Dropped without a commit, it is rolled back.
pub(crate) struct Transaction {
    connection: Mutex<Box<dyn Connection>>,
    dialect: &'static dyn Dialect,
    credentials: Arc<CredentialCache>,
    /// The workspace in which the transaction changes access.
    access_changed: OnceLock<WorkspaceId>,
    /// The user whose idempotency record the transaction stores.
    holder: OnceLock<(WorkspaceId, UserId)>,
    numbering: Arc<WaitingChanges>,
    /// The workspace in which the transaction leaves events.
    has_events_in: OnceLock<WorkspaceId>,
}

impl Transaction {
    /// Begins a transaction with this statement on a connection of the pool.
    pub(crate) async fn begin(
        pool: &dyn Pool,
        reach: Reach,
        statement: &'static str,
        dialect: &'static dyn Dialect,
        credentials: Arc<CredentialCache>,
        numbering: Arc<WaitingChanges>,
    ) -> Result<Self, RepositoryError> {
        let begun = async {
            let mut connection = pool.acquire_for(reach).await?;
            connection.begin(statement).await?;
            Ok(connection)
        };
        let connection = begun.await.map_err(|error| repository_error(dialect, error))?;
        Ok(Self {
            connection: Mutex::new(connection),
            dialect,
            credentials,
            access_changed: OnceLock::new(),
            holder: OnceLock::new(),
            numbering,
            has_events_in: OnceLock::new(),
        })
    }

    pub(crate) const fn dialect(&self) -> &'static dyn Dialect {
        self.dialect
    }

    /// Continues with another reach.
    pub(crate) async fn enter(&self, reach: impl Into<Reach>) -> Result<(), RepositoryError> {
        self.connection.lock().await.enter(reach.into()).await.map_err(|error| self.error(error))
    }

    /// Ends a transaction without an audit entry: a sweep, a repeatable request that changes no resource, or a
    /// transaction that only reads. Commits what was done, or rolls back what was refused.
    ///
    /// A refusal is returned after the rollback: it may rest on changes of others that share the transaction, and are
    /// not committed before.
    pub(crate) async fn end_unaudited<T>(self, done: Result<T, RepositoryError>) -> Result<T, RepositoryError> {
        let done = match done {
            Ok(done) => self.expect_holder().await.map(|()| done),
            refused => refused,
        };
        let mut connection = self.connection.lock().await;
        let ended = if done.is_ok() { connection.commit().await } else { connection.rollback().await };
        ended.map_err(|error| self.error(error))?;
        done
    }

    /// Expects that the user whose idempotency record the transaction stores still exists, because the record would
    /// outlive the user. The user is locked last: other transactions lock the tenant first.
    async fn expect_holder(&self) -> Result<(), RepositoryError> {
        let Some((workspace_id, user)) = self.holder.get() else { return Ok(()) };
        let values = [workspace_id.as_uuid().into(), user.as_uuid().into()];
        let user = Query::new("SELECT 1 FROM users WHERE workspace_id = $1 AND id = $2", values);
        if self.has_row(user.push(self.dialect.for_key_share())).await? {
            return Ok(());
        }
        Err(RepositoryError::Refused(AccessError::Unauthenticated))
    }

    /// Rolls back, although no error has occurred.
    pub(crate) async fn rollback(self) -> Result<(), RepositoryError> {
        self.connection.lock().await.rollback().await.map_err(|error| self.error(error))
    }

    /// Notes that the transaction changes data that cached credentials of the workspace contain, and notifies other
    /// processes.
    pub(crate) async fn note_access_change(&self, workspace_id: WorkspaceId) -> Result<(), RepositoryError> {
        if self.access_changed.set(workspace_id).is_err() {
            return Ok(());
        }
        self.credentials.begin_change(workspace_id);
        match self.dialect.notify_access_change() {
            Some(notify) => self.execute(Query::new(notify, [workspace_id.to_string().into()])).await.map(drop),
            None => Ok(()),
        }
    }

    /// Notes that the transaction stores an idempotency record of the user.
    pub(crate) fn note_idempotency_record(&self, workspace_id: WorkspaceId, user: UserId) {
        // A transaction stores at most one record.
        let _ = self.holder.set((workspace_id, user));
    }

    /// Notes that the transaction leaves an event.
    pub(crate) fn note_event(&self, workspace_id: WorkspaceId) {
        // A transaction changes one workspace.
        let _ = self.has_events_in.set(workspace_id);
    }

    /// Inserts a row.
    pub(crate) async fn insert<M>(&self, row: M) -> Result<(), RepositoryError>
    where
        M: ModelTrait + IntoActiveModel<<M::Entity as EntityTrait>::ActiveModel>,
    {
        self.run(&M::Entity::insert(row.into_active_model())).await.map(drop)
    }

    /// Replaces the previous version of a row. `owner` is a column of which the stored row must have this value. Columns that
    /// cannot differ are not written: a key cannot be updated in a distributed table.
    pub(crate) async fn replace<M: ModelTrait>(
        &self,
        row: M,
        owner: Option<(ColumnOf<M>, Uuid)>,
    ) -> Result<(), RepositoryError> {
        let mut update = M::Entity::update_many();
        for column in ColumnOf::<M>::iter() {
            let is = |other: ColumnOf<M>| other.as_str() == column.as_str();
            let is_key = <M::Entity as EntityTrait>::PrimaryKey::iter().any(|key| is(key.into_column()));
            let value = row.get(column);
            let stored = match owner {
                _ if is_key => Some(value.clone()),
                Some((owner, id)) if is(owner) => Some(id.into()),
                Some(_) | None => None,
            };
            if column.as_str() == VERSION {
                update = update.filter(Expr::col(column).eq(Expr::val(value.clone()).sub(1)));
            }
            if stored.as_ref() != Some(&value) {
                update = update.col_expr(column, column.save_as(Expr::val(value)));
            }
            if let Some(stored) = stored {
                update = update.filter(column.eq(stored));
            }
        }
        guarded(self.run(&update).await?.rows_affected())
    }

    /// Runs a statement that writes rows of an entity.
    pub(crate) async fn run(&self, query: &impl QueryTrait) -> Result<ExecResult, RepositoryError> {
        self.run_statement(query.build(self.dialect.backend())).await
    }

    /// Runs a statement that was made before the transaction.
    pub(crate) async fn run_statement(&self, statement: Statement) -> Result<ExecResult, RepositoryError> {
        self.connection.lock().await.execute(statement).await.map_err(|error| self.error(error))
    }

    /// Runs a statement.
    pub(crate) async fn execute(&self, query: Query) -> Result<ExecResult, RepositoryError> {
        self.run_statement(query.statement(self.dialect.backend())).await
    }

    /// Runs a statement that writes one row, guarded by its conditions.
    pub(crate) async fn execute_guarded(&self, query: Query) -> Result<(), RepositoryError> {
        guarded(self.execute(query).await?.rows_affected())
    }

    /// Runs a statement. Returns `None` if another transaction held a lock for too long.
    pub(crate) async fn execute_unless_locked(&self, query: Query) -> Result<Option<ExecResult>, RepositoryError> {
        let statement = query.statement(self.dialect.backend());
        match self.connection.lock().await.execute(statement).await {
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
        self.connection.lock().await.first(statement).await.map_err(|error| self.error(error))
    }

    /// Runs a SELECT and returns its rows.
    pub(crate) async fn all(&self, query: Query) -> Result<Vec<QueryResult>, RepositoryError> {
        let statement = query.statement(self.dialect.backend());
        self.connection.lock().await.all(statement).await.map_err(|error| self.error(error))
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

/// Invalidates the credentials of a workspace in which the transaction changes access, before the change is answered or
/// its event numbered, whatever the result: an interrupted commit may have taken place. If it takes place later, it is
/// noticed like a commit of another process.
impl Drop for Transaction {
    fn drop(&mut self) {
        if let Some(workspace_id) = self.access_changed.get() {
            self.credentials.end_change(*workspace_id);
        }
        if let Some(workspace_id) = self.has_events_in.get() {
            self.numbering.add(workspace_id.as_uuid());
        }
    }
}
