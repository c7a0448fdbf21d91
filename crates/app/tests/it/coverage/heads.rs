//! Tests of request heads, which are checked in full before the body is read.

use attack::Call;
use serde_json::json;

use super::guarded;
use super::victim::Victim;
use crate::support::{Wire, World};

/// A length that no operation accepts.
const TOO_LARGE: u64 = 20_000_000;

/// Lists every operation that writes.
fn writes(world: &World) -> impl Iterator<Item = (String, String, String, Call)> {
    guarded(world).into_iter().filter(|(_, method, ..)| method != "GET")
}

/// Returns the response to the head of a request whose body never arrives.
fn answer_to_head(world: &World, method: &str, path: &str, length: u64, headers: &[(&str, &str)]) -> String {
    let mut wire = Wire::open(&world.server.base);
    let headers: Vec<_> = headers.iter().flat_map(|&(name, value)| [name, ": ", value, "\r\n"]).collect();
    let headers = headers.concat();
    wire.send(&format!(
        "{method} {path} HTTP/1.1\r\nhost: test\r\nexpect: 100-continue\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n{headers}\r\n"
    ));
    wire.answer()
}

pub(super) fn what_the_head_refuses_is_refused_without_the_body(world: &World) {
    let document = world.client().get("/openapi.json").json;
    let victim = Victim::of(world, "The victim");
    let reader = world.key_in(&victim.tenant, "READ");
    let before = victim.state(world);
    for (name, method, path, call) in writes(world) {
        let body = &document["paths"][&path][method.to_lowercase()]["requestBody"];
        let path = victim.path(&path);
        let mut refused = vec![
            (100, vec![], "HTTP/1.1 401 ", "unauthenticated"),
            (100, vec![("x-calry-api-key", &*reader)], "HTTP/1.1 403 ", "permission_denied"),
        ];
        if body.is_object() {
            let mut headers = vec![("x-calry-api-key", &*world.key)];
            if !call.needs_authority() {
                headers.push(("x-calry-tenant-id", &victim.tenant));
            }
            refused.push((TOO_LARGE, headers, "HTTP/1.1 413 ", "payload_too_large"));
        }
        for (length, headers, status, code) in refused {
            let answer = answer_to_head(world, &method, &path, length, &headers);
            assert!(answer.starts_with(status) && answer.contains(code), "{name}: {answer}");
            assert!(answer.contains("connection: close"), "{name}: {answer}");
        }
    }
    assert_eq!(victim.state(world), before);
}

pub(super) fn a_parameter_that_a_write_does_not_know_is_refused(world: &World) {
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    for (name, method, path, call) in writes(world) {
        let client = victim.client(world, &call);
        for parameter in ["dryrun", "dry_run", "per_page"] {
            let refused = victim.call(&client, &method, &format!("{path}?{parameter}=true"), &call);
            assert_eq!(refused.refusal(), (422, "validation_failed"), "{name}: {}", refused.text);
            assert_eq!(refused.field_errors(), [parameter], "{name}");
            let names_it = refused.text.contains("written dryRun");
            assert_eq!(
                names_it,
                ["moveIntegrationAccount", "amendReservation"].contains(&&*name) && parameter != "per_page",
                "{name}: {}",
                refused.text
            );
        }
    }
    assert_eq!(victim.state(world), before);
    for (name, method, path, call) in guarded(world).into_iter().filter(|(_, method, ..)| method == "GET") {
        let mark = if path.contains('?') { '&' } else { '?' };
        let answer = victim.call(&victim.client(world, &call), &method, &format!("{path}{mark}dryrun=true"), &call);
        assert_eq!(answer.status, 200, "{name} reads: {}", answer.text);
    }
}

pub(super) fn nothing_is_changed_where_nothing_shall_be_there(world: &World) {
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    for (name, method, path, call) in writes(world).filter(|(_, method, ..)| method != "POST") {
        let client = victim.client(world, &call).with("if-none-match", "*");
        let refused = victim.call(&client, &method, &path, &call);
        assert_eq!(refused.refusal(), (412, "precondition_failed"), "{name}: {}", refused.text);
    }
    assert_eq!(victim.state(world), before);
}

/// In the query of each operation that a contract gives the name, and in the body if it has one.
pub(super) fn what_is_not_supported_is_refused_and_not_dropped(world: &World) {
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    let guarded = guarded(world);
    for (name, operations) in adapters_http::NOT_SUPPORTED {
        for operation in operations {
            let (_, method, path, call) = guarded.iter().find(|(known, ..)| known == operation).expect("an operation");
            let client = victim.client(world, call);
            let mark = if path.contains('?') { '&' } else { '?' };
            let asked = victim.call(&client, method, &format!("{path}{mark}{name}=EUR"), call);
            let body = victim.body(call).map(|mut body| {
                body[name] = json!({ "anything": true });
                client.call(method, &victim.path(path), Some(&body))
            });
            for refused in body.into_iter().chain([asked]) {
                assert_eq!(refused.refusal(), (422, "not_supported"), "{operation}: {}", refused.text);
                assert_eq!(refused.field_errors(), [name], "{operation}");
            }
        }
    }
    assert_eq!(victim.state(world), before);
}

pub(super) fn head_is_get_without_its_body(world: &World) {
    let victim = Victim::of(world, "The victim");
    let client = world.calry().named(&victim.tenant);
    let open = ["/docs/", "/docs/swagger-ui.css", "/healthz", "/metrics", "/openapi.json", "/readyz"];
    let open = open.map(|path| (world.client(), path.to_owned()));
    let guarded = guarded(world).into_iter().filter(|(_, method, ..)| method == "GET");
    let guarded = guarded.map(|(_, _, path, call)| {
        let path = victim.path(&path);
        (if call.needs_authority() { world.calry() } else { client.clone() }, path)
    });
    for (client, path) in open.into_iter().chain(guarded) {
        let [get, head] = ["GET", "HEAD"].map(|method| client.call(method, &path, None));
        assert_eq!((get.status, head.status, &*head.text), (200, 200, ""), "{path}");
        for name in ["content-type", "etag", "vary", "x-tenant-id"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}
