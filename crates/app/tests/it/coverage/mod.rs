//! Calls and attacks of every operation of the document.

mod attacks;
mod calls;
mod heads;
mod operators;
mod refusals;
mod revoked;
mod victim;

use attack::{Call, OPERATORS, calls, operations, query};
use serde_json::{Value, json};

use self::attacks::{
    a_forged_header_reaches_nothing, another_tenant_reaches_nothing, another_workspace_reaches_nothing,
    nobody_without_a_key_gets_in,
};
use self::heads::{
    a_parameter_that_a_write_does_not_know_is_refused, head_is_get_without_its_body,
    nothing_is_changed_where_nothing_shall_be_there, what_is_not_supported_is_refused_and_not_dropped,
    what_the_head_refuses_is_refused_without_the_body,
};
use self::operators::{
    every_operation_of_operators_answers_as_documented, no_key_of_a_tenant_operates, no_operator_works_in_a_tenant,
    operators_are_refused_in_one_order,
};
use self::refusals::refusals_come_in_one_order;
use self::victim::Victim;
use crate::support::{Answer, Engine, Server, World};
use crate::{on_both_engines, walled_and_pooled};

on_both_engines! {
    every_operation_answers_as_documented
    refusals_come_in_one_order
    nobody_without_a_key_gets_in
    another_workspace_reaches_nothing
    another_tenant_reaches_nothing
    a_forged_header_reaches_nothing
    methods_that_are_not_documented_are_not_allowed
    every_post_may_be_repeated
    what_changes_nothing_writes_nothing
    every_resource_has_a_tag
    nothing_is_changed_that_is_not_as_it_was_seen
    nothing_is_written_for_whom_was_revoked_before_the_body_arrived
    what_the_head_refuses_is_refused_without_the_body
    a_parameter_that_a_write_does_not_know_is_refused
    nothing_is_changed_where_nothing_shall_be_there
    head_is_get_without_its_body
    what_is_not_supported_is_refused_and_not_dropped
    every_operation_of_operators_answers_as_documented
    no_key_of_a_tenant_operates
    no_operator_works_in_a_tenant
    operators_are_refused_in_one_order
}

walled_and_pooled! {
    every_operation_answers_as_documented
    another_workspace_reaches_nothing
    another_tenant_reaches_nothing
    every_post_may_be_repeated
    nothing_is_written_for_whom_was_revoked_before_the_body_arrived
}

mod walled_and_pooled {
    use crate::support::{Engine, World};

    #[test]
    fn another_workspace_reaches_nothing() {
        super::another_workspace_reaches_nothing(&World::start(Engine::walled_and_pooled()));
    }
}

/// Operations without authentication. This list may only shrink.
const OPEN: [&str; 5] = ["docs", "healthz", "metrics", "openapi", "readyz"];

/// Operations that make a change but ignore `If-Match`, because no GET shows the changed resource. This list may only
/// shrink.
const UNTAGGED: [&str; 7] = [
    "approveListings",
    "assignPromotionListings",
    "deliverListings",
    "revokeApiKey",
    "switchTenant",
    "unassignPromotionListings",
    "updateAvailability",
];

/// Operations that change no resource, so they leave no audit entry: a client notes how far it has read, or tests its
/// receiver. This list may only shrink.
const UNAUDITED: [&str; 3] = ["deleteEventConsumer", "putEventConsumer", "testWebhook"];

/// Operations that make something new each time they are repeated. This list may only shrink.
const RENEWING: [&str; 1] = ["rotateWebhookSecret"];

/// Returns every operation that needs a key of a tenant: its name, method, path and call.
fn guarded(world: &World) -> Vec<(String, String, String, Call)> {
    let document = world.client().get("/openapi.json").json;
    let mut calls = calls();
    let mut found = Vec::new();
    for operation in operations(&document) {
        let name = operation.name;
        if operation.path.starts_with(OPERATORS) || OPEN.contains(&name.as_str()) {
            continue;
        }
        let call = calls.remove(name.as_str()).unwrap_or_else(|| panic!("{name} is not covered: add it to `calls`"));
        let path = format!("{}{}", operation.path, query(&name));
        found.push((name, operation.method, path, call));
    }
    assert!(calls.is_empty(), "covered, but not in the document: {:?}", calls.keys());
    found
}

