//! Suspended workspaces.

use std::thread;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::operators::{create, path};
use crate::support::{
    Client, Engine, EventStream, Receiver, Server, World, data, id_of, refused_within_a_second, until_so,
};

on_both_engines! {
    every_key_of_a_suspended_workspace_is_refused_until_it_is_resumed
    those_who_wait_for_events_are_sent_away
    webhooks_rest_and_go_on_where_they_were
}

const SUSPENDED: (u16, &str) = (403, "workspace_suspended");

fn set(operator: &Client, workspace: &str, action: &str) -> Value {
    data(200, &operator.put(&format!("{}/{action}", path(workspace)), &json!({})))
}

fn inside(world: &World, made: &Value) -> Client {
    world.client().calry(made["apiKey"].as_str().expect("a key"))
}

fn every_key_of_a_suspended_workspace_is_refused_until_it_is_resumed(world: &World) {
    let operator = world.operator();
    let other = inside(world, &create(&operator, "Others Inc."));
    let channel = world.tenant_id("Channel A");
    let keys = [world.key.clone(), world.key_of(&world.user, "READ"), world.key_in(&channel, "WRITE")];
    let clients: Vec<_> = keys
        .iter()
        .flat_map(|key| {
            let client = world.client();
            [client.clone().calry(key), client.clone().bearer(key), client.calry(key).named(&channel)]
        })
        .collect();
    let statuses = || clients.iter().map(|client| client.get("/api/v1/locations").status).collect::<Vec<_>>();
    assert_eq!(statuses(), [200; 9]);
    for _ in 0..2 {
        assert_eq!(set(&operator, &world.workspace, "suspend")["status"], "SUSPENDED");
        for client in &clients {
            assert_eq!(client.get("/api/v1/locations").refusal(), SUSPENDED);
            assert_eq!(client.post("/api/v1/locations", &json!({ "name": "Airport" })).refusal(), SUSPENDED);
            assert_eq!(client.get("/api/v1/users/me").refusal(), SUSPENDED);
            assert_eq!(client.get("/api/v1/events").refusal(), SUSPENDED);
        }
    }
    assert_eq!(world.client().calry("tny_guessed").get("/api/v1/locations").status, 401);
    assert_eq!(other.get("/api/v1/locations").status, 200);
    let key = data(201, &operator.post(&format!("{}/keys", path(&world.workspace)), &json!({})));
    let new = world.client().bearer(key["apiKey"].as_str().expect("a key"));
    assert_eq!(new.get("/api/v1/locations").refusal(), SUSPENDED);

    assert_eq!(set(&operator, &world.workspace, "resume")["status"], "ACTIVE");
    assert_eq!((statuses(), new.get("/api/v1/locations").status), (vec![200; 9], 200));
    assert_eq!(world.calry().get("/api/v1/locations/count").json["count"], 1, "nothing was written");
}

fn those_who_wait_for_events_are_sent_away(world: &World) {
    let operator = world.operator();
    let key = [("x-calry-api-key", &*world.key)];
    let last = crate::support::until(|| {
        let page = world.calry().get("/api/v1/events").json;
        page["data"][0]["position"].as_u64().ok_or(page)
    });
    let waiting = format!("/api/v1/events?after={last}");
    let mut stream = EventStream::open(&world.server.base, &waiting, &key);
    assert!(stream.head.starts_with("http/1.1 200"), "{}", stream.head);
    assert!(stream.block().is_some(), "the comment with the position");
    thread::scope(|scope| {
        let polling = scope.spawn(|| world.calry().get(&format!("{waiting}&wait=25")));
        // The poll and the request of the metrics are in flight.
        until_so(|| world.client().get("/metrics").text.contains("tenantry_http_requests_in_flight 2\n"));
        let began = std::time::Instant::now();
        set(&operator, &world.workspace, "suspend");
        assert!(stream.block().is_none(), "the stream ends");
        assert_eq!(polling.join().expect("no panic").refusal(), SUSPENDED);
        assert!(began.elapsed().as_secs() < 10, "long before the poll or the comment of the stream is due");
    });
}

fn webhooks_rest_and_go_on_where_they_were(world: &World) {
    let (operator, receiver) = (world.operator(), Receiver::start());
    let [first, second] = ["First", "Second"].map(|name| create(&operator, name));
    let webhook = json!({ "url": receiver.url, "types": ["workspace.updated"] });
    for made in [&first, &second] {
        data(201, &inside(world, made).post("/api/v1/webhooks", &webhook));
    }
    let rename = |made: &Value, name: &str| {
        assert_eq!(operator.patch(&path(&id_of(made)), &json!({ "name": name })).status, 200);
    };
    let name = |delivery: &crate::support::Delivery| delivery.event["changes"]["name"]["to"].clone();
    set(&operator, &id_of(&first), "suspend");
    rename(&first, "First, while it was suspended");
    // The event has its position before that of the other workspace.
    until_so(|| operator.get(&path(&id_of(&first))).json["data"]["usage"]["events"].as_u64() >= Some(3));
    rename(&second, "Second, meanwhile");
    assert_eq!(name(&receiver.next()), "Second, meanwhile");
    set(&operator, &id_of(&first), "resume");
    assert_eq!(name(&receiver.next()), "First, while it was suspended");
}

#[test]
fn another_server_refuses_the_keys_of_a_suspended_workspace_within_a_second() {
    let world = World::start(Engine::postgres());
    let second = Server::start(world.server.engine.clone());
    let operator = world.operator();
    let there = Client::new(&second.base).calry(&world.key);
    assert_eq!(there.get("/api/v1/locations").status, 200);
    let mut stream = EventStream::open(&second.base, "/api/v1/events?after=0", &[("x-calry-api-key", &*world.key)]);
    assert!(stream.block().is_some());
    set(&operator, &world.workspace, "suspend");
    assert_eq!(
        world.calry().get("/api/v1/locations").refusal(),
        SUSPENDED,
        "at once on the server that made the change"
    );
    assert_eq!(refused_within_a_second(&there, "/api/v1/locations").refusal(), SUSPENDED);
    while stream.block().is_some() {}
}
