//! Refusals of the API key use cases.

use domain::api_keys::IssueError;
use domain::idempotency::Reply;
use domain::ids::ApiKeyId;
use domain::users::SupportRestrictedError;
use ports::RepositoryError;
use thiserror::Error;

use crate::input::InvalidInput;
use crate::outcome::codes::Code;
use crate::outcome::problem::{Extension, FieldErrors, Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the API key use cases.
#[derive(Debug, Error)]
pub enum ApiKeyError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No user of the tenant has the key.
    #[error("The API key was not found.")]
    NotFound,
    /// The user to create a key for was not found.
    #[error("The user was not found.")]
    UserNotFound(FieldErrors),
    /// An earlier request created the key, and its text is shown only once.
    #[error("The API key was created by an earlier request, and is shown only once.")]
    AlreadyCreated {
        /// The id of that key.
        id: ApiKeyId,
    },
    /// The caller may not manage the keys of support users.
    #[error(transparent)]
    SupportRestricted(#[from] SupportRestrictedError),
    /// The workspace would lose its last administrator with a key.
    #[error("The workspace would be left without an administrator who has a key.")]
    LastAdministrator,
}

shares_refusals!(ApiKeyError, LAST_ADMINISTRATOR => Self::LastAdministrator);

impl ApiKeyError {
    /// Creates the refusal from the idempotency record of the earlier request, which contains the key's id.
    pub(super) fn already_created(reply: &Reply) -> Self {
        match String::from_utf8_lossy(&reply.body).parse() {
            Ok(id) => Self::AlreadyCreated { id },
            Err(error) => RepositoryError::Corrupt { what: "idempotency record", source: Box::new(error) }.into(),
        }
    }
}

impl From<IssueError> for ApiKeyError {
    fn from(error: IssueError) -> Self {
        let field = match error {
            IssueError::Expiry(_) => "expiresAt",
            IssueError::Permission { .. } => "permission",
        };
        InvalidInput::new(field, error).into()
    }
}

impl Problem for ApiKeyError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::ApiKeyNotFound.into(),
            Self::UserNotFound(field_errors) => Code::UserNotFound.with(field_errors),
            Self::AlreadyCreated { id } => {
                Members { extension: Some(Extension::ApiKey(*id)), ..Code::KeyAlreadyCreated.into() }
            }
            Self::SupportRestricted(_) => Code::SupportRestricted.into(),
            Self::LastAdministrator => Code::LastAdministrator.into(),
        }
    }
}
