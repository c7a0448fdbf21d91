//! Tests of deliveries.

use std::collections::VecDeque;
use std::sync::Mutex;

use domain::ids::{EventId, WebhookId};
use domain::webhooks::{DeliveryFailure, DisabledReason, SignedMessage, Webhook};
use ports::{EventPage, MockEventQueries, MockWebhookDeliveries, MockWebhookSender};
use testkit::build;
use uuid::Uuid;

use super::super::fixture::{outbound, webhook};
use super::*;
use crate::steps::ambient::fixture::ambient;

/// The stored places, with the numbers of attempts that led to them.
type Stored = Arc<Mutex<Vec<(Progress, usize, bool)>>>;

const FAILED: Outcome = Outcome::Failed(DeliveryFailure::TimedOut);

const fn answered(status: u16) -> Outcome {
    Outcome::Answered { status, retry_after: None }
}

fn event(position: u64) -> Event {
    Event {
        id: EventId::new(Uuid::from_u128(position.into())),
        position,
        event_type: "user.created".to_owned(),
        at: build::at(),
        tenant_id: build::channel_id(),
        actor: None,
        resource_kind: "user".to_owned(),
        resource_id: build::id(),
        before: vec![],
        after: vec![],
        data: vec![],
        trace: None,
    }
}

/// Returns a feed of the events 19 to 21, of which one page has two.
fn feed() -> MockEventQueries {
    let mut events = MockEventQueries::new();
    events.expect_read().returning(|scope, filter| {
        assert_eq!(scope.tenant_id(), Some(build::channel_id()));
        let found: Vec<_> = (19..=21).filter(|position| *position > filter.after).collect();
        let has_more = found.len() > 2;
        let events: Vec<_> = found.into_iter().take(2).map(event).collect();
        let position = if has_more { events.last().map_or(0, |event| event.position) } else { 25 };
        Ok(EventPage { events, position, has_more, oldest: 1 })
    });
    events
}

/// Returns a sender with these outcomes, and the messages that it sends.
fn sender(outcomes: impl Into<VecDeque<Outcome>>) -> (MockWebhookSender, Arc<Mutex<Vec<SignedMessage>>>) {
    let (outcomes, sent) = (Mutex::new(outcomes.into()), Arc::new(Mutex::new(Vec::new())));
    let mut sender = MockWebhookSender::new();
    let messages = sent.clone();
    sender.expect_send().returning(move |_, message| {
        messages.lock().expect("unpoisoned").push(message);
        outcomes.lock().expect("unpoisoned").pop_front().expect("an outcome for each message")
    });
    (sender, sent)
}

/// Returns the port of a webhook, and the places that it stores.
fn deliveries(webhook: Webhook) -> (MockWebhookDeliveries, Stored) {
    deliveries_of(webhook, true)
}

/// Returns the port of a webhook whose tenant is active until the first place is stored, or for longer.
fn deliveries_of(webhook: Webhook, is_active: bool) -> (MockWebhookDeliveries, Stored) {
    let mut deliveries = MockWebhookDeliveries::new();
    let tenant = build::standing(2, false);
    deliveries.expect_lease().returning(move |_, _, lease| {
        assert_eq!(lease.until - lease.now, LEASE);
        Ok(Some(LeasedWebhook { webhook: webhook.clone(), tenant: tenant.clone() }))
    });
    let stored = Stored::default();
    let places = stored.clone();
    deliveries.expect_record().returning(move |_, _, progress, attempts, lease| {
        places.lock().expect("unpoisoned").push((progress, attempts.len(), lease.until > lease.now));
        Ok(is_active)
    });
    (deliveries, stored)
}

fn delivery(
    deliveries: MockWebhookDeliveries,
    sender: MockWebhookSender,
) -> (WebhookDelivery, Arc<Mutex<Vec<DeliveryResult>>>) {
    let results = Arc::new(Mutex::new(Vec::new()));
    let counted = results.clone();
    let delivery = WebhookDelivery {
        deliveries: Arc::new(deliveries),
        events: Arc::new(feed()),
        outbound: outbound(sender),
        ambient: ambient(),
        server: ServerId::new(build::id()),
        count: Arc::new(move |result| counted.lock().expect("unpoisoned").push(result)),
    };
    (delivery, results)
}

