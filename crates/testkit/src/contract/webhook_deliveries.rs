//! The delivery of webhooks.

use chrono::{DateTime, TimeDelta, Utc};
use domain::access::OperatorScope;
use domain::ids::ServerId;
use domain::tenants::{Tenant, TenantStatus};
use domain::users::Role;
use domain::webhooks::{DeliveryFailure, DisabledReason, Progress, Webhook, WebhookScope, WebhookStatus};
use ports::{DueWebhook, Lease, LeasedWebhook, Look, RepositoryError};

use super::operated_workspaces::set_suspended;
use super::webhooks::{attempt, create, edited, get, is_stale, new_webhook, update};
use super::{Ports, World};
use crate::build;

/// The lease of a server that begins at a second.
fn lease(server: ServerId, second: i64) -> Lease {
    let now = at(second);
    Lease { server, now, until: now + TimeDelta::seconds(6) }
}

fn at(second: i64) -> DateTime<Utc> {
    build::at() + TimeDelta::seconds(second)
}

fn servers() -> [ServerId; 2] {
    [(); 2].map(|()| ServerId::new(build::id()))
}

/// Numbers all events.
async fn number(world: &World) {
    let log = &world.ports.event_log;
    while log.number(&OperatorScope::new(), build::at(), 100).await.expect("numbered").has_more {}
}

async fn found(world: &World, look: Look, second: i64) -> Vec<DueWebhook> {
    let due = world.ports.webhook_deliveries.due(&OperatorScope::new(), look, at(second), 100).await;
    due.expect("no failure").into_iter().filter(|due| due.workspace_id == world.workspace_id()).collect()
}

/// Returns the webhooks that are due, by either look.
async fn due(world: &World, second: i64) -> Vec<DueWebhook> {
    let due = found(world, Look::Noted, second).await;
    assert_eq!(due, found(world, Look::All, second).await);
    due
}

async fn take(world: &World, webhook: &Webhook, lease: &Lease) -> Option<LeasedWebhook> {
    let due = DueWebhook { workspace_id: webhook.workspace_id(), tenant_id: webhook.tenant_id(), id: webhook.id() };
    world.ports.webhook_deliveries.lease(&OperatorScope::new(), &due, lease).await.expect("no failure")
}

async fn record(world: &World, webhook: &Webhook, progress: Progress, lease: &Lease) -> Result<bool, RepositoryError> {
    let attempts = vec![attempt(Ok(200)), attempt(Err(DeliveryFailure::TimedOut))];
    world.ports.webhook_deliveries.record(&OperatorScope::new(), webhook, progress, attempts, lease).await
}

async fn oldest(world: &World) -> Option<DateTime<Utc>> {
    world.ports.webhook_deliveries.oldest_undelivered(&OperatorScope::new()).await.expect("no failure")
}

/// Returns a webhook of a channel with events that it has not delivered.
async fn behind(ports: Ports) -> (World, Tenant, Webhook) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let webhook = create(&world, &channel).await;
    number(&world).await;
    (world, channel, webhook)
}

/// From its first event to the end of the log.
pub async fn a_webhook_is_due_while_events_wait_for_it(ports: Ports) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let webhook = create(&world, &channel).await;
    assert_eq!(due(&world, 0).await, [], "no event has its position");
    number(&world).await;
    let found = due(&world, 0).await;
    let expected = [(world.workspace_id(), channel.id(), webhook.id())];
    assert_eq!(found.iter().map(|due| (due.workspace_id, due.tenant_id, due.id)).collect::<Vec<_>>(), expected);
    assert_eq!(oldest(&world).await, Some(at(0)));

    let [server, _] = servers();
    let leased = take(&world, &webhook, &lease(server, 0)).await.expect("a lease");
    assert_eq!(
        (leased.webhook.clone(), leased.tenant.id, leased.tenant.status),
        (webhook, channel.id(), TenantStatus::Active)
    );
    let last = Progress { position: 1_000, ..Progress::default() };
    let end = Lease { until: at(0), ..lease(server, 0) };
    record(&world, &leased.webhook, last, &end).await.expect("stored");
    assert_eq!(due(&world, 9).await, [], "it is at the end of the log");
    assert_eq!(oldest(&world).await, None);
}

