//! Events: the feed of a tenant, and the log of a workspace.

mod arrivals;
mod error;
mod fields;
mod read;
mod start;

use std::sync::Arc;

use ports::{EventConsumerRepository, EventQueries};

pub use self::arrivals::Arrivals;
pub use self::error::EventError;
pub(crate) use self::fields::EventScopeWord;
pub use self::fields::FindEvents;
pub use self::read::{Reading, Wake};
pub(crate) use self::start::{Position, Start};

/// The use cases of events.
#[derive(Clone)]
#[expect(missing_docs, reason = "the ports and settings")]
pub struct Events {
    pub queries: Arc<dyn EventQueries>,
    pub consumers: Arc<dyn EventConsumerRepository>,
    pub arrivals: Arrivals,
}
