//! Steps that use cases share.

pub(crate) mod ambient;
pub(crate) mod idempotency;
pub(crate) mod precondition;
pub(crate) mod retry;