/// A webhook of a tenant at the end of its feed.
pub async fn events_of_another_tenant_wake_no_webhook(ports: Ports) {
    let (world, channel, webhook) = behind(ports).await;
    let operator = OperatorScope::new();
    let feed = operator.event_scope(world.workspace_id(), Some(channel.id()));
    let position = world.ports.events.log(&feed).await.expect("no failure").position;
    let [server, _] = servers();
    let leased = take(&world, &webhook, &lease(server, 0)).await.expect("a lease");
    let end = Lease { until: at(0), ..lease(server, 0) };
    record(&world, &leased.webhook, Progress { position, ..Progress::default() }, &end).await.expect("stored");

    world.create("other").await.expect("created");
    number(&world).await;
    assert!(world.ports.events.log(&feed).await.expect("no failure").position > position);
    assert_eq!(due(&world, 1).await, []);
    assert_eq!(oldest(&world).await, None);
}

/// Returns a webhook that has delivered all that its tenant was told, and the end of the log.
async fn at_the_end(ports: Ports, scope: WebhookScope) -> (World, Tenant, Webhook) {
    let world = World::new(ports).await;
    let channel = world.create("channel").await.expect("created");
    let owner = match scope {
        WebhookScope::Tenant => channel.clone(),
        WebhookScope::Workspace => world.get(world.default_tenant).await.expect("a tenant"),
    };
    let mut change = new_webhook(&world, &owner).await;
    let mut webhook = change.after.into_parts();
    webhook.details.scope = scope;
    change.after = Webhook::from_parts(webhook);
    let stored = world.ports.webhooks.create(&world.scope_in(owner.id()).await, change).await.expect("created");
    number(&world).await;
    let log = OperatorScope::new().event_scope(world.workspace_id(), None);
    let position = world.ports.events.log(&log).await.expect("no failure").position;
    let [server, _] = servers();
    let leased = take(&world, &stored, &lease(server, 0)).await.expect("a lease");
    let end = Lease { until: at(0), ..lease(server, 0) };
    record(&world, &leased.webhook, Progress { position, ..Progress::default() }, &end).await.expect("stored");
    assert_eq!(due(&world, 1).await, []);
    (world, channel, stored)
}

/// The default tenant is not told of it.
pub async fn a_webhook_of_the_workspace_is_due_after_the_event_of_any_tenant(ports: Ports) {
    let (world, channel, _) = at_the_end(ports, WebhookScope::Workspace).await;
    let beside = world.beside().await;
    for domain in ["one", "two", "three", "four"] {
        beside.create(domain).await.expect("created");
    }
    number(&world).await;
    assert_eq!(due(&world, 1).await, [], "the log of another workspace is longer");
    world.new_user(&channel, Role::Venue, "grace@example.com").await.expect("created");
    number(&world).await;
    assert_eq!(due(&world, 1).await.len(), 1);
}

/// No event was told to its tenant.
pub async fn a_webhook_whose_place_would_fall_out_of_the_log_is_found_among_all(ports: Ports) {
    let (world, _, webhook) = at_the_end(ports, WebhookScope::Tenant).await;
    world.create("other").await.expect("created");
    number(&world).await;
    assert_eq!(due(&world, 1).await, []);
    let later = build::at() + TimeDelta::days(1);
    world.ports.event_log.forget(&OperatorScope::new(), later, 500).await.expect("forgotten");
    assert_eq!(found(&world, Look::All, 1).await.iter().map(|due| due.id).collect::<Vec<_>>(), [webhook.id()]);
    assert_eq!(found(&world, Look::Noted, 1).await, []);
}

/// A lease that is renewed and then ends. `Stale` for the server that has lost it.
pub async fn a_webhook_is_delivered_by_one_server_and_taken_over_when_its_lease_ends(ports: Ports) {
    let (world, _, webhook) = behind(ports).await;
    let [first, second] = servers();
    let leased = take(&world, &webhook, &lease(first, 0)).await.expect("a lease");
    assert_eq!(due(&world, 5).await, []);
    assert!(take(&world, &webhook, &lease(second, 5)).await.is_none());
    let operator = OperatorScope::new();
    let deliveries = &world.ports.webhook_deliveries;
    assert!(deliveries.renew(&operator, &leased.webhook, &lease(first, 5)).await.expect("no failure"));
    assert!(take(&world, &webhook, &lease(second, 10)).await.is_none(), "it was renewed");
    assert_eq!(due(&world, 11).await.len(), 1);
    take(&world, &webhook, &lease(second, 11)).await.expect("the lease of the dead server is over");
    assert!(!deliveries.renew(&operator, &leased.webhook, &lease(first, 12)).await.expect("no failure"));
    let done = Progress { position: 1, ..Progress::default() };
    assert!(is_stale(&record(&world, &leased.webhook, done, &lease(first, 12)).await));
    assert_eq!(get(&world, &world_channel(&world, &webhook).await, webhook.id()).await, Some(webhook));
}

