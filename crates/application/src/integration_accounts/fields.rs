//! The fields of an integration account, as sent.

use domain::integration_accounts::{AccountEdit, AccountStatus, IntegrationAccountDetails};
use domain::patch::Patch;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::ValidationErrors;

use crate::input::bodies::bodies;
use crate::input::enum_schemas::{AccountStatusWord, AuthTypeWord, ProviderWord};
use crate::input::reader::{FieldReader, Fields};
use crate::input::wire::digits;

bodies! {
    CreateIntegrationAccountBody: IntegrationAccountFields = "name", "provider", "accountIdentifier", "authType";
}

/// The fields of an integration account. A new one needs `name`, `provider`, `accountIdentifier` and `authType`. In an
/// update, an absent field is left unchanged and null clears a field. You may send a whole account back: its read-only
/// fields are ignored.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = IntegrationAccountBody)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "the fields of an account")]
pub struct IntegrationAccountFields {
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "Host", min_length = 1, max_length = 255)]
    pub name: Patch<String>,
    /// The property-management system.
    #[serde(default)]
    #[schema(value_type = Option<ProviderWord>, nullable = false)]
    pub provider: Patch<String>,
    /// The provider's own id of the account.
    #[serde(rename = "providerAccountID", default)]
    #[schema(value_type = Option<String>, max_length = 255)]
    pub provider_account_id: Patch<String>,
    /// The provider's name for the host. Unique among the accounts of one provider in the workspace.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, example = "host@example.com", min_length = 1, max_length = 255)]
    pub account_identifier: Patch<String>,
    /// The method of authentication at the provider. The credentials themselves are not stored.
    #[serde(default)]
    #[schema(value_type = Option<AuthTypeWord>, nullable = false)]
    pub auth_type: Patch<String>,
    /// The status: `ACTIVE` (default) or `INACTIVE`.
    #[serde(default)]
    #[schema(value_type = Option<AccountStatusWord>, nullable = false)]
    pub status: Patch<String>,
    /// Whether other tenants may import its listings (default true).
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    pub allow_import: Patch<bool>,
    /// Whether new listings are offered only once the default tenant has approved them (default false).
    #[serde(default)]
    #[schema(value_type = Option<bool>, nullable = false)]
    pub require_listing_approval: Patch<bool>,
    /// The markup on the price of a stay (default 0).
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, nullable = false, minimum = 0, maximum = 100)]
    pub markup_percentage: Patch<String>,
    /// The discount on the price of a stay; null (default) for the workspace's discount.
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, minimum = 0, maximum = 100)]
    pub default_discount_percentage: Patch<String>,
    /// The additional markup when a tenant sells an imported listing (default 0).
    #[serde(default, deserialize_with = "digits")]
    #[schema(value_type = Option<f64>, nullable = false, minimum = 0, maximum = 100)]
    pub distribution_markup_percentage: Patch<String>,
}

impl IntegrationAccountFields {
    /// Returns the fields of a new account. An absent required field becomes null, which is refused.
    fn complete(self) -> Self {
        Self {
            name: Patch::Clear.then(self.name),
            provider: Patch::Clear.then(self.provider),
            account_identifier: Patch::Clear.then(self.account_identifier),
            auth_type: Patch::Clear.then(self.auth_type),
            ..self
        }
    }

    /// Reads the fields of a new account.
    pub(super) fn details(self) -> Result<IntegrationAccountDetails, ValidationErrors> {
        let mut reader = FieldReader::default();
        let details = self.complete().read(&mut reader).and_then(details);
        reader.finish(details)
    }
}

impl Fields for IntegrationAccountFields {
    type Values = AccountEdit;

    fn read(&self, r: &mut FieldReader) -> Option<AccountEdit> {
        Some(AccountEdit {
            name: r.keep("name", &self.name),
            provider: r.keep("provider", &self.provider),
            provider_account_id: r.clear("providerAccountID", &self.provider_account_id),
            account_identifier: r.keep("accountIdentifier", &self.account_identifier),
            auth_type: r.keep("authType", &self.auth_type),
            status: r.keep("status", &self.status),
            allow_import: r.keep("allowImport", &self.allow_import),
            require_listing_approval: r.keep("requireListingApproval", &self.require_listing_approval),
            markup: r.keep("markupPercentage", &self.markup_percentage),
            default_discount: r.clear("defaultDiscountPercentage", &self.default_discount_percentage),
            distribution_markup: r.keep("distributionMarkupPercentage", &self.distribution_markup_percentage),
        })
    }
}

fn details(edit: AccountEdit) -> Option<IntegrationAccountDetails> {
    Some(IntegrationAccountDetails {
        name: edit.name?,
        provider: edit.provider?,
        provider_account_id: edit.provider_account_id.value(),
        account_identifier: edit.account_identifier?,
        auth_type: edit.auth_type?,
        status: edit.status.unwrap_or(AccountStatus::Active),
        allow_import: edit.allow_import.unwrap_or(true),
        require_listing_approval: edit.require_listing_approval.unwrap_or(false),
        markup: edit.markup.unwrap_or_default(),
        default_discount: edit.default_discount.value(),
        distribution_markup: edit.distribution_markup.unwrap_or_default(),
    })
}
