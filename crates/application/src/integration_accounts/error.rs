//! Refusals of the integration account use cases.

use domain::integration_accounts::MoveError;
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::field_error;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the integration account use cases.
#[derive(Debug, Error)]
pub enum IntegrationAccountError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant does not have the account; for a move, the workspace does not.
    #[error("The integration account was not found.")]
    NotFound,
    /// The target tenant of a move was not found.
    #[error("The tenant was not found.")]
    TargetNotFound {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// The account cannot be moved to the target.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// Another account of the provider in the workspace has the identifier.
    #[error("The account identifier has already been taken.")]
    IdentifierTaken {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// An account with reservations cannot be deleted.
    #[error("The integration account has reservations. Set it INACTIVE instead.")]
    HasReservations,
}

shares_refusals!(IntegrationAccountError);

impl IntegrationAccountError {
    pub(super) fn target_not_found() -> Self {
        Self::TargetNotFound { field_errors: field_error("tenantID", "was not found.") }
    }
}

impl From<RepositoryError> for IntegrationAccountError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { rule: rules::INTEGRATION_ACCOUNT_IDENTIFIER } => {
                Self::IdentifierTaken { field_errors: field_error("accountIdentifier", "has already been taken.") }
            }
            RepositoryError::Taken { rule: rules::HAS_RESERVATIONS } => Self::HasReservations,
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for IntegrationAccountError {
    fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => Code::IntegrationAccountNotFound,
            Self::TargetNotFound { .. } => Code::TenantNotFound,
            Self::Move(MoveError::TargetInactive(_)) => Code::TargetInactive,
            Self::Move(MoveError::AlreadyThere) => Code::AlreadyThere,
            Self::IdentifierTaken { .. } => Code::AccountIdentifierTaken,
            Self::HasReservations => Code::HasReservations,
        }
    }

    fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.field_errors(),
            Self::TargetNotFound { field_errors } | Self::IdentifierTaken { field_errors } => Some(field_errors),
            Self::NotFound | Self::Move(_) | Self::HasReservations => None,
        }
    }
}
