//! The requests of operators that may be repeated.

use chrono::{DateTime, Utc};
use domain::idempotency::{IdempotencyKey, IdempotencyRecord, IdempotentRequest};
use domain::ids::{OperatorKeyId, WorkspaceId};
use domain::operators::OperatorRecord;
use ports::{RepositoryError, rules};
use sea_orm::FromQueryResult;
use thiserror::Error;
use uuid::Uuid;

use crate::engine::database::Database;
use crate::engine::query::Query;
use crate::engine::rows::{corrupt, stored};
use crate::engine::transaction::Transaction;

const WHAT: &str = "idempotency record of an operator";

const FIND: &str = "\
    SELECT operator_key_id, idempotency_key, fingerprint, resource_id, created_at FROM operator_idempotency_records \
    WHERE operator_key_id = $1 AND idempotency_key = $2";
/// Inserts a record or replaces an expired one. It waits for a concurrent duplicate in flight, which holds the row.
const KEEP: &str = "\
    INSERT INTO operator_idempotency_records (operator_key_id, idempotency_key, fingerprint, resource_id, created_at) \
    VALUES ($1, $2, $3, $4, $5) \
    ON CONFLICT (operator_key_id, idempotency_key) DO UPDATE \
    SET fingerprint = excluded.fingerprint, resource_id = excluded.resource_id, created_at = excluded.created_at \
    WHERE operator_idempotency_records.created_at < $6";
/// Deletes expired records.
const FORGET: &str = "\
    DELETE FROM operator_idempotency_records WHERE created_at < $1 AND (operator_key_id, idempotency_key) IN \
    (SELECT operator_key_id, idempotency_key FROM operator_idempotency_records WHERE created_at < $1 LIMIT $2)";

#[derive(Debug, Error)]
#[error("a fingerprint that is not 32 bytes long")]
struct CorruptFingerprint;

#[derive(FromQueryResult)]
pub(super) struct Row {
    operator_key_id: Uuid,
    idempotency_key: String,
    fingerprint: Vec<u8>,
    resource_id: Uuid,
    created_at: DateTime<Utc>,
}

pub(super) fn find(operator: OperatorKeyId, key: &IdempotencyKey) -> Query {
    Query::new(FIND, [operator.as_uuid().into(), key.as_str().to_owned().into()])
}

pub(super) fn forget(before: DateTime<Utc>, most: u32) -> Query {
    Query::new(FORGET, [before.into(), i64::from(most).into()])
}

impl Database {
    /// Begins a transaction that writes, with the record of the operator's request.
    pub(crate) async fn begin_operated(
        &self,
        workspace: WorkspaceId,
        record: Option<OperatorRecord>,
    ) -> Result<Transaction, RepositoryError> {
        let transaction = self.begin_writing(workspace).await?;
        let Some(record) = record else { return Ok(transaction) };
        // First, so that a repeated request stops here.
        match transaction.keep_operators(record).await {
            Ok(()) => Ok(transaction),
            Err(refused) => transaction.end_unaudited(Err(refused)).await,
        }
    }
}

impl Transaction {
    async fn keep_operators(&self, record: OperatorRecord) -> Result<(), RepositoryError> {
        let OperatorRecord { operator_key_id, request, resource_id, at } = record;
        let IdempotentRequest { key, fingerprint } = request;
        let values = [
            operator_key_id.as_uuid().into(),
            key.as_str().to_owned().into(),
            fingerprint.to_vec().into(),
            resource_id.into(),
            at.into(),
            IdempotencyRecord::kept_since(at).into(),
        ];
        match self.execute_unless_locked(Query::new(KEEP, values)).await? {
            Some(kept) if kept.rows_affected() == 1 => Ok(()),
            Some(_) | None => Err(RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY }),
        }
    }
}

pub(super) fn to_record(row: Row) -> Result<OperatorRecord, RepositoryError> {
    let Row { operator_key_id, idempotency_key, fingerprint, resource_id, created_at } = row;
    let fingerprint = fingerprint.try_into().map_err(|_| corrupt(WHAT, CorruptFingerprint))?;
    Ok(OperatorRecord {
        operator_key_id: OperatorKeyId::new(operator_key_id),
        request: IdempotentRequest { key: stored(WHAT, &idempotency_key)?, fingerprint },
        resource_id,
        at: created_at,
    })
}
