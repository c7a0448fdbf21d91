//! Why nothing became of a user.

use domain::users::SupportRestrictedError;
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::sentence;
use crate::problem::{Faults, Problem, ProblemKind};
use crate::refusal::{Refusal, shares_refusals};

/// The refusals of the area.
#[derive(Debug, Error)]
pub enum UserError {
    /// For reasons that have nothing to do with users.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Nobody of that id is at home in the tenant.
    #[error("The user was not found.")]
    NotFound,
    /// The tenant has no such location.
    #[error("The location was not found.")]
    LocationNotFound {
        /// The field at fault.
        faults: Faults,
    },
    /// Support users are not for everybody.
    #[error(transparent)]
    SupportRestricted(#[from] SupportRestrictedError),
    /// Another user has the address.
    #[error("The email has already been taken.")]
    EmailTaken {
        /// The field at fault.
        faults: Faults,
    },
    /// Nobody would be left to administer the workspace.
    #[error("The workspace would be left without an administrator who has a key.")]
    LastAdministrator,
}

shares_refusals!(UserError);

impl UserError {
    pub(super) fn location_not_found() -> Self {
        Self::LocationNotFound { faults: fault("location_id", "was not found.") }
    }
}

fn fault(field: &str, phrase: &str) -> Faults {
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

    fn faults(&self) -> Option<&Faults> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::LocationNotFound { faults } | Self::EmailTaken { faults } => Some(faults),
            Self::NotFound | Self::SupportRestricted(_) | Self::LastAdministrator => None,
        }
    }
}