/// Returns the number of audit entries.
fn trail(world: &World) -> u64 {
    world.calry().get("/api/v1/audit/count").json["count"].as_u64().expect("a number")
}

/// Whether the operation has the header in the document.
fn reads(document: &Value, method: &str, path: &str, header: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let parameters = document["paths"][path][method.to_lowercase()]["parameters"].as_array();
    parameters.into_iter().flatten().any(|parameter| parameter["name"] == header)
}

fn is_not_found(answer: &Answer) -> bool {
    let (status, code) = answer.refusal();
    status == 404 && code.ends_with("_not_found") && code != "route_not_found"
}

fn is_not_imported(answer: &Answer) -> bool {
    answer.refusal() == (422, "not_imported")
}

fn every_operation_answers_as_documented(world: &World) {
    let document = world.client().get("/openapi.json").json;
    for (name, method, path, call) in guarded(world) {
        let tenant = Victim::of(world, &format!("A tenant for {name}"));
        let client = tenant.client(world, &call);
        // Created last, so that a switch to the victim is a change.
        world.tenant_id("Somewhere else");
        let trail = || trail(world);
        if name == "deleteTenant" {
            // A tenant with an integration account cannot be deleted.
            let inside = world.calry().named(&tenant.tenant);
            assert_eq!(inside.delete(&format!("/api/v1/integration-account/{}", tenant.account)).status, 204);
        }
        if name.starts_with("approveListing") {
            tenant.reject(world);
        }
        if name == "disableWebhook" {
            let inside = world.calry().named(&tenant.tenant);
            assert_eq!(inside.put(&format!("/api/v1/webhooks/{}/enable", tenant.webhook), &json!({})).status, 200);
        }
        let before = trail();
        let answer = tenant.call(&client, &method, &path, &call);
        let changes = match &*name {
            // A move is recorded in both tenants' trails.
            "moveIntegrationAccount" => 2,
            name => u64::from(method != "GET" && !UNAUDITED.contains(&name)),
        };
        assert_eq!(trail() - before, changes, "{name}: every change has exactly one entry");
        let path = path.trim_end_matches(query(&name));
        let responses = &document["paths"][path][method.to_lowercase()]["responses"];
        assert!(answer.status < 300, "{name}: {}", answer.text);
        assert!(responses[answer.status.to_string()].is_object(), "{name}: {} is not documented", answer.status);
    }
    for path in ["/docs", "/healthz", "/metrics", "/openapi.json", "/readyz"] {
        assert_eq!(world.client().get(path).status, 200);
    }
}

fn methods_that_are_not_documented_are_not_allowed(world: &World) {
    let document = world.client().get("/openapi.json").json;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = world.client().call(method, &Victim::nobody().path(path), None);
            let documented = item.get(method.to_lowercase()).is_some();
            assert_eq!(answer.status != 405, documented, "{method} {path}: {}", answer.status);
            assert_ne!(answer.refusal(), (404, "route_not_found"), "{method} {path}");
        }
    }
}

fn every_post_may_be_repeated(world: &World) {
    let document = world.client().get("/openapi.json").json;
    for (name, method, path, call) in guarded(world).into_iter().filter(|(_, method, ..)| method == "POST") {
        assert!(reads(&document, &method, &path, "Idempotency-Key"), "{name} does not say so");
        let tenant = Victim::of(world, &format!("A tenant for {name}"));
        let client = tenant.client(world, &call).with("idempotency-key", &name);
        let (path, body) = (tenant.path(&path), tenant.body(&call));
        let before = trail(world);
        let [first, second] = [(); 2].map(|()| client.call(&method, &path, body.as_ref()));
        assert!(first.status < 300, "{name}: {}", first.text);
        match &*name {
            "createApiKey" => assert_eq!(second.refusal(), (409, "key_already_created")),
            "createWebhook" => assert_eq!(second.refusal(), (409, "webhook_already_created")),
            _ => assert_eq!((second.status, &second.text), (first.status, &first.text), "{name}"),
        }
        let changes = u64::from(!UNAUDITED.contains(&&*name));
        assert_eq!(trail(world) - before, changes, "{name} was done once");
    }
}

