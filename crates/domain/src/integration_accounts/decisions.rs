//! Decisions about accounts, except moves.

use super::{
    AccountIdentifier, AccountName, AccountStatus, AuthType, ImportPolicy, IntegrationAccount,
    IntegrationAccountDetails, IntegrationAccountParts, Provider, ProviderAccountId,
};
use crate::access::TenantScope;
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::events::{EventData, Stirred};
use crate::ids::IntegrationAccountId;
use crate::patch::Patch;
use crate::percentages::Percentage;

/// The fields of a new account.
#[derive(Debug, Clone)]
pub struct NewIntegrationAccount {
    /// The account's id.
    pub id: IntegrationAccountId,
    /// The editable fields.
    pub details: IntegrationAccountDetails,
}

/// The fields to change. `None` leaves a field unchanged.
#[derive(Debug, Clone, Default)]
pub struct AccountEdit {
    /// The new name.
    pub name: Option<AccountName>,
    /// The new provider.
    pub provider: Option<Provider>,
    /// The new id at the provider, or none.
    pub provider_account_id: Patch<ProviderAccountId>,
    /// The new identifier of the host at the provider.
    pub account_identifier: Option<AccountIdentifier>,
    /// The new authentication type.
    pub auth_type: Option<AuthType>,
    /// The new status.
    pub status: Option<AccountStatus>,
    /// Whether other tenants may import its listings.
    pub allow_import: Option<bool>,
    /// Whether new listings are offered only once they are approved.
    pub require_listing_approval: Option<bool>,
    /// The new markup.
    pub markup: Option<Percentage>,
    /// The new discount, or the workspace's.
    pub default_discount: Patch<Percentage>,
    /// The new additional markup for importers.
    pub distribution_markup: Option<Percentage>,
}

impl IntegrationAccount {
    /// Creates an account of the scope's tenant.
    pub fn create(new: NewIntegrationAccount, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let NewIntegrationAccount { id, details } = new;
        let account = Self {
            parts: IntegrationAccountParts {
                workspace_id: scope.workspace_id(),
                id,
                tenant_id: scope.tenant_id(),
                details,
                import_policy: ImportPolicy::default(),
                version: 1,
                created_at: stamp.at,
                updated_at: stamp.at,
            },
        };
        let audit = account.entry(scope, stamp, "integration_account.create", (Facts::new(), account.facts()));
        Change::new(account, audit)
    }

    /// Changes the fields that the edit names. Returns `None` if nothing changes.
    pub fn update(&self, edit: AccountEdit, scope: &TenantScope, stamp: Stamp) -> Option<Change<Self>> {
        let AccountEdit {
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
        } = edit;
        let mut after = self.clone();
        let before = self.details().clone();
        after.parts.details = IntegrationAccountDetails {
            name: name.unwrap_or(before.name),
            provider: provider.unwrap_or(before.provider),
            provider_account_id: provider_account_id.apply(before.provider_account_id),
            account_identifier: account_identifier.unwrap_or(before.account_identifier),
            auth_type: auth_type.unwrap_or(before.auth_type),
            status: status.unwrap_or(before.status),
            allow_import: allow_import.unwrap_or(before.allow_import),
            require_listing_approval: require_listing_approval.unwrap_or(before.require_listing_approval),
            markup: markup.unwrap_or(before.markup),
            default_discount: default_discount.apply(before.default_discount),
            distribution_markup: distribution_markup.unwrap_or(before.distribution_markup),
        };
        if after == *self {
            return None;
        }
        let facts = difference(self.facts(), after.facts());
        after.parts.version += 1;
        after.parts.updated_at = stamp.at;
        let is_offered = |details: &IntegrationAccountDetails| (details.status, details.allow_import);
        let stirs = is_offered(self.details()) != is_offered(after.details());
        let stirred = if stirs { Stirred::Account(self.id()) } else { Stirred::Nothing };
        let event = EventData { stirred, ..self.event() };
        let audit = after.entry(scope, stamp, "integration_account.update", facts).telling(event);
        Some(Change::new(after, audit))
    }

    /// Deletes the account with its listings and all imports of them.
    pub fn delete(&self, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let audit = self.entry(scope, stamp, "integration_account.delete", (self.facts(), Facts::new()));
        Change::new(self.clone(), audit)
    }

