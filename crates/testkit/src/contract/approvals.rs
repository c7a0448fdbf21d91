//! Decisions on offering listings.

use domain::change::Change;
use domain::geography::Around;
use domain::listings::{Approval, ApprovalStatus, ListingAccount, ReviewedListing, TenantListing, Unavailable};
use ports::{ListingFilter, RepositoryError};

use super::Ports;
use super::host::{Host, is_stale, new_listing, renamed, requiring};
use super::world::twenty_at_once;
use crate::build;

/// Returns a host whose account requires approval.
async fn strict(ports: Ports) -> Host {
    let host = Host::open(ports).await;
    host.edit_account(requiring(true)).await;
    Host { account: ListingAccount { require_listing_approval: true, ..host.account }, ..host }
}

async fn approval(host: &Host, id: domain::ids::ListingId) -> Approval {
    host.get(id).await.expect("its own").listing.approval().clone()
}

async fn approving(host: &Host, found: &ReviewedListing) -> Change<ReviewedListing> {
    found.approve(host.world.stamp().await).expect("a change")
}

async fn review(host: &Host, changes: Vec<Change<ReviewedListing>>) -> Result<(), RepositoryError> {
    host.world.ports.listing_reviews.review(&host.world.admin().await, changes).await
}

/// Each decision, and the filters that find it.
pub async fn a_decision_comes_back_as_it_was_stored(ports: Ports) {
    let host = strict(ports).await;
    let [pending, approved, rejected] =
        [host.listing("pending").await, host.listing("approved").await, host.listing("rejected").await];
    let found = host.reviewed(pending.id()).await;
    let expected = ReviewedListing {
        listing: pending.clone(),
        owner: host.tenant.id(),
        owner_name: host.tenant.name().clone(),
        account_is_active: true,
    };
    assert_eq!(found, expected);
    host.decide(approved.id(), true).await;
    host.decide(rejected.id(), false).await;
    let reason = Approval::Rejected("No pictures.".parse().expect("a reason"));
    let unavailable = Some(Unavailable::ListingNotApproved);
    for (listing, expected, unavailable) in [
        (pending, Approval::Pending, unavailable),
        (approved, Approval::Approved, None),
        (rejected, reason, unavailable),
    ] {
        let own = host.get(listing.id()).await.expect("its own");
        assert_eq!((own.listing.approval(), own.unavailable), (&expected, unavailable));
        assert_eq!(host.reviewed(listing.id()).await.seen_by_owner(), own);
        let filter = ListingFilter { approval: Some(expected.status()), ..ListingFilter::default() };
        assert_eq!(host.listed(&filter).await, [own], "{filter:?}");
    }
}

/// Neither search nor import reach it, until it is approved; what a tenant has imported sleeps while it is rejected.
pub async fn what_is_not_approved_is_found_and_imported_by_no_other(ports: Ports) {
    let host = strict(ports).await;
    let other = Host::of(&host.world, "other").await;
    let listing = host.listing("17").await;
    let around = Around { place: new_listing("17").place, radius: "1".parse().expect("a radius") };
    let found = async || other.found(around, &ListingFilter::default()).await.len();
    let offered = async || {
        let scope = other.scope().await;
        let candidates = other.world.ports.imports.candidates(&scope, &[listing.id()]).await.expect("no failure");
        candidates[0].is_offered
    };
    assert_eq!((found().await, offered().await), (0, false));
    assert!(is_stale(&other.import(&[listing.id()]).await));
    host.decide(listing.id(), true).await;
    assert_eq!((found().await, offered().await), (1, true));

    let scope = other.scope().await;
    let candidates = other.world.ports.imports.candidates(&scope, &[listing.id()]).await.expect("no failure");
    let batch = domain::imports::decide(other.tenant.id(), &candidates, &[listing.id()]).expect("offered");
    host.decide(listing.id(), false).await;
    let refused = other.world.ports.imports.add(&scope, batch.by(&scope, Host::stamp(&scope))).await;
    assert!(is_stale(&refused), "it was rejected meanwhile");

    host.decide(listing.id(), true).await;
    other.import(&[listing.id()]).await.expect("imported");
    host.decide(listing.id(), false).await;
    let seen = other.get(listing.id()).await.expect("imported");
    assert_eq!(seen.unavailable, Some(Unavailable::ListingNotApproved));
    assert_eq!(found().await, 0);
    let sleeping = ListingFilter { approval: Some(ApprovalStatus::Rejected), ..ListingFilter::default() };
    assert_eq!(other.listed(&sleeping).await, [] as [TenantListing; 0], "it matches no filter");
}

