//! Assignments of promotions to listings.

use domain::ids::ListingId;
use domain::promotions::{Assignable, Assignment, PromotionEdit};
use ports::RepositoryError;

use super::Ports;
use super::host::{Host, is_stale};
use super::shop::in_turn;
use super::world::twenty_at_once;
use crate::build;

/// Assignments do not change the promotion's version, and end with the listing or the promotion.
pub async fn a_promotion_is_given_on_listings_of_its_account(ports: Ports) {
    let host = Host::open(ports).await;
    let listings: [ListingId; 3] = host.listings().await;
    let [elsewhere] = host.another_account().await.listings().await;
    let promotion = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    let other = host.promote("Spring", PromotionEdit::default()).await.expect("created");
    let found = host.assignable(&promotion, &[listings[0], elsewhere, ListingId::new(build::id())]).await;
    assert_eq!(found, [Assignable { listing: listings[0], is_assigned: false }]);

    host.give(&promotion, &listings).await;
    assert_eq!(host.given(&promotion, &listings).await, listings);
    assert_eq!(host.given(&other, &listings).await, []);
    let change = host.assignment(&promotion, Assignment::Unassign, &listings[1..]).await;
    host.assign(change).await.expect("unassigned");
    assert_eq!(host.given(&promotion, &listings).await, listings[..1]);
    assert_eq!(host.promotion(promotion.id()).await, Some(promotion.clone()));

    let listing = host.get(listings[0]).await.expect("its own").listing;
    host.delete(&listing).await.expect("an assigned promotion does not prevent a deletion");
    assert_eq!(host.given(&promotion, &listings).await, []);
    host.give(&promotion, &listings[1..]).await;
    host.delete_promotion(&promotion).await.expect("assigned listings do not prevent a deletion");
}

/// `Stale` for all listings even if only one has changed; nothing is stored.
pub async fn an_assignment_that_was_decided_on_what_has_changed_is_stale(ports: Ports) {
    let host = Host::open(ports).await;
    let listings: [ListingId; 3] = host.listings().await;
    let promotion = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    let assignment = host.assignment(&promotion, Assignment::Assign, &listings).await;
    host.give(&promotion, &listings[..1]).await;
    assert!(is_stale(&host.assign(assignment).await), "one is assigned already");
    assert_eq!(host.given(&promotion, &listings).await, listings[..1]);

    let removal = host.assignment(&promotion, Assignment::Unassign, &listings[..1]).await;
    host.assign(removal.clone()).await.expect("unassigned");
    assert!(is_stale(&host.assign(removal).await), "it is not assigned any more");

    let assignment = host.assignment(&promotion, Assignment::Assign, &listings).await;
    let gone = host.get(listings[2]).await.expect("its own").listing;
    host.delete(&gone).await.expect("deleted");
    assert!(is_stale(&host.assign(assignment).await), "a listing is gone");
    assert_eq!(host.given(&promotion, &listings).await, []);
    let assignment = host.assignment(&promotion, Assignment::Assign, &listings[..1]).await;
    host.delete_promotion(&promotion).await.expect("deleted");
    assert!(is_stale(&host.assign(assignment).await), "the promotion is gone");
}

/// A race: locks are taken in the same order.
pub async fn of_twenty_who_assign_the_same_listings_one_wins(ports: Ports) {
    let host = Host::open(ports).await;
    let listings: [ListingId; 10] = host.listings().await;
    let promotion = host.promote("Winter", PromotionEdit::default()).await.expect("created");
    for assignment in [Assignment::Assign, Assignment::Unassign] {
        let mut changes = Vec::new();
        for _ in 0..20 {
            changes.push(host.assignment(&promotion, assignment, &listings).await);
        }
        let next = in_turn(changes);
        let (won, lost) = twenty_at_once(|| {
            let (host, change) = (host.clone(), next());
            async move { host.assign(change).await }
        })
        .await;
        let given = if assignment == Assignment::Assign { 10 } else { 0 };
        assert_eq!((won, host.given(&promotion, &listings).await.len()), (1, given));
        assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
    }
}

/// A race, ten times: the second change either finds nothing to assign or deletes the assignment.
pub async fn assignments_and_deletions_at_once_leave_nothing_astray(ports: Ports) {
    let host = Host::open(ports).await;
    for round in 0..10 {
        let [listing, other] = host.listings().await;
        let promotion = host.promote(&format!("Round {round}"), PromotionEdit::default()).await.expect("created");
        let change = host.assignment(&promotion, Assignment::Assign, &[listing, other]).await;
        let going = host.get(listing).await.expect("its own").listing;
        let assigning = tokio::spawn({
            let host = host.clone();
            async move { host.assign(change).await }
        });
        let deleting = tokio::spawn({
            let host = host.clone();
            async move { host.delete(&going).await }
        });
        let deleted = host.delete_promotion(&promotion).await;
        let (assigned, gone) = (assigning.await.expect("no panic"), deleting.await.expect("no panic"));
        assert!(assigned.is_ok() || is_stale(&assigned), "{assigned:?}");
        assert!((deleted.is_ok() || is_stale(&deleted)) && (gone.is_ok() || is_stale(&gone)), "{deleted:?} {gone:?}");
        assert_eq!(host.promotion(promotion.id()).await.is_some(), deleted.is_err());
    }
}
