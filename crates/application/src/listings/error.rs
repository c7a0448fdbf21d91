//! Refusals of the listing use cases.

use domain::listings::{ListingValuesError, NotTheOwnerError};
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::field_error;
use crate::input::reader::FieldReader;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the listing use cases.
#[derive(Debug, Error)]
pub enum ListingError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant neither owns nor imports the listing.
    #[error("The listing was not found.")]
    NotFound,
    /// The tenant does not have the integration account.
    #[error("The integration account was not found.")]
    AccountNotFound {
        /// The field error, if the body names the account.
        field_errors: Option<FieldErrors>,
    },
    /// Only the owner may change a listing.
    #[error(transparent)]
    NotTheOwner(#[from] NotTheOwnerError),
    /// Another listing of the account has the provider's id.
    #[error("The provider ID has already been taken.")]
    ProviderIdTaken {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// A listing with reservations cannot be deleted.
    #[error("The listing has reservations. Set it INACTIVE instead.")]
    HasReservations,
}

shares_refusals!(ListingError);

impl ListingError {
    /// Creates the refusal for an account that the body names and that was not found.
    pub(super) fn account_not_found() -> Self {
        Self::AccountNotFound { field_errors: Some(field_error("integrationAccountID", "was not found.")) }
    }
}

/// Returns the field whose value does not fit the others.
pub(super) const fn field(error: ListingValuesError) -> &'static str {
    match error {
        ListingValuesError::Price(_) => "startPrice",
        ListingValuesError::Nights => "maximumNights",
    }
}

impl From<Vec<ListingValuesError>> for ListingError {
    fn from(errors: Vec<ListingValuesError>) -> Self {
        let mut reader = FieldReader::default();
        for error in errors {
            reader.refuse(field(error), error);
        }
        reader.into_errors().into()
    }
}

impl From<RepositoryError> for ListingError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { rule: rules::LISTING_PROVIDER_ID } => {
                Self::ProviderIdTaken { field_errors: field_error("providerID", "has already been taken.") }
            }
            RepositoryError::Taken { rule: rules::HAS_RESERVATIONS } => Self::HasReservations,
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for ListingError {
    fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => Code::ListingNotFound,
            Self::AccountNotFound { .. } => Code::IntegrationAccountNotFound,
            Self::NotTheOwner(_) => Code::NotTheOwner,
            Self::ProviderIdTaken { .. } => Code::ProviderIdTaken,
            Self::HasReservations => Code::HasReservations,
        }
    }

    fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.field_errors(),
            Self::AccountNotFound { field_errors } => field_errors.as_ref(),
            Self::ProviderIdTaken { field_errors } => Some(field_errors),
            Self::NotFound | Self::NotTheOwner(_) | Self::HasReservations => None,
        }
    }
}
