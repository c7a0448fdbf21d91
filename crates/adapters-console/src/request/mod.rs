//! Reading requests: the session, forms and queries.

pub(crate) mod browser;
pub(crate) mod cookie;
pub(crate) mod form;
pub(crate) mod query;
pub(crate) mod route;
pub(crate) mod token;
pub(crate) mod visit;
