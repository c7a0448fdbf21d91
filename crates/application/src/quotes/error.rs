//! Refusals of the quote use cases: a stay that has no price or cannot be sold.

use domain::promotions::PromotionChoice;
use domain::quotes::{CurrencyMismatchError, NotOpenError, OfferRefused, StayIssue};
use ports::RepositoryError;
use thiserror::Error;

use super::stay::{CHECK_IN, CHECK_OUT, COUPON, CURRENCY, GUESTS, LISTING, PROMOTION};
use crate::input::field_error;
use crate::input::reader::FieldReader;
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
        field_errors: Option<FieldErrors>,
    },
    /// The price is in another currency than the requested one.
    #[error("{error}")]
    Currency {
        /// The mismatch, with the currency of the price.
        error: CurrencyMismatchError,
        /// The field error.
        field_errors: FieldErrors,
    },
    /// The requested promotion does not apply.
    #[error("The promotion is not valid for this stay.")]
    Promotion {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// The nights are not available.
    #[error(transparent)]
    NotOpen(#[from] NotOpenError),
}

shares_refusals!(QuoteError);

impl QuoteError {
    /// Creates the refusal for a listing that the body names and that was not found.
    pub(crate) fn listing_not_found() -> Self {
        Self::ListingNotFound { field_errors: Some(field_error(LISTING, "was not found.")) }
    }

    /// Creates the refusal for an error of the offer, with the fields named as in the request, which asked for
    /// `promotion`.
    pub(crate) fn offer(error: OfferRefused, promotion: Option<&PromotionChoice>) -> Self {
        match error {
            OfferRefused::Stay(errors) => {
                let mut reader = FieldReader::default();
                for error in errors {
                    reader.refuse(field(error), error);
                }
                reader.into_errors().into()
            }
            OfferRefused::Currency(error) => {
                let field_errors =
                    field_error(CURRENCY, format_args!("must be {}, the listing's currency.", error.currency.code()));
                Self::Currency { error, field_errors }
            }
            OfferRefused::Promotion(_) => {
                let field = if matches!(promotion, Some(PromotionChoice::Coupon(_))) { COUPON } else { PROMOTION };
                Self::Promotion { field_errors: field_error(field, "is not valid for this stay.") }
            }
            OfferRefused::NotOpen(error) => error.into(),
        }
    }
}

/// Returns the field of the stay that breaks a rule of the listing.
const fn field(issue: StayIssue) -> &'static str {
    match issue {
        StayIssue::InThePast { .. } => CHECK_IN,
        StayIssue::TooFewNights { .. } | StayIssue::TooManyNights { .. } => CHECK_OUT,
        StayIssue::TooManyGuests { .. } => GUESTS,
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

    fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.field_errors(),
            Self::ListingNotFound { field_errors } => field_errors.as_ref(),
            Self::Currency { field_errors, .. } | Self::Promotion { field_errors } => Some(field_errors),
            Self::NotOpen(_) => None,
        }
    }
}
