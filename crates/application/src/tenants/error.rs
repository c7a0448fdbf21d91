//! Refusals of the tenant use cases.

use domain::tenants::{DefaultTenantError, DeleteTenantError, TargetInactiveError, TenantHoldings};
use thiserror::Error;

use crate::input::taken;
use crate::outcome::codes::Code;
use crate::outcome::problem::{Counts, FieldErrors, Members, Problem};
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
    DomainTaken(FieldErrors),
}

shares_refusals!(TenantError, TENANT_DOMAIN => Self::DomainTaken(taken("domain")));

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

impl Problem for TenantError {
    fn members(&self) -> Members<'_> {
        match self {
            Self::Refused(refusal) => refusal.members(),
            Self::NotFound => Code::TenantNotFound.into(),
            Self::Default(_) => Code::DefaultTenant.into(),
            Self::TargetInactive(_) => Code::TargetInactive.into(),
            Self::NotEmpty { counts } => Members { counts: Some(counts), ..Code::TenantNotEmpty.into() },
            Self::DomainTaken(field_errors) => Code::DomainTaken.with(field_errors),
        }
    }
}
