//! Event consumers.

use chrono::TimeDelta;
use domain::access::{EventScope, TenantChoice};
use domain::event_consumers::{ConsumerName, EventConsumer, MOST_CONSUMERS, Place, Unread};
use domain::ids::{EventConsumerId, TenantId};
use domain::tenants::{Tenant, TenantDetails};
use domain::users::Role;
use ports::{Page, PageStart, RepositoryError, rules};

use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

const FIRST_PAGE: Page = Page { start: PageStart::Number(1), size: 100 };

fn place(position: u64) -> Place {
    Place::after(position, 1, 1_000).expect("a place")
}

fn name(text: &str) -> ConsumerName {
    text.parse().expect("a name")
}

/// Returns a consumer of the tenant, not yet stored.
async fn new(world: &World, tenant: TenantId, text: &str, position: u64) -> EventConsumer {
    let named = (EventConsumerId::new(build::id()), name(text));
    EventConsumer::new(&world.scope_in(tenant).await, named, place(position), build::at())
}

async fn create(world: &World, consumer: EventConsumer) -> Result<EventConsumer, RepositoryError> {
    let scope = world.scope_in(consumer.tenant_id()).await;
    world.ports.event_consumers.create(&scope, consumer).await
}

async fn get(world: &World, tenant: TenantId, text: &str) -> Option<EventConsumer> {
    world.ports.event_consumers.get(&world.scope_in(tenant).await, &name(text)).await.expect("no failure")
}

async fn feed(world: &World, tenant: Option<TenantId>) -> EventScope {
    let choice = tenant.map_or(TenantChoice::Home, TenantChoice::Named);
    world.caller(&world.token, choice).await.event_scope(tenant.is_none()).expect("an administrator")
}

async fn listed(world: &World, tenant: &Tenant) -> Vec<(EventConsumer, Unread)> {
    let (scope, feed) = (world.scope_in(tenant.id()).await, feed(world, Some(tenant.id())).await);
    let listed = world.ports.event_consumer_queries.list(&scope, &feed, FIRST_PAGE).await.expect("a list").items;
    let count = world.ports.event_consumer_queries.count(&scope).await.expect("a count");
    assert_eq!(listed.len() as u64, count);
    listed
}

fn is_stale<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Stale))
}

fn is_one_too_many(error: &RepositoryError) -> bool {
    matches!(error, RepositoryError::Taken { rule: rules::EVENT_CONSUMERS })
}

/// Stores, moves, lists in pages and deletes.
pub async fn a_consumer_comes_back_as_it_was_stored(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let scope = world.scope_in(channel.id()).await;
    let made = create(&world, new(&world, channel.id(), "b.Illing_1-", 7).await).await.expect("created");
    let later = create(&world, new(&world, channel.id(), "a", 0).await).await.expect("created");
    assert_eq!(get(&world, channel.id(), "b.Illing_1-").await.as_ref(), Some(&made));
    assert_eq!(get(&world, channel.id(), "B.illing_1-").await, None, "the case matters");
    let names = listed(&world, &channel).await.into_iter().map(|(consumer, _)| consumer).collect::<Vec<_>>();
    assert_eq!(names, [made.clone(), later.clone()], "by id");
    let after = Page { start: PageStart::After(made.id().as_uuid()), size: 1 };
    let feed = feed(&world, Some(channel.id())).await;
    let page = world.ports.event_consumer_queries.list(&scope, &feed, after).await.expect("a page");
    assert_eq!((page.items[0].0.id(), page.has_more), (later.id(), false));

    let moved = made.move_to(place(3), build::at() + TimeDelta::milliseconds(42)).expect("moved");
    world.ports.event_consumers.update(&scope, moved.clone()).await.expect("updated");
    assert_eq!(get(&world, channel.id(), "b.Illing_1-").await, Some(moved.clone()));
    world.ports.event_consumers.delete(&scope, moved).await.expect("deleted");
    assert_eq!(get(&world, channel.id(), "b.Illing_1-").await, None);
    assert_eq!(listed(&world, &channel).await.len(), 1);
}

/// Another tenant has as many again.
pub async fn a_tenant_has_so_many_consumers(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    for number in 0..MOST_CONSUMERS {
        create(&world, new(&world, channel.id(), &format!("c{number}"), 0).await).await.expect("created");
    }
    let refused = create(&world, new(&world, channel.id(), "another", 0).await).await.expect_err("one too many");
    assert!(is_one_too_many(&refused), "{refused:?}");
    let again = create(&world, new(&world, channel.id(), "c0", 0).await).await;
    assert!(is_stale(&again), "it is there already: {again:?}");
    create(&world, new(&world, world.default_tenant, "another", 0).await).await.expect("another tenant");
}

/// Half of the places are taken.
pub async fn of_twenty_who_create_consumers_so_many_win_as_may(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    for number in 0..MOST_CONSUMERS / 2 {
        create(&world, new(&world, channel.id(), &format!("c{number}"), 0).await).await.expect("created");
    }
    let (won, lost) = twenty_at_once(|| {
        let (world, tenant) = (world.clone(), channel.id());
        async move { create(&world, new(&world, tenant, &format!("x{}", build::id().as_u128()), 0).await).await }
    })
    .await;
    assert_eq!(won, 10);
    assert!(lost.iter().all(is_one_too_many), "{lost:?}");
    assert_eq!(listed(&world, &channel).await.len(), 20);
}