/// `Stale` for all listings even if only one has changed; nothing is stored.
pub async fn a_decision_on_a_listing_that_has_changed_is_stale(ports: Ports) {
    let host = strict(ports).await;
    let target = host.world.create("target").await.expect("created");
    let [one, other] = [host.listing("one").await, host.listing("other").await];
    let both = async || {
        let mut changes = vec![];
        for listing in [&one, &other] {
            changes.push(approving(&host, &host.reviewed(listing.id()).await).await);
        }
        changes
    };
    let trail = async || host.world.ports.trail.actions().await.len();

    let changes = both().await;
    host.update(&other, renamed("Barn")).await.expect("updated");
    let before = trail().await;
    assert!(is_stale(&review(&host, changes).await), "a listing was changed");
    let changes = both().await;
    host.world.move_account(host.account.id, &target).await;
    assert!(is_stale(&review(&host, changes).await), "the account was moved");
    host.world.move_account(host.account.id, &host.tenant).await;
    for listing in [&one, &other] {
        assert_eq!(approval(&host, listing.id()).await, Approval::Pending);
    }
    let changes = both().await;
    let gone = host.get(other.id()).await.expect("its own").listing;
    host.delete(&gone).await.expect("deleted");
    assert!(is_stale(&review(&host, changes).await), "a listing is gone");
    assert_eq!(approval(&host, one.id()).await, Approval::Pending);
    let approvals = host.world.ports.trail.actions().await.split_off(before);
    assert!(!approvals.contains(&"listing.approve".to_owned()), "{approvals:?}");
}

/// One of those who decide on the same version wins; the others are `Stale`.
pub async fn of_twenty_who_decide_on_a_listing_each_wins_once(ports: Ports) {
    let host = strict(ports).await;
    let listing = host.listing("17").await;
    let change = approving(&host, &host.reviewed(listing.id()).await).await;
    let attempt = || {
        let (host, mut change) = (host.clone(), change.clone());
        change.audit.id = domain::ids::AuditId::new(build::id());
        async move { review(&host, vec![change]).await }
    };
    let (won, refusals) = twenty_at_once(attempt).await;
    assert_eq!(won, 1);
    assert!(refusals.iter().all(|error| matches!(error, RepositoryError::Stale)), "{refusals:?}");
    assert_eq!(approval(&host, listing.id()).await, Approval::Approved);
}

/// `Stale` if the account has begun or ceased to require approval since. Listings that are there stay as they are.
pub async fn a_new_listing_is_decided_on_as_its_account_says(ports: Ports) {
    let host = Host::open(ports).await;
    let there = host.listing("there").await;
    let strict =
        Host { account: ListingAccount { require_listing_approval: true, ..host.account.clone() }, ..host.clone() };
    for (host, meanwhile) in [(&host, true), (&strict, false)] {
        let creation = host.creation(new_listing("new")).await;
        let (_, delivery) = host.delivery(vec![new_listing("new")]).await;
        host.edit_account(requiring(meanwhile)).await;
        let (listings, scope) = (&host.world.ports.listings, host.scope().await);
        assert!(is_stale(&listings.create(&scope, creation).await), "{meanwhile}");
        assert!(is_stale(&listings.deliver(&scope, delivery.expect("a change")).await), "{meanwhile}");
        assert_eq!(host.known(&[new_listing("new")]).await, []);
    }
    host.edit_account(requiring(true)).await;
    assert_eq!(approval(&host, there.id()).await, Approval::Approved);
    strict.deliver(vec![new_listing("there"), new_listing("new")]).await.expect("delivered");
    let [there, new] = strict.known(&[new_listing("there"), new_listing("new")]).await.try_into().expect("two");
    assert_eq!((there.approval(), new.approval()), (&Approval::Approved, &Approval::Pending));
}

/// Isolation of workspaces.
pub async fn another_workspace_decides_on_no_listing(ports: Ports) {
    let host = strict(ports).await;
    let listing = host.listing("17").await;
    let elsewhere = host.world.beside().await;
    let reviews = &elsewhere.ports.listing_reviews;
    let admin = elsewhere.admin().await;
    assert_eq!(reviews.reviewed(&admin, &[listing.id()]).await.expect("no failure"), []);
    let change = approving(&host, &host.reviewed(listing.id()).await).await;
    assert!(is_stale(&reviews.review(&admin, vec![change]).await));
    assert_eq!(approval(&host, listing.id()).await, Approval::Pending);
}

/// Entries are written in the transaction of the change, one for each listing.
pub async fn every_decision_leaves_one_entry(ports: Ports) {
    let host = strict(ports).await;
    let mut changes = vec![];
    // Entries are in the order in which they were made.
    let listings = [host.listing("one").await, host.listing("other").await];
    for listing in listings {
        changes.push(approving(&host, &host.reviewed(listing.id()).await).await);
    }
    let before = host.world.ports.trail.actions().await.len();
    let first = changes[0].after.listing.id();
    review(&host, changes).await.expect("stored");
    host.decide(first, false).await;
    review(&host, vec![]).await.expect("nothing to do");
    let expected = ["listing.approve", "listing.approve", "listing.reject"];
    assert_eq!(host.world.ports.trail.actions().await[before..], expected);
}

/// `Stale`: an approval would bring it back.
pub async fn a_listing_that_is_deleted_meanwhile_is_not_approved(ports: Ports) {
    let host = strict(ports.clone()).await;
    let listing = host.listing("7").await;
    let approval = approving(&host, &host.reviewed(listing.id()).await).await;
    let (deleted, approved) = ports.overlap(host.delete(&listing), review(&host, vec![approval])).await;
    deleted.expect("deleted");
    assert!(is_stale(&approved), "{approved:?}");
    assert_eq!(host.get(listing.id()).await, None);
}
