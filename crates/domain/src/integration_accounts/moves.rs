//! Moves of an account from one tenant to another.

use thiserror::Error;

use super::IntegrationAccount;
use crate::audit::{AuditEntry, Fact, ResourceKind, Stamp};
use crate::change::Change;
use crate::events::{Datum, EventData, Stirred};
use crate::ids::{AuditId, TenantId};
use crate::tenants::{TargetInactiveError, Tenant, TenantStatus};

/// A refusal to move an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum MoveError {
    /// The target tenant is inactive.
    #[error(transparent)]
    TargetInactive(#[from] TargetInactiveError),
    /// The account belongs to the target already.
    #[error("The integration account belongs to that tenant already.")]
    AlreadyThere,
}

/// An account moved to another tenant. Everything that belongs to it moves too, because only the account names an
/// owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountMoved {
    /// The account, now of the target.
    pub account: IntegrationAccount,
    /// The tenant that it belonged to.
    pub source: TenantId,
    /// The holdings of the account as they were counted before the move, for its event.
    pub holdings: Holdings,
    /// The entry in the target's trail; the change has the one in the source's trail.
    pub arrival: AuditEntry,
}

impl AccountMoved {
    /// Adds the event to the entry in the source's trail: the two entries leave one event.
    #[must_use]
    pub fn departure(&self, entry: AuditEntry, imports: MovedImports) -> AuditEntry {
        let Holdings { listings, promotions, reservations, imports: _ } = self.holdings;
        let MovedImports { kept, ended } = imports;
        let count = |number| Datum::Fact(Fact::Integer(i64::try_from(number).unwrap_or(i64::MAX)));
        let event = EventData::new([
            ("integrationAccountID", Some(self.account.id()).into()),
            ("fromTenantID", Some(self.source).into()),
            ("toTenantID", Some(self.account.tenant_id()).into()),
            ("listings", count(listings)),
            ("promotions", count(promotions)),
            ("reservations", count(reservations)),
            ("importsKept", count(kept)),
            ("importsEnded", count(ended)),
        ]);
        // The source may have been inactive, or become active shortly before: then imports wake.
        entry.telling(EventData { stirred: Stirred::Account(self.account.id()), ..event })
    }
}

/// The data that belongs to an account, and the effect of a move on the imports of its listings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Holdings {
    /// The number of listings.
    pub listings: u64,
    /// The number of promotions.
    pub promotions: u64,
    /// The number of reservations.
    pub reservations: u64,
    /// The effect of a move on the imports.
    pub imports: MovedImports,
}

/// The effect of a move on the imports of the account's listings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MovedImports {
    /// The number of imports that continue, from the new owner.
    pub kept: u64,
    /// The number of imports by the target, which end: a tenant cannot import its own listings.
    pub ended: u64,
}

impl IntegrationAccount {
    /// Moves the account from the source, its owner, to the target. `arrival` is the id of the entry in the target's
    /// trail.
    ///
    /// # Errors
    /// `AlreadyThere`, `TargetInactive`. The source may be inactive.
    pub fn move_to(
        &self,
        source: &Tenant,
        target: &Tenant,
        arrival: AuditId,
        stamp: Stamp,
    ) -> Result<Change<AccountMoved>, MoveError> {
        if self.tenant_id() == target.id() {
            return Err(MoveError::AlreadyThere);
        }
        if target.status() != TenantStatus::Active {
            return Err(TargetInactiveError.into());
        }
        let mut account = self.clone();
        account.parts.tenant_id = target.id();
        account.parts.version += 1;
        account.parts.updated_at = stamp.at;
        let arrival = account.moved(source, target, target, Stamp { id: arrival, ..stamp.clone() });
        let departure = account.moved(source, target, source, stamp);
        let moved = AccountMoved { account, source: source.id(), holdings: Holdings::default(), arrival };
        Ok(Change::new(moved, departure))
    }

    /// Creates the entry in the trail of the source or the target.
    fn moved(&self, source: &Tenant, target: &Tenant, of: &Tenant, stamp: Stamp) -> AuditEntry {
        let whose = |tenant: &Tenant| vec![("tenantID", Fact::from(Some(tenant.id())))];
        AuditEntry {
            id: stamp.id,
            workspace_id: self.workspace_id(),
            tenant_id: of.id(),
            tenant_name: of.name().to_string(),
            other_tenant_id: None,
            at: stamp.at,
            actor: stamp.actor,
            action: "integration_account.move",
            resource_kind: ResourceKind::IntegrationAccount,
            resource_id: self.id().as_uuid(),
            resource_name: self.details().name.to_string(),
            before: whose(source),
            after: whose(target),
            event: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::fixture::new_account;
    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, stamp, standing, tenant};

    fn account() -> IntegrationAccount {
        let channel = || standing(2, false);
        let caller = caller(channel(), channel(), Permission::Admin);
        let scope = caller.tenant_scope(Permission::Admin).expect("an active tenant");
        IntegrationAccount::create(new_account(), &scope, stamp()).after
    }

    fn tenant_with(id: u128, status: TenantStatus) -> Tenant {
        Tenant::from_parts(crate::tenants::TenantParts { status, ..tenant(id) })
    }

    fn move_between(source: &Tenant, target: &Tenant) -> Result<Change<AccountMoved>, MoveError> {
        account().move_to(source, target, AuditId::new(Uuid::from_u128(77)), stamp())
    }

    #[test]
    fn a_moved_account_is_the_targets_and_both_trails_tell_of_it() {
        let (source, target) = (tenant_with(2, TenantStatus::Inactive), tenant_with(3, TenantStatus::Active));
        let Change { after, audit, idempotency_record: _ } = move_between(&source, &target).expect("moved");
        assert_eq!((after.source, after.account.tenant_id(), after.account.version()), (source.id(), target.id(), 2));
        assert_eq!(after.account.details(), account().details(), "nothing else changes");
        assert_eq!((audit.tenant_id, after.arrival.tenant_id), (source.id(), target.id()));
        assert_ne!(audit.id, after.arrival.id);
        for entry in [audit, after.arrival] {
            assert_eq!(entry.action, "integration_account.move");
            assert_eq!(entry.before, [("tenantID", Fact::from(Some(source.id())))]);
            assert_eq!(entry.after, [("tenantID", Fact::from(Some(target.id())))]);
        }
    }

    #[test]
    fn an_account_stays_where_it_is_and_goes_to_no_inactive_tenant() {
        let source = tenant_with(2, TenantStatus::Inactive);
        assert_eq!(move_between(&source, &source), Err(MoveError::AlreadyThere));
        let asleep = tenant_with(3, TenantStatus::Inactive);
        assert_eq!(move_between(&source, &asleep), Err(MoveError::TargetInactive(TargetInactiveError)));
    }
}
