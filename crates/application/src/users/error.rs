//! Refusals of the user use cases.

use domain::users::SupportRestrictedError;
use thiserror::Error;

use crate::input::taken;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the user use cases.
#[derive(Debug, Error)]
pub enum UserError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant has no user with the id.
    #[error("The user was not found.")]
    NotFound,
    /// The tenant does not have the location.
    #[error("The location was not found.")]
    LocationNotFound(FieldErrors),
    /// The caller may not manage support users.
    #[error(transparent)]
    SupportRestricted(#[from] SupportRestrictedError),
    /// Another user has the email address.
    #[error("The email has already been taken.")]
    EmailTaken(FieldErrors),
    /// The workspace would lose its last administrator with a key.
    #[error("The workspace would be left without an administrator who has a key.")]
    LastAdministrator,
}

shares_refusals!(
    UserError,
    USER_EMAIL => Self::EmailTaken(taken("email")),
    LAST_ADMINISTRATOR => Self::LastAdministrator,
);

impl Problem for UserError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::UserNotFound.into(),
            Self::LocationNotFound(field_errors) => Code::LocationNotFound.with(field_errors),
            Self::SupportRestricted(_) => Code::SupportRestricted.into(),
            Self::EmailTaken(field_errors) => Code::EmailTaken.with(field_errors),
            Self::LastAdministrator => Code::LastAdministrator.into(),
        }
    }
}
