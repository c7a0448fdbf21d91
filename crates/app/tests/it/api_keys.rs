//! `/api-keys`.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, Server, World, id_of, until};

on_both_engines! {
    a_channels_key_works_in_its_own_tenant_only
    a_key_is_shown_once
    a_revoked_key_is_refused_at_once
    an_expired_key_is_refused
    a_value_that_breaks_a_rule_is_422_at_its_field
    a_role_caps_its_keys
    keys_last_as_long_as_is_allowed
    keys_of_other_tenants_are_not_there
}

const KEYS: &str = "/api/v1/api-keys";

fn create(client: &Client, user: &str, permission: &str) -> Value {
    let answer = client.post(KEYS, &json!({ "name": "Booking site", "user_id": user, "permission": permission }));
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json["data"].clone()
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

fn a_channels_key_works_in_its_own_tenant_only(world: &World) {
    let [channel, sibling] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let user = world.user_in(&channel, "tenant");
    let key = create(&world.calry().named(&channel), &user, "ADMIN");
    let key = text(&key["apiKey"]);
    for client in [world.client().calry(key), world.client().bearer(key)] {
        assert_eq!(client.get("/api/v1/tenants/current").json["data"]["id"], channel.as_str());
        assert_eq!(client.clone().named(&sibling).get("/api/v1/users").refusal(), (404, "tenant_not_found"));
        assert_eq!(client.get("/api/v1/tenants").refusal(), (403, "default_tenant_required"));
        // The tenant administers its own users and keys.
        let body =
            json!({ "name": "A colleague", "email": format!("{}@example.com", uuid::Uuid::new_v4()), "role": "venue" });
        let colleague = client.post("/api/v1/users", &body);
        assert_eq!(colleague.status, 201, "{}", colleague.text);
        create(&client, &id_of(&colleague.json["data"]), "READ");
        let stranger = json!({ "name": "Key", "user_id": world.user, "permission": "READ" });
        let refused = client.post(KEYS, &stranger);
        assert_eq!((refused.refusal(), refused.field_errors()), ((404, "user_not_found"), vec!["user_id"]));
    }
}

fn a_key_is_shown_once(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    let user = world.user_in(&channel, "venue");
    let key = create(&client, &user, "WRITE");
    insta::assert_json_snapshot!("a_new_key", key, {
        ".id" => "[id]", ".user_id" => "[id]", ".createdAt" => "[instant]", ".expiresAt" => "[instant]", ".apiKey" => "[key]"
    });
    let listed = client.get(KEYS);
    assert_eq!(listed.json["data"][0]["id"], key["id"]);
    assert_eq!(listed.json["data"][0]["revokedAt"], Value::Null);
    assert!(!listed.text.contains("tny_") && !listed.text.contains("hash"), "{}", listed.text);
    assert_eq!(client.get(&format!("{KEYS}/count")).json, json!({ "count": 1 }));
    let me = world.client().calry(text(&key["apiKey"])).get("/api/v1/users/me");
    assert_eq!((&me.json["data"]["permission"], &me.json["data"]["expiresAt"]), (&json!("WRITE"), &key["expiresAt"]));
}

fn a_revoked_key_is_refused_at_once(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    let key = create(&client, &world.user_in(&channel, "venue"), "READ");
    let caller = world.client().bearer(text(&key["apiKey"]));
    assert_eq!(caller.get("/api/v1/locations").status, 200);
    let path = format!("{KEYS}/{}", text(&key["id"]));
    assert_eq!(client.delete(&path).status, 204);
    assert_eq!(caller.get("/api/v1/locations").refusal(), (401, "unauthenticated"));
    assert_eq!(client.delete(&path).status, 204, "the request can be repeated");
    assert!(client.get(KEYS).json["data"][0]["revokedAt"].is_string(), "the key is still listed");
}

fn an_expired_key_is_refused(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    let user = world.user_in(&channel, "venue");
    let lasting = create(&client, &user, "READ");
    // Later, if the machine is too busy to make the key in time.
    let mut times = [2, 8, 32].into_iter().map(Duration::from_secs);
    let expiring = until(|| {
        let soon = DateTime::<Utc>::from(SystemTime::now() + times.next().expect("a later time"));
        let body = json!({ "name": "Key", "user_id": user, "permission": "READ", "expiresAt": soon.to_rfc3339() });
        let made = client.post(KEYS, &body);
        if made.field_errors() == ["expiresAt"] { Err(made.text) } else { Ok(made) }
    });
    assert_eq!(expiring.status, 201, "{}", expiring.text);
    let caller = world.client().calry(text(&expiring.json["data"]["apiKey"]));
    let refused = until(|| {
        let answer = caller.get("/api/v1/locations");
        if answer.status == 200 { Err(answer.text) } else { Ok(answer) }
    });
    assert_eq!(refused.refusal(), (401, "unauthenticated"));
    assert_eq!(
        world.client().calry(text(&lasting["apiKey"])).get("/api/v1/locations").status,
        200,
        "because it has expired"
    );
}

fn a_value_that_breaks_a_rule_is_422_at_its_field(world: &World) {
    let client = world.calry();
    for (field, value) in [
        ("name", json!("")),
        ("name", json!("k".repeat(256))),
        ("user_id", json!("somebody")),
        ("permission", json!("admin")),
        ("permission", json!(null)),
        ("expiresAt", json!("tomorrow")),
        ("expiresAt", json!("2001-01-01T00:00:00Z")),
        ("expiresAt", json!("2030-01-01")),
    ] {
        let mut body = json!({ "name": "Key", "user_id": world.user, "permission": "READ" });
        body[field] = value.clone();
        let refused = client.post(KEYS, &body);
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec![field]), "{value}");
    }
    assert_eq!(client.post(KEYS, &json!({})).field_errors(), ["name", "permission"]);
    let past = json!({ "user_id": "nobody", "expiresAt": "2001-01-01T00:00:00Z" });
    assert_eq!(client.post(KEYS, &past).field_errors(), ["expiresAt", "name", "permission", "user_id"]);
    assert_eq!(client.get(&format!("{KEYS}/count")).json, json!({ "count": 1 }));
}

