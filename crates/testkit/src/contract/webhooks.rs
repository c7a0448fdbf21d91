//! Webhooks.

use chrono::TimeDelta;
use domain::access::OperatorScope;
use domain::change::Change;
use domain::event_consumers::Unread;
use domain::ids::{AttemptId, EventId, WebhookId};
use domain::tenants::Tenant;
use domain::webhooks::{
    Attempt, DeliveryFailure, DisabledReason, MOST_ATTEMPTS, MOST_WEBHOOKS, NewWebhook, Progress, SealedSecret,
    Secrets, Webhook, WebhookDetails, WebhookEdit, WebhookParts, WebhookScope,
};
use ports::{Page, PageStart, RepositoryError, rules};

use super::world::twenty_at_once;
use super::{Ports, World};
use crate::build;

const FIRST_PAGE: Page = Page { start: PageStart::Number(1), size: 100 };

/// Returns the creation of a webhook at position 0 by the administrator, not yet stored.
pub(super) async fn new_webhook(world: &World, tenant: &Tenant) -> Change<Webhook> {
    let details = WebhookDetails {
        url: "https://hooks.example.com/in?a=b".parse().expect("a URL"),
        description: Some("Zimmer 🏨 \"'; --".parse().expect("a description")),
        types: "listing.updated,user.*,webhook.*".parse().expect("types"),
        scope: WebhookScope::Tenant,
    };
    let new = NewWebhook {
        id: WebhookId::new(build::id()),
        details,
        base_url: "https://stays.example/api/v1".to_owned(),
        secret: SealedSecret::new("v1.sealed".to_owned()),
        position: 0,
    };
    Webhook::create(new, &world.scope_in(tenant.id()).await, world.stamp().await)
}

pub(super) async fn create(world: &World, tenant: &Tenant) -> Webhook {
    let change = new_webhook(world, tenant).await;
    world.ports.webhooks.create(&world.scope_in(tenant.id()).await, change).await.expect("created")
}

pub(super) async fn get(world: &World, tenant: &Tenant, id: WebhookId) -> Option<Webhook> {
    world.ports.webhooks.get(&world.scope_in(tenant.id()).await, id).await.expect("no failure")
}

pub(super) async fn edited(world: &World, tenant: &Tenant, webhook: &Webhook, url: &str) -> Change<Webhook> {
    let edit = WebhookEdit { url: Some(url.parse().expect("a URL")), ..WebhookEdit::default() };
    webhook.update(edit, &world.scope_in(tenant.id()).await, world.stamp().await).expect("a change")
}

pub(super) async fn update(
    world: &World,
    tenant: &Tenant,
    change: Change<Webhook>,
) -> Result<Webhook, RepositoryError> {
    world.ports.webhooks.update(&world.scope_in(tenant.id()).await, change).await
}

async fn delete(world: &World, tenant: &Tenant, webhook: &Webhook) -> Result<(), RepositoryError> {
    let scope = world.scope_in(tenant.id()).await;
    let change = webhook.delete(&scope, world.stamp().await);
    world.ports.webhooks.delete(&scope, change).await
}

/// Returns an attempt, later than those before.
pub(super) fn attempt(result: Result<u16, DeliveryFailure>) -> Attempt {
    Attempt {
        id: AttemptId::new(build::id()),
        event_id: EventId::new(build::id()),
        position: Some(7),
        event_type: "user.created".to_owned(),
        number: 1,
        result,
        duration: 87,
        at: build::at(),
    }
}

async fn attempts(world: &World, tenant: &Tenant, id: WebhookId) -> Vec<Attempt> {
    let scope = world.scope_in(tenant.id()).await;
    world.ports.webhook_queries.attempts(&scope, id).await.expect("no failure")
}

async fn test(world: &World, tenant: &Tenant, id: WebhookId, attempt: Attempt) {
    let scope = world.scope_in(tenant.id()).await;
    world.ports.webhooks.add_test(&scope, id, attempt).await.expect("no failure");
}

pub(super) fn is_stale<T>(result: &Result<T, RepositoryError>) -> bool {
    matches!(result, Err(RepositoryError::Stale))
}

/// Compares every field.
pub async fn a_webhook_comes_back_as_it_was_stored(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let created = create(&world, &channel).await;
    assert_eq!(get(&world, &channel, created.id()).await.as_ref(), Some(&created));

    let scope = world.scope_in(channel.id()).await;
    let change = created.rotate(SealedSecret::new("v1.new".to_owned()), &scope, world.stamp().await);
    let rotated = update(&world, &channel, change).await.expect("rotated");
    let change = edited(&world, &channel, &rotated, "https://other.example.com/").await;
    let moved = update(&world, &channel, change).await.expect("updated");
    assert_eq!(get(&world, &channel, created.id()).await.as_ref(), Some(&moved));
    let Secrets { current, previous } = moved.parts().secrets.clone();
    assert_eq!(
        (current.as_str(), previous.map(|(_, until)| until)),
        ("v1.new", Some(build::at() + TimeDelta::days(1)))
    );

    let change = moved.disable(DisabledReason::Requested, &scope, world.stamp().await).expect("a change");
    let disabled = update(&world, &channel, change).await.expect("disabled");
    assert_eq!(get(&world, &channel, created.id()).await.as_ref(), Some(&disabled));
    let change = disabled.enable(Some(3), &scope, world.stamp().await).expect("a change");
    let enabled = world.ports.webhooks.enable(&scope, change).await.expect("enabled");
    assert_eq!(enabled.progress(), &Progress { position: 3, ..Progress::default() });
    assert_eq!(get(&world, &channel, created.id()).await, Some(enabled));
}

