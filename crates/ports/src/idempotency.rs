//! The port of idempotency records. Most are written with the [`Change`](domain::change::Change) of another port, by
//! the first statement of its transaction: a concurrent duplicate of the request waits there for the result, before any
//! rule of the area is checked.
//!
//! Every port that takes a change with an idempotency record refuses it with `Taken { rule: "idempotency_key" }` if the
//! user's key has a record that has not [expired](domain::idempotency::IdempotencyRecord::kept_since), or if the wait for a
//! concurrent duplicate takes too long; and with `Refused` if the user is gone.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use domain::access::{OperatorScope, OwnScope};
use domain::idempotency::{IdempotencyKey, IdempotencyRecord};

use crate::RepositoryError;

/// The idempotency records of one API user. Each method is one atomic step.
#[cfg_attr(feature = "mock", mockall::automock)]
#[async_trait]
pub trait IdempotencyRepository: Send + Sync {
    /// Returns the record of the user's key, even an expired one.
    async fn get(&self, scope: OwnScope, key: &IdempotencyKey) -> Result<Option<IdempotencyRecord>, RepositoryError>;

    /// Stores the record of a request that changed nothing, and replaces an expired one.
    ///
    /// # Errors
    /// `Taken { rule: "idempotency_key" }` if the user's key has a record already; `Stale` if the record is another
    /// user's, or its workspace is gone; `Refused` if the user was deleted.
    async fn keep(&self, scope: OwnScope, idempotency_record: IdempotencyRecord) -> Result<(), RepositoryError>;

    /// Deletes at most `most` records of all workspaces that are older than the given time, and returns their number.
    async fn forget(&self, scope: &OperatorScope, before: DateTime<Utc>, most: u32) -> Result<u64, RepositoryError>;
}
