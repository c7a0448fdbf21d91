//! Deliveries to webhooks.

use domain::webhooks::{SignedMessage, WebhookSecret};
use serde_json::{Value, json};

use crate::support::{Client, Delivery, Receiver, Server, World, data, until, until_so};
use crate::webhooks::{channel, create, path};
use crate::{on_both_engines, walled_and_pooled};

on_both_engines! {
    what_happens_is_delivered_in_order_as_the_feed_shows_it
    deliveries_are_signed_by_both_secrets_while_they_are_rotated
    a_receiver_that_is_gone_disables_its_webhook
    a_failed_event_is_sent_again_with_its_id
    a_webhook_is_rewound
    a_slow_receiver_delays_no_other
    another_server_goes_on_where_one_has_died
}

walled_and_pooled! {
    what_happens_is_delivered_in_order_as_the_feed_shows_it
    deliveries_are_signed_by_both_secrets_while_they_are_rotated
    a_receiver_that_is_gone_disables_its_webhook
    a_failed_event_is_sent_again_with_its_id
    a_webhook_is_rewound
    a_slow_receiver_delays_no_other
    another_server_goes_on_where_one_has_died
}

const EVENTS: &str = "/api/v1/events";

fn locate(client: &Client, name: &str) {
    data(201, &client.post("/api/v1/locations", &json!({ "name": name })));
}

/// Creates a webhook for new locations.
fn of_locations(client: &Client, receiver: &Receiver) -> Value {
    create(client, &json!({ "url": receiver.url, "types": ["location.created"] }))
}

fn name(delivery: &Delivery) -> &Value {
    &delivery.event["changes"]["name"]["to"]
}

/// Waits until a member of a webhook has the value.
fn until_shown(client: &Client, webhook: &Value, member: &str, value: &Value) -> Value {
    until(|| {
        let shown = data(200, &client.get(&path(webhook)));
        if shown[member] == *value { Ok(shown) } else { Err(shown) }
    })
}

fn what_happens_is_delivered_in_order_as_the_feed_shows_it(world: &World) {
    let (client, receiver) = (channel(world), Receiver::start());
    let webhook = of_locations(&client, &receiver);
    let names: Vec<_> = (0..5).map(|number| format!("Place {number}")).collect();
    for name in &names {
        locate(&client, name);
    }
    let got: Vec<_> = names.iter().map(|_| receiver.next()).collect();
    assert_eq!(got.iter().map(name).collect::<Vec<_>>(), names.iter().collect::<Vec<_>>());
    let after = webhook["position"].as_u64().expect("a position");
    let feed = client.get(&format!("{EVENTS}?after={after}&types=location.created")).json["data"].clone();
    assert_eq!(
        got.iter().map(|delivery| delivery.event.clone()).collect::<Vec<_>>(),
        *feed.as_array().expect("events")
    );

    let last = &got[4].event["position"];
    let shown = until(|| {
        let shown = data(200, &client.get(&path(&webhook)));
        if shown["position"].as_u64() >= last.as_u64() { Ok(shown) } else { Err(shown) }
    });
    assert!(shown["lastDeliveredAt"].is_string() && shown["nextAttemptAt"].is_null(), "{shown}");
    let attempts = client.get(&format!("{}/attempts", path(&webhook))).json["data"].clone();
    assert_eq!(attempts.as_array().expect("attempts").len(), 5);
    assert_eq!(
        (&attempts[0]["position"], &attempts[0]["status"], &attempts[0]["attempt"]),
        (last, &json!(204), &json!(1))
    );
    let metrics = world.client().get("/metrics").text;
    assert!(metrics.contains("tenantry_webhook_deliveries_total{result=\"delivered\"} 5\n"), "{metrics}");
}

/// Returns the signature of a delivery by a secret.
pub(crate) fn signature(delivery: &Delivery, secret: &Value) -> String {
    let secret: WebhookSecret = secret.as_str().expect("a secret").parse().expect("a secret");
    let seconds = delivery.headers["webhook-timestamp"].parse().expect("a number");
    let at = chrono::DateTime::from_timestamp(seconds, 0).expect("a time");
    let body = delivery.body.clone().into_bytes();
    SignedMessage::new(delivery.headers["webhook-id"].clone(), at, body, [&secret]).signature
}

