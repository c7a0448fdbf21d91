//! `/webhooks`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, Engine, Receiver, Server, World, data, id_of, migrate};

on_both_engines! {
    a_webhook_is_created_with_a_secret_that_is_shown_once
    a_webhook_has_the_members_of_the_contract
    the_secret_is_rotated
    receivers_and_types_have_rules
    a_receiver_must_be_public_unless_the_operator_allows_others
    the_log_of_the_workspace_is_delivered_to_the_default_tenant
    a_tenant_has_ten_webhooks
    a_test_answers_what_came_back
}

pub(crate) const WEBHOOKS: &str = "/api/v1/webhooks";

/// Returns a client of a new channel.
pub(crate) fn channel(world: &World) -> Client {
    let id = world.tenant_id("Channel A");
    world.calry().named(&id)
}

/// Creates a webhook; returns it with its secret.
pub(crate) fn create(client: &Client, body: &Value) -> Value {
    data(201, &client.post(WEBHOOKS, body))
}

pub(crate) fn path(webhook: &Value) -> String {
    format!("{WEBHOOKS}/{}", id_of(webhook))
}

fn a_webhook_is_created_with_a_secret_that_is_shown_once(world: &World) {
    let client = channel(world);
    let body = json!({ "url": "http://127.0.0.1:9/", "types": ["reservation.*"], "description": "Ours" });
    let keyed = client.clone().with("idempotency-key", "once");
    let created = create(&keyed, &body);
    let secret = created["secret"].as_str().expect("a secret");
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    let repeated = keyed.post(WEBHOOKS, &body);
    assert_eq!(repeated.refusal(), (409, "webhook_already_created"));
    assert_eq!(repeated.json["id"], created["id"]);
    for shown in [client.get(&path(&created)), client.get(WEBHOOKS), repeated] {
        assert!(!shown.text.contains("whsec_"), "{}", shown.text);
    }
    assert_eq!(client.get(&format!("{WEBHOOKS}/count")).json, json!({ "count": 1 }));
    assert_eq!(client.delete(&path(&created)).status, 204);
    assert_eq!(client.get(&path(&created)).refusal(), (404, "webhook_not_found"));
}

fn a_webhook_has_the_members_of_the_contract(world: &World) {
    let client = channel(world);
    let created = create(&client, &json!({ "url": "http://127.0.0.1:9/in", "types": ["promotion.*", "user.created"] }));
    let disabled = data(200, &client.put(&format!("{}/disable", path(&created)), &json!({})));
    insta::assert_json_snapshot!("a_webhook", disabled, {
        ".id" => "[id]", ".position" => "[position]", ".createdAt" => "[instant]", ".updatedAt" => "[instant]"
    });
    let changed = client.patch(&path(&created), &json!({ "types": null, "description": "Ours" }));
    assert_eq!((&data(200, &changed)["types"], &changed.json["data"]["description"]), (&json!([]), &json!("Ours")));
    let listed = client.get(WEBHOOKS);
    assert!(listed.json["data"][0]["lag"]["events"].is_u64(), "{}", listed.text);
    assert_eq!(client.get(&format!("{}/attempts", path(&created))).json, json!({ "data": [] }));
}

fn the_secret_is_rotated(world: &World) {
    let client = channel(world);
    let created = create(&client, &json!({ "url": "http://127.0.0.1:9/" }));
    let rotated = data(200, &client.put(&format!("{}/rotate-secret", path(&created)), &json!({})));
    assert_eq!(rotated["id"], created["id"]);
    assert!(rotated["secret"].as_str().is_some_and(|secret| secret.starts_with("whsec_")));
    assert_ne!(rotated["secret"], created["secret"]);
}

fn receivers_and_types_have_rules(world: &World) {
    let client = channel(world);
    let field_errors = |body: Value| {
        let refused = client.post(WEBHOOKS, &body);
        assert_eq!(refused.refusal(), (422, "validation_failed"));
        refused.field_errors().join(" ")
    };
    for (body, fields) in [
        (json!({}), "url"),
        (json!({ "url": null, "types": ["nothing.*"], "scope": "all" }), "scope types.0 url"),
        (json!({ "url": "ftp://example.com/" }), "url"),
        (json!({ "url": "https://user:secret@example.com/" }), "url"),
    ] {
        assert_eq!(field_errors(body), fields);
    }
    let created = create(&client, &json!({ "url": "http://127.0.0.1:9/" }));
    for (operation, body, code) in [
        ("", json!({ "scope": "workspace" }), (422, "validation_failed")),
        ("", json!({ "url": "" }), (422, "validation_failed")),
        ("/enable", json!({ "position": 1_000_000 }), (422, "validation_failed")),
        ("/enable", json!({ "position": "first" }), (422, "validation_failed")),
        ("/enable", json!({ "position": [1] }), (400, "malformed_request")),
    ] {
        let method = if operation.is_empty() { "PATCH" } else { "PUT" };
        let refused = client.call(method, &format!("{}{operation}", path(&created)), Some(&body));
        assert_eq!(refused.refusal(), code, "{body}");
    }
}

