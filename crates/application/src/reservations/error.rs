//! Refusals of the reservation use cases.

use domain::quotes::{NotOpenError, PricedStay, Quote, QuoteSpentError};
use domain::reservations::{NotLiveError, NotPendingError};
use thiserror::Error;

use super::fields::EXTERNAL_ID;
use crate::input::taken;
use crate::outcome::codes::Code;
use crate::outcome::problem::{Extension, FieldErrors, Members, Problem};
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
    QuoteNotFound(FieldErrors),
    /// The quote has been used or has expired.
    #[error(transparent)]
    QuoteSpent(#[from] QuoteSpentError),
    /// The price differs from the expected total. Contains a quote with the current price, to book with instead.
    #[error("The price has changed.")]
    PriceChanged(Box<Quote>),
    /// The price of the amended stay differs from the expected total. Contains the stay with its price.
    #[error("The price has changed.")]
    AmendedPrice(Box<PricedStay>),
    /// Another reservation of the seller has the external id.
    #[error("The external ID has already been taken.")]
    ExternalIdTaken(FieldErrors),
    /// The importer has as many pending stays of the owner as it may have.
    #[error("You hold as many stays of this owner as you may. Confirm or cancel some of them first.")]
    TooManyHolds,
    /// The reservation cannot be confirmed.
    #[error(transparent)]
    NotPending(#[from] NotPendingError),
    /// The reservation cannot be amended.
    #[error(transparent)]
    NotLive(#[from] NotLiveError),
}

shares_refusals!(
    ReservationError,
    RESERVATION_STAY => NotOpenError::NotAvailable.into(),
    RESERVATION_EXTERNAL_ID => Self::ExternalIdTaken(taken(EXTERNAL_ID)),
    IMPORTER_HOLDS => Self::TooManyHolds,
    // The quote was unused when it was read, so a retry will find the reservation that used it.
    QUOTE_USED => Self::Refused(Refusal::Busy),
);

impl From<NotOpenError> for ReservationError {
    fn from(error: NotOpenError) -> Self {
        Self::Stay(error.into())
    }
}

impl Problem for ReservationError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::Stay(error) => error.members(),
            Self::NotFound => Code::ReservationNotFound.into(),
            Self::QuoteNotFound(field_errors) => Code::QuoteNotFound.with(field_errors),
            Self::QuoteSpent(QuoteSpentError::Used { reservation }) => {
                Members { extension: Some(Extension::Reservation(*reservation)), ..Code::QuoteUsed.into() }
            }
            Self::QuoteSpent(QuoteSpentError::Expired) => Code::QuoteExpired.into(),
            Self::PriceChanged(_) | Self::AmendedPrice(_) => Code::PriceChanged.into(),
            Self::ExternalIdTaken(field_errors) => Code::ExternalIdTaken.with(field_errors),
            Self::TooManyHolds => Code::TooManyHolds.into(),
            Self::NotPending(_) => Code::NotPending.into(),
            Self::NotLive(_) => Code::NotLive.into(),
        }
    }
}