/// `None` and `Stale` for other tenants and workspaces.
pub async fn a_tenant_sees_and_changes_only_its_own_webhooks(ports: Ports) {
    let world = World::new(ports).await;
    let [channel, other] = ["channel", "other"].map(|domain| world.create(domain));
    let (channel, other) = (channel.await.expect("created"), other.await.expect("created"));
    let webhook = create(&world, &channel).await;
    test(&world, &channel, webhook.id(), attempt(Ok(200))).await;
    let beside = world.beside().await;
    let stranger = beside.create("channel").await.expect("created");
    for (world, tenant) in [(&world, &other), (&beside, &stranger)] {
        assert_eq!(get(world, tenant, webhook.id()).await, None);
        let scope = world.scope_in(tenant.id()).await;
        let queries = &world.ports.webhook_queries;
        assert_eq!(queries.list(&scope, FIRST_PAGE).await.expect("listed").items, []);
        assert_eq!(queries.count(&scope).await.expect("counted"), 0);
        assert_eq!(attempts(world, tenant, webhook.id()).await, []);
        test(world, tenant, webhook.id(), attempt(Ok(200))).await;
        let change = edited(world, tenant, &webhook, "https://evil.example.com/").await;
        assert!(is_stale(&update(world, tenant, change).await));
        assert!(is_stale(&delete(world, tenant, &webhook).await));
    }
    // Not even if the change says that the webhook is its own.
    let theirs = Webhook::from_parts(WebhookParts { tenant_id: other.id(), ..webhook.clone().into_parts() });
    let change = edited(&world, &other, &theirs, "https://evil.example.com/").await;
    assert!(is_stale(&update(&world, &other, change).await));
    let scope = world.scope_in(other.id()).await;
    let change = theirs.enable(Some(9), &scope, world.stamp().await).expect("a change");
    assert!(is_stale(&world.ports.webhooks.enable(&scope, change).await));
    assert_eq!(get(&world, &channel, webhook.id()).await, Some(webhook.clone()));
    assert_eq!(attempts(&world, &channel, webhook.id()).await.len(), 1);
    let scope = world.scope_in(channel.id()).await;
    let listed = world.ports.webhook_queries.list(&scope, FIRST_PAGE).await.expect("listed");
    assert_eq!(listed.items.into_iter().map(|(webhook, _)| webhook).collect::<Vec<_>>(), [webhook]);
}

/// Counts the events of its tenant alone, and finds the time at which the oldest was numbered.
pub async fn a_list_says_how_far_a_webhook_is_behind(ports: Ports) {
    let earlier = World::new(ports).await;
    for domain in ["one", "two", "three"] {
        earlier.create(domain).await.expect("created");
    }
    let world = earlier.beside().await;
    world.number().await;
    let channel = world.create("channel").await.expect("created");
    create(&world, &channel).await;
    let (operator, later) = (OperatorScope::new(), build::at() + TimeDelta::seconds(5));
    while world.ports.event_log.number(&operator, later, 100).await.expect("numbered").has_more {}
    let scope = world.scope_in(channel.id()).await;
    let listed = world.ports.webhook_queries.list(&scope, FIRST_PAGE).await.expect("listed").items;
    // The tenant and the webhook; the log began with the workspace.
    assert_eq!(listed[0].1, Unread { events: 2, oldest_at: Some(later) });
    let oldest = async || world.ports.webhook_deliveries.oldest_undelivered(&operator).await.expect("no failure");
    assert_eq!(oldest().await, Some(later));

    // One that follows the log after the workspace was created.
    let owner = world.get(world.default_tenant).await.expect("a tenant");
    let mut change = new_webhook(&world, &owner).await;
    let mut webhook = change.after.into_parts();
    (webhook.details.scope, webhook.progress.position) = (WebhookScope::Workspace, 1);
    change.after = Webhook::from_parts(webhook);
    world.ports.webhooks.create(&world.scope_in(owner.id()).await, change).await.expect("created");
    assert_eq!(oldest().await, Some(later));
}

/// `Stale`, and nothing is stored.
pub async fn a_webhook_that_was_changed_since_is_not_overwritten(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let webhook = create(&world, &channel).await;
    let scope = world.scope_in(channel.id()).await;
    let first = edited(&world, &channel, &webhook, "https://first.example.com/").await;
    let second = edited(&world, &channel, &webhook, "https://second.example.com/").await;
    let enabled = webhook.enable(Some(9), &scope, world.stamp().await).expect("a change");
    let stored = update(&world, &channel, first).await.expect("updated");
    assert!(is_stale(&update(&world, &channel, second).await));
    assert!(is_stale(&world.ports.webhooks.enable(&scope, enabled).await));
    assert!(is_stale(&delete(&world, &channel, &webhook).await));
    assert_eq!(get(&world, &channel, webhook.id()).await, Some(stored));
}

