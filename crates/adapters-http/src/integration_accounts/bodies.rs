//! What is read about integration accounts.

use application::{FindIntegrationAccounts, IntegrationAccountFields, MoveIntegrationAccount};
use domain::tenants::FieldEdit;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::decimal::{Decimal, digits};
use crate::input::{flag, sent};
use crate::words::{AccountStatusWord, AuthTypeWord, ProviderWord};

/// Which accounts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IntegrationAccountsQuery {
    /// The property-management system.
    #[param(value_type = Option<ProviderWord>)]
    provider: Option<String>,
    /// Whether it is in use.
    #[param(value_type = Option<AccountStatusWord>)]
    status: Option<String>,
}

impl From<IntegrationAccountsQuery> for FindIntegrationAccounts {
    fn from(IntegrationAccountsQuery { provider, status }: IntegrationAccountsQuery) -> Self {
        Self { provider, status }
    }
}

/// The fields of an integration account. A new one needs `name`, `provider`, `accountIdentifier` and `authType`. In a change,
/// what is absent stays and what is null is cleared; a whole account may be sent back, its read-only fields are ignored.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IntegrationAccountBody {
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "Host", min_length = 1, max_length = 255)]
    name: FieldEdit<String>,
    /// The property-management system.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<ProviderWord>, nullable = false)]
    provider: FieldEdit<String>,
    /// The provider's own id of the account.
    #[serde(rename = "providerAccountID", default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, max_length = 255)]
    provider_account_id: FieldEdit<String>,
    /// What the provider calls the host. Unique among the accounts of one provider in the workspace.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<String>, nullable = false, example = "host@example.com", min_length = 1, max_length = 255)]
    account_identifier: FieldEdit<String>,
    /// How the connection proves who it is. The proof itself is not stored.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<AuthTypeWord>, nullable = false)]
    auth_type: FieldEdit<String>,
    /// `ACTIVE` (default) or `INACTIVE`.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<AccountStatusWord>, nullable = false)]
    status: FieldEdit<String>,
    /// Whether other tenants may import its listings (default true).
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<bool>, nullable = false)]
    allow_import: FieldEdit<bool>,
    /// What is added to the price of a stay (default 0).
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, minimum = 0, maximum = 100)]
    markup_percentage: FieldEdit<Decimal>,
    /// What is taken off the price of a stay; null (default) for the workspace's.
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 100)]
    default_discount_percentage: FieldEdit<Decimal>,
    /// What is added besides where a tenant sells an imported listing (default 0).
    #[serde(default, deserialize_with = "sent")]
    #[schema(value_type = Option<f64>, nullable = false, minimum = 0, maximum = 100)]
    distribution_markup_percentage: FieldEdit<Decimal>,
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

/// Where an account shall go.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct MoveBody {
    /// The tenant that gets it.
    #[serde(rename = "tenantID")]
    #[schema(value_type = uuid::Uuid, required, nullable = false)]
    tenant_id: Option<String>,
}

/// How an account is moved.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct MoveQuery {
    /// `true` to change nothing and only be told what a move would do.
    #[serde(rename = "dryRun", default, deserialize_with = "flag")]
    #[param(value_type = Option<bool>)]
    dry_run: bool,
}

impl MoveBody {
    /// What is asked for by body and query together.
    pub(crate) fn asked(self, MoveQuery { dry_run }: MoveQuery) -> MoveIntegrationAccount {
        MoveIntegrationAccount { tenant_id: self.tenant_id, dry_run }
    }
}
