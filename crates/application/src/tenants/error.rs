//! Why nothing became of a tenant.

use domain::tenants::{DefaultTenantError, DeleteTenantError, TargetInactiveError, TenantHoldings};
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::sentence;
use crate::problem::{Counts, Faults, Problem, ProblemKind};
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
    /// Integration accounts do not go with their tenant.
    #[error("The tenant still has integration accounts. Move or delete them first.")]
    NotEmpty {
        /// How much there is.
        counts: Counts,
    },
    /// Another tenant has the domain.
    #[error("The domain has already been taken.")]
    DomainTaken {
        /// The field at fault.
        faults: Faults,
    },
}

shares_refusals!(TenantError);

impl From<DeleteTenantError> for TenantError {
    fn from(error: DeleteTenantError) -> Self {
        match error {
            DeleteTenantError::Default(error) => Self::Default(error),
            DeleteTenantError::NotEmpty(TenantHoldings { integration_accounts, listings }) => Self::NotEmpty {
                counts: [("integrationAccounts", integration_accounts), ("listings", listings)].into(),
            },
        }
    }
}

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
            Self::Default(_) | Self::TargetInactive(_) | Self::NotEmpty { .. } | Self::DomainTaken { .. } => {
                ProblemKind::Conflict
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => "tenant_not_found",
            Self::Default(_) => "default_tenant",
            Self::TargetInactive(_) => "target_inactive",
            Self::NotEmpty { .. } => "tenant_not_empty",
            Self::DomainTaken { .. } => "domain_taken",
        }
    }

    fn faults(&self) -> Option<&Faults> {
        match self {
            Self::Refused(refusal) => refusal.faults(),
            Self::DomainTaken { faults } => Some(faults),
            Self::NotFound | Self::Default(_) | Self::TargetInactive(_) | Self::NotEmpty { .. } => None,
        }
    }

    fn counts(&self) -> Option<&Counts> {
        if let Self::NotEmpty { counts } = self { Some(counts) } else { None }
    }
}
