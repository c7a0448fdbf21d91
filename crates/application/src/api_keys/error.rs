//! Why nothing became of a key.

use domain::ids::ApiKeyId;
use domain::receipts::Reply;
use domain::users::SupportRestrictedError;
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::sentence;
use crate::problem::{Extension, Faults, Problem, ProblemKind};
use crate::refusal::{Refusal, shares_refusals};

/// The refusals of the area.
#[derive(Debug, Error)]
pub enum ApiKeyError {
    /// For reasons that have nothing to do with keys.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No user of the tenant has such a key.
    #[error("The API key was not found.")]
    NotFound,
    /// There is no such user to give a key to.
    #[error("The user was not found.")]
    UserNotFound {
        /// The field at fault.
        faults: Faults,
    },
    /// The request was done before, and what it made is not told again.
    #[error("The API key was created by an earlier request, and is shown only once.")]
    AlreadyCreated {
        /// The key that it made.
        id: ApiKeyId,
    },
    /// The keys of support users are not for everybody.
    #[error(transparent)]
    SupportRestricted(#[from] SupportRestrictedError),
    /// Nobody would be left to administer the workspace.
    #[error("The workspace would be left without an administrator who has a key.")]
    LastAdministrator,
}

shares_refusals!(ApiKeyError);

impl ApiKeyError {
    pub(super) fn user_not_found(field: &str) -> Self {
        Self::UserNotFound { faults: [(field.to_owned(), vec![sentence(field, "was not found.")])].into() }
    }

    /// By the receipt of the earlier request, which holds the key's id.
    pub(super) fn already_created(reply: &Reply) -> Self {
        match String::from_utf8_lossy(&reply.body).parse() {
            Ok(id) => Self::AlreadyCreated { id },
            Err(error) => RepositoryError::Corrupt { what: "receipt", source: Box::new(error) }.into(),
        }
    }
}

impl From<RepositoryError> for ApiKeyError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { rule: rules::LAST_ADMINISTRATOR } => Self::LastAdministrator,
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for ApiKeyError {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::NotFound | Self::UserNotFound { .. } => ProblemKind::NotFound,
            Self::SupportRestricted(_) => ProblemKind::Forbidden,
            Self::LastAdministrator | Self::AlreadyCreated { .. } => ProblemKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => "api_key_not_found",
            Self::UserNotFound { .. } => "user_not_found",
            Self::AlreadyCreated { .. } => "key_already_created",
            Self::SupportRestricted(_) => "support_restricted",
            Self::LastAdministrator => "last_administrator",
        }
    }

    fn faults(&self) -> Option<&Faults> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::UserNotFound { faults } => Some(faults),
            Self::NotFound | Self::AlreadyCreated { .. } | Self::SupportRestricted(_) | Self::LastAdministrator => None,
        }
    }

    fn extension(&self) -> Option<Extension> {
        if let Self::AlreadyCreated { id } = self { Some(Extension::ApiKey(*id)) } else { None }
    }
}