fn keys_of_other_tenants_are_not_there(world: &World) {
    let [channel, sibling] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let key = create(&world.calry().named(&channel), &world.user_in(&channel, "venue"), "READ");
    let path = format!("{KEYS}/{}", text(&key["id"]));
    for client in [world.calry(), world.calry().named(&sibling), world.client().calry(&world.key_in(&sibling, "ADMIN"))]
    {
        assert_eq!(client.delete(&path).refusal(), (404, "api_key_not_found"));
        assert!(!client.get(KEYS).text.contains(text(&key["id"])));
    }
    assert_eq!(world.client().calry(text(&key["apiKey"])).get("/api/v1/locations").status, 200, "the key still works");
}

fn a_role_caps_its_keys(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    for (role, most) in [("front-desk", "WRITE"), ("venue", "WRITE"), ("tenant", "ADMIN"), ("support", "ADMIN")] {
        let user = world.user_in(&channel, role);
        for permission in ["READ", "WRITE", "ADMIN"] {
            let body = json!({ "name": "Key", "user_id": user, "permission": permission });
            let made = client.post(KEYS, &body);
            if permission == "ADMIN" && most != "ADMIN" {
                assert_eq!(
                    (made.refusal(), made.field_errors()),
                    ((422, "validation_failed"), vec!["permission"]),
                    "{role}"
                );
            } else {
                assert_eq!(made.status, 201, "{role}: {}", made.text);
            }
        }
    }

    // An existing key is capped when it is used.
    let user = world.user_in(&channel, "tenant");
    let key = create(&client, &user, "ADMIN");
    let holder = world.client().calry(text(&key["apiKey"]));
    let path = format!("/api/v1/users/{user}");
    for (role, permission, status) in [("tenant", "ADMIN", 200), ("front-desk", "WRITE", 403), ("tenant", "ADMIN", 200)]
    {
        client.patch(&path, &json!({ "role": role }));
        assert_eq!(holder.get("/api/v1/users/me").json["data"]["permission"], permission);
        assert_eq!(holder.get(KEYS).status, status, "{role}");
        assert_eq!(holder.post("/api/v1/locations", &json!({ "name": "Airport" })).status, 201, "{role}");
    }
}

fn keys_last_as_long_as_is_allowed(world: &World) {
    let short = Server::start_with(world.server.engine.clone(), &["--max-key-age", "7"]);
    let short = Client::new(&short.base).calry(&world.key);
    let in_days = |days: u64| DateTime::<Utc>::from(SystemTime::now() + Duration::from_secs(days * 86_400));
    let ask = |client: &Client, expiry: Option<DateTime<Utc>>| {
        let expiry = expiry.map(|at| at.to_rfc3339());
        client.post(KEYS, &json!({ "name": "Key", "user_id": world.user, "permission": "READ", "expiresAt": expiry }))
    };
    for (client, longest) in [(&world.calry(), 366), (&short, 7)] {
        let refused = ask(client, Some(in_days(longest + 1)));
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec!["expiresAt"]));
        let last = in_days(longest) - Duration::from_secs(1);
        assert_eq!(ask(client, Some(last)).status, 201);
        let made = ask(client, None).json["data"]["expiresAt"].as_str().expect("an instant").to_owned();
        let expiry: DateTime<Utc> = made.parse().expect("an instant");
        assert!(expiry <= in_days(longest.min(180)) && expiry > in_days(longest.min(180) - 1), "{expiry}");
    }
}
