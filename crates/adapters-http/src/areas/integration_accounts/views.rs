//! Responses of integration accounts.

use application::MovedIntegrationAccount;
use domain::integration_accounts::{
    Holdings, IntegrationAccount, IntegrationAccountDetails, IntegrationAccountParts, MovedImports,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::response::date_time::DateTime;
use crate::response::decimal::Decimal;
use application::enum_schemas::{AccountStatusWord, AuthTypeWord, ImportModeWord, ProviderWord};

/// A host's connection to a property-management system, and the owner of listings, promotions and reservations.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = IntegrationAccount)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntegrationAccountView {
    id: Uuid,
    #[schema(example = "Host")]
    name: String,
    #[serde(rename = "workspaceID")]
    workspace_id: Uuid,
    /// The tenant that owns the account and everything that belongs to it.
    #[serde(rename = "tenantID")]
    tenant_id: Uuid,
    /// The property-management system.
    provider: ProviderWord,
    /// The provider's own id of the account.
    #[serde(rename = "providerAccountID")]
    provider_account_id: Option<String>,
    /// The provider's name for the host.
    #[schema(example = "host@example.com")]
    account_identifier: String,
    /// The method of authentication at the provider.
    auth_type: AuthTypeWord,
    /// The status: `ACTIVE` or `INACTIVE`.
    status: AccountStatusWord,
    /// Whether other tenants may import its listings.
    allow_import: bool,
    /// Whether new listings are offered only once the default tenant has approved them.
    require_listing_approval: bool,
    /// The markup on the price of a stay.
    #[schema(value_type = f64, example = 0)]
    markup_percentage: Decimal,
    /// The discount on the price of a stay; null for the workspace's discount.
    #[schema(value_type = Option<f64>)]
    default_discount_percentage: Option<Decimal>,
    /// The additional markup when a tenant sells an imported listing.
    #[schema(value_type = f64, example = 0)]
    distribution_markup_percentage: Decimal,
    created_at: DateTime,
    updated_at: DateTime,
}

impl From<IntegrationAccount> for IntegrationAccountView {
    fn from(account: IntegrationAccount) -> Self {
        let IntegrationAccountParts {
            workspace_id,
            id,
            tenant_id,
            details:
                IntegrationAccountDetails {
                    name,
                    provider,
                    provider_account_id,
                    account_identifier,
                    auth_type,
                    status,
                    allow_import,
                    require_listing_approval,
                    markup,
                    default_discount,
                    distribution_markup,
                },
            import_policy: _,
            version: _,
            created_at,
            updated_at,
        } = account.into_parts();
        Self {
            id: id.as_uuid(),
            name: name.into(),
            workspace_id: workspace_id.as_uuid(),
            tenant_id: tenant_id.as_uuid(),
            provider: provider.into(),
            provider_account_id: provider_account_id.map(Into::into),
            account_identifier: account_identifier.into(),
            auth_type: auth_type.into(),
            status: status.into(),
            allow_import,
            require_listing_approval,
            markup_percentage: markup.into(),
            default_discount_percentage: default_discount.map(Into::into),
            distribution_markup_percentage: distribution_markup.into(),
            created_at: DateTime(created_at),
            updated_at: DateTime(updated_at),
        }
    }
}

/// The tenants that may import the listings of an account, if it allows imports.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ImportPolicy)]
pub(crate) struct ImportPolicyView {
    /// The meaning of `tenantIDs`: `ALL` tenants may import, `ONLY` those, or all `EXCEPT` those.
    mode: ImportModeWord,
    #[serde(rename = "tenantIDs")]
    tenant_ids: Vec<Uuid>,
}

impl From<IntegrationAccount> for ImportPolicyView {
    fn from(account: IntegrationAccount) -> Self {
        let policy = account.import_policy();
        let tenant_ids = policy.tenants().iter().map(|tenant| tenant.as_uuid()).collect();
        Self { mode: policy.mode().into(), tenant_ids }
    }
}

/// A moved account, and the counts of what moved with it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MovedIntegrationAccount)]
pub(crate) struct MovedView {
    data: IntegrationAccountView,
    moved: MovedCounts,
}

/// The counts of what moved with the account. Imports are counted during the move, the others shortly before.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MovedCounts {
    listings: u64,
    promotions: u64,
    reservations: u64,
    /// The number of imports of its listings that continue.
    imports_kept: u64,
    /// The number of imports of the new owner that have ended.
    imports_ended: u64,
}

impl From<MovedIntegrationAccount> for MovedView {
    fn from(MovedIntegrationAccount { account, holdings }: MovedIntegrationAccount) -> Self {
        let Holdings { listings, promotions, reservations, imports: MovedImports { kept, ended } } = holdings;
        let moved = MovedCounts { listings, promotions, reservations, imports_kept: kept, imports_ended: ended };
        Self { data: account.into(), moved }
    }
}
