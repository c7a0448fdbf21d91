//! Refusals of the reservation use cases.

use domain::quotes::{NotOpenError, Quote, QuoteSpentError};
use domain::reservations::NotPendingError;
use ports::{RepositoryError, rules};
use thiserror::Error;

use super::fields::{EXTERNAL_ID, QUOTE};
use crate::input::field_error;
use crate::outcome::codes::Code;
use crate::outcome::problem::{Extension, FieldErrors, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};
use crate::quotes::QuoteError;

/// A refusal of the reservation use cases.
#[derive(Debug, Error)]
pub enum ReservationError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The stay cannot be sold.
    #[error(transparent)]
    Stay(#[from] QuoteError),
    /// The reservation is not visible to the tenant.
    #[error("The reservation was not found.")]
    NotFound,
    /// The tenant does not have the quote.
    #[error("The quote was not found.")]
    QuoteNotFound {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// The quote has been used or has expired.
    #[error(transparent)]
    QuoteSpent(#[from] QuoteSpentError),
    /// The price differs from the expected total.
    #[error("The price has changed.")]
    PriceChanged(Box<Quote>),
    /// Another reservation of the seller has the external id.
    #[error("The external ID has already been taken.")]
    ExternalIdTaken {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// The importer has as many pending stays of the owner as it may have.
    #[error("You hold as many stays of this owner as you may. Confirm or cancel some of them first.")]
    TooManyHolds,
    /// The reservation cannot be confirmed.
    #[error(transparent)]
    NotPending(#[from] NotPendingError),
}

shares_refusals!(ReservationError);

impl ReservationError {
    pub(super) fn quote_not_found() -> Self {
        Self::QuoteNotFound { field_errors: field_error(QUOTE, "was not found.") }
    }

    pub(super) fn external_id_taken() -> Self {
        Self::ExternalIdTaken { field_errors: field_error(EXTERNAL_ID, "has already been taken.") }
    }
}

impl From<NotOpenError> for ReservationError {
    fn from(error: NotOpenError) -> Self {
        Self::Stay(error.into())
    }
}

impl From<RepositoryError> for ReservationError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { rule: rules::RESERVATION_STAY } => NotOpenError::NotAvailable.into(),
            RepositoryError::Taken { rule: rules::RESERVATION_EXTERNAL_ID } => Self::external_id_taken(),
            RepositoryError::Taken { rule: rules::IMPORTER_HOLDS } => Self::TooManyHolds,
            // The quote was unused when it was read, so a retry will find the reservation that used it.
            RepositoryError::Taken { rule: rules::QUOTE_USED } => Self::Refused(Refusal::Busy),
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for ReservationError {
    fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Stay(error) => error.code(),
            Self::NotFound => Code::ReservationNotFound,
            Self::QuoteNotFound { .. } => Code::QuoteNotFound,
            Self::QuoteSpent(QuoteSpentError::Used { .. }) => Code::QuoteUsed,
            Self::QuoteSpent(QuoteSpentError::Expired) => Code::QuoteExpired,
            Self::PriceChanged(_) => Code::PriceChanged,
            Self::ExternalIdTaken { .. } => Code::ExternalIdTaken,
            Self::TooManyHolds => Code::TooManyHolds,
            Self::NotPending(_) => Code::NotPending,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Refused(refusal) => refusal.retry_after(),
            Self::Stay(error) => error.retry_after(),
            Self::NotFound
            | Self::QuoteNotFound { .. }
            | Self::QuoteSpent(_)
            | Self::PriceChanged(_)
            | Self::ExternalIdTaken { .. }
            | Self::TooManyHolds
            | Self::NotPending(_) => None,
        }
    }

    fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.field_errors(),
            Self::Stay(error) => error.field_errors(),
            Self::QuoteNotFound { field_errors } | Self::ExternalIdTaken { field_errors } => Some(field_errors),
            Self::NotFound | Self::QuoteSpent(_) | Self::PriceChanged(_) | Self::TooManyHolds | Self::NotPending(_) => {
                None
            }
        }
    }

    fn extension(&self) -> Option<Extension> {
        match self {
            Self::QuoteSpent(QuoteSpentError::Used { reservation }) => Some(Extension::Reservation(*reservation)),
            Self::PriceChanged(quote) => Some(Extension::Quote(quote.clone())),
            Self::QuoteSpent(QuoteSpentError::Expired)
            | Self::Refused(_)
            | Self::Stay(_)
            | Self::NotFound
            | Self::QuoteNotFound { .. }
            | Self::ExternalIdTaken { .. }
            | Self::TooManyHolds
            | Self::NotPending(_) => None,
        }
    }
}
