//! `Idempotency-Key`: a repeated request has no second effect, and gets the first answer.

use serde_json::{Value, json};

use crate::support::{Answer, Client, World, at_once, id_of};
use crate::{on_both_engines, walled_and_pooled};

on_both_engines! {
    a_repeated_request_is_done_once_and_answered_the_same
    every_key_and_every_context_of_the_user_gets_the_answer
    another_request_under_the_key_is_refused
    a_key_says_nothing_of_another_tenant
    a_key_belongs_to_its_user
    a_refusal_is_not_kept
    a_secret_is_never_told_again
    a_malformed_key_is_refused_before_anything_else
    only_who_still_may_gets_the_answer
    twins_at_once_get_one_answer
}

walled_and_pooled! {
    a_repeated_request_is_done_once_and_answered_the_same
    twins_at_once_get_one_answer
}

const LOCATIONS: &str = "/api/v1/locations";

fn keyed(client: Client, key: &str) -> Client {
    client.with("idempotency-key", key)
}

fn named(name: &str) -> Value {
    json!({ "name": name })
}

fn count(client: &Client, list: &str) -> u64 {
    client.get(&format!("/api/v1/{list}/count")).json["count"].as_u64().expect("a number")
}

/// Returns the parts of an answer that do not identify the request: status, body, content type and `ETag`.
fn seen(answer: &Answer) -> (u16, &str, Option<&str>, Option<&str>) {
    (answer.status, &answer.text, answer.header("content-type"), answer.header("etag"))
}

fn a_repeated_request_is_done_once_and_answered_the_same(world: &World) {
    let channel = world.tenant_id("Channel A");
    let inside = world.calry().named(&channel);
    let client = keyed(inside.clone(), "location-1");
    let first = client.post(LOCATIONS, &named("Airport"));
    assert_eq!(first.status, 201, "{}", first.text);
    for _ in 0..3 {
        assert_eq!(seen(&client.post(LOCATIONS, &named("Airport"))), seen(&first));
    }
    // The replay shows the resource as it was, although it has changed.
    let path = format!("{LOCATIONS}/{}", id_of(&first.json["data"]));
    assert_eq!(inside.patch(&path, &named("Seaport")).status, 200);
    assert_eq!(seen(&client.post(LOCATIONS, &named("Airport"))), seen(&first));
    assert_eq!(inside.delete(&path).status, 204);
    assert_eq!(seen(&client.post(LOCATIONS, &named("Airport"))), seen(&first));
    assert_eq!(count(&inside, "locations"), 1, "only the default location");
    // Without the key, or with another key, it is executed again.
    assert_eq!(inside.post(LOCATIONS, &named("Airport")).status, 201);
    assert_eq!(keyed(inside.clone(), "location-2").post(LOCATIONS, &named("Airport")).status, 201);
    assert_eq!(count(&inside, "locations"), 3);
}

fn every_key_and_every_context_of_the_user_gets_the_answer(world: &World) {
    let home = id_of(&world.default_tenant());
    let first = keyed(world.bearer(), "tenant-1").post("/api/v1/tenants", &named("Channel A"));
    assert_eq!(first.status, 200);
    // The first request moves the user; its replay answers the same and moves no user.
    assert_eq!(world.bearer().put(&format!("/api/v1/tenants/{home}/switch"), &json!({})).status, 200);
    let other = world.key_of(&world.user, "ADMIN");
    for client in [world.bearer(), world.client().bearer(&other)] {
        assert_eq!(seen(&keyed(client, "tenant-1").post("/api/v1/tenants", &named("Channel A"))), seen(&first));
    }
    // The other header would move no user.
    let moving = keyed(world.calry(), "tenant-1").post("/api/v1/tenants", &named("Channel A"));
    assert_eq!(moving.refusal(), (422, "idempotency_key_reused"));
    assert_eq!(world.bearer().get("/api/v1/users/me").json["data"]["user"]["current_tenant_id"], home.as_str());
    assert_eq!(count(&world.calry(), "tenants"), 2);
}

fn a_key_says_nothing_of_another_tenant(world: &World) {
    let [first, second] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let client = keyed(world.bearer(), "location-1");
    let switch = |tenant: &str| world.bearer().put(&format!("/api/v1/tenants/{tenant}/switch"), &json!({}));
    switch(&first);
    let made = client.post(LOCATIONS, &named("Airport"));
    assert_eq!((made.status, made.header("x-tenant-id")), (201, Some(&*first)));
    switch(&second);
    let elsewhere = client.post(LOCATIONS, &named("Airport"));
    assert_eq!(
        (elsewhere.refusal(), elsewhere.header("x-tenant-id")),
        ((422, "idempotency_key_reused"), Some(&*second))
    );
    switch(&first);
    assert_eq!(seen(&client.post(LOCATIONS, &named("Airport"))), seen(&made));
    for tenant in [&first, &second] {
        assert_eq!(count(&world.calry().named(tenant), "locations"), if *tenant == first { 2 } else { 1 });
    }
}

