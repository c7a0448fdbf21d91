//! Assignments of promotions to listings.

use std::collections::{BTreeMap, BTreeSet};

use thiserror::Error;

use super::Promotion;
use crate::access::TenantScope;
use crate::audit::{Fact, Facts, Stamp};
use crate::change::Change;
use crate::events::EventData;
use crate::ids::{IntegrationAccountId, ListingId, PromotionId};

/// A listing of the promotion's account, in its present state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assignable {
    /// The listing.
    pub listing: ListingId,
    /// Whether the promotion is assigned to it.
    pub is_assigned: bool,
}

/// A change of assignments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Assignment {
    /// The promotion is assigned to the listings.
    Assign,
    /// The promotion is unassigned from the listings.
    Unassign,
}

/// A refusal of all assignments of a request, because some listings do not belong to the promotion's account.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("some listings do not belong to the promotion's account")]
pub struct AssignmentRefused {
    /// The positions with errors, counted from 0; at least one.
    pub positions: BTreeSet<usize>,
}

/// Listings to assign to a promotion or to unassign from it: all of them, or none. Created by [`Promotion::assign`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromotionListings {
    promotion_id: PromotionId,
    integration_account_id: IntegrationAccountId,
    assignment: Assignment,
    listings: Vec<ListingId>,
}

impl PromotionListings {
    /// The promotion.
    pub const fn promotion_id(&self) -> PromotionId {
        self.promotion_id
    }

    /// The account of the promotion and of the listings.
    pub const fn integration_account_id(&self) -> IntegrationAccountId {
        self.integration_account_id
    }

    /// Whether the listings are assigned or unassigned.
    pub const fn assignment(&self) -> Assignment {
        self.assignment
    }

    /// The listings whose assignment changes, sorted by id, without duplicates.
    pub fn listings(&self) -> &[ListingId] {
        &self.listings
    }
}

impl Promotion {
    /// Assigns or unassigns the requested listings. Returns `None` if nothing changes. `found` are those that belong to
    /// the promotion's account.
    ///
    /// # Errors
    /// Every position whose listing is not in `found`.
    pub fn assign(
        &self,
        assignment: Assignment,
        requested: &[ListingId],
        found: &[Assignable],
        scope: &TenantScope,
        stamp: Stamp,
    ) -> Result<Option<Change<PromotionListings>>, AssignmentRefused> {
        let found: BTreeMap<_, _> = found.iter().map(|found| (found.listing, found.is_assigned)).collect();
        let is_unknown = |(_, listing): &(usize, &ListingId)| !found.contains_key(listing);
        let positions: BTreeSet<_> =
            requested.iter().enumerate().filter(is_unknown).map(|(position, _)| position).collect();
        if !positions.is_empty() {
            return Err(AssignmentRefused { positions });
        }
        let should_be = assignment == Assignment::Assign;
        let requested: BTreeSet<_> = requested.iter().copied().collect();
        let listings: Vec<_> = requested.into_iter().filter(|listing| found.get(listing) != Some(&should_be)).collect();
        if listings.is_empty() {
            return Ok(None);
        }
        let ids = listings.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let facts = vec![("listingIDs", Fact::Text(ids))];
        let (action, facts) = match assignment {
            Assignment::Assign => ("promotion.assign_listings", (Facts::new(), facts)),
            Assignment::Unassign => ("promotion.unassign_listings", (facts, Facts::new())),
        };
        let integration_account_id = self.integration_account_id();
        let event = EventData::new([
            ("integrationAccountID", Some(integration_account_id).into()),
            ("listingIDs", listings.as_slice().into()),
        ]);
        let audit = self.entry(scope, stamp, action, facts).telling(event);
        let after = PromotionListings { promotion_id: self.id(), integration_account_id, assignment, listings };
        Ok(Some(Change::new(after, audit)))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::super::fixture::promotion;
    use super::*;
    use crate::access::Permission;
    use crate::access::fixture::{caller, stamp, standing};

    fn scope() -> TenantScope {
        let channel = || standing(2, false);
        caller(channel(), channel(), Permission::Write).tenant_scope(Permission::Write).expect("an active tenant")
    }

    fn listing(id: u128) -> ListingId {
        ListingId::new(Uuid::from_u128(id))
    }

    fn assign(
        assignment: Assignment,
        requested: &[u128],
        found: &[(u128, bool)],
    ) -> Result<Option<Change<PromotionListings>>, AssignmentRefused> {
        let requested: Vec<_> = requested.iter().map(|id| listing(*id)).collect();
        let assignable =
            |(id, is_assigned): &(u128, bool)| Assignable { listing: listing(*id), is_assigned: *is_assigned };
        let found: Vec<_> = found.iter().map(assignable).collect();
        promotion(&scope()).assign(assignment, &requested, &found, &scope(), stamp())
    }

    #[test]
    fn only_what_is_not_as_it_should_be_is_stored_each_once() {
        let found = [(1, true), (2, false), (3, false)];
        for (assignment, expected, action) in [
            (Assignment::Assign, vec![2, 3], "promotion.assign_listings"),
            (Assignment::Unassign, vec![1], "promotion.unassign_listings"),
        ] {
            let change = assign(assignment, &[3, 1, 2, 3], &found).expect("known").expect("a change");
            let expected: Vec<_> = expected.into_iter().map(listing).collect();
            assert_eq!((change.after.listings(), change.audit.action), (&expected[..], action));
        }
    }

    #[test]
    fn listings_of_other_accounts_are_refused_and_named() {
        for assignment in [Assignment::Assign, Assignment::Unassign] {
            let refused = assign(assignment, &[1, 2, 3], &[(2, false)]).expect_err("unknown");
            assert_eq!(refused.positions, [0, 2].into());
        }
    }

    #[test]
    fn repeating_it_is_no_change() {
        assert_eq!(assign(Assignment::Assign, &[1], &[(1, true)]), Ok(None));
        assert_eq!(assign(Assignment::Unassign, &[1], &[(1, false)]), Ok(None));
        assert_eq!(assign(Assignment::Assign, &[], &[]), Ok(None));
    }
}