async fn world_channel(world: &World, webhook: &Webhook) -> Tenant {
    world.get(webhook.tenant_id()).await.expect("a tenant")
}

/// A race.
pub async fn of_two_servers_one_gets_the_lease(ports: Ports) {
    let (world, _, webhook) = behind(ports).await;
    let takers = servers().map(|server| {
        let (world, webhook) = (world.clone(), webhook.clone());
        tokio::spawn(async move { take(&world, &webhook, &lease(server, 0)).await.is_some() })
    });
    let mut taken = 0;
    for taker in takers {
        taken += u32::from(taker.await.expect("no panic"));
    }
    assert_eq!(taken, 1);
}

/// Place and attempts together. `Stale` from another place.
pub async fn attempts_are_stored_with_the_place_to_which_they_lead(ports: Ports) {
    let (world, channel, webhook) = behind(ports).await;
    let [server, _] = servers();
    take(&world, &webhook, &lease(server, 0)).await.expect("a lease");
    let progress = Progress {
        position: 1,
        consecutive_failures: 3,
        next_attempt_at: Some(at(60)),
        last_delivered_at: Some(at(1)),
    };
    let end = Lease { until: at(1), ..lease(server, 1) };
    record(&world, &webhook, progress, &end).await.expect("stored");
    let stored = get(&world, &channel, webhook.id()).await.expect("a webhook");
    assert_eq!((*stored.progress(), stored.version()), (progress, webhook.version()));
    let scope = world.scope_in(channel.id()).await;
    let attempts = world.ports.webhook_queries.attempts(&scope, webhook.id()).await.expect("no failure");
    assert_eq!(
        attempts.iter().map(|attempt| attempt.result).collect::<Vec<_>>(),
        [Err(DeliveryFailure::TimedOut), Ok(200)]
    );
    assert!(is_stale(&record(&world, &webhook, progress, &end).await), "it is not at that place any more");
    assert_eq!(due(&world, 59).await, [], "its time has not come");
    assert!(take(&world, &webhook, &lease(server, 59)).await.is_none());
    assert_eq!(due(&world, 60).await.len(), 1);
}

/// An edit, another place and a disabled webhook: `Stale`, except after the edit.
pub async fn a_change_by_a_request_wins_over_a_delivery(ports: Ports) {
    let (world, channel, webhook) = behind(ports).await;
    let [server, _] = servers();
    let scope = world.scope_in(channel.id()).await;
    take(&world, &webhook, &lease(server, 0)).await.expect("a lease");
    let done = Progress { position: 1, ..Progress::default() };

    // An edit leaves the place to the delivery.
    let change = edited(&world, &channel, &webhook, "https://other.example.com/").await;
    let moved = update(&world, &channel, change).await.expect("updated");
    record(&world, &webhook, done, &lease(server, 1)).await.expect("stored");
    let stored = get(&world, &channel, webhook.id()).await.expect("a webhook");
    assert_eq!((stored.progress().position, stored.version()), (1, moved.version()));

    let change = stored.enable(Some(0), &scope, world.stamp().await).expect("a change");
    let rewound = world.ports.webhooks.enable(&scope, change).await.expect("rewound");
    assert!(is_stale(&record(&world, &stored, Progress { position: 2, ..done }, &lease(server, 2)).await));

    take(&world, &rewound, &lease(server, 2)).await.expect("the lease was given up");
    let change = rewound.disable(DisabledReason::Requested, &scope, world.stamp().await).expect("a change");
    let disabled = update(&world, &channel, change).await.expect("disabled");
    assert!(is_stale(&record(&world, &rewound, done, &lease(server, 3)).await));
    assert_eq!(get(&world, &channel, webhook.id()).await.as_ref(), Some(&disabled));
    assert_eq!(due(&world, 60).await, []);
    assert_eq!((take(&world, &disabled, &lease(server, 60)).await, oldest(&world).await), (None, None));
}

