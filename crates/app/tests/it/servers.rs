//! Several servers on one PostgreSQL.

use std::sync::Arc;
use std::time::Instant;

use serde_json::json;

use crate::support::{
    Answer, Client, Engine, REVOKED_WITHIN, Server, World, id_of, migrate, refused_within_a_second, run, until,
};

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

#[test]
fn a_role_that_is_narrowed_narrows_its_keys_on_the_other_within_a_second() {
    const KEYS: &str = "/api/v1/api-keys";
    let world = World::start(Engine::postgres());
    let second = Server::start(world.server.engine.clone());
    let channel = world.tenant_id("Channel A");
    let user = world.user_in(&channel, "tenant");
    let key = world.key_of(&user, "ADMIN");
    let [here, there] = [&world.server.base, &second.base].map(|base| Client::new(base).calry(&key));
    assert_eq!([here.get(KEYS).status, there.get(KEYS).status], [200, 200]);

    let narrowed = json!({ "role": "venue" });
    assert_eq!(world.calry().named(&channel).patch(&format!("/api/v1/users/{user}"), &narrowed).status, 200);
    assert_eq!(here.get(KEYS).refusal(), (403, "permission_denied"));
    assert_eq!(refused_within_a_second(&there, KEYS).refusal(), (403, "permission_denied"));
}

#[test]
fn a_user_whom_one_server_has_moved_can_be_moved_back_by_the_other_within_a_second() {
    let world = World::start(Engine::postgres());
    let second = Server::start(world.server.engine.clone());
    let home = id_of(&world.default_tenant());
    let there = Client::new(&second.base).calry(&world.key);
    assert_eq!(there.get("/api/v1/locations").status, 200, "its credential is cached, with the home as current tenant");
    let current = || world.bearer().get("/api/v1/users/me").json["data"]["user"]["current_tenant_id"].clone();

    let channel = world.tenant_id("Channel A");
    assert_eq!(current(), channel.as_str());
    let moved = Instant::now();
    until(|| {
        let asked = moved.elapsed();
        assert_eq!(there.put(&format!("/api/v1/tenants/{home}/switch"), &json!({})).status, 200);
        let (now, home) = (current(), json!(home));
        assert!(now == home || asked < REVOKED_WITHIN, "still moved after {asked:?}");
        if now == home { Ok(()) } else { Err(now) }
    });
}

#[test]
fn what_one_server_creates_or_grants_the_other_serves_at_once() {
    let world = World::start(Engine::postgres());
    let second = Server::start(world.server.engine.clone());
    let administrator = Client::new(&second.base).calry(&world.key);
    let channel = world.tenant_id("Channel A");
    let key = world.key_in(&channel, "READ");
    let there = Client::new(&second.base).calry(&key);
    assert_eq!(administrator.named(&channel).get("/api/v1/locations").status, 200, "the tenant");
    assert_eq!(there.get("/api/v1/locations").status, 200, "the user and the key");

    let path = format!("/api/v1/tenants/{channel}");
    world.calry().put(&format!("{path}/deactivate"), &json!({}));
    refused_within_a_second(&there, "/api/v1/locations");
    world.calry().put(&format!("{path}/activate"), &json!({}));
    assert_eq!(there.get("/api/v1/locations").status, 200, "refusals are not cached");
}

#[test]
fn servers_are_notified_of_what_changes_a_cached_credential_and_of_nothing_else() {
    let engine = Engine::postgres();
    let world = World::start(engine.clone());
    let Engine::Postgres(postgres) = &engine else { unreachable!("it is PostgreSQL") };
    let mut listener = postgres.listen("tenantry_access");
    let mut is_notified = |answer: &Answer| {
        assert!([200, 201, 204].contains(&answer.status), "{}", answer.text);
        let heard: Vec<_> = listener.heard().into_iter().filter(|heard| !heard.starts_with("beat ")).collect();
        assert!(heard.is_empty() || heard == [world.workspace.clone()], "{heard:?}");
        !heard.is_empty()
    };

    let named = |name: &str| json!({ "name": name });
    let administrator = world.calry();
    let tenant = administrator.post("/api/v1/tenants", &named("Channel A"));
    let path = format!("/api/v1/tenants/{}", id_of(&tenant.json["data"]));
    let inside = administrator.clone().named(&id_of(&tenant.json["data"]));
    let user = inside
        .post("/api/v1/users", &json!({ "name": "Grace Hopper", "email": "grace@example.com", "role": "tenant" }));
    let key = inside.post(
        "/api/v1/api-keys",
        &json!({ "name": "Key", "user_id": id_of(&user.json["data"]), "permission": "READ" }),
    );
    for (created, what) in [
        (&tenant, "a tenant"),
        (&user, "a user"),
        (&key, "a key"),
        (&inside.post("/api/v1/locations", &named("Airport")), "a location"),
    ] {
        assert!(!is_notified(created), "{what} is new");
    }
    let user = format!("/api/v1/users/{}", id_of(&user.json["data"]));
    let key = format!("/api/v1/api-keys/{}", id_of(&key.json["data"]));
    assert!(is_notified(&world.bearer().post("/api/v1/tenants", &named("Channel B"))), "it moves the administrator");
    assert!(is_notified(&administrator.put(&format!("{path}/switch"), &json!({}))), "it moves the administrator");
    assert!(is_notified(&administrator.patch(&path, &named("Channel C"))), "a tenant's name");
    assert!(is_notified(&inside.patch(&user, &json!({ "role": "venue" }))), "a role");
    assert!(is_notified(&inside.delete(&key)), "a revoked key");
    assert!(is_notified(&administrator.put(&format!("{path}/deactivate"), &json!({}))), "a status");
    assert!(is_notified(&administrator.put(&format!("{path}/activate"), &json!({}))), "a status");
    assert!(is_notified(&inside.delete(&user)), "a deleted user");
    assert!(is_notified(&administrator.delete(&path)), "a deleted tenant");
}

