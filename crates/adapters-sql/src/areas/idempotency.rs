//! The port of idempotency records, and their storage by the transactions that write.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, OwnScope};
use domain::idempotency::{IdempotencyKey, IdempotencyRecord, IdempotentRequest, Reply};
use domain::ids::{ApiKeyId, UserId, WorkspaceId};
use ports::{IdempotencyRepository, RepositoryError, rules};
use sea_orm::{FromQueryResult, Statement};
use thiserror::Error;
use uuid::Uuid;

use crate::engine::all_workspaces::delete_before;
use crate::engine::database::Database;
use crate::engine::errors::inside;
use crate::engine::query::Query;
use crate::engine::reach::Reach;
use crate::engine::rows::{corrupt, stored};
use crate::engine::transaction::Transaction;

const WHAT: &str = "idempotency record";

const FIND: &str = "\
    SELECT workspace_id, user_id, idempotency_key, api_key_id, fingerprint, status, body, created_at FROM idempotency_records \
    WHERE workspace_id = $1 AND user_id = $2 AND idempotency_key = $3";
/// Inserts a record or replaces an expired one. If a concurrent duplicate is in flight, it holds the lock on the row,
/// and this statement waits until it ends.
const KEEP: &str = "\
    INSERT INTO idempotency_records (workspace_id, user_id, idempotency_key, api_key_id, fingerprint, status, body, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
    ON CONFLICT (workspace_id, user_id, idempotency_key) DO UPDATE \
    SET api_key_id = excluded.api_key_id, fingerprint = excluded.fingerprint, status = excluded.status, \
        body = excluded.body, created_at = excluded.created_at \
    WHERE idempotency_records.created_at < $9";
/// The workspaces with expired records: one look into the index for each.
const WORKSPACES: &str = "\
    SELECT workspace.id AS workspace_id FROM workspaces workspace \
    WHERE workspace.status = 'ACTIVE' AND (SELECT 1 FROM idempotency_records record \
           WHERE record.workspace_id = workspace.id AND record.created_at < $1 LIMIT 1) IS NOT NULL";
/// Deletes expired records. It checks the age again under the row's lock, because an expired record may have been replaced
/// since it was found. `NOT … >=` keeps SQLite from finding all expired records by their age, and makes it use the keys.
const FORGET: &str = "\
    DELETE FROM idempotency_records WHERE workspace_id = $1 AND NOT created_at >= $2 AND (user_id, idempotency_key) IN \
    (SELECT record.user_id, record.idempotency_key FROM idempotency_records record \
     WHERE record.workspace_id = $1 AND record.created_at < $2 LIMIT $3)";

/// The defects of a stored idempotency record.
#[derive(Debug, Error)]
enum CorruptRecord {
    #[error("a fingerprint that is not 32 bytes long")]
    Fingerprint,
    #[error("an invalid HTTP status")]
    Status,
}

#[derive(FromQueryResult)]
struct Row {
    workspace_id: Uuid,
    user_id: Uuid,
    idempotency_key: String,
    api_key_id: Uuid,
    fingerprint: Vec<u8>,
    status: i16,
    body: Vec<u8>,
    created_at: DateTime<Utc>,
}

#[async_trait]
impl IdempotencyRepository for Database {
    async fn get(&self, scope: OwnScope, key: &IdempotencyKey) -> Result<Option<IdempotencyRecord>, RepositoryError> {
        let values =
            [scope.workspace_id().as_uuid().into(), scope.user_id().as_uuid().into(), key.as_str().to_owned().into()];
        self.row(Query::new(FIND, values)).await?.map(to_record).transpose()
    }

    async fn keep(&self, scope: OwnScope, idempotency_record: IdempotencyRecord) -> Result<(), RepositoryError> {
        inside(scope.workspace_id(), idempotency_record.workspace_id)?;
        if idempotency_record.user_id != scope.user_id() {
            return Err(RepositoryError::Stale);
        }
        self.begin(scope.workspace_id(), Some(idempotency_record)).await?.end_unaudited(Ok(())).await
    }

    async fn forget(&self, _: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError> {
        self.delete_of_all_before(WORKSPACES, FORGET, before, most).await
    }
}

impl Database {
    /// Begins a transaction that writes, with the idempotency record of its change.
    pub(crate) async fn begin(
        &self,
        reach: impl Into<Reach>,
        idempotency_record: Option<IdempotencyRecord>,
    ) -> Result<Transaction, RepositoryError> {
        self.begin_writing(reach).await?.keeping(idempotency_record).await
    }

    /// Begins a transaction that writes many rows, with the idempotency record of its change.
    pub(crate) async fn begin_much(
        &self,
        reach: impl Into<Reach>,
        idempotency_record: Option<IdempotencyRecord>,
    ) -> Result<Transaction, RepositoryError> {
        self.begin_writing_much(reach).await?.keeping(idempotency_record).await
    }

    /// Returns the statement that deletes expired records, for tests.
    #[doc(hidden)]
    pub fn forgetting_statement(&self, workspace: WorkspaceId, before: DateTime<Utc>) -> Statement {
        self.statement(delete_before(FORGET, workspace.as_uuid(), before, 100))
    }
}

impl Transaction {
    async fn keeping(self, idempotency_record: Option<IdempotencyRecord>) -> Result<Self, RepositoryError> {
        let Some(idempotency_record) = idempotency_record else { return Ok(self) };
        // First, so that a repeated request stops here and not at a rule that a second execution would break.
        match self.keep(idempotency_record).await {
            Ok(()) => Ok(self),
            Err(refused) => self.end_unaudited(Err(refused)).await,
        }
    }

    /// Stores the idempotency record. A concurrent duplicate that takes too long counts as one that has ended: the key
    /// is taken.
    async fn keep(&self, idempotency_record: IdempotencyRecord) -> Result<(), RepositoryError> {
        const TAKEN: RepositoryError = RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY };
        let IdempotencyRecord { workspace_id, user_id, api_key, request, reply, at } = idempotency_record;
        let IdempotentRequest { key, fingerprint } = request;
        let Reply { status, body } = reply;
        let status = i16::try_from(status).map_err(|_| corrupt(WHAT, CorruptRecord::Status))?;
        let values = [
            workspace_id.as_uuid().into(),
            user_id.as_uuid().into(),
            key.as_str().to_owned().into(),
            api_key.as_uuid().into(),
            fingerprint.to_vec().into(),
            status.into(),
            body.into(),
            at.into(),
            IdempotencyRecord::kept_since(at).into(),
        ];
        match self.execute_unless_locked(Query::new(KEEP, values)).await? {
            Some(kept) if kept.rows_affected() == 1 => {
                self.note_idempotency_record(workspace_id, user_id);
                Ok(())
            }
            Some(_) | None => Err(TAKEN),
        }
    }
}

fn to_record(row: Row) -> Result<IdempotencyRecord, RepositoryError> {
    let Row { workspace_id, user_id, idempotency_key, api_key_id, fingerprint, status, body, created_at } = row;
    let fingerprint = fingerprint.try_into().map_err(|_| corrupt(WHAT, CorruptRecord::Fingerprint))?;
    let status = status.try_into().map_err(|_| corrupt(WHAT, CorruptRecord::Status))?;
    Ok(IdempotencyRecord {
        workspace_id: WorkspaceId::new(workspace_id),
        user_id: UserId::new(user_id),
        api_key: ApiKeyId::new(api_key_id),
        request: IdempotentRequest { key: stored(WHAT, &idempotency_key)?, fingerprint },
        reply: Reply { status, body },
        at: created_at,
    })
}
