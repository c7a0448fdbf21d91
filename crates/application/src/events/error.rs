//! Refusals of the feed.

use thiserror::Error;

use super::arrivals::Full;
use crate::outcome::codes::Code;
use crate::outcome::problem::{Extension, Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// The seconds after which a client whose key waits too often can try again.
const AGAIN: u32 = 5;

/// A refusal of the feed.
#[derive(Debug, Error)]
pub enum EventError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant does not have the consumer.
    #[error("The event consumer was not found.")]
    ConsumerNotFound,
    /// Events after the position are no longer kept.
    #[error("Events after this position are no longer kept. The oldest one that is kept is {oldest}.")]
    Gone {
        /// The position of the oldest kept event.
        oldest: u64,
    },
    /// Too many requests of the key wait for events.
    #[error("Too many requests of the key wait for events. Use one for all types, and end those that you do not read.")]
    TooManyReaders,
}

shares_refusals!(EventError);

impl From<Full> for EventError {
    fn from(full: Full) -> Self {
        match full {
            Full::Key => Self::TooManyReaders,
            Full::Process => Self::Refused(Refusal::Busy),
        }
    }
}

impl Problem for EventError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::ConsumerNotFound => Code::EventConsumerNotFound.into(),
            Self::Gone { oldest } => {
                Members { extension: Some(Extension::OldestEvent(*oldest)), ..Code::EventsGone.into() }
            }
            Self::TooManyReaders => Members { retry_after: Some(AGAIN), ..Code::TooManyReaders.into() },
        }
    }
}
