//! Policies that say which tenants may import the listings of an account.

use std::collections::BTreeSet;
use std::str::FromStr;

use thiserror::Error;

use super::IntegrationAccount;
use crate::access::TenantScope;
use crate::audit::{Fact, Facts, Stamp, difference};
use crate::change::Change;
use crate::events::{EventData, Stirred};
use crate::ids::TenantId;

/// The maximum number of tenants that a policy names.
pub const MOST_POLICY_TENANTS: usize = 1_000;

/// A text that is not a valid mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be ALL, ONLY or EXCEPT.")]
pub struct ImportModeError;

/// The meaning of the tenants that a policy names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ImportMode {
    /// All tenants may import. The policy names none.
    #[default]
    All,
    /// Only those tenants may.
    Only,
    /// All others may.
    Except,
}

impl ImportMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::All, Self::Only, Self::Except];

    /// The word used on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "ALL",
            Self::Only => "ONLY",
            Self::Except => "EXCEPT",
        }
    }
}

impl FromStr for ImportMode {
    type Err = ImportModeError;

    fn from_str(text: &str) -> Result<Self, ImportModeError> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text).ok_or(ImportModeError)
    }
}

/// Tenants of a policy by which all may import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("may not be named with the mode ALL.")]
pub struct NamedWithAllError;

/// The tenants that may import the listings of an account, if it allows imports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportPolicy {
    mode: ImportMode,
    tenants: BTreeSet<TenantId>,
}

impl ImportPolicy {
    /// Creates a policy.
    ///
    /// # Errors
    /// If all may import and it still names tenants.
    pub fn new(mode: ImportMode, tenants: BTreeSet<TenantId>) -> Result<Self, NamedWithAllError> {
        if mode == ImportMode::All && !tenants.is_empty() { Err(NamedWithAllError) } else { Ok(Self { mode, tenants }) }
    }

    /// Creates a policy from stored fields. Checks no rule.
    pub const fn from_parts(mode: ImportMode, tenants: BTreeSet<TenantId>) -> Self {
        Self { mode, tenants }
    }

    /// The mode.
    pub const fn mode(&self) -> ImportMode {
        self.mode
    }

    /// The tenants that it names.
    pub const fn tenants(&self) -> &BTreeSet<TenantId> {
        &self.tenants
    }

    /// Whether the tenant may import.
    pub fn allows(&self, tenant: TenantId) -> bool {
        match self.mode {
            ImportMode::All => true,
            ImportMode::Only => self.tenants.contains(&tenant),
            ImportMode::Except => !self.tenants.contains(&tenant),
        }
    }

    fn facts(&self) -> Facts {
        let tenants: Vec<_> = self.tenants.iter().map(ToString::to_string).collect();
        vec![("importMode", Fact::from(self.mode.as_str())), ("importTenantIDs", Fact::Text(tenants.join(" ")))]
    }
}

impl IntegrationAccount {
    /// Sets who may import the account's listings. Returns `None` if nothing changes. The time of the last change remains,
    /// because the account does not show its policy.
    pub fn set_import_policy(&self, policy: ImportPolicy, scope: &TenantScope, stamp: Stamp) -> Option<Change<Self>> {
        let before = &self.parts.import_policy;
        if policy == *before {
            return None;
        }
        let facts = difference(before.facts(), policy.facts());
        let mut after = self.clone();
        after.parts.import_policy = policy;
        after.parts.version += 1;
        let event = EventData { stirred: Stirred::Account(self.id()), ..self.event() };
        let audit = after.entry(scope, stamp, "integration_account.update", facts).telling(event);
        Some(Change::new(after, audit))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::fixture::new_account;
    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, stamp, standing};

    fn tenants<const N: usize>(ids: [u128; N]) -> BTreeSet<TenantId> {
        ids.map(|id| TenantId::new(Uuid::from_u128(id))).into()
    }

    #[test]
    fn a_policy_allows_all_some_or_all_others() {
        let [one, two] = [1, 2].map(|id| TenantId::new(Uuid::from_u128(id)));
        for (mode, named, allowed) in [
            (ImportMode::All, tenants([]), [true, true]),
            (ImportMode::Only, tenants([1]), [true, false]),
            (ImportMode::Only, tenants([]), [false, false]),
            (ImportMode::Except, tenants([1]), [false, true]),
            (ImportMode::Except, tenants([]), [true, true]),
        ] {
            let policy = ImportPolicy::new(mode, named).expect("a policy");
            assert_eq!([policy.allows(one), policy.allows(two)], allowed, "{policy:?}");
        }
        assert_eq!(ImportPolicy::new(ImportMode::All, tenants([1])), Err(NamedWithAllError));
    }

    #[test]
    fn a_new_policy_stirs_the_imports_of_the_account() {
        let channel = || standing(2, false);
        let caller = caller(channel(), channel(), Permission::Admin);
        let scope = caller.tenant_scope(Permission::Admin).expect("an active tenant");
        let account = IntegrationAccount::create(new_account(), &scope, stamp()).after;
        let only = ImportPolicy::new(ImportMode::Only, tenants([3])).expect("a policy");
        let change = account.set_import_policy(only.clone(), &scope, stamp()).expect("a change");
        assert_eq!(change.audit.action, "integration_account.update");
        let id = TenantId::new(Uuid::from_u128(3)).to_string();
        let expected = [("importMode", Fact::from("ONLY")), ("importTenantIDs", Fact::Text(id))];
        assert_eq!(change.audit.after, expected);
        assert_eq!(change.audit.event.map(|event| event.stirred), Some(Stirred::Account(account.id())));
        assert_eq!(change.after.version(), account.version() + 1);
        assert_eq!(change.after.set_import_policy(only, &scope, stamp()), None);
    }
}
