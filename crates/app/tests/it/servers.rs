//! Several servers on one PostgreSQL.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::support::{Answer, Client, Engine, Server, World};

/// Repeats the request until it is refused, which must happen within a second; returns the answer.
fn refused_within_a_second(client: &Client, path: &str) -> Answer {
    let start = Instant::now();
    loop {
        let answer = client.get(path);
        if answer.status != 200 {
            return answer;
        }
        assert!(start.elapsed() < Duration::from_secs(1), "still served: {}", answer.text);
    }
}

#[test]
fn what_one_server_takes_away_the_other_refuses_within_a_second() {
    let world = World::start(Engine::postgres());
    let second = Server::start(world.server.engine.clone());
    let channel = world.tenant_id("Channel A");
    let key = world.key_in(&channel, "READ");
    let [here, there] = [&world.server.base, &second.base].map(|base| Client::new(base).calry(&key));
    assert_eq!([here.get("/api/v1/locations").status, there.get("/api/v1/locations").status], [200, 200]);

    let path = format!("/api/v1/tenants/{channel}");
    world.calry().put(&format!("{path}/deactivate"), &json!({}));
    assert_eq!(
        here.get("/api/v1/locations").refusal(),
        (403, "tenant_inactive"),
        "at once on the server that made the change"
    );
    assert_eq!(refused_within_a_second(&there, "/api/v1/locations").refusal(), (403, "tenant_inactive"));

    world.calry().put(&format!("{path}/activate"), &json!({ "user_status": 2 }));
    assert_eq!(here.get("/api/v1/locations").refusal(), (403, "user_not_active"));
    assert_eq!(refused_within_a_second(&there, "/api/v1/locations").refusal(), (403, "user_not_active"));

    world.calry().put(&format!("{path}/activate"), &json!({ "user_status": 1 }));
    assert_eq!(there.get("/api/v1/locations").status, 200);
    world.calry().delete(&path);
    assert_eq!(here.get("/api/v1/locations").refusal(), (401, "unauthenticated"), "its keys are revoked with it");
    assert_eq!(refused_within_a_second(&there, "/api/v1/locations").refusal(), (401, "unauthenticated"));
}

#[test]
fn a_banned_user_and_a_revoked_key_are_refused_by_the_other_within_a_second() {
    let world = World::start(Engine::postgres());
    let second = Server::start(world.server.engine.clone());
    let channel = world.tenant_id("Channel A");
    let administrator = world.calry().named(&channel);
    let user = world.user_in(&channel, "venue");
    let key = world.key_of(&user, "READ");
    let [here, there] = [&world.server.base, &second.base].map(|base| Client::new(base).calry(&key));
    assert_eq!([here.get("/api/v1/locations").status, there.get("/api/v1/locations").status], [200, 200]);

    administrator.patch(&format!("/api/v1/users/{user}"), &json!({ "status": 2 }));
    assert_eq!(here.get("/api/v1/locations").refusal(), (403, "user_not_active"));
    assert_eq!(refused_within_a_second(&there, "/api/v1/locations").refusal(), (403, "user_not_active"));
    administrator.patch(&format!("/api/v1/users/{user}"), &json!({ "status": 1 }));
    assert_eq!(there.get("/api/v1/locations").status, 200);

    let id = administrator.get("/api/v1/api-keys").json["data"][0]["id"].as_str().expect("an id").to_owned();
    administrator.delete(&format!("/api/v1/api-keys/{id}"));
    assert_eq!(here.get("/api/v1/locations").refusal(), (401, "unauthenticated"));
    assert_eq!(refused_within_a_second(&there, "/api/v1/locations").refusal(), (401, "unauthenticated"));
}

#[test]
fn a_server_that_hears_of_nothing_refuses_within_a_second_all_the_same() {
    let engine = Engine::postgres();
    let world = World::start(engine.clone());
    let second = Server::start(engine.clone());
    let channel = world.tenant_id("Channel A");
    let key = world.key_in(&channel, "READ");
    let there = Client::new(&second.base).calry(&key);
    assert_eq!(there.get("/api/v1/locations").status, 200);

    let Engine::Postgres(postgres) = &engine else { unreachable!("it is PostgreSQL") };
    postgres.cut_off_listeners();
    world.calry().put(&format!("/api/v1/tenants/{channel}/deactivate"), &json!({}));
    assert_eq!(refused_within_a_second(&there, "/api/v1/locations").refusal(), (403, "tenant_inactive"));
}

#[test]
fn of_many_servers_that_start_at_once_one_makes_the_first_workspace() {
    let engine = Engine::postgres();
    let servers: Vec<Server> = std::thread::scope(|scope| {
        let starting: Vec<_> = (0..4).map(|_| scope.spawn(|| Server::start(engine.clone()))).collect();
        starting.into_iter().map(|server| server.join().expect("no panic")).collect()
    });
    let printed: Vec<_> = servers.into_iter().map(Server::all_printed).collect();
    assert_eq!(printed.iter().filter(|printed| printed.contains("API key")).count(), 1);
    assert_eq!(printed.iter().filter(|printed| printed.is_empty()).count(), 3);
}
