//! Every operation of the document is called as it is meant, and attacked by whoever may not call it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, World, id_of};

on_both_engines! {
    every_operation_answers_as_documented
    nobody_without_a_key_gets_in
    another_workspace_reaches_nothing
    another_tenant_reaches_nothing
    a_forged_header_reaches_nothing
    methods_that_are_not_documented_are_not_allowed
}

/// Operations that need no key. This list may only shrink.
const OPEN: [&str; 4] = ["docs", "healthz", "openapi", "readyz"];

/// What becomes of an operation that the key of a sibling channel calls on the victim.
enum Sibling {
    /// It takes the default tenant's authority.
    Forbidden,
    /// The victim is not there.
    NotFound,
    /// It is about the sibling itself.
    Itself,
}

/// How to call an operation; `{id}` is the victim.
struct Call {
    body: Option<Value>,
    sibling: Sibling,
}

fn calls() -> BTreeMap<&'static str, Call> {
    use Sibling::{Forbidden, Itself, NotFound};
    let named = || Some(json!({ "name": "Taken over" }));
    let statused = || Some(json!({ "user_status": 2 }));
    [
        ("listTenants", None, Forbidden),
        ("countTenants", None, Forbidden),
        ("createTenant", named(), Forbidden),
        ("getCurrentTenant", None, Itself),
        ("getTenant", None, NotFound),
        ("replaceTenant", named(), Forbidden),
        ("updateTenant", named(), Forbidden),
        ("deleteTenant", None, Forbidden),
        ("deactivateTenant", statused(), Forbidden),
        ("activateTenant", statused(), Forbidden),
        ("switchTenant", None, NotFound),
        ("listLocations", None, Itself),
        ("countLocations", None, Itself),
        ("getWorkspace", None, Forbidden),
        ("updateWorkspace", Some(json!({ "name": "Taken over", "defaultDiscountPercentage": 99.99 })), Forbidden),
    ]
    .into_iter()
    .map(|(operation, body, sibling)| (operation, Call { body, sibling }))
    .collect()
}

/// Every operation that needs a key: its name, method, path and how to call it.
fn guarded(world: &World) -> Vec<(String, String, String, Call)> {
    let document = world.client().get("/openapi.json").json;
    let mut calls = calls();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name").to_owned();
            if OPEN.contains(&name.as_str()) {
                continue;
            }
            let call =
                calls.remove(name.as_str()).unwrap_or_else(|| panic!("{name} is not covered: add it to `calls`"));
            found.push((name, method.to_uppercase(), path.clone(), call));
        }
    }
    assert!(calls.is_empty(), "covered, but not in the document: {:?}", calls.keys());
    found
}

/// Calls every operation on the victim, and lets `check` look at each answer.
fn attack(world: &World, attacker: &Client, victim: &str, check: impl Fn(&str, &Call, &Answer)) {
    for (name, method, path, call) in guarded(world) {
        let answer = attacker.call(&method, &path.replace("{id}", victim), call.body.as_ref());
        check(&name, &call, &answer);
    }
}

/// Everything that an attacker could have changed or learnt.
fn state(world: &World) -> Value {
    let tenants = world.calry().get("/api/v1/tenants?per_page=100");
    let workspace = world.calry().get("/api/v1/workspace");
    assert_eq!((tenants.status, workspace.status), (200, 200));
    json!({ "tenants": tenants.json["data"], "workspace": workspace.json["data"] })
}

fn every_operation_answers_as_documented(world: &World) {
    let document = world.client().get("/openapi.json").json;
    for (name, method, path, call) in guarded(world) {
        let tenant = world.tenant_id(&format!("A tenant for {name}"));
        let answer = world.calry().call(&method, &path.replace("{id}", &tenant), call.body.as_ref());
        let responses = &document["paths"][&path][method.to_lowercase()]["responses"];
        assert!(answer.status < 300, "{name}: {}", answer.text);
        assert!(responses[answer.status.to_string()].is_object(), "{name}: {} is not documented", answer.status);
    }
    for path in ["/docs", "/healthz", "/openapi.json", "/readyz"] {
        assert_eq!(world.client().get(path).status, 200);
    }
}

