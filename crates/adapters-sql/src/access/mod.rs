//! Access: credentials, their cache, administrators.

pub(crate) mod administrators;
mod admissions;
pub(crate) mod credential_cache;
pub(crate) mod credentials;
