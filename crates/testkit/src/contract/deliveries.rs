//! Deliveries of listings by connectors.

use domain::listings::{Delivered, NewListing};
use ports::{ListingFilter, RepositoryError};

use super::Ports;
use super::host::{Host, is_stale, new_listing, renamed};
use super::world::twenty_at_once;

/// More rows than one statement can hold.
const MANY: usize = 1_000;

fn called(name: &str, new: NewListing) -> NewListing {
    NewListing { name: name.parse().expect("a name"), ..new }
}

fn many() -> Vec<NewListing> {
    // Not in the order of their ids.
    (0..MANY).map(|number| new_listing(&(number * 7 % MANY).to_string())).collect()
}

async fn names(host: &Host) -> Vec<String> {
    let listed = host.listed(&ListingFilter::default()).await;
    listed.iter().map(|seen| seen.listing.details().name.to_string()).collect()
}

/// New, changed and unchanged listings.
pub async fn what_is_delivered_is_stored_and_delivered_again_is_unchanged(ports: Ports) {
    let host = Host::open(ports).await;
    let stays = host.listing("0").await;
    let delivered = host.deliver(vec![new_listing("8"), new_listing("7")]).await.expect("delivered");
    assert_eq!(delivered, Delivered { created: 2, updated: 0, unchanged: 0 });
    let before = host.listed(&ListingFilter::default()).await;
    assert_eq!((before.len(), &before[0].listing), (3, &stays), "listings that are not delivered stay");

    let again = host.deliver(vec![new_listing("7"), new_listing("8")]).await.expect("delivered");
    assert_eq!(again, Delivered { created: 0, updated: 0, unchanged: 2 });
    assert_eq!(host.listed(&ListingFilter::default()).await, before);

    let third = vec![new_listing("9"), called("Barn", new_listing("8")), new_listing("7")];
    let third = host.deliver(third).await.expect("delivered");
    assert_eq!(third, Delivered { created: 1, updated: 1, unchanged: 1 });
    assert_eq!(names(&host).await, ["Loft", "Barn", "Loft", "Loft"], "the listing keeps its position and its id");
}

/// New and changed listings, of which one is stale.
pub async fn a_thousand_listings_are_delivered_whole_or_not_at_all(ports: Ports) {
    let host = Host::open(ports).await;
    let delivered = host.deliver(many()).await.expect("delivered");
    assert_eq!(delivered, Delivered { created: MANY, updated: 0, unchanged: 0 });
    let again = host.deliver(many()).await.expect("delivered");
    assert_eq!(again, Delivered { created: 0, updated: 0, unchanged: MANY });

    let barns = || many().into_iter().map(|new| called("Barn", new)).collect::<Vec<_>>();
    let late = host.delivery(barns()).await.1.expect("a change");
    let [faster] = host.known(&[new_listing("999")]).await.try_into().expect("one");
    host.update(&faster, renamed("Tower")).await.expect("updated");
    let trail = host.world.ports.trail.actions().await;
    assert!(is_stale(&host.world.ports.listings.deliver(&host.scope().await, late).await));
    assert_eq!(host.world.ports.trail.actions().await, trail);
    assert_eq!(names(&host).await.iter().filter(|name| *name == "Loft").count(), MANY - 1);

    let delivered = host.deliver(barns()).await.expect("delivered");
    assert_eq!(delivered, Delivered { created: 0, updated: MANY, unchanged: 0 });
    assert_eq!(names(&host).await, vec!["Barn"; MANY]);
}

