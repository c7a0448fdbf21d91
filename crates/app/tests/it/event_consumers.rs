//! `/event-consumers`.

use serde_json::{Value, json};

use crate::events::{EVENTS, events_up_to, positions};
use crate::on_both_engines;
use crate::support::{Client, World};

on_both_engines! {
    a_consumer_is_a_place_to_which_a_client_comes_back
    a_consumer_goes_forth_and_back_and_says_how_far_it_is_behind
    a_tenant_has_twenty_consumers
    names_and_positions_have_rules
    of_two_who_go_on_from_the_same_place_one_wins
    the_default_tenant_is_behind_in_the_log_of_the_workspace
}

const CONSUMERS: &str = "/api/v1/event-consumers";

/// Returns a client of a new channel, and the positions of its events: of the tenant and of three locations.
fn channel(world: &World) -> (Client, Vec<u64>) {
    let id = world.tenant_id("Channel A");
    for name in ["First place", "Second place", "Third place"] {
        world.location_id(&id, name);
    }
    let client = world.calry().named(&id);
    loop {
        let positions = positions(&events_up_to(&client, "location.created"));
        if positions.len() == 4 {
            return (client, positions);
        }
    }
}

fn put(client: &Client, name: &str, position: u64) -> (u16, Value) {
    let answer = client.put(&format!("{CONSUMERS}/{name}"), &json!({ "position": position }));
    (answer.status, answer.json["data"]["position"].clone())
}

fn listed(client: &Client, query: &str) -> Vec<Value> {
    let listed = client.get(&format!("{CONSUMERS}?{query}"));
    assert_eq!(listed.status, 200, "{}", listed.text);
    listed.json["data"].as_array().expect("consumers").clone()
}

fn a_consumer_is_a_place_to_which_a_client_comes_back(world: &World) {
    let (client, positions) = channel(world);
    assert_eq!(put(&client, "billing", positions[1]), (201, json!(positions[1])));
    let page = client.get(&format!("{EVENTS}?consumer=billing&limit=1"));
    assert_eq!(page.json["data"][0]["position"], json!(positions[2]));
    let next = page.json["links"]["next"].as_str().expect("a link");
    assert!(next.ends_with(&format!("{EVENTS}?limit=1&after={}", positions[2])), "{next}");
    assert_eq!(put(&client, "billing", positions[2]), (200, json!(positions[2])));
    assert_eq!(client.get(&format!("{EVENTS}?consumer=billing")).json["data"][0]["position"], json!(positions[3]));

    let path = format!("{CONSUMERS}/billing");
    let shown = client.get(&path).json["data"].clone();
    insta::assert_json_snapshot!("an_event_consumer", shown, {
        ".id" => "[id]", ".position" => "[position]", ".createdAt" => "[instant]", ".updatedAt" => "[instant]"
    });
    assert_eq!(client.get(&format!("{CONSUMERS}/count")).json, json!({ "count": 1 }));
    assert_eq!(client.delete(&path).status, 204);
    for gone in [client.get(&path), client.delete(&path), client.get(&format!("{EVENTS}?consumer=billing"))] {
        assert_eq!(gone.refusal(), (404, "event_consumer_not_found"));
    }
}

fn a_consumer_goes_forth_and_back_and_says_how_far_it_is_behind(world: &World) {
    let (client, positions) = channel(world);
    let last = positions[3];
    for (position, unread) in [(last, 0), (positions[2], 1), (0, 4), (positions[1], 2)] {
        assert!([200, 201].contains(&put(&client, "billing", position).0));
        let [consumer] = &listed(&client, "")[..] else { panic!("one consumer") };
        assert_eq!((&consumer["position"], &consumer["lag"]["events"]), (&json!(position), &json!(unread)));
        assert!(consumer["lag"]["seconds"].as_u64().is_some_and(|seconds| seconds < 300), "{consumer}");
    }
}

