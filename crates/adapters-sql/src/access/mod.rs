//! Access: credentials, callers who write, administrators.

pub(crate) mod administrators;
mod admissions;
pub(crate) mod credentials;
