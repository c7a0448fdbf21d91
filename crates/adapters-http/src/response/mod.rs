//! Writing responses.

pub(crate) mod address;
pub(crate) mod date_time;
pub(crate) mod decimal;
pub(crate) mod etag;
pub(crate) mod facts;
pub(crate) mod json;
pub(crate) mod list;
pub(crate) mod problem;
