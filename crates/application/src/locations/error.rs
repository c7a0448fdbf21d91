//! Refusals of the location use cases.

use domain::locations::DefaultLocationError;
use thiserror::Error;

use crate::outcome::codes::Code;
use crate::outcome::problem::{Members, Problem};
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

shares_refusals!(LocationError, LOCATION_IN_USE => Self::InUse);

impl Problem for LocationError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::LocationNotFound.into(),
            Self::Default(_) => Code::DefaultLocation.into(),
            Self::InUse => Code::LocationInUse.into(),
        }
    }
}
