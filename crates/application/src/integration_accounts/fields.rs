//! The fields of an integration account, as sent.

use domain::integration_accounts::{AccountEdit, AccountStatus, IntegrationAccountDetails};
use domain::patch::Patch;

use crate::input::reader::Collector;
use crate::input::{InvalidInput, REQUIRED};

/// The fields of an account. Absent fields are left unchanged, or get their default in a new account; null clears a
/// field. Percentages are decimal numbers as text.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields of an account, as the domain describes them")]
pub struct IntegrationAccountFields {
    pub name: Patch<String>,
    pub provider: Patch<String>,
    pub provider_account_id: Patch<String>,
    pub account_identifier: Patch<String>,
    pub auth_type: Patch<String>,
    pub status: Patch<String>,
    pub allow_import: Patch<bool>,
    pub markup_percentage: Patch<String>,
    pub default_discount_percentage: Patch<String>,
    pub distribution_markup_percentage: Patch<String>,
}

impl IntegrationAccountFields {
    /// Parses the fields of an update.
    pub(super) fn edit(&self) -> Result<AccountEdit, InvalidInput> {
        let mut collector = Collector::default();
        let edit = self.collect(&mut collector);
        collector.finish(Some(edit))
    }

    /// Parses the fields of a new account, some of which are required.
    pub(super) fn details(&self) -> Result<IntegrationAccountDetails, InvalidInput> {
        let mut collector = Collector::default();
        let edit = self.collect(&mut collector);
        for (field, is_absent) in [
            ("name", self.name.is_keep()),
            ("provider", self.provider.is_keep()),
            ("accountIdentifier", self.account_identifier.is_keep()),
            ("authType", self.auth_type.is_keep()),
        ] {
            if is_absent {
                collector.refuse(field, REQUIRED);
            }
        }
        collector.finish(details(edit))
    }

    fn collect(&self, c: &mut Collector) -> AccountEdit {
        AccountEdit {
            name: c.kept("name", &self.name),
            provider: c.kept("provider", &self.provider),
            provider_account_id: c.cleared("providerAccountID", &self.provider_account_id),
            account_identifier: c.kept("accountIdentifier", &self.account_identifier),
            auth_type: c.kept("authType", &self.auth_type),
            status: c.kept("status", &self.status),
            allow_import: c.kept_value("allowImport", self.allow_import),
            markup: c.kept("markupPercentage", &self.markup_percentage),
            default_discount: c.cleared("defaultDiscountPercentage", &self.default_discount_percentage),
            distribution_markup: c.kept("distributionMarkupPercentage", &self.distribution_markup_percentage),
        }
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
        markup: edit.markup.unwrap_or_default(),
        default_discount: edit.default_discount.value(),
        distribution_markup: edit.distribution_markup.unwrap_or_default(),
    })
}
