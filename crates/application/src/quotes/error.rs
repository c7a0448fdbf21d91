//! Refusals of the quote use cases: a stay that has no price or cannot be sold.

use domain::promotions::PromotionChoice;
use domain::quotes::{CurrencyMismatchError, NotOpenError, OfferRefused, StayFault};
use ports::RepositoryError;
use thiserror::Error;

use super::stay::{CHECK_IN, CHECK_OUT, COUPON, CURRENCY, GUESTS, LISTING, PROMOTION};
use crate::input::reader::Collector;
use crate::input::sentence;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the quote use cases.
#[derive(Debug, Error)]
pub enum QuoteError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant neither owns nor imports the listing.
    #[error("The listing was not found.")]
    ListingNotFound {
        /// The field error, if the body names the listing.
        faults: Option<FieldErrors>,
    },
    /// The price is in another currency than the requested one.
    #[error("{error}")]
    Currency {
        /// The mismatch, with the currency of the price.
        error: CurrencyMismatchError,
        /// The field error.
        faults: FieldErrors,
    },
    /// The requested promotion does not apply.
    #[error("The promotion is not valid for this stay.")]
    Promotion {
        /// The field error.
        faults: FieldErrors,
    },
    /// The nights are not available.
    #[error(transparent)]
    NotOpen(#[from] NotOpenError),
}

shares_refusals!(QuoteError);

fn fault(field: &str, phrase: &str) -> FieldErrors {
    [(field.to_owned(), vec![sentence(field, phrase)])].into()
}

impl QuoteError {
    /// Creates the refusal for a listing that the body names and that was not found.
    pub(crate) fn listing_not_found() -> Self {
        Self::ListingNotFound { faults: Some(fault(LISTING, "was not found.")) }
    }

    /// Creates the refusal for an error of the offer, with the fields named as in the request, which asked for
    /// `promotion`.
    pub(crate) fn offer(error: OfferRefused, promotion: Option<&PromotionChoice>) -> Self {
        match error {
            OfferRefused::Stay(errors) => {
                let mut collector = Collector::default();
                for error in errors {
                    collector.fault(field(error), error);
                }
                collector.faults().into()
            }
            OfferRefused::Currency(error) => {
                let faults = fault(CURRENCY, &format!("must be {}, the listing's currency.", error.currency.code()));
                Self::Currency { error, faults }
            }
            OfferRefused::Promotion(_) => {
                let field = if matches!(promotion, Some(PromotionChoice::Coupon(_))) { COUPON } else { PROMOTION };
                Self::Promotion { faults: fault(field, "is not valid for this stay.") }
            }
            OfferRefused::NotOpen(error) => error.into(),
        }
    }
}

/// Returns the field of the stay that breaks a rule of the listing.
const fn field(fault: StayFault) -> &'static str {
    match fault {
        StayFault::InThePast { .. } => CHECK_IN,
        StayFault::TooFewNights { .. } | StayFault::TooManyNights { .. } => CHECK_OUT,
        StayFault::TooManyGuests { .. } => GUESTS,
    }
}

impl From<RepositoryError> for QuoteError {
    fn from(error: RepositoryError) -> Self {
        Self::Refused(error.into())
    }
}

impl Problem for QuoteError {
    fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::ListingNotFound { .. } => Code::ListingNotFound,
            Self::Currency { .. } => Code::CurrencyMismatch,
            Self::Promotion { .. } => Code::PromotionNotValid,
            Self::NotOpen(NotOpenError::ImportAsleep) => Code::ImportAsleep,
            Self::NotOpen(NotOpenError::NotAvailable) => Code::NotAvailable,
        }
    }

    fn retry_after(&self) -> Option<u32> {
        if let Self::Refused(refusal) = self { refusal.retry_after() } else { None }
    }

    fn faults(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::ListingNotFound { faults } => faults.as_ref(),
            Self::Currency { faults, .. } | Self::Promotion { faults } => Some(faults),
            Self::NotOpen(_) => None,
        }
    }
}