/// The function stands in for a worker of Citus: the notifications of the coordinator do not reach it.
#[test]
fn a_server_that_is_not_on_the_coordinator_trusts_no_cached_credential_and_says_so_once() {
    const MESSAGE: &str = "this node of Citus is not the coordinator";
    let postgres = Arc::new(testkit::Postgres::empty(migrate));
    run(postgres.url(), &["migrate"]).expect("a schema");
    postgres.run("CREATE FUNCTION citus_is_coordinator() RETURNS boolean LANGUAGE sql AS 'SELECT false'");
    let world = World::start(Engine::Postgres(postgres.clone()));
    world.server.log_with(MESSAGE);
    let client = world.client().calry(&world.key_in(&world.tenant_id("Channel A"), "READ"));
    assert_eq!(client.get("/api/v1/locations").status, 200);
    // Unlike the service, this notifies no server.
    postgres.run("UPDATE api_keys SET revoked_at = now() WHERE permission = 'READ'");
    assert_eq!(client.get("/api/v1/locations").refusal(), (401, "unauthenticated"));
    assert_eq!(world.server.log_with(MESSAGE).matches(MESSAGE).count(), 1);
}

#[test]
fn through_a_pooler_no_cached_credential_is_trusted() {
    let world = World::start(Engine::pooled());
    world.server.log_with("no LISTEN through a pooler: the credential cache is off");
    let Engine::Pooled(postgres) = &world.server.engine else { unreachable!("it is pooled") };
    let client = world.client().calry(&world.key_in(&world.tenant_id("Channel A"), "READ"));
    assert_eq!(client.get("/api/v1/locations").status, 200);
    // Unlike the service, this notifies no server.
    postgres.run("UPDATE api_keys SET revoked_at = now() WHERE permission = 'READ'");
    assert_eq!(client.get("/api/v1/locations").refusal(), (401, "unauthenticated"));
}

#[test]
fn past_a_pooler_a_server_hears_which_cached_credentials_have_changed() {
    const PATH: &str = "/api/v1/locations";
    let engine = Engine::pooled();
    let Engine::Pooled(postgres) = &engine else { unreachable!("it is pooled") };
    let direct = postgres.url().to_owned();
    let world = World::of(Server::start_with(engine.clone(), &["--database-direct", &direct]));
    let client = world.client().calry(&world.key_in(&world.tenant_id("Channel A"), "READ"));
    // Unlike the service, this notifies no server.
    let revoke = |at: &str| postgres.run(&format!("UPDATE api_keys SET revoked_at = {at} WHERE permission = 'READ'"));
    until(|| {
        revoke("NULL");
        assert_eq!(client.get(PATH).status, 200);
        revoke("now()");
        let status = client.get(PATH).status;
        if status == 200 { Ok("it is cached") } else { Err(status) }
    });
    postgres.run(&format!("SELECT pg_notify('tenantry_access', '{}')", world.workspace));
    assert_eq!(refused_within_a_second(&client, PATH).refusal(), (401, "unauthenticated"));
}

#[test]
fn a_server_names_the_settings_that_the_pooler_drops() {
    let server = Server::start_with(Engine::pooled(), &["--statement-timeout", "7"]);
    let log = server.log_with("drops settings; run: ALTER ROLE");
    assert!(log.contains("SET statement_timeout = '7000';"), "{log}");
    assert!(!log.contains("lock_timeout"), "the pooler gives connections the others: {log}");
    let silent = Server::start(Engine::pooled());
    let log = silent.log_with("no LISTEN through a pooler");
    assert!(!log.contains("drops settings"), "{log}");
}
