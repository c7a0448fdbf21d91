//! Refusals of the use cases of operators.

use domain::api_keys::IssueError;
use domain::ids::{ApiKeyId, WorkspaceId};
use domain::workspaces::WorkspaceStatusRefused;
use ports::RepositoryError;
use thiserror::Error;

use crate::outcome::codes::Code;
use crate::outcome::problem::{Extension, Members, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the use cases of operators.
#[derive(Debug, Error)]
pub enum OperatorError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such workspace.
    #[error("The workspace was not found.")]
    NotFound,
    /// There is no such tenant in the workspace.
    #[error("The tenant was not found in this workspace.")]
    TenantNotFound,
    /// There is no such key of an operator.
    #[error("The operator key was not found.")]
    KeyNotFound,
    /// The status of the workspace prevents the change.
    #[error(transparent)]
    Status(#[from] WorkspaceStatusRefused),
    /// An earlier request created the workspace, and its key is shown only once.
    #[error(
        "The workspace was created by an earlier request. Its key is shown only once; create another one if you lost it."
    )]
    AlreadyCreated {
        /// The workspace.
        id: WorkspaceId,
    },
    /// An earlier request created the key, and its text is shown only once.
    #[error("The API key was created by an earlier request, and is shown only once.")]
    KeyAlreadyCreated {
        /// The key.
        id: ApiKeyId,
    },
    /// The workspace has no user who may have an ADMIN key.
    #[error("The workspace has no active user who may administer it.")]
    NoAdministrator,
}

shares_refusals!(OperatorError);

impl From<IssueError> for OperatorError {
    fn from(error: IssueError) -> Self {
        // An administrator's key may permit everything, and the default lifetime is allowed.
        RepositoryError::Internal(error.into()).into()
    }
}

impl Problem for OperatorError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::WorkspaceNotFound.into(),
            Self::TenantNotFound => Code::TenantNotFound.into(),
            Self::KeyNotFound => Code::ApiKeyNotFound.into(),
            Self::Status(WorkspaceStatusRefused::NotSuspended) => Code::WorkspaceNotSuspended.into(),
            Self::Status(WorkspaceStatusRefused::Erased) => Code::WorkspaceErased.into(),
            Self::AlreadyCreated { id } => {
                Members { extension: Some(Extension::Workspace(*id)), ..Code::WorkspaceAlreadyCreated.into() }
            }
            Self::KeyAlreadyCreated { id } => {
                Members { extension: Some(Extension::ApiKey(*id)), ..Code::KeyAlreadyCreated.into() }
            }
            Self::NoAdministrator => Code::UserNotFound.into(),
        }
    }
}