/// All others find it stored.
pub async fn of_twenty_who_create_the_same_consumer_one_wins(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let (won, lost) = twenty_at_once(|| {
        let (world, tenant) = (world.clone(), channel.id());
        async move { create(&world, new(&world, tenant, "billing", 0).await).await }
    })
    .await;
    assert_eq!(won, 1);
    assert!(lost.iter().all(|error| matches!(error, RepositoryError::Stale)), "{lost:?}");
}

/// Updates and deletions of a version that was read before another change.
pub async fn a_change_of_an_old_consumer_is_stale(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let scope = world.scope_in(channel.id()).await;
    let old = create(&world, new(&world, channel.id(), "billing", 7).await).await.expect("created");
    let moved = |position| old.move_to(place(position), build::at()).expect("moved");
    world.ports.event_consumers.update(&scope, moved(8)).await.expect("updated");
    assert!(is_stale(&world.ports.event_consumers.update(&scope, moved(9)).await));
    assert!(is_stale(&world.ports.event_consumers.delete(&scope, old.clone()).await));
    assert_eq!(get(&world, channel.id(), "billing").await.map(|consumer| consumer.position()), Some(8));
    world.ports.event_consumers.delete(&scope, moved(8)).await.expect("deleted");
    assert!(is_stale(&world.ports.event_consumers.update(&scope, moved(9)).await));
}

/// None is left, and none is stored later.
pub async fn consumers_end_with_their_tenant(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let scope = world.scope_in(channel.id()).await;
    let [stored, late] = [new(&world, channel.id(), "one", 0).await, new(&world, channel.id(), "other", 0).await];
    create(&world, stored).await.expect("created");
    world.delete(&channel).await.expect("deleted");
    assert!(is_stale(&world.ports.event_consumers.create(&scope, late).await));
    assert_eq!(world.ports.event_consumer_queries.count(&scope).await.expect("a count"), 0);
}

/// Isolation.
pub async fn another_tenant_reaches_no_consumer(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let consumer = create(&world, new(&world, channel.id(), "billing", 7).await).await.expect("created");
    let elsewhere = world.beside().await;
    for (world, tenant) in [(&world, world.default_tenant), (&elsewhere, elsewhere.default_tenant)] {
        let scope = world.scope_in(tenant).await;
        assert_eq!(get(world, tenant, "billing").await, None);
        let feed = feed(world, Some(tenant)).await;
        let listed = world.ports.event_consumer_queries.list(&scope, &feed, FIRST_PAGE).await.expect("a list").items;
        assert_eq!(listed, []);
        assert_eq!(world.ports.event_consumer_queries.count(&scope).await.expect("a count"), 0);
        assert!(world.ports.event_consumers.delete(&scope, consumer.clone()).await.is_err());
        let moved = consumer.move_to(place(8), build::at()).expect("moved");
        assert!(world.ports.event_consumers.update(&scope, moved).await.is_err());
    }
    assert_eq!(get(&world, channel.id(), "billing").await, Some(consumer.clone()));

    // Another's of the same name and version stays as it is.
    let other = create(&world, new(&world, world.default_tenant, "billing", 9).await).await.expect("created");
    let moved = consumer.move_to(place(8), build::at()).expect("moved");
    world.ports.event_consumers.update(&world.scope_in(channel.id()).await, moved).await.expect("updated");
    assert_eq!(get(&world, world.default_tenant, "billing").await, Some(other));
}

/// Counts the events after the consumer's position, and finds the time of the oldest.
pub async fn a_consumer_is_behind_in_a_feed_and_in_the_log(ports: Ports) {
    let world = World::new(ports).await;
    let mut change = world.new_tenant("channel", TenantDetails::default()).await;
    let later = build::at() + TimeDelta::seconds(1);
    change.audit.at = later;
    let channel = world.ports.tenants.create(&world.admin().await, change).await.expect("created");
    let mut change = world.user_change(&world.scope_in(channel.id()).await, Role::Venue, "clerk@example.com").await;
    change.audit.at = later;
    world.ports.users.create(&world.scope_in(channel.id()).await, change).await.expect("a user");
    world.number().await;
    let scope = world.scope_in(channel.id()).await;
    for (text, position) in [("a", 0), ("b", 2), ("c", 3)] {
        create(&world, new(&world, channel.id(), text, position).await).await.expect("created");
    }
    // The log has the workspace, the tenant and the user; the feed of the tenant has the last two.
    for (tenant, expected, first) in [(Some(channel.id()), [2, 1, 0], later), (None, [3, 1, 0], build::at())] {
        let feed = feed(&world, tenant).await;
        let listed = world.ports.event_consumer_queries.list(&scope, &feed, FIRST_PAGE).await.expect("a list").items;
        let behind: Vec<_> = listed.iter().map(|(_, unread)| *unread).collect();
        let oldest = [Some(first), Some(later), None];
        let unread = expected.into_iter().zip(oldest).map(|(events, oldest_at)| Unread { events, oldest_at });
        assert_eq!(behind, unread.collect::<Vec<_>>(), "{tenant:?}");
    }
}
