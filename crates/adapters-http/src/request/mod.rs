//! Reading requests.

pub(crate) mod awaited;
pub(crate) mod blocking;
pub(crate) mod body;
pub(crate) mod caller;
pub(crate) mod extra_time;
pub(crate) mod headers;
pub(crate) mod idempotency;
pub(crate) mod if_match;
pub(crate) mod media_type;
pub(crate) mod paging;
pub(crate) mod parameters;
pub(crate) mod parts;
pub(crate) mod path_id;
pub(crate) mod path_name;
pub(crate) mod query;
pub(crate) mod unreadable;
