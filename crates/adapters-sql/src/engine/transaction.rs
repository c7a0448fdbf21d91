//! A transaction of a database.

use std::sync::{Arc, OnceLock};

use domain::access::AccessError;
use domain::ids::{UserId, WorkspaceId};
use ports::RepositoryError;
use sea_orm::{
    DbErr, EntityName, EntityTrait, ExecResult, FromQueryResult, IdenStatic, Iterable, ModelTrait, PrimaryKeyToColumn,
    QueryResult, QueryTrait, Statement, TryGetable,
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
use crate::engine::writes::{Insert, Writes};

/// The column that counts the versions of a row.
const VERSION: &str = "version";

/// A column of the table of a row.
type ColumnOf<M> = <<M as ModelTrait>::Entity as EntityTrait>::Column;

/// The connection of a transaction, and the writes that are sent with its next statement.
struct Work {
    connection: Box<dyn Connection>,
    writes: Writes,
}

/// A transaction. Dropped without a commit, it is rolled back.
///
/// Writes whose result shows only whether they were refused are sent together, at the latest with the commit: such a refusal
/// is the result of a later statement, or of the end.
pub(crate) struct Transaction {
    work: Mutex<Work>,
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
            work: Mutex::new(Work { connection, writes: Writes::default() }),
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
        let mut work = self.work.lock().await;
        self.send(&mut work).await?;
        work.connection.enter(reach.into()).await.map_err(|error| self.error(error))
    }

    /// Sends the writes that were not sent.
    async fn send(&self, work: &mut Work) -> Result<(), RepositoryError> {
        let statements = work.writes.take(self.dialect);
        self.run_guarded(&mut work.connection, statements).await
    }

    async fn run_guarded(
        &self,
        connection: &mut Box<dyn Connection>,
        statements: Vec<Statement>,
    ) -> Result<(), RepositoryError> {
        for statement in statements {
            guarded(connection.execute(statement).await.map_err(|error| self.error(error))?.rows_affected())?;
        }
        Ok(())
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
        let mut work = self.work.lock().await;
        let done = match done {
            Ok(done) => self.commit(&mut work).await.map(|()| done),
            refused => refused,
        };
        if done.is_err() {
            work.connection.rollback().await.map_err(|error| self.error(error))?;
        }
        done
    }

    async fn commit(&self, Work { connection, writes }: &mut Work) -> Result<(), RepositoryError> {
        let mut statements = writes.take(self.dialect);
        let Some(last) = statements.pop() else { return connection.commit().await.map_err(|error| self.error(error)) };
        self.run_guarded(connection, statements).await?;
        let has_written = connection.commit_with(last).await.map_err(|error| self.error(error))?;
        if has_written { Ok(()) } else { Err(RepositoryError::Stale) }
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
        self.work.lock().await.connection.rollback().await.map_err(|error| self.error(error))
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

    /// Inserts a row of an entity.
    pub(crate) async fn insert<M: ModelTrait>(&self, row: M) -> Result<(), RepositoryError> {
        self.insert_row(Insert::model(&row)).await
    }

    /// Inserts a row.
    pub(crate) async fn insert_row(&self, row: Insert) -> Result<(), RepositoryError> {
        let mut work = self.work.lock().await;
        if work.writes.are_many() {
            self.send(&mut work).await?;
        }
        work.writes.push(row);
        Ok(())
    }

    /// Replaces the previous version of a row. `owner` is a column of which the stored row must have this value. Columns that
    /// cannot differ are not written: a key cannot be updated in a distributed table.
    pub(crate) async fn replace<M: ModelTrait>(
        &self,
        row: M,
        owner: Option<(ColumnOf<M>, Uuid)>,
    ) -> Result<(), RepositoryError> {
        let (mut written, mut conditions, mut values) = (vec![], vec![], vec![]);
        for column in ColumnOf::<M>::iter() {
            let name = column.as_str();
            let is = |other: ColumnOf<M>| other.as_str() == name;
            let is_key = <M::Entity as EntityTrait>::PrimaryKey::iter().any(|key| is(key.into_column()));
            let value = row.get(column);
            let stored = match owner {
                _ if is_key => Some(value.clone()),
                Some((owner, id)) if is(owner) => Some(id.into()),
                Some(_) | None => None,
            };
            if stored.as_ref() != Some(&value) {
                values.push(value);
                written.push(format!("\"{name}\" = ${}", values.len()));
                if name == VERSION {
                    conditions.push(format!("\"{name}\" = ${} - 1", values.len()));
                }
            }
            if let Some(stored) = stored {
                values.push(stored);
                conditions.push(format!("\"{name}\" = ${}", values.len()));
            }
        }
        let table = M::Entity::default().table_name();
        let update = format!("UPDATE {table} SET {} WHERE {}", written.join(", "), conditions.join(" AND "));
        self.execute_guarded(Query::new(update, values)).await
    }

    /// Runs a statement that writes rows of an entity.
    pub(crate) async fn run(&self, query: &impl QueryTrait) -> Result<ExecResult, RepositoryError> {
        self.run_statement(query.build(self.dialect.backend())).await
    }

    /// Runs a statement that was made before the transaction.
    pub(crate) async fn run_statement(&self, statement: Statement) -> Result<ExecResult, RepositoryError> {
        let mut work = self.work.lock().await;
        self.send(&mut work).await?;
        work.connection.execute(statement).await.map_err(|error| self.error(error))
    }

    /// Runs a statement.
    pub(crate) async fn execute(&self, query: Query) -> Result<ExecResult, RepositoryError> {
        self.run_statement(query.statement(self.dialect.backend())).await
    }

    /// Runs a statement that writes one row, guarded by its conditions.
    pub(crate) async fn execute_guarded(&self, query: Query) -> Result<(), RepositoryError> {
        let mut work = self.work.lock().await;
        self.send(&mut work).await?;
        work.writes.begin(query);
        Ok(())
    }

    /// Runs a statement. Returns `None` if another transaction held a lock for too long.
    pub(crate) async fn execute_unless_locked(&self, query: Query) -> Result<Option<ExecResult>, RepositoryError> {
        let statement = query.statement(self.dialect.backend());
        let mut work = self.work.lock().await;
        self.send(&mut work).await?;
        match work.connection.execute(statement).await {
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
        let mut work = self.work.lock().await;
        self.send(&mut work).await?;
        work.connection.first(statement).await.map_err(|error| self.error(error))
    }

    /// Runs a SELECT and returns its rows.
    pub(crate) async fn all(&self, query: Query) -> Result<Vec<QueryResult>, RepositoryError> {
        let statement = query.statement(self.dialect.backend());
        let mut work = self.work.lock().await;
        self.send(&mut work).await?;
        work.connection.all(statement).await.map_err(|error| self.error(error))
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
