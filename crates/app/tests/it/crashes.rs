//! `kill -9` during writes: no acknowledged change is lost.

use std::sync::Mutex;
use std::thread;

use serde_json::json;
use uuid::Uuid;

use crate::support::{Client, Engine, Server, World, id_of, until_so};

const TENANTS: &str = "/api/v1/tenants";

fn acknowledged_tenants_survive(engine: Engine) {
    // On SQLite, most changes share their commit with others.
    const WRITERS: usize = 16;
    const ENOUGH: usize = 200;
    let World { mut server, key, .. } = World::start(engine);
    let acknowledged = Mutex::new(Vec::new());
    let channel = json!({ "name": "Channel" });
    let base = server.base.clone();
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                loop {
                    let request = Uuid::new_v4().to_string();
                    let client = Client::new(&base).calry(&key).with("Idempotency-Key", &request);
                    let Some(answer) = client.try_call("POST", TENANTS, Some(&channel)) else { return };
                    assert_eq!(answer.status, 200, "{}", answer.text);
                    acknowledged.lock().expect("no panic").push((id_of(&answer.json["data"]), request));
                }
            });
        }
        until_so(|| acknowledged.lock().expect("no panic").len() >= ENOUGH);
        server.kill();
    });

    let again = Server::start(server.engine.clone());
    let client = Client::new(&again.base).calry(&key);
    let acknowledged = acknowledged.into_inner().expect("no panic");
    assert!(acknowledged.len() >= ENOUGH);
    let count = |path: &str| client.get(path).json["count"].as_u64().expect("a number");
    let before = count("/api/v1/tenants/count");
    for (id, request) in &acknowledged {
        assert_eq!(client.get(&format!("{TENANTS}/{id}")).status, 200, "{id} was acknowledged");
        let locations = client.clone().named(id).get("/api/v1/locations/count");
        assert_eq!(locations.json, json!({ "count": 1 }), "the tenant is complete");
        let repeated = client.clone().with("Idempotency-Key", request).post(TENANTS, &channel);
        assert_eq!(id_of(&repeated.json["data"]), *id, "the request was remembered with its change");
    }
    assert_eq!(count("/api/v1/tenants/count"), before, "no repeated request has created another tenant");
    assert_eq!(count("/api/v1/audit/count?action=tenant.create") + 1, before, "each change has its entry");
    let most = (acknowledged.len() + 1 + WRITERS) as u64;
    assert!(before <= most, "at most one unacknowledged tenant for each writer: {before} > {most}");
}

#[test]
fn acknowledged_tenants_survive_on_sqlite() {
    acknowledged_tenants_survive(Engine::sqlite());
}

#[test]
fn acknowledged_tenants_survive_on_postgresql() {
    acknowledged_tenants_survive(Engine::postgres());
}
