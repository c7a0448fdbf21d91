//! Deciding which listings are offered, with the authority of the default tenant.

use std::collections::BTreeSet;

use domain::access::{AdminScope, Caller, Permission};
use domain::audit::Stamp;
use domain::change::Change;
use domain::ids::ListingId;
use domain::listings::{ReviewedListing, TenantListing};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{ListingError, Listings};
use crate::input::Input;
use crate::input::listing_ids::ListingIds;
use crate::input::reader::{FieldReader, Fields, read};
use crate::steps::precondition::Precondition;
use crate::steps::retry::retry_stale;

/// The rejection of a listing.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(as = RejectListingBody)]
pub struct RejectListing {
    /// The reason, for the owner.
    #[schema(
        required,
        nullable = false,
        example = "The pictures show another place.",
        min_length = 1,
        max_length = 1000
    )]
    pub reason: Option<String>,
}

impl Fields for RejectListing {
    type Values = domain::listings::RejectionReason;

    fn read(&self, r: &mut FieldReader) -> Option<Self::Values> {
        r.required("reason", &self.reason)
    }
}

/// The result of an approval of many listings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApprovedListings {
    /// The number of listings that are approved now.
    pub approved: usize,
    /// The number of listings that were approved already.
    pub unchanged: usize,
}

impl Listings {
    /// Approves a listing of any tenant, so that it is offered.
    pub async fn approve(
        &self,
        caller: &Caller,
        id: ListingId,
        precondition: &Precondition<TenantListing>,
    ) -> Result<TenantListing, ListingError> {
        let scope = caller.admin_scope(Permission::Write)?;
        self.review(&scope, id, precondition, ReviewedListing::approve).await
    }

    /// Rejects a listing of any tenant, so that it is no longer offered.
    pub async fn reject(
        &self,
        caller: &Caller,
        id: ListingId,
        input: Input<RejectListing>,
        precondition: &Precondition<TenantListing>,
    ) -> Result<TenantListing, ListingError> {
        let scope = caller.admin_scope(Permission::Write)?;
        let reason = read(&input?)?;
        self.review(&scope, id, precondition, |found, stamp| found.reject(reason.clone(), stamp)).await
    }

    /// Approves listings of any tenants: all of them or none.
    pub async fn approve_all(
        &self,
        caller: &Caller,
        input: Input<ListingIds>,
    ) -> Result<ApprovedListings, ListingError> {
        let scope = caller.admin_scope(Permission::Write)?;
        let command = input?;
        let ids = read(&command)?;
        retry_stale(async || {
            let found = self.reviews.reviewed(&scope, &ids).await?;
            let known: BTreeSet<_> = found.iter().map(|found| found.listing.id()).collect();
            let unknown = ids.iter().enumerate().filter(|(_, id)| !known.contains(id));
            let field_errors = command.field_errors(unknown.map(|(position, _)| (position, not_found)));
            if !field_errors.is_empty() {
                return Err(ListingError::NamedNotFound(field_errors));
            }
            let changes: Vec<_> = found.iter().filter_map(|found| found.approve(self.stamp(&scope))).collect();
            let approved = changes.len();
            self.reviews.review(&scope, changes).await?;
            Ok(ApprovedListings { approved, unchanged: found.len() - approved })
        })
        .await
    }

    async fn review(
        &self,
        scope: &AdminScope,
        id: ListingId,
        precondition: &Precondition<TenantListing>,
        decide: impl Fn(&ReviewedListing, Stamp) -> Option<Change<ReviewedListing>>,
    ) -> Result<TenantListing, ListingError> {
        retry_stale(async || {
            let found = self.reviews.reviewed(scope, &[id]).await?.pop().ok_or(ListingError::NotFound)?;
            let seen = found.seen_by_owner();
            precondition.check(&seen)?;
            let Some(change) = decide(&found, self.stamp(scope)) else { return Ok(seen) };
            let seen = change.after.seen_by_owner();
            self.reviews.review(scope, vec![change]).await?;
            Ok(seen)
        })
        .await
    }

    fn stamp(&self, scope: &AdminScope) -> Stamp {
        scope.stamp(self.ambient.audit_id(), self.ambient.now())
    }
}

