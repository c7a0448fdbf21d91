//! `/events` as a stream of server-sent events.

use std::process::ExitStatus;
use std::thread;

use serde_json::json;

use crate::events::{EVENTS, events_up_to, positions};
use crate::on_both_engines;
use crate::support::{Client, Engine, EventStream, Server, World, id_of};

on_both_engines! {
    a_stream_sends_what_has_happened_and_what_happens
    a_stream_resumes_after_the_last_event_that_it_has_sent
    a_stream_ends_when_its_key_is_revoked
    a_stream_and_a_wait_in_another_tenant_than_the_home_of_the_user_end_when_their_key_is_revoked
    a_stream_ends_when_its_tenant_is_deactivated
    another_tenant_is_not_told
    a_stream_is_refused_like_a_page
    a_key_has_twenty_streams_at_once
}

/// A channel, and a key to it.
struct Channel {
    id: String,
    key: String,
    client: Client,
}

impl Channel {
    fn open(world: &World, name: &str) -> Self {
        let id = world.tenant_id(name);
        let key = world.key_in(&id, "READ");
        let client = world.calry().named(&id);
        Self { id, key, client }
    }

    fn stream(&self, world: &World, query: &str) -> EventStream {
        let stream =
            EventStream::open(&world.server.base, &format!("{EVENTS}{query}"), &[("x-calry-api-key", &self.key)]);
        assert!(stream.head.starts_with("http/1.1 200 "), "{}", stream.head);
        stream
    }

    /// Creates a location and returns its id.
    fn change(&self, name: &str) -> String {
        let made = self.client.post("/api/v1/locations", &json!({ "name": name }));
        assert_eq!(made.status, 201, "{}", made.text);
        id_of(&made.json["data"])
    }

    /// Returns the position of the last event, once the key is told of.
    fn last(&self) -> u64 {
        positions(&events_up_to(&self.client, "api_key.created")).pop().expect("a position")
    }
}

fn a_stream_sends_what_has_happened_and_what_happens(world: &World) {
    let channel = Channel::open(world, "Channel A");
    let known = channel.last();
    let mut stream = channel.stream(world, "");
    for header in ["content-type: text/event-stream", "transfer-encoding: chunked", "cache-control: private, no-cache"]
    {
        assert!(stream.head.contains(header), "{}", stream.head);
    }
    assert!(!stream.head.contains("content-encoding"), "an encoder would hold events back: {}", stream.head);
    let past: Vec<_> =
        std::iter::from_fn(|| stream.event().filter(|sent| sent.id.parse::<u64>().expect("a position") <= known))
            .take(3)
            .map(|sent| sent.event)
            .collect();
    assert_eq!(past, ["tenant.created", "user.created", "api_key.created"]);
    for name in ["Lobby", "Garden"] {
        let location = channel.change(name);
        let sent = stream.event().expect("an event");
        assert_eq!((&*sent.event, sent.data["resource"]["id"].as_str()), ("location.created", Some(&*location)));
        assert_eq!(sent.data["position"].to_string(), sent.id);
        let url = format!("http://test.example/api/v1/locations/{location}");
        assert_eq!(sent.data["resource"]["url"], json!(url), "with the host that the client used");
    }
}

fn a_stream_resumes_after_the_last_event_that_it_has_sent(world: &World) {
    let channel = Channel::open(world, "Channel A");
    channel.last();
    let mut stream = channel.stream(world, "?after=latest");
    let begin = stream.block().expect("a comment");
    assert_eq!((&*begin.event, begin.id.is_empty()), ("", false), "a client knows its position before the first event");
    channel.change("Lobby");
    let first = stream.event().expect("an event");
    drop(stream);
    let second = channel.change("Garden");
    let path = format!("{EVENTS}?after=latest");
    for (last, expected) in [(&begin.id, 2), (&first.id, 1)] {
        let headers = [("x-calry-api-key", &*channel.key), ("last-event-id", last)];
        let mut resumed = EventStream::open(&world.server.base, &path, &headers);
        let sent = (0..expected).map(|_| resumed.event().expect("an event")).last().expect("some");
        assert_eq!(sent.data["resource"]["id"], second.as_str());
    }
}