/// Sends each operation that changes something twice.
fn what_changes_nothing_writes_nothing(world: &World) {
    let changes = |method: &str, name: &str| {
        ["PUT", "PATCH", "DELETE"].contains(&method) && !RENEWING.contains(&name) || name == "confirmReservation"
    };
    for (name, method, path, call) in guarded(world).into_iter().filter(|(name, method, ..)| changes(method, name)) {
        let tenant = Victim::of(world, &format!("A tenant for {name}"));
        let client = tenant.client(world, &call);
        world.tenant_id("Somewhere else");
        if name == "deleteTenant" {
            let inside = world.calry().named(&tenant.tenant);
            assert_eq!(inside.delete(&format!("/api/v1/integration-account/{}", tenant.account)).status, 204);
        }
        let (path, body) = (tenant.path(&path), tenant.body(&call));
        let first = client.call(&method, &path, body.as_ref());
        assert!(first.status < 300, "{name}: {}", first.text);
        let state = || (trail(world), tenant.shown(world));
        let before = state();
        let second = client.call(&method, &path, body.as_ref());
        let is_done = second.status < 300 || is_not_found(&second) || second.refusal() == (409, "already_there");
        assert!(is_done, "{name}: {}", second.text);
        assert_eq!(state(), before, "{name}: nothing was changed, and nothing is written");
    }
}

fn every_resource_has_a_tag(world: &World) {
    let document = world.client().get("/openapi.json").json;
    let victim = Victim::of(world, "The victim");
    for (name, method, path, call) in guarded(world).into_iter().filter(|(_, method, ..)| method == "GET") {
        let client = victim.client(world, &call);
        let answer = victim.call(&client, &method, &path, &call);
        let tag = answer.header("etag");
        // A list is an array, a count has no data. Prices of many listings are read again and again.
        let is_resource = answer.json["data"].is_object() || name == "getPriceCalendar";
        assert_eq!(tag.is_some(), is_resource, "{name}");
        assert_eq!(tag.is_some(), reads(&document, &method, &path, "If-None-Match"), "{name} does not say so");
        if let Some(tag) = tag {
            let known = victim.call(&client.with("if-none-match", tag), &method, &path, &call);
            assert_eq!((known.status, &*known.text, known.header("etag")), (304, "", Some(tag)), "{name}");
        }
    }
}

fn nothing_is_changed_that_is_not_as_it_was_seen(world: &World) {
    let document = world.client().get("/openapi.json").json;
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    for (name, method, path, call) in guarded(world) {
        if ["GET", "POST"].contains(&&*method) {
            continue;
        }
        let looks = reads(&document, &method, &path, "If-Match");
        assert_eq!(looks, !UNTAGGED.contains(&&*name), "{name} reads If-Match, or is in `UNTAGGED`");
        if looks {
            let client = victim.client(world, &call).with("if-match", "\"another\"");
            let refused = victim.call(&client, &method, &path, &call);
            assert_eq!(refused.refusal(), (412, "precondition_failed"), "{name}: {}", refused.text);
        }
    }
    assert_eq!(victim.state(world), before);
}

/// Starts a server with a longer request timeout, for half-sent requests.
fn patient_server(world: &World) -> Server {
    Server::start_with(world.server.engine.clone(), &["--request-timeout", "120"])
}

fn nothing_is_written_for_whom_was_revoked_before_the_body_arrived(world: &World) {
    let server = patient_server(world);
    revoked::nothing_is_written(world, &server, &server);
}

#[test]
fn nothing_is_written_by_one_server_for_whom_another_has_revoked() {
    let world = World::start(Engine::postgres());
    revoked::nothing_is_written(&world, &patient_server(&world), &world.server);
}
