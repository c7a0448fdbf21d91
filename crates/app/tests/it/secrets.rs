//! Secrets must not appear in the log, errors, the audit trail, metrics or help.

use serde_json::json;

use crate::on_both_engines;
use crate::support::{DATABASE_PASSWORD, Receiver, SECRET_KEY, World, run};

on_both_engines! {
    no_secret_is_told
}

fn no_secret_is_told(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    let user = world.user_in(&channel, "venue");
    let body = json!({ "name": "Booking site", "user_id": user, "permission": "READ" });
    let created = client.post("/api/v1/api-keys", &body).json["data"].clone();
    let key = created["apiKey"].as_str().expect("a key").to_owned();
    // An unknown key that shares most of its text with a real one, like a mistyped key.
    let mistyped = format!("{}aaaa", &key[..96]);

    let receiver = Receiver::start();
    let webhook = client.post("/api/v1/webhooks", &json!({ "url": receiver.url, "types": ["webhook.*"] }));
    let path = format!("/api/v1/webhooks/{}", webhook.json["data"]["id"].as_str().expect("an id"));
    let rotated = client.put(&format!("{path}/rotate-secret"), &json!({}));
    let [first, second] =
        [webhook, rotated].map(|answer| answer.json["data"]["secret"].as_str().expect("a secret").to_owned());
    let mut told = vec![format!("{:?}", receiver.next())];
    // A failure is logged.
    assert_eq!(client.patch(&path, &json!({ "url": "http://127.0.0.1:9/in?token=planted-token" })).status, 200);
    for (method, path, body) in [
        ("GET", "/api/v1/users/me", None),
        ("GET", "/api/v1/api-keys?per_page=x", None),
        ("POST", "/api/v1/api-keys", Some(json!({ "name": 5, "apiKey": "x" }))),
        ("POST", "/api/v1/users", Some(json!({ "name": "Grace Hopper", "email": "nobody", "role": "venue" }))),
        ("DELETE", "/api/v1/nowhere", None),
    ] {
        for caller in [world.client().calry(&key), world.client().bearer(&key), world.client().calry(&mistyped)] {
            told.push(caller.call(method, path, body.as_ref()).text);
        }
        told.push(world.calry().call(method, path, body.as_ref()).text);
    }
    let operator = world.operator_key();
    for path in ["/operator/v1/workspaces", "/operator/v1/audit", "/operator/v1/nowhere", "/api/v1/users"] {
        told.push(world.client().bearer(&operator).get(path).text);
    }
    world.client().with("x-request-id", "the-last-one").get("/api/v1/users");
    told.push(world.server.log_with("the-last-one"));
    for path in [
        "/metrics",
        "/openapi.json",
        "/api/v1/audit?per_page=100",
        "/api/v1/api-keys",
        "/api/v1/users",
        "/api/v1/events",
    ] {
        told.push(world.calry().get(path).text);
        told.push(client.get(path).text);
    }
    for arguments in
        [&["--help"][..], &["serve", "--help"], &["key", "create"], &["serve", "--listen", "203.0.113.1:1"]]
    {
        told.push(run(&world.server.url(), arguments).unwrap_or_else(|(_, error)| error));
    }

    assert!(
        told.iter().any(|text| text.contains("the-last-one"))
            && told.iter().any(|text| text.contains("api_key.create"))
    );
    // The random part of a key follows the ids of workspace and key; a part of it alone would already be a leak.
    let signing = [&first[6..], &second[6..], SECRET_KEY, "planted-token"];
    for secret in [&key, &mistyped, &world.key, &key[60..90], &world.key[60..90], &operator[30..], DATABASE_PASSWORD]
        .into_iter()
        .chain(signing)
    {
        for text in &told {
            assert!(!text.contains(secret), "{secret} appears in: {text}");
        }
    }
}