fn deliveries_are_signed_by_both_secrets_while_they_are_rotated(world: &World) {
    let (client, receiver) = (channel(world), Receiver::start());
    let webhook = of_locations(&client, &receiver);
    locate(&client, "Before");
    let delivery = receiver.next();
    assert_eq!(delivery.headers["webhook-id"], delivery.event["id"].as_str().expect("an id"));
    assert_eq!(delivery.headers["webhook-signature"], signature(&delivery, &webhook["secret"]));
    let rotated = data(200, &client.put(&format!("{}/rotate-secret", path(&webhook)), &json!({})));
    locate(&client, "After");
    let delivery = receiver.next();
    let expected = [&rotated["secret"], &webhook["secret"]].map(|secret| signature(&delivery, secret));
    assert_eq!(delivery.headers["webhook-signature"], expected.join(" "));
}

fn a_receiver_that_is_gone_disables_its_webhook(world: &World) {
    let (client, receiver) = (channel(world), Receiver::start());
    let webhook = of_locations(&client, &receiver);
    receiver.answer("410 Gone");
    locate(&client, "Airport");
    receiver.next();
    let shown = until_shown(&client, &webhook, "status", &json!("DISABLED"));
    assert_eq!((&shown["disabledReason"], &shown["consecutiveFailures"]), (&json!("GONE"), &json!(1)));
    let trail = world.calry().get("/api/v1/audit?action=webhook.disable").json["data"].clone();
    assert_eq!((&trail[0]["actor"]["kind"], &trail[0]["resourceID"]), (&json!("operator"), &webhook["id"]));
    until_so(|| {
        let feed = client.get(&format!("{EVENTS}?types=webhook.disabled")).json["data"].clone();
        feed[0]["resource"]["id"] == webhook["id"]
    });
    receiver.answer("204 No Content");
    assert_eq!(client.put(&format!("{}/enable", path(&webhook)), &json!({})).status, 200);
    assert_eq!(name(&receiver.next()), "Airport", "nothing is lost");
}

fn a_failed_event_is_sent_again_with_its_id(world: &World) {
    let (client, receiver) = (channel(world), Receiver::start());
    let webhook = of_locations(&client, &receiver);
    receiver.answer("302 Found");
    locate(&client, "First");
    locate(&client, "Second");
    let failed = receiver.next();
    let shown = until_shown(&client, &webhook, "consecutiveFailures", &json!(1));
    assert!(shown["nextAttemptAt"].is_string(), "{shown}");
    receiver.answer("200 OK");
    // It is tried again at once, without the wait after a failure.
    assert_eq!(client.put(&format!("{}/enable", path(&webhook)), &json!({})).status, 200);
    let [again, second] = [(); 2].map(|()| receiver.next());
    assert_eq!((&again.body, &again.headers["webhook-id"]), (&failed.body, &failed.headers["webhook-id"]));
    assert_eq!([name(&again), name(&second)], ["First", "Second"]);
}

fn a_webhook_is_rewound(world: &World) {
    let (client, receiver) = (channel(world), Receiver::start());
    let webhook = of_locations(&client, &receiver);
    locate(&client, "First");
    locate(&client, "Second");
    let got = [(); 2].map(|()| receiver.next());
    let position = json!({ "position": webhook["position"] });
    assert_eq!(client.put(&format!("{}/enable", path(&webhook)), &position).status, 200);
    let again = [(); 2].map(|()| receiver.next());
    assert_eq!(again.map(|delivery| delivery.body), got.map(|delivery| delivery.body));
}

fn a_slow_receiver_delays_no_other(world: &World) {
    let client = channel(world);
    let [slow, fast] = [(); 2].map(|()| Receiver::start());
    slow.answer("");
    of_locations(&client, &slow);
    of_locations(&client, &fast);
    locate(&client, "First");
    slow.next();
    locate(&client, "Second");
    assert_eq!([fast.next(), fast.next()].map(|delivery| name(&delivery).clone()), ["First", "Second"]);
}

fn another_server_goes_on_where_one_has_died(world: &World) {
    let receiver = Receiver::start();
    let tenant = world.tenant_id("Channel A");
    let client = world.calry().named(&tenant);
    receiver.answer("");
    let webhook = of_locations(&client, &receiver);
    locate(&client, "Airport");
    let hanging = receiver.next();
    receiver.answer("200 OK");
    let second = Server::start(world.server.engine.clone());
    world.server.end_at_once();
    let again = receiver.next();
    assert_eq!((&again.body, &again.headers["webhook-id"]), (&hanging.body, &hanging.headers["webhook-id"]));
    let client = Client::new(&second.base).calry(&world.key).named(&tenant);
    until_shown(&client, &webhook, "consecutiveFailures", &json!(0));
}