/// Status, reason, attempt and audit entry together. `Stale` if it is disabled already.
pub async fn a_failing_webhook_is_disabled_with_its_last_attempt(ports: Ports) {
    let (world, channel, webhook) = behind(ports).await;
    let [server, _] = servers();
    let leased = take(&world, &webhook, &lease(server, 0)).await.expect("a lease");
    let operator = OperatorScope::new();
    let scope = operator.tenant_scope(world.workspace_id(), leased.tenant.clone());
    let failed = leased.webhook.advanced(Progress { consecutive_failures: 1, ..Progress::default() });
    let disable = async |webhook: &Webhook| {
        let change = failed.disable(DisabledReason::Gone, &scope, world.stamp().await).expect("a change");
        let attempts = vec![attempt(Ok(410))];
        world.ports.webhook_deliveries.disable(&scope, webhook, change, attempts, &lease(server, 1)).await
    };
    disable(&leased.webhook).await.expect("disabled");
    let stored = get(&world, &channel, webhook.id()).await.expect("a webhook").into_parts();
    assert_eq!((stored.status, stored.disabled_reason), (WebhookStatus::Disabled, Some(DisabledReason::Gone)));
    assert_eq!((stored.progress.consecutive_failures, stored.version), (1, webhook.version() + 1));
    assert!(world.ports.trail.actions().await.contains(&"webhook.disable".to_owned()));
    assert!(is_stale(&disable(&leased.webhook).await), "once");
    assert!(
        !world.ports.webhook_deliveries.renew(&operator, &leased.webhook, &lease(server, 1)).await.expect("no failure")
    );
    assert!(is_stale(&record(&world, &leased.webhook, Progress::default(), &lease(server, 1)).await), "it is disabled");
}

/// `Stale`, and nothing is stored.
pub async fn a_webhook_that_was_changed_meanwhile_is_not_disabled(ports: Ports) {
    let (world, channel, webhook) = behind(ports).await;
    let [server, _] = servers();
    let leased = take(&world, &webhook, &lease(server, 0)).await.expect("a lease");
    let scope = OperatorScope::new().tenant_scope(world.workspace_id(), leased.tenant.clone());
    let change = leased.webhook.disable(DisabledReason::Gone, &scope, world.stamp().await).expect("a change");
    let edit = edited(&world, &channel, &webhook, "https://other.example.com/").await;
    let edited = update(&world, &channel, edit).await.expect("updated");
    let deliveries = &world.ports.webhook_deliveries;
    let disabled = deliveries.disable(&scope, &leased.webhook, change, vec![], &lease(server, 1)).await;
    assert!(is_stale(&disabled));
    assert_eq!(get(&world, &channel, webhook.id()).await, Some(edited));
}

/// Neither due nor leased; what a server has delivered is stored.
pub async fn the_webhooks_of_an_inactive_tenant_wait(ports: Ports) {
    let (world, channel, webhook) = behind(ports).await;
    let [server, _] = servers();
    let leased = take(&world, &webhook, &lease(server, 0)).await.expect("a lease").webhook;
    assert!(record(&world, &leased, Progress::default(), &lease(server, 0)).await.expect("stored"), "it is active");
    world.set_status(&channel, TenantStatus::Inactive).await;
    let end = Lease { until: at(0), ..lease(server, 0) };
    assert!(!record(&world, &leased, Progress::default(), &end).await.expect("stored"), "it is inactive");
    assert_eq!(due(&world, 0).await, []);
    assert_eq!((take(&world, &webhook, &lease(server, 0)).await, oldest(&world).await), (None, None));
    let inactive = world.get(channel.id()).await.expect("a tenant");
    world.set_status(&inactive, TenantStatus::Active).await;
    assert_eq!(due(&world, 0).await.len(), 1);
}

/// Even if their tenants are active.
pub async fn the_webhooks_of_a_suspended_workspace_wait(ports: Ports) {
    let (world, _, webhook) = behind(ports).await;
    let [server, _] = servers();
    let leased = take(&world, &webhook, &lease(server, 0)).await.expect("a lease").webhook;
    set_suspended(&world, &OperatorScope::new(), true).await;
    assert!(due(&world, 10).await.is_empty());
    assert_eq!(take(&world, &webhook, &lease(server, 10)).await, None);
    let deliveries = &world.ports.webhook_deliveries;
    assert!(!deliveries.renew(&OperatorScope::new(), &leased, &lease(server, 1)).await.expect("no failure"));
    let recorded = record(&world, &leased, *leased.progress(), &lease(server, 1)).await;
    assert!(!recorded.expect("stored"), "the turn ends");
    assert_eq!(oldest(&world).await, None);
    set_suspended(&world, &OperatorScope::new(), false).await;
    assert_eq!(due(&world, 10).await.len(), 1);
}
