//! Why nothing became of a listing.

use domain::listings::{ListingValuesError, NotTheOwnerError};
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::collector::Collector;
use crate::input::sentence;
use crate::problem::{Faults, Problem, ProblemKind};
use crate::refusal::{Refusal, shares_refusals};

/// The refusals of the area.
#[derive(Debug, Error)]
pub enum ListingError {
    /// For reasons that have nothing to do with listings.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant has no such listing, neither of its own nor imported.
    #[error("The listing was not found.")]
    NotFound,
    /// The tenant has no such integration account.
    #[error("The integration account was not found.")]
    AccountNotFound {
        /// The field at fault, where it was named in the body.
        faults: Option<Faults>,
    },
    /// Only its owner changes a listing.
    #[error(transparent)]
    NotTheOwner(#[from] NotTheOwnerError),
    /// Another listing of the account has the provider's id.
    #[error("The provider ID has already been taken.")]
    ProviderIdTaken {
        /// The field at fault.
        faults: Faults,
    },
    /// A listing with reservations stays.
    #[error("The listing has reservations. Set it INACTIVE instead.")]
    HasReservations,
}

shares_refusals!(ListingError);

fn fault(field: &str, phrase: &str) -> Faults {
    [(field.to_owned(), vec![sentence(field, phrase)])].into()
}

impl ListingError {
    /// The account that the body names is not there.
    pub(super) fn account_not_found() -> Self {
        Self::AccountNotFound { faults: Some(fault("integrationAccountID", "was not found.")) }
    }
}

/// Which of the fields is at fault where values do not go together.
pub(super) const fn field(error: ListingValuesError) -> &'static str {
    match error {
        ListingValuesError::Price(_) => "startPrice",
        ListingValuesError::Nights => "maximumNights",
    }
}

impl From<Vec<ListingValuesError>> for ListingError {
    fn from(errors: Vec<ListingValuesError>) -> Self {
        let mut collector = Collector::default();
        for error in errors {
            collector.fault(field(error), error);
        }
        collector.faults().into()
    }
}

impl From<RepositoryError> for ListingError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { rule: rules::LISTING_PROVIDER_ID } => {
                Self::ProviderIdTaken { faults: fault("providerID", "has already been taken.") }
            }
            RepositoryError::Taken { rule: rules::HAS_RESERVATIONS } => Self::HasReservations,
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for ListingError {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::NotFound | Self::AccountNotFound { .. } => ProblemKind::NotFound,
            Self::NotTheOwner(_) => ProblemKind::Forbidden,
            Self::ProviderIdTaken { .. } | Self::HasReservations => ProblemKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => "listing_not_found",
            Self::AccountNotFound { .. } => "integration_account_not_found",
            Self::NotTheOwner(_) => "not_the_owner",
            Self::ProviderIdTaken { .. } => "provider_id_taken",
            Self::HasReservations => "has_reservations",
        }
    }

    fn faults(&self) -> Option<&Faults> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::AccountNotFound { faults } => faults.as_ref(),
            Self::ProviderIdTaken { faults } => Some(faults),
            Self::NotFound | Self::NotTheOwner(_) | Self::HasReservations => None,
        }
    }
}
