//! A decision that waits to be stored.

use crate::audit::AuditEntry;
use crate::receipts::{Receipt, Repeatable, Reply};

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

    /// The same change, which answers repetitions of the request with this reply.
    pub fn answering(self, request: Repeatable, reply: Reply) -> Self {
        let receipt = Receipt::new(self.audit.workspace_id, &self.audit.actor, request, reply, self.audit.at);
        Self { receipt, ..self }
    }
}
