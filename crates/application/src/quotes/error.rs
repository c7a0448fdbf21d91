//! Refusals of the quote use cases: a stay that has no price or cannot be sold.

use domain::promotions::PromotionChoice;
use domain::quotes::{CurrencyMismatchError, NotOpenError, OfferRefused, StayIssue};
use thiserror::Error;

use super::stay::{CHECK_IN, CHECK_OUT, COUPON, CURRENCY, GUESTS, INFANTS, LISTING, PETS, PROMOTION};
use crate::input::reader::FieldReader;
use crate::input::{field_error, not_found};
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the quote use cases.
#[derive(Debug, Error)]
pub enum QuoteError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant neither owns nor imports the listing; with the field error, if the body names it.
    #[error("The listing was not found.")]
    ListingNotFound(Option<FieldErrors>),
    /// The price is in another currency than the requested one.
    #[error("{0}")]
    Currency(CurrencyMismatchError, FieldErrors),
    /// The requested promotion does not apply.
    #[error("The promotion is not valid for this stay.")]
    Promotion(FieldErrors),
    /// The nights are not available.
    #[error(transparent)]
    NotOpen(#[from] NotOpenError),
}

shares_refusals!(QuoteError);

impl QuoteError {
    /// Creates the refusal for a listing that the body names and that was not found.
    pub(crate) fn listing_not_found() -> Self {
        Self::ListingNotFound(Some(not_found(LISTING)))
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
                let phrase = format_args!("must be {}, the listing's currency.", error.currency.code());
                Self::Currency(error, field_error(CURRENCY, phrase))
            }
            OfferRefused::Promotion(_) => {
                let field = if matches!(promotion, Some(PromotionChoice::Coupon(_))) { COUPON } else { PROMOTION };
                Self::Promotion(field_error(field, "is not valid for this stay."))
            }
            OfferRefused::NotOpen(error) => error.into(),
        }
    }
}

/// Returns the field of the stay that breaks a rule of the listing.
const fn field(issue: StayIssue) -> &'static str {
    match issue {
        StayIssue::InThePast { .. } => CHECK_IN,
        StayIssue::TooFewNights { .. } | StayIssue::TooManyNights { .. } | StayIssue::PriceTooHigh => CHECK_OUT,
        StayIssue::TooManyGuests { .. } => GUESTS,
        StayIssue::TooManyInfants { .. } => INFANTS,
        StayIssue::NoPets => PETS,
    }
}

impl Problem for QuoteError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::ListingNotFound(field_errors) => {
                Members { field_errors: field_errors.as_ref(), ..Code::ListingNotFound.into() }
            }
            Self::Currency(_, field_errors) => Code::CurrencyMismatch.with(field_errors),
            Self::Promotion(field_errors) => Code::PromotionNotValid.with(field_errors),
            Self::NotOpen(NotOpenError::ImportAsleep) => Code::ImportAsleep.into(),
            Self::NotOpen(NotOpenError::NotAvailable) => Code::NotAvailable.into(),
        }
    }
}
