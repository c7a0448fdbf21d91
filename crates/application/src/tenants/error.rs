//! Why nothing became of a tenant.

use domain::tenants::{DefaultTenantError, TargetInactiveError};
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::sentence;
use crate::problem::{Faults, Problem, ProblemKind};
use crate::refusal::{Refusal, shares_refusals};

/// The refusals of the area.
#[derive(Debug, Error)]
pub enum TenantError {
    /// For reasons that have nothing to do with tenants.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such tenant.
    #[error("The tenant was not found.")]
    NotFound,
    /// The default tenant stays as it is.
    #[error(transparent)]
    Default(#[from] DefaultTenantError),
    /// Nobody goes to work in an inactive tenant.
    #[error(transparent)]
    TargetInactive(#[from] TargetInactiveError),
    /// Another tenant has the domain.
    #[error("The domain has already been taken.")]
    DomainTaken {
        /// The field at fault.
        faults: Faults,
    },
}

shares_refusals!(TenantError);

impl From<RepositoryError> for TenantError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::Taken { rule: rules::TENANT_DOMAIN } => {
                let sentence = sentence("domain", "has already been taken.");
                Self::DomainTaken { faults: [("domain".to_owned(), vec![sentence])].into() }
            }
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for TenantError {
    fn kind(&self) -> ProblemKind {
        match self {
            Self::Refused(refusal) => refusal.kind(),
            Self::NotFound => ProblemKind::NotFound,
            Self::Default(_) | Self::TargetInactive(_) | Self::DomainTaken { .. } => ProblemKind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => "tenant_not_found",
            Self::Default(_) => "default_tenant",
            Self::TargetInactive(_) => "target_inactive",
            Self::DomainTaken { .. } => "domain_taken",
        }
    }

    fn faults(&self) -> Option<&Faults> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::DomainTaken { faults } => Some(faults),
            Self::NotFound | Self::Default(_) | Self::TargetInactive(_) => None,
        }
    }
}
