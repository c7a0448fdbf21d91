//! Refusals of the tenant use cases.

use domain::tenants::{DefaultTenantError, DeleteTenantError, TargetInactiveError, TenantHoldings};
use ports::{RepositoryError, rules};
use thiserror::Error;

use crate::input::sentence;
use crate::outcome::codes::Code;
use crate::outcome::problem::{Counts, FieldErrors, Problem};
use crate::outcome::refusal::{Refusal, shares_refusals};

/// A refusal of the tenant use cases.
#[derive(Debug, Error)]
pub enum TenantError {
    /// A refusal that all areas share.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The tenant was not found.
    #[error("The tenant was not found.")]
    NotFound,
    /// The default tenant cannot be changed in this way.
    #[error(transparent)]
    Default(#[from] DefaultTenantError),
    /// The target tenant of a switch is inactive.
    #[error(transparent)]
    TargetInactive(#[from] TargetInactiveError),
    /// The tenant still has integration accounts.
    #[error("The tenant still has integration accounts. Move or delete them first.")]
    NotEmpty {
        /// The numbers of its holdings.
        counts: Counts,
    },
    /// Another tenant has the domain.
    #[error("The domain has already been taken.")]
    DomainTaken {
        /// The field error.
        field_errors: FieldErrors,
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
                Self::DomainTaken { field_errors: [("domain".to_owned(), vec![sentence])].into() }
            }
            other => Self::Refused(other.into()),
        }
    }
}

impl Problem for TenantError {
    fn code(&self) -> Code {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::NotFound => Code::TenantNotFound,
            Self::Default(_) => Code::DefaultTenant,
            Self::TargetInactive(_) => Code::TargetInactive,
            Self::NotEmpty { .. } => Code::TenantNotEmpty,
            Self::DomainTaken { .. } => Code::DomainTaken,
        }
    }

    fn field_errors(&self) -> Option<&FieldErrors> {
        match self {
            Self::Refused(refusal) => refusal.field_errors(),
            Self::DomainTaken { field_errors } => Some(field_errors),
            Self::NotFound | Self::Default(_) | Self::TargetInactive(_) | Self::NotEmpty { .. } => None,
        }
    }

    fn counts(&self) -> Option<&Counts> {
        if let Self::NotEmpty { counts } = self { Some(counts) } else { None }
    }
}
