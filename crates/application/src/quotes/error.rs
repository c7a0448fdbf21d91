//! Why a stay has no price, or cannot be sold.

use domain::promotions::PromotionChoice;
use domain::quotes::{CurrencyMismatchError, NotOpenError, OfferRefused, StayFault};
use ports::RepositoryError;
use thiserror::Error;

use super::stay::{CHECK_IN, CHECK_OUT, COUPON, CURRENCY, GUESTS, LISTING, PROMOTION};
use crate::collector::Collector;
use crate::input::sentence;
use crate::problem::{Faults, Problem, ProblemKind};
use crate::refusal::{Refusal, shares_refusals};

/// The refusals of the area.
#[derive(Debug, Error)]
pub enum QuoteError {
    /// For reasons that have nothing to do with quotes.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant has no such listing, neither of its own nor imported.
    #[error("The listing was not found.")]
    ListingNotFound {
        /// The field at fault, where it was named in the body.
        faults: Option<Faults>,
    },
    /// The price would be in another currency.
    #[error("{error}")]
    Currency {
        /// Which one it would be in.
        error: CurrencyMismatchError,
        /// The field at fault.
        faults: Faults,
    },
    /// The promotion that was asked for does not apply.
    #[error("The promotion is not valid for this stay.")]
    Promotion {
        /// The field at fault.
        faults: Faults,
    },
    /// The nights cannot be sold.
    #[error(transparent)]
    NotOpen(#[from] NotOpenError),
}

shares_refusals!(QuoteError);

fn fault(field: &str, phrase: &str) -> Faults {
    [(field.to_owned(), vec![sentence(field, phrase)])].into()
}

impl QuoteError {
    /// The listing that the body names is not there.
    pub(crate) fn listing_not_found() -> Self {
        Self::ListingNotFound { faults: Some(fault(LISTING, "was not found.")) }
    }

    /// What the offer says, by the names of the fields; the promotion is the one that was asked for.
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
                let faults = fault(CURRENCY, &format!("must be {}, as the listing's.", error.currency.code()));
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

/// Which of the fields is at fault where the listing does not allow a stay.
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
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::ListingNotFound { .. } => ProblemKind::NotFound,
            Self::Currency { .. } | Self::Promotion { .. } => ProblemKind::Invalid,
            Self::NotOpen(_) => ProblemKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::ListingNotFound { .. } => "listing_not_found",
            Self::Currency { .. } => "currency_mismatch",
            Self::Promotion { .. } => "promotion_not_valid",
            Self::NotOpen(NotOpenError::ImportAsleep) => "import_asleep",
            Self::NotOpen(NotOpenError::NotAvailable) => "not_available",
        }
    }

    fn faults(&self) -> Option<&Faults> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::ListingNotFound { faults } => faults.as_ref(),
            Self::Currency { faults, .. } | Self::Promotion { faults } => Some(faults),
            Self::NotOpen(_) => None,
        }
    }
}
