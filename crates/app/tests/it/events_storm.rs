//! Many writers, servers that are killed, and readers that follow the log: each change has one event, without gaps and in
//! order, and no reader misses one.
//!
//! `TENANTRY_TEST_STORM_EVENTS` is the number of changes, small by default.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::{Client, Engine, Server, World, id_of, until, until_so};

const WRITERS: usize = 32;
const READERS: usize = 4;
/// A server is killed after each such part of the changes.
const PARTS: usize = 3;
const LOCATIONS: &str = "/api/v1/locations";

#[test]
fn no_event_of_a_storm_is_lost_or_late_on_sqlite() {
    no_event_of_a_storm_is_lost_or_late(Engine::sqlite(), 1);
}

#[test]
fn no_event_of_a_storm_is_lost_or_late_on_two_servers_on_postgresql() {
    no_event_of_a_storm_is_lost_or_late(Engine::postgres(), 2);
}

struct Storm {
    key: String,
    /// The addresses of the servers.
    bases: Mutex<Vec<String>>,
    /// The location that all writers rename.
    shared: String,
    changes: usize,
    done: AtomicUsize,
    is_over: AtomicBool,
}

impl Storm {
    fn client(&self, side: usize) -> Client {
        let bases = self.bases.lock().expect("no panic");
        Client::new(&bases[side % bases.len()]).calry(&self.key)
    }

    /// Waits until the server is there again.
    fn await_server(&self, side: usize) {
        until_so(|| self.client(side).try_call("GET", "/healthz", None).is_some());
    }

    /// Creates locations and renames the shared one, until enough is done.
    fn write(&self, side: usize) {
        for number in 0.. {
            if self.done.load(Ordering::Relaxed) >= self.changes {
                return;
            }
            let name = json!({ "name": format!("Location {side} {number}") });
            let (method, path) = match number % 4 {
                0 => ("PATCH", format!("{LOCATIONS}/{}", self.shared)),
                _ => ("POST", LOCATIONS.to_owned()),
            };
            if let Some(answer) = self.client(side).try_call(method, &path, Some(&name)) {
                // A request that loses every retry gets 503.
                assert!([200, 201, 503].contains(&answer.status), "{}", answer.text);
                self.done.fetch_add(1, Ordering::Relaxed);
            } else {
                self.await_server(side);
            }
        }
    }

    /// Follows the log from its beginning until the storm is over. Returns the last position.
    fn read(&self, side: usize) -> u64 {
        let mut position = 0;
        loop {
            let was_over = self.is_over.load(Ordering::Relaxed);
            let path = format!("/api/v1/events?scope=workspace&limit=100&after={position}");
            let Some(page) = self.client(side).try_call("GET", &path, None) else {
                self.await_server(side);
                continue;
            };
            if page.status == 503 {
                continue;
            }
            assert_eq!(page.status, 200, "{}", page.text);
            for event in page.json["data"].as_array().expect("events") {
                assert_eq!(event["position"], position + 1, "no event is missed, and none comes late");
                position += 1;
            }
            if was_over && page.json["meta"]["has_more"] == false {
                return position;
            }
        }
    }
}

fn no_event_of_a_storm_is_lost_or_late(engine: Engine, servers: usize) {
    let changes = std::env::var("TENANTRY_TEST_STORM_EVENTS").map_or(600, |size| size.parse().expect("a number"));
    let World { server, key, .. } = World::start(engine);
    let engine = server.engine.clone();
    let mut servers: Vec<_> = [server].into_iter().chain((1..servers).map(|_| Server::start(engine.clone()))).collect();
    let bases = servers.iter().map(|server| server.base.clone()).collect();
    let made = Client::new(&servers[0].base).calry(&key).post(LOCATIONS, &json!({ "name": "Shared" }));
    let shared = id_of(&made.json["data"]);
    let (done, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    let storm = Storm { key, bases: Mutex::new(bases), shared, changes, done, is_over };

    let entries = thread::scope(|scope| {
        let readers: Vec<_> = (0..READERS)
            .map(|side| {
                scope.spawn({
                    let storm = &storm;
                    move || storm.read(side)
                })
            })
            .collect();
        let writers: Vec<_> = (0..WRITERS)
            .map(|side| {
                scope.spawn({
                    let storm = &storm;
                    move || storm.write(side)
                })
            })
            .collect();
        for part in 1..PARTS {
            until_so(|| storm.done.load(Ordering::Relaxed) >= changes * part / PARTS);
            let killed = part % servers.len();
            servers[killed].kill();
            servers[killed] = Server::start(engine.clone());
            storm.bases.lock().expect("no panic")[killed].clone_from(&servers[killed].base);
        }
        for writer in writers {
            writer.join().expect("no panic");
        }
        let client = storm.client(0);
        let entries = client.get("/api/v1/audit/count").json["count"].as_u64().expect("a number");
        until(|| {
            let read = client.get("/api/v1/events?scope=workspace&after=latest").json["meta"]["position"].clone();
            if read == entries { Ok(()) } else { Err(format!("{read} of {entries}")) }
        });
        storm.is_over.store(true, Ordering::Relaxed);
        for reader in readers {
            assert_eq!(reader.join().expect("no panic"), entries);
        }
        entries
    });
    is_whole(&storm, entries);
}

/// Asserts that each entry of the trail is in the log once, and that each change of the shared location begins with what
/// the one before it has left.
fn is_whole(storm: &Storm, entries: u64) {
    let client = storm.client(0);
    let (mut ids, mut name, mut position) = (BTreeSet::new(), Value::Null, 0);
    while position < entries {
        let page = client.get(&format!("/api/v1/events?scope=workspace&limit=100&after={position}"));
        for event in page.json["data"].as_array().expect("events") {
            ids.insert(event["id"].as_str().expect("an id").to_owned());
            if event["resource"]["id"] == *storm.shared {
                let change = &event["changes"]["name"];
                assert_eq!(change["from"], name, "{event}");
                name = change["to"].clone();
            }
        }
        position = page.json["meta"]["position"].as_u64().expect("a number");
    }
    assert_eq!(ids.len() as u64, entries);
    let mut after = String::new();
    loop {
        let page = client.get(&format!("/api/v1/audit?per_page=100{after}"));
        let entries = page.json["data"].as_array().expect("a list");
        let Some(last) = entries.last() else { return };
        after = format!("&after={}", id_of(last));
        for entry in entries {
            assert!(ids.contains(&id_of(entry)), "{entry}");
        }
    }
}
