//! Access.

pub(crate) mod authentication;
