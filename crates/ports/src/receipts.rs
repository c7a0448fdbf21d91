//! The port of receipts. Most are written with a [`Change`](domain::change::Change) of any other port, by the first statement
//! of its transaction: a twin of a request in flight waits there for what becomes of it, before any rule of the area.
//!
//! Every port that takes a change with a receipt refuses it with `Taken { rule: "idempotency_key" }` if the user's key has
//! left a receipt already that is not [too old](domain::receipts::Receipt::kept_since), or where its twin takes too long.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, OwnScope};
use domain::receipts::{IdempotencyKey, Receipt};

use crate::RepositoryError;

/// The receipts of one API user. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait ReceiptRepository: Send + Sync {
    /// What the user's key has left behind, however old.
    async fn find(&self, scope: OwnScope, key: &IdempotencyKey) -> Result<Option<Receipt>, RepositoryError>;

    /// Stores the receipt of a request that changed nothing, in place of one that is too old.
    ///
    /// # Errors
    /// `Taken { rule: "idempotency_key" }` if the user's key has left a receipt already; `Stale` if the receipt is
    /// another user's.
    async fn keep(&self, scope: OwnScope, receipt: Receipt) -> Result<(), RepositoryError>;

    /// Deletes at most so many receipts of all workspaces that are older than the instant, and tells how many.
    async fn forget(&self, scope: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError>;
}
