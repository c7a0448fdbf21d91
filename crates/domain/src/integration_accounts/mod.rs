//! Integration accounts: hosts' connections to property-management systems.
//!
//! An account belongs to one tenant. Only the account names an owner: listings, promotions and reservations belong to
//! an account, and through it to its tenant.

mod decisions;
mod import_policies;
mod moves;
mod values;

use chrono::{DateTime, Utc};

pub use self::decisions::{AccountEdit, NewIntegrationAccount};
pub use self::import_policies::{ImportMode, ImportModeError, ImportPolicy, MOST_POLICY_TENANTS, NamedWithAllError};
pub use self::moves::{AccountMoved, Holdings, MoveError, MovedImports};
pub use self::values::{AccountStatus, AccountStatusError, AuthType, AuthTypeError, Provider, ProviderError};
use crate::ids::{IntegrationAccountId, TenantId, WorkspaceId};
use crate::percentages::Percentage;
use crate::text::Line;

/// The name of an account.
pub type AccountName = Line<1, 255>;
/// The host's identifier at the provider: `host@example.com`. Unique among the workspace's accounts of one provider.
pub type AccountIdentifier = Line<1, 255>;
/// The provider's own id of the account.
pub type ProviderAccountId = Line<1, 255>;

/// The editable fields of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntegrationAccountDetails {
    /// The name.
    pub name: AccountName,
    /// The provider.
    pub provider: Provider,
    /// The provider's own id of the account.
    pub provider_account_id: Option<ProviderAccountId>,
    /// The host's identifier at the provider.
    pub account_identifier: AccountIdentifier,
    /// The authentication type.
    pub auth_type: AuthType,
    /// The status.
    pub status: AccountStatus,
    /// Whether other tenants may import its listings.
    pub allow_import: bool,
    /// Whether new listings are offered only once they are approved.
    pub require_listing_approval: bool,
    /// The markup on the price of a stay, whether the owner or an importer sells it.
    pub markup: Percentage,
    /// The discount on the price of a stay; the workspace's default if `None`.
    pub default_discount: Option<Percentage>,
    /// The additional markup if a tenant that imported the listing sells it.
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
    /// The owner of the account, and of everything that belongs to it.
    pub tenant_id: TenantId,
    /// The editable fields.
    pub details: IntegrationAccountDetails,
    /// The tenants that may import its listings, if it allows imports.
    pub import_policy: ImportPolicy,
    /// The version, which each change increments; a write over an older version is refused.
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

    /// The owner.
    pub const fn tenant_id(&self) -> TenantId {
        self.parts.tenant_id
    }

    /// The editable fields.
    pub const fn details(&self) -> &IntegrationAccountDetails {
        &self.parts.details
    }

    /// The tenants that may import its listings, if it allows imports.
    pub const fn import_policy(&self) -> &ImportPolicy {
        &self.parts.import_policy
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

    pub(crate) fn details() -> IntegrationAccountDetails {
        IntegrationAccountDetails {
            name: "Host".parse().expect("a name"),
            provider: Provider::Guesty,
            provider_account_id: None,
            account_identifier: "host@example.com".parse().expect("an identifier"),
            auth_type: AuthType::ApiKey,
            status: AccountStatus::Active,
            allow_import: true,
            require_listing_approval: false,
            markup: Percentage::default(),
            default_discount: None,
            distribution_markup: Percentage::default(),
        }
    }

    pub(crate) fn new_account() -> NewIntegrationAccount {
        NewIntegrationAccount { id: IntegrationAccountId::new(Uuid::from_u128(11)), details: details() }
    }
}
