//! Decisions that are ready to be stored.

use crate::audit::AuditEntry;
use crate::idempotency::{IdempotencyRecord, IdempotentRequest, Reply};

/// An aggregate after a decision, with the audit entry that explains it.
#[must_use = "a change that is not stored never happened"]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<A> {
    /// The state to store.
    pub after: A,
    /// The audit entry.
    pub audit: AuditEntry,
    /// The idempotency record, if the request has an idempotency key.
    pub idempotency_record: Option<IdempotencyRecord>,
}

impl<A> Change<A> {
    /// Creates a change without an idempotency record.
    pub const fn new(after: A, audit: AuditEntry) -> Self {
        Self { after, audit, idempotency_record: None }
    }

    /// Adds an idempotency record, so that retries of the request get this reply.
    pub fn answering(self, request: IdempotentRequest, reply: Reply) -> Self {
        let idempotency_record =
            IdempotencyRecord::new(self.audit.workspace_id, &self.audit.actor, request, reply, self.audit.at);
        Self { idempotency_record, ..self }
    }
}