    fn facts(&self) -> Facts {
        let IntegrationAccountDetails {
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
        } = self.details();
        vec![
            ("name", Fact::from(name.as_str())),
            ("provider", Fact::from(provider.as_str())),
            ("providerAccountID", Fact::from(provider_account_id.as_ref())),
            ("accountIdentifier", Fact::from(account_identifier.as_str())),
            ("authType", Fact::from(auth_type.as_str())),
            ("status", Fact::from(status.as_str())),
            ("allowImport", Fact::from(*allow_import)),
            ("requireListingApproval", Fact::from(*require_listing_approval)),
            ("markupPercentage", Fact::from(Some(markup))),
            ("defaultDiscountPercentage", Fact::from(default_discount.as_ref())),
            ("distributionMarkupPercentage", Fact::from(Some(distribution_markup))),
        ]
    }

    pub(super) fn entry(
        &self,
        scope: &TenantScope,
        stamp: Stamp,
        action: &'static str,
        facts: (Facts, Facts),
    ) -> AuditEntry {
        let resource = (ResourceKind::IntegrationAccount, self.id().as_uuid(), self.details().name.to_string());
        stamp.entry(scope, action, resource, facts).telling(self.event())
    }

    pub(super) fn event(&self) -> EventData {
        EventData::new([("integrationAccountID", Some(self.id()).into())])
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::super::fixture::{details, new_account};
    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{at, caller, stamp, standing};

    fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Admin).tenant_scope(Permission::Admin).expect("an active tenant")
    }

    fn later_stamp() -> Stamp {
        Stamp { at: at() + TimeDelta::seconds(1), ..stamp() }
    }

    fn created() -> Change<IntegrationAccount> {
        IntegrationAccount::create(new_account(), &scope(), stamp())
    }

    #[test]
    fn a_new_account_belongs_to_the_tenant_of_the_scope() {
        let Change { after, audit, idempotency_record: _ } = created();
        assert_eq!((after.workspace_id(), after.tenant_id()), (scope().workspace_id(), scope().tenant_id()));
        assert_eq!((after.details(), after.version()), (&details(), 1));
        assert_eq!(
            (audit.action, audit.resource_kind),
            ("integration_account.create", ResourceKind::IntegrationAccount)
        );
        assert_eq!((audit.tenant_id, audit.resource_name.as_str()), (scope().tenant_id(), "Host"));
    }

    #[test]
    fn an_update_leaves_what_it_does_not_name_and_clears_what_is_null() {
        let tenth = || "10".parse().expect("a percentage");
        let edit = AccountEdit { default_discount: Patch::Set(tenth()), ..AccountEdit::default() };
        let discounted = created().after.update(edit, &scope(), stamp()).expect("a change").after;
        let edit = AccountEdit {
            allow_import: Some(false),
            status: Some(AccountStatus::Inactive),
            default_discount: Patch::Clear,
            distribution_markup: Some(tenth()),
            ..AccountEdit::default()
        };
        let change = discounted.update(edit, &scope(), later_stamp()).expect("a change");
        let expected = IntegrationAccountDetails {
            allow_import: false,
            status: AccountStatus::Inactive,
            distribution_markup: tenth(),
            ..details()
        };
        assert_eq!(change.after.details(), &expected);
        let IntegrationAccountParts { version, created_at, updated_at, .. } = change.after.into_parts();
        assert_eq!((version, created_at, updated_at), (3, at(), later_stamp().at));
        let names: Vec<_> = change.audit.after.iter().map(|(name, _)| *name).collect();
        let changed = ["status", "allowImport", "defaultDiscountPercentage", "distributionMarkupPercentage"];
        assert_eq!(names, changed, "the trail holds only the changed fields");
    }

    #[test]
    fn an_update_that_changes_nothing_is_none() {
        let same = AccountEdit {
            provider: Some(Provider::Guesty),
            provider_account_id: Patch::Clear,
            ..AccountEdit::default()
        };
        assert_eq!(created().after.update(same, &scope(), later_stamp()), None);
    }

    #[test]
    fn a_deletion_tells_what_there_was() {
        let deleted = created().after.delete(&scope(), stamp());
        assert_eq!(deleted.audit.action, "integration_account.delete");
        assert_eq!(deleted.audit.before[0], ("name", Fact::from("Host")));
    }

    #[test]
    fn what_decides_whether_listings_are_offered_stirs_their_imports() {
        let account = created().after;
        for (edit, stirred) in [
            (AccountEdit { status: Some(AccountStatus::Inactive), ..AccountEdit::default() }, true),
            (AccountEdit { allow_import: Some(false), ..AccountEdit::default() }, true),
            (AccountEdit { name: "Inn".parse().ok(), ..AccountEdit::default() }, false),
        ] {
            let stirred = if stirred { Stirred::Account(account.id()) } else { Stirred::Nothing };
            let told = vec![("integrationAccountID", Some(account.id()).into())];
            let event = account.update(edit, &scope(), stamp()).expect("a change").audit.event;
            assert_eq!(event, Some(EventData { told, stirred, ..EventData::default() }));
        }
    }
}
