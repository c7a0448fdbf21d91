//! A decision that waits to be stored.

use crate::audit::AuditEntry;
use crate::ids::{ApiKeyId, UserId};

/// An aggregate after a decision, with the record that explains it.
#[must_use = "a change that is not stored never happened"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<A> {
    /// What must be stored.
    pub after: A,
    /// Who did what, when.
    pub audit: AuditEntry,
    /// The answer that a repeated request gets, where the request asked for that.
    pub receipt: Option<Receipt>,
}

impl<A> Change<A> {
    /// A change that answers no repeated request.
    pub const fn new(after: A, audit: AuditEntry) -> Self {
        Self { after, audit, receipt: None }
    }
}

/// What an idempotency key leaves behind, so that a retry of the request is answered without doing it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The API user to whom the idempotency key belongs.
    pub user: UserId,
    /// The API key that the request came with.
    pub api_key: ApiKeyId,
    /// The client's own name for the request.
    pub idempotency_key: String,
    /// A hash of all that makes two requests the same.
    pub fingerprint: [u8; 32],
    /// The status of the answer.
    pub status: u16,
    /// The bytes of the answer.
    pub body: Vec<u8>,
}
