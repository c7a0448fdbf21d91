//! Refusals of the webhook use cases.

use domain::idempotency::Reply;
use domain::ids::WebhookId;
use domain::webhooks::MOST_WEBHOOKS;
use ports::RepositoryError;
use thiserror::Error;

use crate::outcome::codes::Code;
use crate::outcome::problem::{Extension, Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the webhook use cases.
#[derive(Debug, Error)]
pub enum WebhookError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant does not have the webhook.
    #[error("The webhook was not found.")]
    NotFound,
    /// The tenant has as many webhooks as it may have.
    #[error("The tenant has {MOST_WEBHOOKS} webhooks already. Delete one first.")]
    TooMany,
    /// An earlier request created the webhook, and its secret is shown only once.
    #[error(
        "The webhook was created by an earlier request, and its secret is shown only once. Rotate it to get another."
    )]
    AlreadyCreated {
        /// The id of that webhook.
        id: WebhookId,
    },
    /// The events with which the webhook would go on are no longer kept.
    #[error("Events after the webhook's position are no longer kept. Enable it at another position, from {} on.", .oldest.saturating_sub(1))]
    EventsGone {
        /// The position of the oldest kept event.
        oldest: u64,
    },
    /// The service has no key to encrypt secrets with.
    #[error("The service has no secret key, so it has no webhooks.")]
    NotConfigured,
}

shares_refusals!(WebhookError, MOST_WEBHOOKS => Self::TooMany);

impl WebhookError {
    /// Creates the refusal from the idempotency record of the earlier request, which contains the webhook's id.
    pub(super) fn already_created(reply: &Reply) -> Self {
        match String::from_utf8_lossy(&reply.body).parse() {
            Ok(id) => Self::AlreadyCreated { id },
            Err(error) => RepositoryError::Corrupt { what: "idempotency record", source: Box::new(error) }.into(),
        }
    }
}

impl Problem for WebhookError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::WebhookNotFound.into(),
            Self::TooMany => Code::TooManyWebhooks.into(),
            Self::AlreadyCreated { id } => {
                Members { extension: Some(Extension::Webhook(*id)), ..Code::WebhookAlreadyCreated.into() }
            }
            Self::EventsGone { oldest } => {
                Members { extension: Some(Extension::OldestEvent(*oldest)), ..Code::EventsGone.into() }
            }
            Self::NotConfigured => Code::WebhooksNotConfigured.into(),
        }
    }
}