/// `Stale` for changes afterwards.
pub async fn a_deleted_webhook_is_gone_with_its_attempts(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let webhook = create(&world, &channel).await;
    test(&world, &channel, webhook.id(), attempt(Ok(200))).await;
    delete(&world, &channel, &webhook).await.expect("deleted");
    assert_eq!(get(&world, &channel, webhook.id()).await, None);
    assert_eq!(attempts(&world, &channel, webhook.id()).await, []);
    test(&world, &channel, webhook.id(), attempt(Ok(200))).await;
    let change = edited(&world, &channel, &webhook, "https://late.example.com/").await;
    assert!(is_stale(&update(&world, &channel, change).await));
}

/// The end of webhooks and attempts with their tenant.
pub async fn a_deleted_tenant_has_no_webhooks(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let webhook = create(&world, &channel).await;
    let other = world.create("other").await.expect("created");
    let kept = create(&world, &other).await;
    for (tenant, webhook) in [(&channel, &webhook), (&other, &kept)] {
        test(&world, tenant, webhook.id(), attempt(Ok(200))).await;
    }
    let scope = world.scope_in(channel.id()).await;
    world.delete(&channel).await.expect("deleted");
    assert_eq!(world.ports.webhooks.get(&scope, webhook.id()).await.expect("no failure"), None);
    assert_eq!(attempts(&world, &other, kept.id()).await.len(), 1, "another tenant keeps its own");
}

/// `Taken` for the others, in a race.
pub async fn of_twenty_new_webhooks_so_many_are_stored_as_may(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let scope = world.scope_in(channel.id()).await;
    let (created, refusals) = twenty_at_once(|| {
        let (world, channel) = (world.clone(), channel.clone());
        async move {
            let change = new_webhook(&world, &channel).await;
            world.ports.webhooks.create(&world.scope_in(channel.id()).await, change).await
        }
    })
    .await;
    assert_eq!(created, MOST_WEBHOOKS as usize);
    let is_limit = |error: &RepositoryError| matches!(error, RepositoryError::Taken { rule: rules::MOST_WEBHOOKS });
    assert!(refusals.iter().all(is_limit), "{refusals:?}");
    assert_eq!(world.ports.webhook_queries.count(&scope).await.expect("counted"), u64::from(MOST_WEBHOOKS));
}

/// Tests with and without an answer, and more of them than are kept.
pub async fn the_last_attempts_are_kept_newest_first(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let webhook = create(&world, &channel).await;
    let mut made = vec![attempt(Err(DeliveryFailure::TlsFailed)), Attempt { position: None, ..attempt(Ok(500)) }];
    for attempt in made.clone() {
        test(&world, &channel, webhook.id(), attempt).await;
    }
    made.reverse();
    assert_eq!(attempts(&world, &channel, webhook.id()).await, made);
    for _ in 0..MOST_ATTEMPTS {
        test(&world, &channel, webhook.id(), attempt(Ok(204))).await;
    }
    let kept = attempts(&world, &channel, webhook.id()).await;
    assert_eq!(kept.len(), MOST_ATTEMPTS as usize);
    assert!(kept.iter().all(|attempt| attempt.result == Ok(204)));
}

/// `Taken { rule: "most_webhooks" }`.
pub async fn a_webhook_that_is_made_meanwhile_counts(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    for _ in 1..MOST_WEBHOOKS {
        create(&world, &channel).await;
    }
    let [one, another] = [new_webhook(&world, &channel).await, new_webhook(&world, &channel).await];
    let (webhooks, scope) = (&world.ports.webhooks, world.scope_in(channel.id()).await);
    let (made, refused) = ports.overlap(webhooks.create(&scope, one), webhooks.create(&scope, another)).await;
    made.expect("the last one");
    assert!(matches!(refused, Err(RepositoryError::Taken { rule: rules::MOST_WEBHOOKS })), "{refused:?}");
}

/// `Stale`.
pub async fn a_webhook_that_is_changed_meanwhile_is_not_deleted(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    let webhook = create(&world, &channel).await;
    let change = edited(&world, &channel, &webhook, "https://hooks.example.com/2").await;
    let (changed, deleted) = ports.overlap(update(&world, &channel, change), delete(&world, &channel, &webhook)).await;
    assert!(changed.is_ok() && is_stale(&deleted), "{changed:?} {deleted:?}");
}

/// The attempt is dropped.
pub async fn a_webhook_that_is_deleted_meanwhile_is_not_tested(ports: Ports) {
    let world = World::new(ports.clone()).await;
    let channel = world.create("channel").await.expect("created");
    let webhook = create(&world, &channel).await;
    let testing = test(&world, &channel, webhook.id(), attempt(Ok(200)));
    let (deleted, ()) = ports.overlap(delete(&world, &channel, &webhook), testing).await;
    deleted.expect("deleted");
}
