//! Request bodies and queries of integration accounts.

use application::{FindIntegrationAccounts, IntegrationAccountFields, MoveIntegrationAccount};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::openapi::bodies;
use crate::openapi::enum_schemas::{AccountStatusWord, AuthTypeWord, ProviderWord};
use crate::request::input::{flag, sent};
use crate::response::decimal::{Decimal, digits};

bodies! {
    CreateIntegrationAccountBody: IntegrationAccountBody = "name", "provider", "accountIdentifier", "authType";
}

/// The filter of accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IntegrationAccountsQuery {
    /// The property-management system.
    #[param(value_type = Option<ProviderWord>)]
    provider: Option<String>,
    /// The status of the account.
    #[param(value_type = Option<AccountStatusWord>)]
    status: Option<String>,
}

impl From<IntegrationAccountsQuery> for FindIntegrationAccounts {
    fn from(IntegrationAccountsQuery { provider, status }: IntegrationAccountsQuery) -> Self {
        Self { provider, status }
    }
}

/// The fields of an integration account. A new one needs `name`, `provider`, `accountIdentifier` and `authType`. In an
/// update, an absent field is left unchanged and null clears a field. You may send a whole account back: its read-only
/// fields are ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntegrationAccountBody {
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Host", min_length = 1, max_length = 255)]
    name: Patch<String>,
    /// The property-management system.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<ProviderWord>, nullable = false)]
    provider: Patch<String>,
    /// The provider's own id of the account.
    #[serde(rename = "providerAccountID", default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    provider_account_id: Patch<String>,
    /// The provider's name for the host. Unique among the accounts of one provider in the workspace.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "host@example.com", min_length = 1, max_length = 255)]
    account_identifier: Patch<String>,
    /// The method of authentication at the provider. The credentials themselves are not stored.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<AuthTypeWord>, nullable = false)]
    auth_type: Patch<String>,
    /// The status: `ACTIVE` (default) or `INACTIVE`.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<AccountStatusWord>, nullable = false)]
    status: Patch<String>,
    /// Whether other tenants may import its listings (default true).
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<bool>, nullable = false)]
    allow_import: Patch<bool>,
    /// The markup on the price of a stay (default 0).
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, minimum = 0, maximum = 100)]
    markup_percentage: Patch<Decimal>,
    /// The discount on the price of a stay; null (default) for the workspace's discount.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 100)]
    default_discount_percentage: Patch<Decimal>,
    /// The additional markup when a tenant sells an imported listing (default 0).
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, minimum = 0, maximum = 100)]
    distribution_markup_percentage: Patch<Decimal>,
}

impl From<IntegrationAccountBody> for IntegrationAccountFields {
    fn from(body: IntegrationAccountBody) -> Self {
        let IntegrationAccountBody {
            name,
            provider,
            provider_account_id,
            account_identifier,
            auth_type,
            status,
            allow_import,
            markup_percentage,
            default_discount_percentage,
            distribution_markup_percentage,
        } = body;
        Self {
            name,
            provider,
            provider_account_id,
            account_identifier,
            auth_type,
            status,
            allow_import,
            markup_percentage: digits(markup_percentage),
            default_discount_percentage: digits(default_discount_percentage),
            distribution_markup_percentage: digits(distribution_markup_percentage),
        }
    }
}

/// The destination of an account.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MoveBody {
    /// The tenant that will own the account.
    #[serde(rename = "tenantID")]
    #[schema(value_type = uuid::Uuid, required, nullable = false)]
    tenant_id: Option<String>,
}

/// The options of a move.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MoveQuery {
    /// A dry run: `true` changes nothing and returns what a move would do.
    #[serde(rename = "dryRun", default, deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    dry_run: bool,
}

impl MoveBody {
    /// Combines the body and the query into the command.
    pub(crate) fn input(self, MoveQuery { dry_run }: MoveQuery) -> MoveIntegrationAccount {
        MoveIntegrationAccount { tenant_id: self.tenant_id, dry_run }
    }
}
