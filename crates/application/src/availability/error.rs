//! Refusals of the availability use cases.

use domain::availability::CalendarEditError;
use domain::listings::{ListingValuesError, NotTheOwnerError};
use thiserror::Error;

use super::edit::RANGES;
use crate::input::reader::FieldReader;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the availability use cases.
#[derive(Debug, Error)]
pub enum AvailabilityError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant neither owns nor imports the listing.
    #[error("The listing was not found.")]
    ListingNotFound,
    /// The tenant neither owns nor imports one of the listings; with its position.
    #[error("The listing was not found.")]
    ListingsNotFound(FieldErrors),
    /// Only the owner of a listing may edit its calendar.
    #[error(transparent)]
    NotTheOwner(#[from] NotTheOwnerError),
}

shares_refusals!(AvailabilityError);

/// Returns the field of a range whose value does not fit the others.
const fn field(error: ListingValuesError) -> &'static str {
    match error {
        ListingValuesError::Price(_) => "price",
        ListingValuesError::Nights => "maximumNights",
    }
}

impl From<Vec<CalendarEditError>> for AvailabilityError {
    fn from(errors: Vec<CalendarEditError>) -> Self {
        let mut reader = FieldReader::default();
        for error in errors {
            match error {
                CalendarEditError::Range { position, error } => {
                    reader.at(RANGES, |r| r.at(position, |r| r.refuse(field(error), error)));
                }
                CalendarEditError::TooManyNights => reader.refuse(RANGES, error),
            }
        }
        reader.into_errors().into()
    }
}

impl Problem for AvailabilityError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::ListingNotFound => Code::ListingNotFound.into(),
            Self::ListingsNotFound(field_errors) => Code::ListingNotFound.with(field_errors),
            Self::NotTheOwner(_) => Code::NotTheOwner.into(),
        }
    }
}