fn a_tenant_has_twenty_consumers(world: &World) {
    let (client, _) = channel(world);
    for number in 0..20 {
        assert_eq!(put(&client, &format!("consumer-{number}"), 0).0, 201);
    }
    let refused = client.put(&format!("{CONSUMERS}/another"), &json!({ "position": 0 }));
    assert_eq!(refused.refusal(), (409, "too_many_event_consumers"));
    assert_eq!(put(&client, "consumer-0", 1), (200, json!(1)), "those that are there still move");
    assert_eq!(client.get(&format!("{CONSUMERS}/count")).json, json!({ "count": 20 }));
    let names = |consumers: &[Value]| -> Vec<_> { consumers.iter().map(|consumer| consumer["name"].clone()).collect() };
    let page = listed(&client, "per_page=15");
    let after = page[14]["id"].as_str().expect("an id");
    let pages = [names(&page), names(&listed(&client, &format!("after={after}")))].concat();
    assert_eq!(pages, (0..20).map(|number| json!(format!("consumer-{number}"))).collect::<Vec<_>>());
    assert_eq!(client.delete(&format!("{CONSUMERS}/consumer-7")).status, 204);
    assert_eq!(put(&client, "another", 0).0, 201);
}

fn names_and_positions_have_rules(world: &World) {
    let (client, positions) = channel(world);
    let put = |name: &str, body: &Value| client.put(&format!("{CONSUMERS}/{name}"), body);
    for name in ["-billing", "bill%20ing", "%C3%A9", &"x".repeat(65)] {
        let refused = put(name, &json!({ "position": 0 }));
        assert_eq!(
            (refused.refusal(), &*refused.field_errors()),
            ((422, "validation_failed"), &["name"][..]),
            "{name}"
        );
        assert_eq!(client.get(&format!("{CONSUMERS}/{name}")).refusal(), (404, "event_consumer_not_found"), "{name}");
    }
    for body in
        [json!({}), json!({ "position": null }), json!({ "position": -1 }), json!({ "position": positions[3] + 1000 })]
    {
        let refused = put("billing", &body);
        assert_eq!(
            (refused.refusal(), &*refused.field_errors()),
            ((422, "validation_failed"), &["position"][..]),
            "{body}"
        );
    }
    assert_eq!(put("billing", &json!({ "position": "1" })).refusal(), (400, "malformed_request"));
    assert_eq!(
        put("count", &json!({ "position": 1 })).refusal(),
        (405, "method_not_allowed"),
        "it is the path of the count"
    );
    assert_eq!(listed(&client, ""), [""; 0]);
}

fn of_two_who_go_on_from_the_same_place_one_wins(world: &World) {
    let (client, positions) = channel(world);
    let path = format!("{CONSUMERS}/billing");
    let put = |client: &Client, position: usize| client.put(&path, &json!({ "position": positions[position] }));
    let lost = (412, "precondition_failed");
    for condition in ["\"a\"", "*"] {
        assert_eq!(put(&client.clone().with("if-match", condition), 0).refusal(), lost, "it does not exist");
    }
    let first = put(&client.clone().with("if-none-match", "*"), 0);
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(put(&client.clone().with("if-none-match", "*"), 1).refusal(), lost);
    let tag = first.header("etag").expect("a tag");
    let [one, other] = [1, 2].map(|position| put(&client.clone().with("if-match", tag), position));
    assert_eq!((one.status, other.refusal()), (200, lost));
    assert_eq!(client.get(&path).header("etag"), one.header("etag"));
    assert_eq!(client.clone().with("if-match", tag).delete(&path).refusal(), lost);
}

fn the_default_tenant_is_behind_in_the_log_of_the_workspace(world: &World) {
    let (channel, positions) = channel(world);
    let default = world.calry();
    assert_eq!(put(&default, "all", 0).0, 201);
    let lag = |client: &Client, query: &str| listed(client, query)[0]["lag"]["events"].as_u64().expect("a number");
    assert!(lag(&default, "scope=workspace") >= positions[3]);
    assert!(lag(&default, "scope=tenant") < positions[3]);
    let key = world.key_in(channel.get("/api/v1/tenants/current").json["data"]["id"].as_str().expect("an id"), "READ");
    let refused = world.client().calry(&key).get(&format!("{CONSUMERS}?scope=workspace"));
    assert_eq!(refused.refusal(), (403, "default_tenant_required"));
    let page = default.get(&format!("{EVENTS}?scope=workspace&consumer=all&limit=1"));
    assert_eq!(page.json["data"][0]["position"], json!(1));
}
