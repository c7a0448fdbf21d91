//! Many clients that repeat the same requests, connections that break, and a server that is killed: each request has
//! its effect exactly once, and all its answers are the same.
//!
//! `TENANTRY_TEST_STORM_KEYS` is the number of requests and `TENANTRY_TEST_STORM_CALLS` the number of clients that send
//! each of them at the same time; both are small by default.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::json;

use crate::support::{Client, Engine, Server, World, number_of, until_so};

const PATH: &str = "/api/v1/locations";

#[test]
fn every_request_of_a_storm_is_done_once_on_sqlite() {
    every_request_of_a_storm_is_done_once(Engine::sqlite());
}

#[test]
fn every_request_of_a_storm_is_done_once_on_postgresql() {
    every_request_of_a_storm_is_done_once(Engine::postgres());
}

struct Storm {
    key: String,
    tenant: String,
    keys: usize,
    calls: usize,
    /// The first answer to each request.
    answers: Mutex<BTreeMap<usize, String>>,
    done: AtomicUsize,
}

impl Storm {
    /// Sends every request from all clients, until all are answered or the server is gone.
    fn rage(&self, base: &str, may_end: bool) {
        thread::scope(|scope| {
            for side in 0..self.calls {
                scope.spawn(move || {
                    for number in 0..self.keys {
                        let went_on = if side % 2 == 0 { self.ask(base, number) } else { self.drop(base, number) };
                        if went_on.is_none() {
                            assert!(may_end, "the server is there");
                            return;
                        }
                        self.done.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
    }

    /// Repeats the request until it is answered.
    fn ask(&self, base: &str, number: usize) -> Option<()> {
        let key = format!("storm-{number}");
        let client = Client::new(base).calry(&self.key).named(&self.tenant).with("idempotency-key", &key);
        loop {
            let answer = client.try_call("POST", PATH, Some(&json!({ "name": key })))?;
            match answer.refusal() {
                (201, _) => {
                    let mut answers = self.answers.lock().expect("no panic");
                    let first = answers.entry(number).or_insert_with(|| answer.text.clone());
                    assert_eq!(*first, answer.text, "the same bytes for {key}");
                    return Some(());
                }
                (409, "request_in_flight") | (503, _) => assert_eq!(answer.header("retry-after"), Some("1")),
                other => panic!("{other:?} {}", answer.text),
            }
        }
    }

    /// Sends the request and closes the connection before the answer.
    fn drop(&self, base: &str, number: usize) -> Option<()> {
        let body = json!({ "name": format!("storm-{number}") }).to_string();
        let host = base.strip_prefix("http://").expect("an address");
        let request = format!(
            "POST {PATH} HTTP/1.1\r\nhost: {host}\r\nx-calry-api-key: {}\r\nx-calry-tenant-id: {}\r\n\
             idempotency-key: storm-{number}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.key,
            self.tenant,
            body.len()
        );
        TcpStream::connect(host).ok()?.write_all(request.as_bytes()).ok()
    }
}

fn every_request_of_a_storm_is_done_once(engine: Engine) {
    let world = World::start(engine);
    let tenant = world.tenant_id("Channel A");
    let World { mut server, key, .. } = world;
    let [keys, calls] = ["TENANTRY_TEST_STORM_KEYS", "TENANTRY_TEST_STORM_CALLS"].map(|size| number_of(size, 20));
    let answers = Mutex::default();
    let storm = Storm { key, tenant, keys, calls, answers, done: AtomicUsize::new(0) };
    let base = server.base.clone();
    thread::scope(|scope| {
        let raging = scope.spawn(|| storm.rage(&base, true));
        // The moment of the kill.
        until_so(|| raging.is_finished() || storm.done.load(Ordering::Relaxed) >= keys * calls / 2);
        server.kill();
    });

    let again = Server::start(server.engine.clone());
    storm.rage(&again.base, false);
    let inside = Client::new(&again.base).calry(&storm.key).named(&storm.tenant);
    let mut made = BTreeMap::<String, usize>::new();
    for page in 1.. {
        let listed = inside.get(&format!("{PATH}?per_page=100&page={page}"));
        for location in listed.json["data"].as_array().expect("a list") {
            *made.entry(location["name"].as_str().expect("a name").to_owned()).or_default() += 1;
        }
        if listed.json["links"]["next"].is_null() {
            break;
        }
    }
    made.remove("Default");
    assert_eq!(made, (0..keys).map(|number| (format!("storm-{number}"), 1)).collect());
    let trail = world_trail(&again.base, &storm.key);
    assert_eq!(trail, keys as u64, "each has one audit entry");
}

fn world_trail(base: &str, key: &str) -> u64 {
    let count = Client::new(base).calry(key).get("/api/v1/audit/count?action=location.create");
    count.json["count"].as_u64().expect("a number")
}