fn a_receiver_must_be_public_unless_the_operator_allows_others(world: &World) {
    let strict = Server::start_with(world.server.engine.clone(), &["--webhook-allow-private=false"]);
    let tenant = world.tenant_id("Channel A");
    let client = Client::new(&strict.base).calry(&world.key).named(&tenant);
    for url in [
        "http://example.com/",
        "https://example.com:22/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
    ] {
        let refused = client.post(WEBHOOKS, &json!({ "url": url }));
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec!["url"]), "{url}");
    }
    let created = create(&client, &json!({ "url": "https://hooks.example.com/" }));
    assert_eq!(created["url"], "https://hooks.example.com/");
}

fn the_log_of_the_workspace_is_delivered_to_the_default_tenant(world: &World) {
    let body = json!({ "url": "http://127.0.0.1:9/", "scope": "workspace" });
    let tenant = world.tenant_id("Channel A");
    let key = world.key_in(&tenant, "ADMIN");
    for client in [world.client().calry(&key), world.calry().named(&tenant)] {
        assert_eq!(client.post(WEBHOOKS, &body).refusal(), (403, "default_tenant_required"));
    }
    let receiver = Receiver::start();
    let body = json!({ "url": receiver.url, "scope": "workspace", "types": ["location.created"] });
    create(&world.calry(), &body);
    world.location_id(&tenant, "Airport");
    let event = receiver.next().event;
    assert_eq!((&event["type"], &event["tenantID"]), (&json!("location.created"), &json!(tenant)));
}

fn a_tenant_has_ten_webhooks(world: &World) {
    let client = channel(world);
    let body = json!({ "url": "http://127.0.0.1:9/", "types": ["promotion.*"] });
    let created: Vec<_> = (0..10).map(|_| create(&client, &body)).collect();
    assert_eq!(client.post(WEBHOOKS, &body).refusal(), (409, "too_many_webhooks"));
    assert_eq!(client.delete(&path(&created[0])).status, 204);
    create(&client, &body);
}

fn a_test_answers_what_came_back(world: &World) {
    let (client, receiver) = (channel(world), Receiver::start());
    let created = create(&client, &json!({ "url": receiver.url, "types": ["promotion.*"] }));
    let test = || data(200, &client.post(&format!("{}/test", path(&created)), &json!({})));
    receiver.answer("500 Internal Server Error");
    let tested = test();
    assert_eq!(
        (&tested["status"], &tested["failure"], &tested["type"]),
        (&json!(500), &Value::Null, &json!("webhook.test"))
    );
    let delivery = receiver.next();
    assert_eq!((&delivery.event["type"], &delivery.event["id"]), (&json!("webhook.test"), &tested["eventID"]));
    let gone = "http://127.0.0.1:9/";
    assert_eq!(client.patch(&path(&created), &json!({ "url": gone })).status, 200);
    let failed = test();
    assert_eq!((&failed["status"], &failed["failure"]), (&Value::Null, &json!("CONNECTION_FAILED")));
    let attempts = client.get(&format!("{}/attempts", path(&created)));
    assert_eq!(attempts.json["data"], json!([failed, tested]));
    let shown = data(200, &client.get(&path(&created)));
    assert_eq!((&shown["consecutiveFailures"], &shown["status"]), (&json!(0), &json!("ENABLED")));
}

#[test]
fn postgres_without_a_key_has_no_webhooks() {
    let engine = Engine::postgres();
    migrate(&engine.url());
    let world = World::of(Server::start_without_key(engine));
    for method in ["GET", "POST"] {
        let refused = world.calry().call(method, WEBHOOKS, Some(&json!({ "url": "https://example.com/" })));
        assert_eq!(refused.refusal(), (503, "webhooks_not_configured"));
    }
    let log = world.server.log_with(r#""method":"POST""#);
    assert_eq!(log.matches("there are no webhooks: --secret-key is not set").count(), 1, "{log}");
    assert!(!log.contains("ERROR"), "a setting is no error: {log}");
}

#[test]
fn sqlite_keeps_the_key_in_a_file_for_its_owner() {
    let world = World::start(Engine::sqlite());
    let path = world.server.url().trim_start_matches("sqlite:").to_owned() + "-secret-key";
    let read = || fs::read_to_string(&path).expect("a key");
    assert_eq!(fs::metadata(&path).expect("a file").permissions().mode() & 0o777, 0o600);
    let key = read();
    fs::set_permissions(&path, Permissions::from_mode(0o640)).expect("the owner may");
    let second = Server::start(world.server.engine.clone());
    second.log_with(&format!("other users can read the secret key {path}"));
    assert_eq!(read(), key);
}
