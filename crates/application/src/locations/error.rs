//! Refusals of the location use cases.

use domain::locations::DefaultLocationError;
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the location use cases.
#[derive(Debug, Error)]
pub enum LocationError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant does not have the location.
    #[error("The location was not found.")]
    NotFound,
    /// The default location cannot be deleted.
    #[error(transparent)]
    Default(#[from] DefaultLocationError),
    /// Users work at the location.
    #[error("The location is in use: users work there.")]
    InUse,
}

shares_refusals!(LocationError);

impl From<RepositoryError> for LocationError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { rule: rules::LOCATION_IN_USE } => Self::InUse,
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for LocationError {
    fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => Code::LocationNotFound,
            Self::Default(_) => Code::DefaultLocation,
            Self::InUse => Code::LocationInUse,
        }
    }

    fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.field_errors(),
            Self::NotFound | Self::Default(_) | Self::InUse => None,
        }
    }
}
