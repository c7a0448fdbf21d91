//! Refusals of the event consumer use cases.

use domain::event_consumers::MOST_CONSUMERS;
use thiserror::Error;

use crate::outcome::codes::Code;
use crate::outcome::problem::{Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the event consumer use cases.
#[derive(Debug, Error)]
pub enum EventConsumerError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant does not have the consumer.
    #[error("The event consumer was not found.")]
    NotFound,
    /// The tenant has as many consumers as it may have.
    #[error("The tenant has {MOST_CONSUMERS} event consumers already. Delete one first.")]
    TooMany,
}

shares_refusals!(EventConsumerError, EVENT_CONSUMERS => Self::TooMany);

impl Problem for EventConsumerError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::EventConsumerNotFound.into(),
            Self::TooMany => Code::TooManyEventConsumers.into(),
        }
    }
}
