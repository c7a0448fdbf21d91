//! Integration accounts: hosts' connections to property-management systems.
//!
//! An account belongs to one tenant, and is the only thing that names an owner: listings, promotions and reservations hang on an
//! account and belong to whoever has it.

mod decisions;
mod moves;
mod values;

use chrono::{DateTime, Utc};

pub use self::decisions::{AccountEdit, NewIntegrationAccount};
pub use self::moves::{AccountMoved, Holdings, MoveError, MovedImports};
pub use self::values::{AccountStatus, AccountStatusError, AuthType, AuthTypeError, Provider, ProviderError};
use crate::ids::{IntegrationAccountId, TenantId, WorkspaceId};
use crate::percentages::Percentage;
use crate::text::Line;

/// The name.
pub type AccountName = Line<1, 255>;
/// What the provider calls the host: `host@example.com`. Unique among the accounts of one provider in the workspace.
pub type AccountIdentifier = Line<1, 255>;
/// The provider's own id of the account.
pub type ProviderAccountId = Line<1, 255>;

/// All that an account says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Details {
    /// The name.
    pub name: AccountName,
    /// The system on the other side.
    pub provider: Provider,
    /// The provider's own id of the account.
    pub provider_account_id: Option<ProviderAccountId>,
    /// What the provider calls the host.
    pub account_identifier: AccountIdentifier,
    /// How the connection proves who it is.
    pub auth_type: AuthType,
    /// Whether it is in use.
    pub status: AccountStatus,
    /// Whether other tenants may import its listings.
    pub allows_import: bool,
    /// What is added to the price of a stay, whoever sells it.
    pub markup: Percentage,
    /// What is taken off the price of a stay; the workspace's where there is none.
    pub default_discount: Option<Percentage>,
    /// What is added besides where a tenant that imported the listing sells it.
    pub distribution_markup: Percentage,
}

/// A host's connection to a property-management system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationAccount {
    parts: IntegrationAccountParts,
}

/// The stored fields of an account, for adapters and views.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationAccountParts {
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The account's id.
    pub id: IntegrationAccountId,
    /// Whose it is, and with it all that hangs on it.
    pub tenant_id: TenantId,
    /// The editable fields.
    pub details: Details,
    /// The version, which each change increments; a write of an older one is refused.
    pub version: i64,
    /// The creation time, in whole milliseconds.
    pub created_at: DateTime<Utc>,
    /// The time of the last change, in whole milliseconds.
    pub updated_at: DateTime<Utc>,
}

impl IntegrationAccount {
    /// Creates an account from stored fields. Checks no rule.
    pub const fn from_parts(parts: IntegrationAccountParts) -> Self {
        Self { parts }
    }

    /// Returns the fields, to store or to show.
    pub fn into_parts(self) -> IntegrationAccountParts {
        self.parts
    }

    /// The workspace.
    pub const fn workspace_id(&self) -> WorkspaceId {
        self.parts.workspace_id
    }

    /// The account's id.
    pub const fn id(&self) -> IntegrationAccountId {
        self.parts.id
    }

    /// Whose it is.
    pub const fn tenant_id(&self) -> TenantId {
        self.parts.tenant_id
    }

    /// The editable fields.
    pub const fn details(&self) -> &Details {
        &self.parts.details
    }

    /// The version, which each change increments.
    pub const fn version(&self) -> i64 {
        self.parts.version
    }
}

#[cfg(test)]
pub(crate) mod fixture {
    use uuid::Uuid;

    use super::*;

    pub(crate) fn details() -> Details {
        Details {
            name: "Host".parse().expect("a name"),
            provider: Provider::Guesty,
            provider_account_id: None,
            account_identifier: "host@example.com".parse().expect("an identifier"),
            auth_type: AuthType::ApiKey,
            status: AccountStatus::Active,
            allows_import: true,
            markup: Percentage::default(),
            default_discount: None,
            distribution_markup: Percentage::default(),
        }
    }

    pub(crate) fn new_account() -> NewIntegrationAccount {
        NewIntegrationAccount { id: IntegrationAccountId::new(Uuid::from_u128(11)), details: details() }
    }
}
