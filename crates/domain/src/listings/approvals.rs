//! Approvals: the listings of an account that requires it are offered once the default tenant has approved them.

use std::str::FromStr;

use thiserror::Error;

use super::{Listing, TenantListing};
use crate::audit::{AuditEntry, Fact, Facts, ResourceKind, Stamp, difference};
use crate::change::Change;
use crate::events::{EventData, Stirred};
use crate::ids::TenantId;
use crate::tenants::TenantName;
use crate::text::Prose;

/// The reason for a rejection, for the owner.
pub type RejectionReason = Prose<1_000>;

/// The decision on offering a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Approval {
    /// Awaited; the listing is not offered.
    Pending,
    /// Given; the listing is offered.
    Approved,
    /// Refused, for this reason; the listing is not offered.
    Rejected(RejectionReason),
}

impl Approval {
    /// The decision without its reason.
    pub const fn status(&self) -> ApprovalStatus {
        match self {
            Self::Pending => ApprovalStatus::Pending,
            Self::Approved => ApprovalStatus::Approved,
            Self::Rejected(_) => ApprovalStatus::Rejected,
        }
    }

    /// The reason for the rejection.
    pub const fn rejection_reason(&self) -> Option<&RejectionReason> {
        match self {
            Self::Pending | Self::Approved => None,
            Self::Rejected(reason) => Some(reason),
        }
    }
}

/// A text that is not a valid approval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("field is invalid. It must be PENDING, APPROVED or REJECTED.")]
pub struct ApprovalError;

/// The decision on offering a listing, without its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "those of `Approval`")]
pub enum ApprovalStatus {
    Pending,
    Approved,
    Rejected,
}

impl ApprovalStatus {
    /// Every status.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Approved, Self::Rejected];

    /// The word used on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Approved => "APPROVED",
            Self::Rejected => "REJECTED",
        }
    }
}

impl FromStr for ApprovalStatus {
    type Err = ApprovalError;

    fn from_str(text: &str) -> Result<Self, ApprovalError> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(ApprovalError)
    }
}

/// A listing of any tenant that the default tenant reviews.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewedListing {
    /// The listing.
    pub listing: Listing,
    /// The owner.
    pub owner: TenantId,
    /// The owner's name, for the audit entry.
    pub owner_name: TenantName,
    /// Whether the listing's account is active.
    pub account_is_active: bool,
}

impl ReviewedListing {
    /// Returns the listing as its owner sees it.
    pub fn seen_by_owner(&self) -> TenantListing {
        TenantListing::own(self.listing.clone(), self.owner, self.account_is_active)
    }

    /// Approves the listing. Returns `None` if it is approved already.
    pub fn approve(&self, stamp: Stamp) -> Option<Change<Self>> {
        self.decided(Approval::Approved, "listing.approve", stamp)
    }

    /// Rejects the listing, approved or not. Returns `None` if it is rejected for that reason already.
    pub fn reject(&self, reason: RejectionReason, stamp: Stamp) -> Option<Change<Self>> {
        self.decided(Approval::Rejected(reason), "listing.reject", stamp)
    }

    fn decided(&self, approval: Approval, action: &'static str, stamp: Stamp) -> Option<Change<Self>> {
        if approval == self.listing.parts.approval {
            return None;
        }
        let mut after = self.clone();
        after.listing.parts.approval = approval;
        after.listing.parts.version += 1;
        after.listing.parts.updated_at = stamp.at;
        let audit = self.entry(action, difference(facts(&self.listing), facts(&after.listing)), stamp);
        Some(Change::new(after, audit))
    }

    /// Creates the entry in the owner's trail.
    fn entry(&self, action: &'static str, (before, after): (Facts, Facts), stamp: Stamp) -> AuditEntry {
        let Self { listing, owner, owner_name, account_is_active: _ } = self;
        AuditEntry {
            id: stamp.id,
            workspace_id: listing.workspace_id(),
            tenant_id: *owner,
            tenant_name: owner_name.to_string(),
            other_tenant_id: None,
            at: stamp.at,
            actor: stamp.actor,
            action,
            resource_kind: ResourceKind::Listing,
            resource_id: listing.id().as_uuid(),
            resource_name: listing.details().name.to_string(),
            before,
            after,
            event: Some(EventData { stirred: Stirred::Listings(vec![listing.id()]), ..listing.event() }),
        }
    }
}

fn facts(listing: &Listing) -> Facts {
    let approval = listing.approval();
    vec![
        ("approval", Fact::from(approval.status().as_str())),
        ("rejectionReason", Fact::from(approval.rejection_reason())),
    ]
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::fixture::{account, listing, new_listing};
    use super::super::{ListingAccount, Unavailable};
    use super::*;
    use crate::access::fixture::{at, stamp};
    use crate::ids::WorkspaceId;

    fn reviewed(listing: Listing) -> ReviewedListing {
        ReviewedListing {
            listing,
            owner: TenantId::new(Uuid::from_u128(2)),
            owner_name: "Channel".parse().expect("a name"),
            account_is_active: true,
        }
    }

    fn requiring() -> ListingAccount {
        ListingAccount { require_listing_approval: true, ..account() }
    }

    fn pending() -> ReviewedListing {
        let (id, workspace_id) = (listing().id(), WorkspaceId::new(Uuid::from_u128(9)));
        reviewed(Listing::new(id, &requiring(), new_listing("17"), workspace_id, at()).expect("valid values"))
    }

    fn reason(text: &str) -> RejectionReason {
        text.parse().expect("a reason")
    }

    #[test]
    fn a_new_listing_waits_only_if_its_account_requires_approval() {
        assert_eq!(*listing().approval(), Approval::Approved);
        assert_eq!(*pending().listing.approval(), Approval::Pending);
        assert_eq!(pending().seen_by_owner().unavailable, Some(Unavailable::ListingNotApproved));
    }

    #[test]
    fn a_decision_may_be_repeated_and_revised() {
        let approved = pending().approve(stamp()).expect("a change");
        assert_eq!((approved.audit.action, approved.audit.tenant_id), ("listing.approve", pending().owner));
        assert_eq!(approved.audit.before, [("approval", Fact::from("PENDING"))]);
        assert_eq!(approved.audit.after, [("approval", Fact::from("APPROVED"))]);
        assert_eq!(approved.after.seen_by_owner().unavailable, None);
        assert_eq!(approved.after.approve(stamp()), None);

        let rejected = approved.after.reject(reason("No pictures."), stamp()).expect("a change");
        let expected = [("approval", Fact::from("REJECTED")), ("rejectionReason", Fact::from("No pictures."))];
        assert_eq!((rejected.audit.action, &rejected.audit.after[..]), ("listing.reject", &expected[..]));
        assert_eq!(rejected.audit.event.map(|event| event.stirred), Some(Stirred::Listings(vec![listing().id()])));
        assert_eq!(rejected.after.reject(reason("No pictures."), stamp()), None);
        let again = rejected.after.reject(reason("No address."), stamp()).expect("a change");
        assert_eq!(again.audit.after, [("rejectionReason", Fact::from("No address."))]);
        assert_eq!(again.after.listing.version(), pending().listing.version() + 3);
        assert!(again.after.approve(stamp()).is_some());
    }
}