/// `Stale`, if a listing was changed, deleted or created since; nothing is stored.
pub async fn a_delivery_that_was_decided_on_what_has_changed_is_stale(ports: Ports) {
    let host = Host::open(ports).await;
    let delivery = || vec![called("Barn", new_listing("7")), called("Barn", new_listing("8"))];
    let is_refused = async |why: &str, change| {
        let refused = host.world.ports.listings.deliver(&host.scope().await, change).await;
        assert!(is_stale(&refused), "{why}: {refused:?}");
    };
    let first = host.listing("7").await;

    let change = host.delivery(delivery()).await.1.expect("a change");
    let first = host.update(&first, renamed("Tower")).await.expect("updated").listing;
    is_refused("one was changed", change).await;
    assert_eq!(names(&host).await, ["Tower"]);

    let change = host.delivery(delivery()).await.1.expect("a change");
    let second = host.listing("8").await;
    is_refused("one was made", change).await;
    assert_eq!(names(&host).await, ["Tower", "Loft"]);

    let change = host.delivery(delivery()).await.1.expect("a change");
    host.delete(&second).await.expect("deleted");
    is_refused("one was deleted", change).await;
    assert_eq!(names(&host).await, ["Tower"]);

    let change = host.delivery(delivery()).await.1.expect("a change");
    host.delete(&first).await.expect("deleted");
    let again = host.listing("7").await;
    is_refused("one was deleted and created again", change).await;
    assert_eq!(host.listed(&ListingFilter::default()).await, [host.own(again)]);
}

/// A race: no listing is stored twice.
pub async fn of_twenty_who_deliver_the_same_new_listings_one_wins(ports: Ports) {
    let host = Host::open(ports).await;
    let delivery = || (0..50).map(|number| new_listing(&number.to_string())).collect::<Vec<_>>();
    let mut changes = Vec::new();
    for _ in 0..20 {
        changes.push(host.delivery(delivery()).await.1.expect("a change"));
    }
    let changes = std::sync::Mutex::new(changes);
    let (won, lost) = twenty_at_once(|| {
        let (host, change) = (host.clone(), changes.lock().expect("no panic").pop().expect("twenty"));
        async move { host.world.ports.listings.deliver(&host.scope().await, change).await }
    })
    .await;
    assert_eq!((won, host.listed(&ListingFilter::default()).await.len()), (1, 50));
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
    let again = host.deliver(delivery()).await.expect("delivered");
    assert_eq!(again, Delivered { created: 0, updated: 0, unchanged: 50 });
}

/// A race, ten times: no change is lost.
pub async fn deliveries_and_changes_at_once_see_each_other(ports: Ports) {
    let host = Host::open(ports).await;
    let mut listing = host.listing("7").await;
    for round in 0..10 {
        let (there, read) = (host.clone(), listing.clone());
        let delivery = vec![called(&format!("Barn {round}"), new_listing("7")), new_listing(&format!("new {round}"))];
        let (connector, change) = (host.clone(), host.delivery(delivery).await.1.expect("a change"));
        let changing = tokio::spawn(async move { there.update(&read, renamed(&format!("Tower {round}"))).await });
        let delivering = tokio::spawn(async move {
            let scope = connector.scope().await;
            connector.world.ports.listings.deliver(&scope, change).await
        });
        let (changed, delivered) = (changing.await.expect("no panic"), delivering.await.expect("no panic"));
        assert_ne!(is_stale(&changed), is_stale(&delivered), "one of them wins: {changed:?} {delivered:?}");
        listing = host.get(listing.id()).await.expect("a listing").listing;
        let winner = if changed.is_ok() { "Tower" } else { "Barn" };
        assert_eq!(listing.details().name.as_str(), format!("{winner} {round}"));
        assert_eq!(listing.version(), round + 2);
        let is_new = !host.known(&[new_listing(&format!("new {round}"))]).await.is_empty();
        assert_eq!(is_new, delivered.is_ok());
    }
}

/// `Stale`: a delivery would bring it back.
pub async fn a_listing_that_is_deleted_meanwhile_is_not_delivered(ports: Ports) {
    let host = Host::open(ports.clone()).await;
    let listing = host.listing("7").await;
    let delivered = vec![called("Barn", new_listing("7"))];
    let (deleted, delivered) = ports.overlap(host.delete(&listing), host.deliver(delivered)).await;
    deleted.expect("deleted");
    assert!(is_stale(&delivered), "{delivered:?}");
    assert_eq!(names(&host).await, [] as [&str; 0]);
}