fn due() -> DueWebhook {
    let id = WebhookId::new(build::id());
    DueWebhook { workspace_id: build::workspace_id(), tenant_id: build::channel_id(), id }
}

async fn deliver(delivery: &WebhookDelivery) -> u64 {
    delivery.deliver(&OperatorScope::new(), &due()).await.expect("no failure")
}

#[tokio::test]
async fn events_go_out_in_order_and_the_place_follows_them() {
    let (deliveries, stored) = deliveries(webhook());
    let (sender, sent) = sender([answered(200), answered(204), answered(202)]);
    let (delivery, results) = delivery(deliveries, sender);
    assert_eq!(deliver(&delivery).await, 3);
    let sent = sent.lock().expect("unpoisoned").clone();
    let bodies: Vec<_> = sent.iter().map(|message| String::from_utf8_lossy(&message.body).into_owned()).collect();
    assert_eq!(bodies, ["19 user.created", "20 user.created", "21 user.created"]);
    assert!(sent.iter().zip(19..).all(|(message, id)| message.id == Uuid::from_u128(id).to_string()));
    let stored = stored.lock().expect("unpoisoned").clone();
    let places: Vec<_> = stored.iter().map(|(progress, count, kept)| (progress.position, *count, *kept)).collect();
    assert_eq!(places, [(20, 2, true), (25, 1, false)], "a page at once, and the lease ends with the last");
    assert_eq!(stored[1].0.last_delivered_at, Some(build::at()));
    assert_eq!(*results.lock().expect("unpoisoned"), [DeliveryResult::Delivered; 3]);
}

#[tokio::test]
async fn a_turn_ends_after_a_page_if_the_tenant_was_deactivated() {
    let (deliveries, stored) = deliveries_of(webhook(), false);
    let (sender, sent) = sender([answered(200), answered(200)]);
    let (delivery, _) = delivery(deliveries, sender);
    assert_eq!(deliver(&delivery).await, 2);
    assert_eq!(sent.lock().expect("unpoisoned").len(), 2);
    assert_eq!(stored.lock().expect("unpoisoned").len(), 1, "what was delivered is stored");
}

#[tokio::test]
async fn a_failure_ends_the_turn_and_keeps_the_place() {
    for (outcome, result) in [(answered(500), DeliveryResult::Rejected), (FAILED, DeliveryResult::Unanswered)] {
        let (deliveries, stored) = deliveries(webhook());
        let (sender, _) = sender([answered(200), outcome]);
        let (delivery, results) = delivery(deliveries, sender);
        assert_eq!(deliver(&delivery).await, 1);
        let stored = stored.lock().expect("unpoisoned").clone();
        let [(progress, attempts, kept)] = stored[..] else { panic!("stored once") };
        assert_eq!((progress.position, progress.consecutive_failures, attempts, kept), (19, 1, 2, false));
        let wait = progress.next_attempt_at.expect("another attempt") - build::at();
        assert!((4500..=5500).contains(&wait.num_milliseconds()), "{wait}");
        assert_eq!(results.lock().expect("unpoisoned")[1], result);
    }
}

#[tokio::test]
async fn a_success_after_failures_starts_over() {
    let failing = Progress { position: 18, consecutive_failures: 8, ..Progress::default() };
    let (deliveries, stored) = deliveries(webhook().advanced(failing));
    let (sender, _) = sender([answered(200), answered(500)]);
    let (delivery, _) = delivery(deliveries, sender);
    deliver(&delivery).await;
    let stored = stored.lock().expect("unpoisoned").clone();
    assert_eq!(stored.last().map(|(progress, ..)| progress.consecutive_failures), Some(1));
}

