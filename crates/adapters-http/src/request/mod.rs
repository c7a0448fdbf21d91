//! Reading requests.

pub(crate) mod blocking;
pub(crate) mod caller;
pub(crate) mod idempotency;
pub(crate) mod input;
pub(crate) mod listing_ids;
pub(crate) mod media_type;
pub(crate) mod parameters;
