//! Refusals of the listing use cases.

use domain::listings::{ListingValuesError, NotTheOwnerError};
use thiserror::Error;

use crate::input::reader::FieldReader;
use crate::input::taken;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Members, Problem};
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
    /// The tenant does not have the integration account; with the field error, if the body names it.
    #[error("The integration account was not found.")]
    AccountNotFound(Option<FieldErrors>),
    /// Only the owner may change a listing.
    #[error(transparent)]
    NotTheOwner(#[from] NotTheOwnerError),
    /// Another listing of the account has the provider's id.
    #[error("The provider ID has already been taken.")]
    ProviderIdTaken(FieldErrors),
    /// The workspace does not have some of the listings that the request names.
    #[error("The listing was not found.")]
    NamedNotFound(FieldErrors),
    /// A listing with reservations cannot be deleted.
    #[error("The listing has reservations. Set it INACTIVE instead.")]
    HasReservations,
}

shares_refusals!(
    ListingError,
    LISTING_PROVIDER_ID => Self::ProviderIdTaken(taken("providerID")),
    HAS_RESERVATIONS => Self::HasReservations,
);

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

impl Problem for ListingError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::ListingNotFound.into(),
            Self::AccountNotFound(field_errors) => {
                Members { field_errors: field_errors.as_ref(), ..Code::IntegrationAccountNotFound.into() }
            }
            Self::NamedNotFound(field_errors) => Code::ListingNotFound.with(field_errors),
            Self::NotTheOwner(_) => Code::NotTheOwner.into(),
            Self::ProviderIdTaken(field_errors) => Code::ProviderIdTaken.with(field_errors),
            Self::HasReservations => Code::HasReservations.into(),
        }
    }
}
