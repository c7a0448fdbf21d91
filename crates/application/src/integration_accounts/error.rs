//! Refusals of the integration account use cases.

use domain::integration_accounts::MoveError;
use thiserror::Error;

use crate::input::taken;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Members, Problem};
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
    TargetNotFound(FieldErrors),
    /// The account cannot be moved to the target.
    #[error(transparent)]
    Move(#[from] MoveError),
    /// Another account of the provider in the workspace has the identifier.
    #[error("The account identifier has already been taken.")]
    IdentifierTaken(FieldErrors),
    /// An account with reservations cannot be deleted.
    #[error("The integration account has reservations. Set it INACTIVE instead.")]
    HasReservations,
}

shares_refusals!(
    IntegrationAccountError,
    INTEGRATION_ACCOUNT_IDENTIFIER => Self::IdentifierTaken(taken("accountIdentifier")),
    HAS_RESERVATIONS => Self::HasReservations,
);

impl Problem for IntegrationAccountError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::IntegrationAccountNotFound.into(),
            Self::TargetNotFound(field_errors) => Code::TenantNotFound.with(field_errors),
            Self::Move(MoveError::TargetInactive(_)) => Code::TargetInactive.into(),
            Self::Move(MoveError::AlreadyThere) => Code::AlreadyThere.into(),
            Self::IdentifierTaken(field_errors) => Code::AccountIdentifierTaken.with(field_errors),
            Self::HasReservations => Code::HasReservations.into(),
        }
    }
}