fn nobody_without_a_key_gets_in(world: &World) {
    let victim = world.tenant_id("The victim");
    let before = state(world);
    for attacker in [world.client(), world.client().named(&victim), world.client().bearer("tny_guessed")] {
        attack(world, &attacker, &victim, |name, _, answer| {
            assert_eq!(answer.refusal(), (401, "unauthenticated"), "{name}");
        });
    }
    assert_eq!(state(world), before);
}

fn another_workspace_reaches_nothing(world: &World) {
    let victim = world.tenant("The victim");
    let id = id_of(&victim);
    let before = state(world);
    let other = world.other_workspace();
    let guessed = "0192f0c1-7b1e-7000-8000-000000000000";
    for attacker in [world.client().calry(&other.key), world.client().bearer(&other.key)] {
        attack(world, &attacker, &id, |name, _, answer| {
            assert!(!answer.text.contains("The victim"), "{name}: {}", answer.text);
            assert!(!answer.text.contains(&world.workspace), "{name}: {}", answer.text);
        });
        // A foreign id is answered like one that nobody has, to the byte.
        for (name, method, path, call) in guarded(world).into_iter().filter(|(_, _, path, _)| path.contains("{id}")) {
            let [foreign, unknown] =
                [&*id, guessed].map(|id| attacker.call(&method, &path.replace("{id}", id), call.body.as_ref()));
            assert_eq!(foreign.refusal(), (404, "tenant_not_found"), "{name}");
            assert_eq!(foreign.text.replace(&id, guessed), unknown.text, "{name}");
        }
    }
    assert_eq!(state(world), before);
}

fn another_tenant_reaches_nothing(world: &World) {
    let victim = world.tenant_id("The victim");
    let sibling = world.tenant_id("A sibling");
    let before = state(world);
    let key = world.key_in(&sibling, "ADMIN");
    // By a key at home in the sibling, and by an administrator in the sibling's context.
    for attacker in
        [world.client().calry(&key), world.client().bearer(&key), world.client().bearer(&key).named(&sibling)]
    {
        attack(world, &attacker, &victim, |name, call, answer| match call.sibling {
            Sibling::Forbidden => assert_eq!(answer.refusal(), (403, "default_tenant_required"), "{name}"),
            Sibling::NotFound => assert_eq!(answer.refusal(), (404, "tenant_not_found"), "{name}"),
            Sibling::Itself => {
                assert_eq!((answer.status, answer.header("x-tenant-id")), (200, Some(&*sibling)), "{name}");
                assert!(!answer.text.contains(&victim), "{name}");
            }
        });
    }
    attack(world, &world.calry().named(&sibling), &victim, |name, call, answer| match call.sibling {
        Sibling::Forbidden => assert_eq!(answer.refusal(), (403, "default_tenant_required"), "{name}"),
        // The administrator may enter every tenant: a switch is about the user, not about the context.
        Sibling::NotFound if name == "switchTenant" => assert_eq!(answer.status, 200),
        Sibling::NotFound => assert_eq!(answer.refusal(), (404, "tenant_not_found"), "{name}"),
        Sibling::Itself => assert!(!answer.text.contains(&victim), "{name}"),
    });
    assert_eq!(state(world), before);
}

fn a_forged_header_reaches_nothing(world: &World) {
    let victim = world.tenant_id("The victim");
    let sibling = world.tenant_id("A sibling");
    let before = state(world);
    let other = world.other_workspace();
    let inside = world.key_in(&sibling, "ADMIN");
    for (key, tenant) in
        [(&inside, &victim), (&inside, &other.tenant), (&other.key, &victim), (&world.key, &other.tenant)]
    {
        for header in ["x-calry-tenant-id", "x-tenant-id"] {
            let attacker = world.client().bearer(key).with(header, tenant);
            attack(world, &attacker, &victim, |name, _, answer| {
                assert_eq!(answer.refusal(), (404, "tenant_not_found"), "{name}");
            });
        }
    }
    assert_eq!(state(world), before);
}

fn methods_that_are_not_documented_are_not_allowed(world: &World) {
    let document = world.client().get("/openapi.json").json;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            let answer = world.client().call(method, &path.replace("{id}", &world.workspace), None);
            let documented = item.get(method.to_lowercase()).is_some();
            assert_eq!(answer.status != 405, documented, "{method} {path}: {}", answer.status);
            assert_ne!(answer.refusal(), (404, "route_not_found"), "{method} {path}");
        }
    }
}