fn not_found(id: &str) -> String {
    format!("The listing {id} was not found.")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use domain::listings::{Approval, ListingAccount, RejectionReason};
    use ports::{MockListingRepository, MockListingReviews, RepositoryError};
    use testkit::build;

    use super::super::fixture::listings;
    use super::*;
    use crate::outcome::codes::Code;
    use crate::outcome::problem::Problem;

    fn over(reviews: MockListingReviews) -> Listings {
        Listings { reviews: Arc::new(reviews), ..listings(MockListingRepository::new()) }
    }

    fn pending() -> ReviewedListing {
        let account = ListingAccount { require_listing_approval: true, ..build::listing_account() };
        ReviewedListing {
            listing: build::listing_of(&account, ListingId::new(build::id())),
            owner: build::channel_id(),
            owner_name: "Channel".parse().expect("a name"),
            account_is_active: true,
        }
    }

    fn finding(found: Vec<ReviewedListing>) -> MockListingReviews {
        let mut reviews = MockListingReviews::new();
        reviews.expect_reviewed().returning(move |_, _| Ok(found.clone()));
        reviews
    }

    fn named(ids: &[ListingId]) -> ListingIds {
        ListingIds { listing_ids: Some(ids.iter().map(ToString::to_string).collect()) }
    }

    #[tokio::test]
    async fn a_listing_is_approved_and_rejected_with_a_reason() {
        let found = pending();
        let id = found.listing.id();
        let mut reviews = finding(vec![found]);
        reviews.expect_review().times(2).returning(|_, changes| {
            assert_eq!(changes.len(), 1);
            Ok(())
        });
        let (listings, caller) = (over(reviews), build::administrator());
        let approved = listings.approve(&caller, id, &Precondition::default()).await.expect("approved");
        assert_eq!(*approved.listing.approval(), Approval::Approved);

        let input = |reason: Option<&str>| Ok(RejectListing { reason: reason.map(str::to_owned) });
        let rejected =
            listings.reject(&caller, id, input(Some("No.")), &Precondition::default()).await.expect("rejected");
        let reason: RejectionReason = "No.".parse().expect("a reason");
        assert_eq!(*rejected.listing.approval(), Approval::Rejected(reason));
        for invalid in [None, Some(" "), Some(&*"x".repeat(1_001))] {
            let refused = listings.reject(&caller, id, input(invalid), &Precondition::default()).await;
            assert_eq!(refused.expect_err("invalid").code(), Code::ValidationFailed, "{invalid:?}");
        }
    }

    #[tokio::test]
    async fn only_the_default_tenant_decides() {
        let (listings, channel) = (over(MockListingReviews::new()), build::channel(Permission::Admin));
        let id = ListingId::new(build::id());
        let refused = listings.approve(&channel, id, &Precondition::default()).await.expect_err("forbidden");
        assert_eq!(refused.code(), Code::DefaultTenantRequired);
        let refused = listings.approve_all(&channel, Ok(named(&[id]))).await.expect_err("forbidden");
        assert_eq!(refused.code(), Code::DefaultTenantRequired);
        let refused = listings.approve(&build::at_home(Permission::Read), id, &Precondition::default()).await;
        assert_eq!(refused.expect_err("forbidden").code(), Code::PermissionDenied);
    }

    #[tokio::test]
    async fn of_many_all_are_approved_or_none() {
        let [one, other] = [(); 2].map(|()| pending());
        let unknown = ListingId::new(build::id());
        let approved = ReviewedListing { listing: one.approve(stamp()).expect("a change").after.listing, ..one };
        let ids = [approved.listing.id(), other.listing.id()];
        let mut reviews = finding(vec![approved, other]);
        reviews.expect_review().times(1).returning(|_, _| Ok(()));
        let listings = over(reviews);
        let done = listings.approve_all(&build::administrator(), Ok(named(&ids))).await.expect("approved");
        assert_eq!(done, ApprovedListings { approved: 1, unchanged: 1 });

        let refused = listings.approve_all(&build::administrator(), Ok(named(&[ids[0], unknown, ids[1]]))).await;
        let refused = refused.expect_err("unknown");
        assert_eq!(refused.code(), Code::ListingNotFound);
        let fields: Vec<_> = refused.field_errors().expect("field errors").keys().cloned().collect();
        assert_eq!(fields, ["listingIDs.1"]);
    }

    #[tokio::test]
    async fn a_listing_that_changes_meanwhile_is_looked_at_again() {
        let found = pending();
        let id = found.listing.id();
        let mut reviews = finding(vec![found]);
        let mut results = [Err(RepositoryError::Stale), Ok(())].into_iter();
        reviews.expect_review().times(2).returning(move |_, _| results.next().expect("two"));
        over(reviews).approve(&build::administrator(), id, &Precondition::default()).await.expect("approved");
        let gone = over(finding(vec![])).approve(&build::administrator(), id, &Precondition::default()).await;
        assert_eq!(gone.expect_err("gone").code(), Code::ListingNotFound);
    }

    fn stamp() -> Stamp {
        let scope = build::administrator().admin_scope(Permission::Write).expect("the default tenant");
        scope.stamp(domain::ids::AuditId::new(build::id()), build::at())
    }
}
