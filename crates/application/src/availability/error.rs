//! Why nothing is told of a calendar, or written into it.

use domain::availability::CalendarEditError;
use domain::listings::{ListingValuesError, NotTheOwnerError};
use ports::RepositoryError;
use thiserror::Error;

use super::edit::RANGES;
use crate::collector::Collector;
use crate::problem::{Faults, Problem, ProblemKind};
use crate::refusal::{Refusal, shares_refusals};

/// The refusals of the area.
#[derive(Debug, Error)]
pub enum AvailabilityError {
    /// For reasons that have nothing to do with availability.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant has no such listing, neither of its own nor imported.
    #[error("The listing was not found.")]
    ListingNotFound,
    /// Only its owner writes into a listing's calendar.
    #[error(transparent)]
    NotTheOwner(#[from] NotTheOwnerError),
}

shares_refusals!(AvailabilityError);

/// Which field of a range is at fault where its values do not go together.
const fn field(error: ListingValuesError) -> &'static str {
    match error {
        ListingValuesError::Price(_) => "price",
        ListingValuesError::Nights => "maximumNights",
    }
}

impl From<Vec<CalendarEditError>> for AvailabilityError {
    fn from(errors: Vec<CalendarEditError>) -> Self {
        let mut collector = Collector::default();
        for error in errors {
            match error {
                CalendarEditError::Range { position, error } => {
                    collector.at(RANGES, |c| c.at(position, |c| c.fault(field(error), error)));
                }
                CalendarEditError::TooManyNights => collector.fault(RANGES, error),
            }
        }
        collector.faults().into()
    }
}

impl From<RepositoryError> for AvailabilityError {
    fn from(error: RepositoryError) -> Self {
        Self::Refused(error.into())
    }
}

impl Problem for AvailabilityError {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::ListingNotFound => ProblemKind::NotFound,
            Self::NotTheOwner(_) => ProblemKind::Forbidden,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::ListingNotFound => "listing_not_found",
            Self::NotTheOwner(_) => "not_the_owner",
        }
    }

    fn faults(&self) -> Option<&Faults> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::ListingNotFound | Self::NotTheOwner(_) => None,
        }
    }
}