fn another_request_under_the_key_is_refused(world: &World) {
    let [channel, other] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let client = |tenant: &str| keyed(world.calry().named(tenant), "key-1");
    assert_eq!(client(&channel).post(LOCATIONS, &named("Airport")).status, 201);
    for refused in [
        client(&channel).post(LOCATIONS, &named("Seaport")),
        client(&channel).post(LOCATIONS, &json!({ "name": "Airport", "city": null })),
        client(&channel).post("/api/v1/users", &named("Airport")),
        client(&other).post(LOCATIONS, &named("Airport")),
        client(&channel).with("x-tenant-id", &channel).post(LOCATIONS, &named("Airport")),
        keyed(world.calry(), "key-1").post(LOCATIONS, &named("Airport")),
    ] {
        assert_eq!(refused.refusal(), (422, "idempotency_key_reused"), "{}", refused.text);
    }
    // Other methods ignore the key: they can be repeated anyway.
    assert_eq!(client(&channel).get(LOCATIONS).status, 200);
    assert_eq!(client(&channel).patch("/api/v1/workspace", &json!({})).refusal().1, "default_tenant_required");
}

fn a_key_belongs_to_its_user(world: &World) {
    let channel = world.tenant_id("Channel A");
    let [one, other] = [(); 2].map(|()| world.key_in(&channel, "WRITE"));
    let made = [one, other].map(|key| {
        let answer = keyed(world.client().calry(&key), "1").post(LOCATIONS, &named("Airport"));
        assert_eq!(answer.status, 201, "{}", answer.text);
        id_of(&answer.json["data"])
    });
    assert_ne!(made[0], made[1]);
    let elsewhere = world.other_workspace();
    let stranger = keyed(world.client().calry(&elsewhere.key), "1").post(LOCATIONS, &named("Airport"));
    assert_eq!(stranger.status, 201);
}

fn a_refusal_is_not_kept(world: &World) {
    let client = keyed(world.calry(), "key-1");
    assert_eq!(client.post("/api/v1/tenants", &named("Inn")).status, 422);
    let taken = world.tenant_id("Channel A");
    let wanted = json!({ "name": "Channel B", "domain": "channel-a" });
    assert_eq!(client.post("/api/v1/tenants", &wanted).refusal(), (409, "domain_taken"));
    assert_eq!(world.calry().delete(&format!("/api/v1/tenants/{taken}")).status, 204);
    let made = client.post("/api/v1/tenants", &wanted);
    assert_eq!(made.status, 200, "{}", made.text);
    assert_eq!(seen(&client.post("/api/v1/tenants", &wanted)), seen(&made));
}

fn a_secret_is_never_told_again(world: &World) {
    let client = keyed(world.calry(), "key-1");
    let body = json!({ "name": "A key", "user_id": world.user, "permission": "READ" });
    let before = count(&world.calry(), "api-keys");
    let first = client.post("/api/v1/api-keys", &body);
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(first.header("etag"), None, "no GET shows the resource");
    let secret = first.json["data"]["apiKey"].as_str().expect("a key");
    let again = client.post("/api/v1/api-keys", &body);
    assert_eq!(again.refusal(), (409, "key_already_created"));
    assert_eq!(again.json["id"], first.json["data"]["id"]);
    assert!(!again.text.contains(secret) && !again.text.contains("apiKey"), "{}", again.text);
    assert_eq!(count(&world.calry(), "api-keys"), before + 1);
    assert_eq!(world.client().calry(secret).get("/api/v1/users/me").status, 200);
}

fn a_malformed_key_is_refused_before_anything_else(world: &World) {
    for key in ["", "a b", &"x".repeat(256)] {
        for client in [world.calry(), world.client()] {
            let refused = keyed(client, key).post(LOCATIONS, &named("Airport"));
            assert_eq!(refused.refusal(), (400, "malformed_idempotency_key"), "{key}");
        }
    }
    let two = keyed(keyed(world.calry(), "key-1"), "key-2").post(LOCATIONS, &named("Airport"));
    assert_eq!(two.refusal(), (400, "malformed_idempotency_key"));
    assert_eq!(count(&world.calry(), "locations"), 1);
    assert_eq!(keyed(world.calry(), &"x".repeat(255)).post(LOCATIONS, &named("Airport")).status, 201);
}

fn only_who_still_may_gets_the_answer(world: &World) {
    let channel = world.tenant_id("Channel A");
    let user = world.user_in(&channel, "tenant");
    let [writer, reader] = ["WRITE", "READ"].map(|permission| world.key_of(&user, permission));
    let client = |key: &str| keyed(world.client().calry(key), "key-1");
    assert_eq!(client(&writer).post(LOCATIONS, &named("Airport")).status, 201);
    assert_eq!(client(&reader).post(LOCATIONS, &named("Airport")).refusal(), (403, "permission_denied"));
    let path = format!("/api/v1/tenants/{channel}/deactivate");
    assert_eq!(world.calry().put(&path, &json!({})).status, 200);
    assert_eq!(client(&writer).post(LOCATIONS, &named("Airport")).refusal(), (403, "tenant_inactive"));
}

fn twins_at_once_get_one_answer(world: &World) {
    let channel = world.tenant_id("Channel A");
    let inside = world.calry().named(&channel);
    let client = keyed(inside.clone(), "key-1");
    let answers = at_once(20, |_| client.post(LOCATIONS, &named("Airport")));
    for answer in &answers {
        assert_eq!((answer.status, &answer.text), (201, &answers[0].text));
    }
    assert_eq!(count(&inside, "locations"), 2, "the default location and the new one");
}
