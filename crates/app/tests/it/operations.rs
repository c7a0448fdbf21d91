//! Operational endpoints and behaviour: health, request ids, the log, the document, the end of the process.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, Engine, Server, World, is_unavailable};

on_both_engines! {
    the_service_is_alive_and_ready
    a_request_id_is_taken_or_made
    unknown_routes_and_methods_have_the_same_body
    head_is_get_without_its_body
    answers_are_for_their_caller_alone
    the_document_and_the_page_are_served
    the_log_has_requests_and_no_keys
    sigterm_ends_it_well
}

fn the_service_is_alive_and_ready(world: &World) {
    for path in ["/healthz", "/readyz"] {
        let answer = world.client().get(path);
        assert_eq!((answer.status, answer.text.as_str()), (200, r#"{"status":"ok"}"#), "{path}");
    }
}

fn a_request_id_is_taken_or_made(world: &World) {
    let given = world.client().with("x-request-id", "abc-123").get("/healthz");
    assert_eq!(given.header("x-request-id"), Some("abc-123"));
    assert!(world.server.log_with("abc-123").contains("\"request_id\":\"abc-123\""));
    let long = "x".repeat(200);
    for bad in ["two words", &long] {
        let made = world.client().with("x-request-id", bad).get("/healthz");
        assert_eq!(made.header("x-request-id").map(str::len), Some(36), "{bad}");
    }
    let made = world.client().get("/api/v1/nowhere");
    assert_eq!(made.header("x-request-id").map(str::len), Some(36), "refusals have an id, too");
}

fn unknown_routes_and_methods_have_the_same_body(world: &World) {
    for path in ["/", "/api/v1", "/api/v1/nowhere", "/api/v1/tenants/", "/api/v2/tenants", "/tenants"] {
        let refused = world.client().get(path);
        assert_eq!(refused.refusal(), (404, "route_not_found"), "{path}");
        assert_eq!(refused.json["instance"], path);
        assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    }
    for (method, path, allow) in [
        ("DELETE", "/api/v1/tenants", "GET, HEAD, POST"),
        ("POST", "/api/v1/tenants/count", "GET, HEAD"),
        ("POST", "/api/v1/tenants/x", "GET, HEAD, PUT, PATCH, DELETE"),
        ("OPTIONS", "/api/v1/tenants/x/switch", "PUT"),
        ("BREW", "/api/v1/locations", "GET, HEAD, POST"),
        ("POST", "/api/v1/locations/x", "GET, HEAD, PUT, PATCH, DELETE"),
        ("POST", "/healthz", "GET, HEAD"),
    ] {
        let refused = world.client().call(method, path, None);
        assert_eq!(refused.refusal(), (405, "method_not_allowed"), "{method} {path}");
        assert_eq!(refused.header("allow"), Some(allow), "{method} {path}");
    }
}

fn head_is_get_without_its_body(world: &World) {
    let head = world.calry().call("HEAD", "/api/v1/tenants", None);
    assert_eq!((head.status, head.text.as_str()), (200, ""));
    assert_eq!(world.client().call("HEAD", "/api/v1/tenants", None).status, 401);
}

fn answers_are_for_their_caller_alone(world: &World) {
    for answer in [world.calry().get("/api/v1/tenants"), world.client().get("/api/v1/tenants")] {
        assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
        let vary = answer.header("vary").unwrap_or_default();
        for name in ["authorization", "x-calry-api-key", "x-calry-tenant-id", "x-tenant-id"] {
            assert!(vary.contains(name), "{vary}");
        }
    }
    let refused = world.client().get("/api/v1/tenants");
    assert_eq!(refused.header("www-authenticate"), Some("Bearer"));
}

fn the_document_and_the_page_are_served(world: &World) {
    let document = world.client().get("/openapi.json");
    assert_eq!((document.status, document.header("content-type")), (200, Some("application/json")));
    assert!(document.json["paths"]["/api/v1/tenants"]["post"].is_object());
    let page = world.client().get("/docs");
    assert_eq!(page.status, 200, "it redirects to /docs/");
    assert!(page.text.contains("swagger-ui"));
    assert!(
        !page.text.contains("http://") && !page.text.contains("https://"),
        "the page loads nothing from other hosts"
    );
}

fn the_log_has_requests_and_no_keys(world: &World) {
    world.bearer().get("/api/v1/tenants");
    world.client().calry("tny_planted_secret").with("x-request-id", "last-one").get("/api/v1/tenants");
    let log = world.server.log_with("last-one");
    let event: Value = log
        .lines()
        .find(|line| line.contains("last-one"))
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .expect("an event");
    assert_eq!(
        (&event["method"], &event["path"], &event["status"]),
        (&"GET".into(), &"/api/v1/tenants".into(), &401.into())
    );
    assert!(!log.contains("tny_"), "{log}");
}

fn sigterm_ends_it_well(world: &World) {
    let mut server = Server::start(world.server.engine.clone());
    assert_eq!(Client::new(&server.base).get("/healthz").status, 200);
    assert_eq!(server.terminate().code(), Some(0));
    assert_eq!(server.all_printed(), "", "only the first start prints the greeting");
}

#[test]
fn a_database_that_is_away_is_503_and_never_a_hung_request() {
    // The tests share a PostgreSQL server that must not stop, so this test blocks its own database.
    let engine = Engine::postgres();
    let world = World::start(engine.clone());
    assert_eq!(world.calry().get("/api/v1/tenants").status, 200);
    let Engine::Postgres(postgres) = &engine else { unreachable!("it is PostgreSQL") };
    postgres.take_away();
    for path in ["/api/v1/tenants", "/readyz"] {
        let refused = world.calry().get(path);
        assert_eq!(refused.status, 503, "{path}: {}", refused.text);
        assert_eq!(refused.header("retry-after"), Some("1"));
        assert!(!refused.text.contains("database \""), "{}", refused.text);
    }
    assert_eq!(world.client().get("/healthz").status, 200);
    postgres.bring_back();
    assert_eq!(world.calry().get("/api/v1/tenants").status, 200, "it works again without a restart");
}

#[test]
fn a_database_that_may_only_be_read_is_read_and_not_ready() {
    let engine = Engine::postgres();
    let world = World::start(engine.clone());
    let Engine::Postgres(postgres) = &engine else { unreachable!("it is PostgreSQL") };
    postgres.set("default_transaction_read_only", "on");
    let not_ready = world.client().get("/readyz");
    assert_eq!(not_ready.refusal(), (503, "not_ready"));
    assert!(!not_ready.text.contains("read-only"), "{}", not_ready.text);
    assert!(world.server.log_with("read-only transaction").contains("read-only transaction"));
    assert_eq!(world.calry().get("/api/v1/tenants").status, 200);
    is_unavailable(&world.calry().post("/api/v1/tenants", &json!({ "name": "Channel" })));
    // As if it had become a standby: a server that starts now serves too, and becomes ready later.
    let second = Server::start(engine.clone());
    assert_eq!(Client::new(&second.base).get("/readyz").refusal(), (503, "not_ready"));
    postgres.set("default_transaction_read_only", "off");
    for base in [&world.server.base, &second.base] {
        assert_eq!(Client::new(base).get("/readyz").status, 200);
    }
}