#[tokio::test]
async fn a_receiver_that_is_gone_or_fails_for_long_is_disabled_by_the_operator() {
    let failing = Progress { position: 18, consecutive_failures: 9, ..Progress::default() };
    for (progress, outcome, expected) in [
        (Progress { position: 18, ..Progress::default() }, answered(410), DisabledReason::Gone),
        (failing, answered(500), DisabledReason::Failing),
    ] {
        let (mut deliveries, stored) = deliveries(webhook().advanced(progress));
        deliveries.expect_disable().once().returning(move |scope, leased, change, attempts, _| {
            assert_eq!((scope.tenant_id(), leased.progress().position), (build::channel_id(), 18));
            assert_eq!((change.audit.action, change.audit.actor), ("webhook.disable", domain::audit::Actor::Operator));
            let parts = change.after.into_parts();
            assert_eq!((parts.disabled_reason, parts.progress.position), (Some(expected), 18));
            assert_eq!(attempts.len(), 1);
            Ok(())
        });
        let (sender, _) = sender([outcome]);
        let (delivery, _) = delivery(deliveries, sender);
        assert_eq!(deliver(&delivery).await, 0);
        assert!(stored.lock().expect("unpoisoned").is_empty());
    }
}

#[tokio::test]
async fn a_webhook_that_another_server_delivers_is_left_alone() {
    let mut deliveries = MockWebhookDeliveries::new();
    deliveries.expect_lease().once().returning(|_, _, _| Ok(None));
    let (sender, _) = sender([]);
    let (delivery, _) = delivery(deliveries, sender);
    assert_eq!(deliver(&delivery).await, 0);
}

#[tokio::test]
async fn a_place_that_was_changed_meanwhile_is_not_overwritten() {
    let mut deliveries = MockWebhookDeliveries::new();
    deliveries
        .expect_lease()
        .once()
        .returning(|_, _, _| Ok(Some(LeasedWebhook { webhook: webhook(), tenant: build::standing(2, false) })));
    deliveries.expect_record().once().returning(|_, _, _, _, _| Err(RepositoryError::Stale));
    let (sender, _) = sender([answered(200), answered(200)]);
    let (delivery, _) = delivery(deliveries, sender);
    assert_eq!(deliver(&delivery).await, 2, "the turn ends without an error");
}

/// A receiver that never answers.
struct Hanging;

#[async_trait::async_trait]
impl ports::WebhookSender for Hanging {
    async fn send(&self, _: &domain::webhooks::WebhookUrl, _: SignedMessage) -> Outcome {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn the_lease_is_kept_while_a_receiver_hangs_and_its_loss_ends_the_turn() {
    let (mut deliveries, stored) = deliveries(webhook());
    let mut renewals = 0;
    deliveries.expect_renew().times(5).returning(move |_, _, lease| {
        renewals += 1;
        assert_eq!(lease.until - lease.now, LEASE);
        Ok(renewals < 5)
    });
    let (mut delivery, _) = delivery(deliveries, MockWebhookSender::new());
    delivery.outbound = outbound(Hanging);
    let began = tokio::time::Instant::now();
    assert_eq!(deliver(&delivery).await, 0);
    assert_eq!(began.elapsed(), 5 * RENEWAL);
    assert!(stored.lock().expect("unpoisoned").is_empty());
}

#[test]
fn a_lease_outlives_its_renewal() {
    assert!(LEASE > TimeDelta::from_std(2 * RENEWAL).expect("seconds"));
}

#[tokio::test]
async fn both_secrets_sign_while_they_are_rotated() {
    let (before, after) = (build::at() - TimeDelta::seconds(1), build::at() + TimeDelta::seconds(1));
    for (until, signatures) in [(Some(after), 2), (Some(before), 1), (None, 1)] {
        let mut parts = webhook().into_parts();
        parts.secrets.previous = until.map(|until| (parts.secrets.current.clone(), until));
        let (deliveries, _) = deliveries(Webhook::from_parts(parts));
        let (sender, sent) = sender([answered(500)]);
        let (delivery, _) = delivery(deliveries, sender);
        deliver(&delivery).await;
        let sent = sent.lock().expect("unpoisoned")[0].signature.clone();
        assert_eq!(sent.split(' ').filter(|signature| signature.starts_with("v1,")).count(), signatures);
    }
}
