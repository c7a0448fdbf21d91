//! Decisions about many listings at once: all of a batch is stored, or nothing.

use chrono::{DateTime, Utc};

use super::{Import, ImportCandidate};
use crate::access::TenantScope;
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp};
use crate::change::Change;
use crate::events::EventData;
use crate::ids::{ListingId, TenantId};

/// Listings that a tenant may import. Created by [`decide`](super::decide).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportBatch {
    importer: TenantId,
    listings: Vec<ImportCandidate>,
}

/// Listings whose imports a tenant may end. Created by [`decide_removal`](super::decide_removal).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovalBatch {
    importer: TenantId,
    listings: Vec<ListingId>,
}

impl ImportBatch {
    pub(super) const fn new(importer: TenantId, listings: Vec<ImportCandidate>) -> Self {
        Self { importer, listings }
    }

    /// The tenant that imports them.
    pub const fn importer(&self) -> TenantId {
        self.importer
    }

    /// The listings, in the order of the request, as they were when this was decided.
    pub fn listings(&self) -> &[ImportCandidate] {
        &self.listings
    }

    /// Creates the change, with its audit entry.
    pub fn by(self, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let listings: Vec<_> = self.listings.iter().map(|candidate| candidate.listing).collect();
        let facts = facts(&listings);
        let audit = entry(scope, stamp, "listing.import", (Facts::new(), facts), &listings);
        Change::new(self, audit)
    }

    /// The imports, in the order of the request.
    pub fn imports(&self, imported_at: DateTime<Utc>) -> Vec<Import> {
        let import = |candidate: &ImportCandidate| Import {
            listing_id: candidate.listing,
            tenant_id: self.importer,
            source_tenant_id: candidate.owner,
            imported_at,
        };
        self.listings.iter().map(import).collect()
    }
}

impl RemovalBatch {
    pub(super) const fn new(importer: TenantId, listings: Vec<ListingId>) -> Self {
        Self { importer, listings }
    }

    /// The tenant that imported them.
    pub const fn importer(&self) -> TenantId {
        self.importer
    }

    /// The listings, in the order of the request.
    pub fn listings(&self) -> &[ListingId] {
        &self.listings
    }

    /// Creates the change, with its audit entry.
    pub fn by(self, scope: &TenantScope, stamp: Stamp) -> Change<Self> {
        let facts = facts(&self.listings);
        let audit = entry(scope, stamp, "listing.remove_import", (facts, Facts::new()), &self.listings);
        Change::new(self, audit)
    }
}

/// The number of listings and all their ids: a request has at most [`MAX_LISTINGS`](super::MAX_LISTINGS).
fn facts(listings: &[ListingId]) -> Facts {
    let ids: Vec<String> = listings.iter().map(ListingId::to_string).collect();
    let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
    vec![("count", Fact::Integer(count)), ("listingIDs", Fact::Text(ids.join(" ")))]
}

/// Creates one audit entry for the batch, about the importing tenant.
fn entry(
    scope: &TenantScope,
    stamp: Stamp,
    action: &'static str,
    facts: (Facts, Facts),
    listings: &[ListingId],
) -> AuditEntry {
    let tenant = (ResourceKind::Tenant, scope.tenant_id().as_uuid(), scope.tenant_name().to_string());
    let event = EventData { listings: listings.to_vec(), ..EventData::new([("listingIDs", listings.into())]) };
    stamp.entry(scope, action, tenant, facts).telling(event)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{at, caller, stamp, standing};
    use crate::ids::IntegrationAccountId;

    fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Write).tenant_scope(Permission::Write).expect("an active tenant")
    }

    fn listings() -> [ListingId; 2] {
        [7, 3].map(|id| ListingId::new(Uuid::from_u128(id)))
    }

    const NAMED: &str = "00000000-0000-0000-0000-000000000007 00000000-0000-0000-0000-000000000003";

    fn is_about_the_importer(audit: &AuditEntry) {
        let importer = scope().tenant_id();
        assert_eq!((audit.tenant_id, audit.tenant_name.as_str()), (importer, "Channel"));
        assert_eq!((audit.resource_kind, audit.resource_id), (ResourceKind::Tenant, importer.as_uuid()));
    }

    #[test]
    fn a_batch_leaves_one_entry_that_names_every_listing() {
        let owner = TenantId::new(Uuid::from_u128(4));
        let candidate = |listing| ImportCandidate {
            listing,
            account: IntegrationAccountId::new(Uuid::from_u128(5)),
            owner,
            allow_import: true,
            is_offered: true,
            is_imported: false,
        };
        let batch = ImportBatch::new(scope().tenant_id(), listings().map(candidate).into());
        let Change { after, audit, idempotency_record: _ } = batch.by(&scope(), stamp());

        is_about_the_importer(&audit);
        assert_eq!((audit.action, &audit.before), ("listing.import", &Facts::new()));
        assert_eq!(audit.after, [("count", Fact::Integer(2)), ("listingIDs", Fact::from(NAMED))]);
        let tenant_id = scope().tenant_id();
        let expected =
            listings().map(|listing_id| Import { listing_id, tenant_id, source_tenant_id: owner, imported_at: at() });
        assert_eq!(after.imports(audit.at), expected);
    }

    #[test]
    fn a_removal_leaves_one_entry_that_names_every_listing() {
        let batch = RemovalBatch::new(scope().tenant_id(), listings().into());
        let Change { after, audit, idempotency_record: _ } = batch.by(&scope(), stamp());
        is_about_the_importer(&audit);
        assert_eq!((audit.action, &audit.after), ("listing.remove_import", &Facts::new()));
        assert_eq!(audit.before, [("count", Fact::Integer(2)), ("listingIDs", Fact::from(NAMED))]);
        assert_eq!(after.listings(), listings());
    }
}
