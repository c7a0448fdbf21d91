//! Refusals of the user use cases.

use domain::users::SupportRestrictedError;
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::sentence;
use crate::outcome::problem::{FieldErrors, Problem, ProblemKind};
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
        faults: FieldErrors,
    },
    /// The caller may not manage support users.
    #[error(transparent)]
    SupportRestricted(#[from] SupportRestrictedError),
    /// Another user has the email address.
    #[error("The email has already been taken.")]
    EmailTaken {
        /// The field error.
        faults: FieldErrors,
    },
    /// The workspace would lose its last administrator with a key.
    #[error("The workspace would be left without an administrator who has a key.")]
    LastAdministrator,
}

shares_refusals!(UserError);

impl UserError {
    pub(super) fn location_not_found() -> Self {
        Self::LocationNotFound { faults: fault("location_id", "was not found.") }
    }
}

fn fault(field: &str, phrase: &str) -> FieldErrors {
    [(field.to_owned(), vec![sentence(field, phrase)])].into()
}

impl From<RepositoryError> for UserError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { rule: rules::USER_EMAIL } => {
                Self::EmailTaken { faults: fault("email", "has already been taken.") }
            }
            RepositoryError::Taken { rule: rules::LAST_ADMINISTRATOR } => Self::LastAdministrator,
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for UserError {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::NotFound | Self::LocationNotFound { .. } => ProblemKind::NotFound,
            Self::SupportRestricted(_) => ProblemKind::Forbidden,
            Self::EmailTaken { .. } | Self::LastAdministrator => ProblemKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => "user_not_found",
            Self::LocationNotFound { .. } => "location_not_found",
            Self::SupportRestricted(_) => "support_restricted",
            Self::EmailTaken { .. } => "email_taken",
            Self::LastAdministrator => "last_administrator",
        }
    }

    fn faults(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::LocationNotFound { faults } | Self::EmailTaken { faults } => Some(faults),
            Self::NotFound | Self::SupportRestricted(_) | Self::LastAdministrator => None,
        }
    }
}