fn a_stream_ends_when_its_key_is_revoked(world: &World) {
    let channel = Channel::open(world, "Channel A");
    let after = channel.last();
    let mut stream = channel.stream(world, &format!("?after={after}"));
    assert!(stream.block().is_some_and(|begin| begin.event.is_empty()));
    let id = id_of(&channel.client.get("/api/v1/api-keys").json["data"][0]);
    assert_eq!(channel.client.delete(&format!("/api/v1/api-keys/{id}")).status, 204);
    assert!(stream.event().is_none(), "the event of the revocation is not for the key");
}

fn a_stream_and_a_wait_in_another_tenant_than_the_home_of_the_user_end_when_their_key_is_revoked(world: &World) {
    let channel = Channel::open(world, "Channel A");
    let key = world.key_of(&world.user, "READ");
    let events = format!("{EVENTS}?after={}", channel.last());
    let headers = [("x-calry-api-key", &*key), ("x-calry-tenant-id", &*channel.id)];
    let mut stream = EventStream::open(&world.server.base, &events, &headers);
    assert!(stream.block().is_some_and(|begin| begin.event.is_empty()));
    let reader = world.client().calry(&key).named(&channel.id);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| reader.get(&format!("{events}&wait=25")));
        // The wait, the stream and the request of the metrics are in flight.
        crate::support::until_so(|| world.client().get("/metrics").text.contains("requests_in_flight 2\n"));
        let began = std::time::Instant::now();
        let keys = world.calry().get("/api/v1/api-keys").json["data"].clone();
        let id = id_of(keys.as_array().expect("keys").last().expect("the key"));
        assert_eq!(world.calry().delete(&format!("/api/v1/api-keys/{id}")).status, 204);
        assert!(stream.block().is_none(), "the stream ends");
        assert_eq!(waiting.join().expect("no panic").refusal(), (401, "unauthenticated"));
        assert!(began.elapsed().as_secs() < 10, "long before the wait or the comment of the stream is due");
    });
}

fn a_stream_ends_when_its_tenant_is_deactivated(world: &World) {
    let channel = Channel::open(world, "Channel A");
    let after = channel.last();
    // One of the tenant's own keys, and one that enters the tenant from outside.
    let own = channel.stream(world, &format!("?after={after}"));
    let headers = [("x-calry-api-key", &*world.key), ("x-calry-tenant-id", &*channel.id)];
    let foreign = EventStream::open(&world.server.base, &format!("{EVENTS}?after={after}"), &headers);
    let deactivate = format!("/api/v1/tenants/{}/deactivate", channel.id);
    assert_eq!(world.calry().put(&deactivate, &json!({})).status, 200);
    for mut stream in [own, foreign] {
        assert!(stream.event().is_none(), "the event of the deactivation is not for a tenant that is inactive");
    }
}

fn another_tenant_is_not_told(world: &World) {
    let [channel, sibling] = ["Channel A", "Channel B"].map(|name| Channel::open(world, name));
    let other = world.other_workspace();
    events_up_to(&world.client().calry(&other.key), "workspace.created");
    let after = sibling.last();
    let mut streams = [
        sibling.stream(world, &format!("?after={after}")),
        EventStream::open(&world.server.base, &format!("{EVENTS}?after=latest"), &[("x-calry-api-key", &other.key)]),
    ];
    let secret = channel.change("A secret place");
    let own = sibling.change("Lobby");
    let body = json!({ "name": "Elsewhere" });
    let elsewhere = id_of(&world.client().calry(&other.key).post("/api/v1/locations", &body).json["data"]);
    for (stream, expected) in streams.iter_mut().zip([own, elsewhere]) {
        let sent = stream.event().expect("an event");
        assert_eq!(sent.data["resource"]["id"], expected.as_str(), "{:#} is not about {secret}", sent.data);
    }
}

