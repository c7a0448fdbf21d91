//! Refusals of the user use cases.

use domain::users::SupportRestrictedError;
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::field_error;
use crate::outcome::codes::Code;
use crate::outcome::problem::{FieldErrors, Problem};
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
    LocationNotFound {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// The caller may not manage support users.
    #[error(transparent)]
    SupportRestricted(#[from] SupportRestrictedError),
    /// Another user has the email address.
    #[error("The email has already been taken.")]
    EmailTaken {
        /// The field error.
        field_errors: FieldErrors,
    },
    /// The workspace would lose its last administrator with a key.
    #[error("The workspace would be left without an administrator who has a key.")]
    LastAdministrator,
}

shares_refusals!(UserError);

impl UserError {
    pub(super) fn location_not_found() -> Self {
        Self::LocationNotFound { field_errors: field_error("location_id", "was not found.") }
    }
}

impl From<RepositoryError> for UserError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { rule: rules::USER_EMAIL } => {
                Self::EmailTaken { field_errors: field_error("email", "has already been taken.") }
            }
            RepositoryError::Taken { rule: rules::LAST_ADMINISTRATOR } => Self::LastAdministrator,
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for UserError {
    fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => Code::UserNotFound,
            Self::LocationNotFound { .. } => Code::LocationNotFound,
            Self::SupportRestricted(_) => Code::SupportRestricted,
            Self::EmailTaken { .. } => Code::EmailTaken,
            Self::LastAdministrator => Code::LastAdministrator,
        }
    }

    fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.field_errors(),
            Self::LocationNotFound { field_errors } | Self::EmailTaken { field_errors } => Some(field_errors),
            Self::NotFound | Self::SupportRestricted(_) | Self::LastAdministrator => None,
        }
    }
}
