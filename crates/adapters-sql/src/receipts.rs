//! The port of idempotency records, and their storage by the transactions that write.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, OwnScope};
use domain::ids::{ApiKeyId, UserId, WorkspaceId};
use domain::receipts::{IdempotencyKey, Receipt, Repeatable, Reply};
use ports::{ReceiptRepository, RepositoryError, rules};
use sea_orm::FromQueryResult;
use thiserror::Error;
use uuid::Uuid;

use crate::database::{Database, Transaction, inside};
use crate::query::Query;
use crate::rows::{corrupt, stored};

const WHAT: &str = "receipt";

const FIND: &str = "\
    SELECT workspace_id, user_id, idempotency_key, api_key_id, fingerprint, status, body, created_at FROM receipts \
    WHERE workspace_id = $1 AND user_id = $2 AND idempotency_key = $3";
/// Inserts a record or replaces an expired one. If a concurrent duplicate is in flight, it holds the lock on the row,
/// and this statement waits until it ends.
const KEEP: &str = "\
    INSERT INTO receipts (workspace_id, user_id, idempotency_key, api_key_id, fingerprint, status, body, created_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
    ON CONFLICT (workspace_id, user_id, idempotency_key) DO UPDATE \
    SET api_key_id = excluded.api_key_id, fingerprint = excluded.fingerprint, status = excluded.status, \
        body = excluded.body, created_at = excluded.created_at \
    WHERE receipts.created_at < $9";
/// Deletes expired records. The statement starts from the workspaces, with which the index by time begins. It checks
/// the age again under the row's lock, because an expired record may have been replaced in the meantime.
const FORGET: &str = "\
    DELETE FROM receipts WHERE created_at < $1 AND (workspace_id, user_id, idempotency_key) IN \
    (SELECT r.workspace_id, r.user_id, r.idempotency_key \
     FROM workspaces w CROSS JOIN receipts r WHERE r.workspace_id = w.id AND r.created_at < $1 LIMIT $2)";

/// The defects of a stored idempotency record.
#[derive(Debug, Error)]
enum CorruptReceipt {
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
impl ReceiptRepository for Database {
    async fn find(&self, scope: OwnScope, key: &IdempotencyKey) -> Result<Option<Receipt>, RepositoryError> {
        let values =
            [scope.workspace_id().as_uuid().into(), scope.user_id().as_uuid().into(), key.as_str().to_owned().into()];
        self.row(Query::new(FIND, values)).await?.map(receipt).transpose()
    }

    async fn keep(&self, scope: OwnScope, receipt: Receipt) -> Result<(), RepositoryError> {
        inside(scope.workspace_id(), receipt.workspace_id)?;
        if receipt.user_id != scope.user_id() {
            return Err(RepositoryError::Stale);
        }
        self.begin(Some(receipt)).await?.commit().await
    }

    async fn forget(&self, _: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError> {
        self.delete_before(FORGET, before, most).await
    }
}

impl Transaction {
    /// Stores the idempotency record. A concurrent duplicate that takes too long counts as one that has ended: the key
    /// is taken.
    pub(crate) async fn keep(&self, receipt: Receipt) -> Result<(), RepositoryError> {
        const TAKEN: RepositoryError = RepositoryError::Taken { rule: rules::IDEMPOTENCY_KEY };
        let Receipt { workspace_id, user_id, api_key, request, reply, at } = receipt;
        let Repeatable { key, fingerprint } = request;
        let Reply { status, body } = reply;
        let status = i16::try_from(status).map_err(|_| corrupt(WHAT, CorruptReceipt::Status))?;
        let values = [
            workspace_id.as_uuid().into(),
            user_id.as_uuid().into(),
            key.as_str().to_owned().into(),
            api_key.as_uuid().into(),
            fingerprint.to_vec().into(),
            status.into(),
            body.into(),
            at.into(),
            Receipt::kept_since(at).into(),
        ];
        match self.execute_unless_locked(Query::new(KEEP, values)).await? {
            Some(kept) if kept.rows_affected() == 1 => {
                self.note_receipt(workspace_id, user_id);
                Ok(())
            }
            Some(_) | None => Err(TAKEN),
        }
    }
}

fn receipt(row: Row) -> Result<Receipt, RepositoryError> {
    let Row { workspace_id, user_id, idempotency_key, api_key_id, fingerprint, status, body, created_at } = row;
    let fingerprint = fingerprint.try_into().map_err(|_| corrupt(WHAT, CorruptReceipt::Fingerprint))?;
    let status = status.try_into().map_err(|_| corrupt(WHAT, CorruptReceipt::Status))?;
    Ok(Receipt {
        workspace_id: WorkspaceId::new(workspace_id),
        user_id: UserId::new(user_id),
        api_key: ApiKeyId::new(api_key_id),
        request: Repeatable { key: stored(WHAT, &idempotency_key)?, fingerprint },
        reply: Reply { status, body },
        at: created_at,
    })
}
