//! `kill -9` during writes: no acknowledged change is lost.

use std::sync::Mutex;
use std::thread;

use serde_json::json;

use crate::support::{Client, Engine, Server, World, id_of};

fn acknowledged_tenants_survive(engine: Engine) {
    const WRITERS: usize = 8;
    const ENOUGH: usize = 60;
    let World { mut server, key, .. } = World::start(engine);
    let acknowledged = Mutex::new(Vec::new());
    let base = server.base.clone();
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                let client = Client::new(&base).calry(&key);
                while let Some(answer) = client.try_call("POST", "/api/v1/tenants", Some(&json!({ "name": "Channel" })))
                {
                    assert_eq!(answer.status, 200, "{}", answer.text);
                    acknowledged.lock().expect("no panic").push(id_of(&answer.json["data"]));
                }
            });
        }
        while acknowledged.lock().expect("no panic").len() < ENOUGH {
            thread::yield_now();
        }
        server.kill();
    });

    let again = Server::start(server.engine.clone());
    let client = Client::new(&again.base).calry(&key);
    let acknowledged = acknowledged.into_inner().expect("no panic");
    assert!(acknowledged.len() >= ENOUGH);
    for id in &acknowledged {
        assert_eq!(client.get(&format!("/api/v1/tenants/{id}")).status, 200, "{id} was acknowledged");
        let locations = client.clone().named(id).get("/api/v1/locations/count");
        assert_eq!(locations.json, json!({ "count": 1 }), "the tenant is complete");
    }
    let count = client.get("/api/v1/tenants/count").json["count"].as_u64().expect("a number");
    let most = (acknowledged.len() + 1 + WRITERS) as u64;
    assert!(count <= most, "at most one unacknowledged tenant for each writer: {count} > {most}");
}

#[test]
fn acknowledged_tenants_survive_on_sqlite() {
    acknowledged_tenants_survive(Engine::sqlite());
}

#[test]
fn acknowledged_tenants_survive_on_postgresql() {
    acknowledged_tenants_survive(Engine::postgres());
}