fn a_stream_is_refused_like_a_page(world: &World) {
    let key = [("x-calry-api-key", &*world.key)];
    for (query, headers, status) in [
        ("", &[][..], "401"),
        ("?after=x", &key, "422"),
        ("?after=1000000", &key, "422"),
        ("?consumer=unknown", &key, "404"),
        ("", &[key[0], ("last-event-id", "x")], "422"),
        ("", &[key[0], ("last-event-id", "1000000")], "422"),
    ] {
        let refused = EventStream::open(&world.server.base, &format!("{EVENTS}{query}"), headers);
        assert!(refused.head.starts_with(&format!("http/1.1 {status} ")), "{query}: {}", refused.head);
        assert!(refused.head.contains("content-type: application/problem+json"), "{}", refused.head);
    }
    let head = world.calry().with("accept", "text/event-stream").call("HEAD", EVENTS, None);
    assert_eq!((head.status, head.header("content-type")), (200, Some("text/event-stream")));
}

fn a_key_has_twenty_streams_at_once(world: &World) {
    let channel = Channel::open(world, "Channel A");
    let mut streams: Vec<_> = (0..20).map(|_| channel.stream(world, "?after=latest")).collect();
    let open = || EventStream::open(&world.server.base, EVENTS, &[("x-calry-api-key", &channel.key)]);
    let refused = open();
    assert!(refused.head.starts_with("http/1.1 429 ") && refused.head.contains("retry-after: 5"), "{}", refused.head);
    channel.stream_of_another(world);
    streams.pop();
    crate::support::until_so(|| open().head.starts_with("http/1.1 200 "));
}

impl Channel {
    /// Opens a stream with another key of the tenant.
    fn stream_of_another(&self, world: &World) {
        let key = world.key_in(&self.id, "READ");
        Self { id: self.id.clone(), key, client: self.client.clone() }.stream(world, "?after=latest");
    }
}

#[test]
fn streams_and_waits_end_when_the_server_stops() {
    let world = World::start(Engine::sqlite());
    let channel = Channel::open(&world, "Channel A");
    let after = channel.last();
    let mut stream = channel.stream(&world, "?after=latest");
    assert!(stream.block().is_some());
    let mut wire = crate::support::Wire::open(&world.server.base);
    wire.send(&format!(
        "GET {EVENTS}?after={after}&wait=25 HTTP/1.1\r\nhost: test\r\nx-calry-api-key: {}\r\n\r\n",
        channel.key
    ));
    // The server has received the request once it has answered a later one.
    assert_eq!(channel.client.get("/api/v1/locations").status, 200);
    let World { mut server, .. } = world;
    let ended: ExitStatus = Server::terminate(&mut server);
    assert!(ended.success(), "{ended}");
    assert!(stream.event().is_none());
    let answer = wire.whole();
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains(r#""data":[]"#), "{answer}");
}

#[test]
fn a_stream_of_one_server_tells_what_another_one_has_changed_and_ends_when_it_revokes() {
    let world = World::start(Engine::postgres());
    let other = Server::start(world.server.engine.clone());
    let channel = Channel::open(&world, "Channel A");
    let after = channel.last();
    let mut stream =
        EventStream::open(&other.base, &format!("{EVENTS}?after={after}"), &[("x-calry-api-key", &channel.key)]);
    let location = channel.change("Lobby");
    assert_eq!(stream.event().expect("an event").data["resource"]["id"], location.as_str());
    let id = id_of(&channel.client.get("/api/v1/api-keys").json["data"][0]);
    assert_eq!(channel.client.delete(&format!("/api/v1/api-keys/{id}")).status, 204);
    while let Some(sent) = stream.event() {
        assert_eq!(sent.event, "api_key.revoked", "the other server may not know yet");
    }
}
