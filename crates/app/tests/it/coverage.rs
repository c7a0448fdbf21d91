//! Every operation of the document is called as it is meant, and attacked by whoever may not call it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, World};

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

/// What becomes of an operation that the key of a sibling tenant calls on the victim.
enum Sibling {
    /// It takes the default tenant's authority.
    Forbidden,
    /// The victim is not there.
    NotFound,
    /// It is about the sibling itself.
    Itself,
}

/// How to call an operation; `{id}` is the victim, or what is the victim's.
struct Call {
    body: Option<Value>,
    sibling: Sibling,
}

/// An operation that needs a key.
struct Operation {
    name: String,
    method: String,
    path: String,
    call: Call,
}

impl Operation {
    /// Whether it is about the tenant of the request, and what is that tenant's.
    fn is_about_locations(&self) -> bool {
        self.path.starts_with("/api/v1/locations")
    }

    /// The code for an id that is not there.
    fn not_found(&self) -> &'static str {
        if self.is_about_locations() { "location_not_found" } else { "tenant_not_found" }
    }

    /// The id that stands for `{id}`.
    fn id_of<'a>(&self, victim: &'a Victim) -> &'a str {
        if self.is_about_locations() { &victim.location } else { &victim.tenant }
    }

    fn send(&self, client: &Client, id: &str) -> Answer {
        client.call(&self.method, &self.path.replace("{id}", id), self.call.body.as_ref())
    }
}

/// A tenant, and a location of it that is not its default one.
struct Victim {
    tenant: String,
    location: String,
}

impl Victim {
    fn new(world: &World, name: &str) -> Self {
        let tenant = world.tenant_id(name);
        let location = world.location_id(&tenant, &format!("{name}'s location"));
        Self { tenant, location }
    }

    /// Everything that an attacker could have changed or learnt.
    fn state(&self, world: &World) -> [Value; 2] {
        let inside = world.calry().named(&self.tenant);
        [(world.calry(), "tenants"), (inside, "locations")].map(|(client, list)| {
            let listed = client.get(&format!("/api/v1/{list}?per_page=100"));
            assert_eq!(listed.status, 200);
            listed.json["data"].clone()
        })
    }

    fn is_in(&self, text: &str) -> bool {
        [&self.tenant, &self.location].into_iter().any(|id| text.contains(id))
    }
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
        ("createLocation", named(), Itself),
        ("getLocation", None, NotFound),
        ("replaceLocation", named(), NotFound),
        ("updateLocation", named(), NotFound),
        ("deleteLocation", None, NotFound),
    ]
    .into_iter()
    .map(|(operation, body, sibling)| (operation, Call { body, sibling }))
    .collect()
}

/// Every operation that needs a key.
fn guarded(world: &World) -> Vec<Operation> {
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
            found.push(Operation { name, method: method.to_uppercase(), path: path.clone(), call });
        }
    }
    assert!(calls.is_empty(), "covered, but not in the document: {:?}", calls.keys());
    found
}

/// Calls every operation on the victim, and lets `check` look at each answer.
fn attack(world: &World, attacker: &Client, victim: &Victim, check: impl Fn(&Operation, &Answer)) {
    for operation in guarded(world) {
        let answer = operation.send(attacker, operation.id_of(victim));
        check(&operation, &answer);
    }
}

fn every_operation_answers_as_documented(world: &World) {
    let document = world.client().get("/openapi.json").json;
    for operation in guarded(world) {
        let Operation { name, method, path, .. } = &operation;
        let subject = Victim::new(world, &format!("A tenant for {name}"));
        let client = if operation.is_about_locations() { world.calry().named(&subject.tenant) } else { world.calry() };
        let answer = operation.send(&client, operation.id_of(&subject));
        let responses = &document["paths"][path][method.to_lowercase()]["responses"];
        assert!(answer.status < 300, "{name}: {}", answer.text);
        assert!(responses[answer.status.to_string()].is_object(), "{name}: {} is not documented", answer.status);
    }
    for path in ["/docs", "/healthz", "/openapi.json", "/readyz"] {
        assert_eq!(world.client().get(path).status, 200);
    }
}

fn nobody_without_a_key_gets_in(world: &World) {
    let victim = Victim::new(world, "The victim");
    let before = victim.state(world);
    for attacker in [world.client(), world.client().named(&victim.tenant), world.client().bearer("tny_guessed")] {
        attack(world, &attacker, &victim, |operation, answer| {
            assert_eq!(answer.refusal(), (401, "unauthenticated"), "{}", operation.name);
        });
    }
    assert_eq!(victim.state(world), before);
}

fn another_workspace_reaches_nothing(world: &World) {
    let victim = Victim::new(world, "The victim");
    let before = victim.state(world);
    let other = world.other_workspace();
    let guessed = "0192f0c1-7b1e-7000-8000-000000000000";
    for attacker in [world.client().calry(&other.key), world.client().bearer(&other.key)] {
        attack(world, &attacker, &victim, |operation, answer| {
            assert!(!answer.text.contains("The victim"), "{}: {}", operation.name, answer.text);
        });
        // A foreign id is answered like one that nobody has, to the byte.
        for operation in guarded(world).into_iter().filter(|operation| operation.path.contains("{id}")) {
            let id = operation.id_of(&victim);
            let [foreign, unknown] = [id, guessed].map(|id| operation.send(&attacker, id));
            assert_eq!(foreign.refusal(), (404, operation.not_found()), "{}", operation.name);
            assert_eq!(foreign.text.replace(id, guessed), unknown.text, "{}", operation.name);
        }
    }
    assert_eq!(victim.state(world), before);
}

fn another_tenant_reaches_nothing(world: &World) {
    let victim = Victim::new(world, "The victim");
    let sibling = world.tenant_id("A sibling");
    let before = victim.state(world);
    let key = world.key_in(&sibling, "ADMIN");
    // By a key at home in the sibling, and by an administrator in the sibling's context.
    for attacker in
        [world.client().calry(&key), world.client().bearer(&key), world.client().bearer(&key).named(&sibling)]
    {
        attack(world, &attacker, &victim, |operation, answer| {
            let name = &operation.name;
            match operation.call.sibling {
                Sibling::Forbidden => assert_eq!(answer.refusal(), (403, "default_tenant_required"), "{name}"),
                Sibling::NotFound => assert_eq!(answer.refusal(), (404, operation.not_found()), "{name}"),
                Sibling::Itself => {
                    assert!(answer.status < 300, "{name}: {}", answer.text);
                    assert_eq!(answer.header("x-tenant-id"), Some(&*sibling), "{name}");
                    assert!(!victim.is_in(&answer.text), "{name}");
                }
            }
        });
    }
    attack(world, &world.calry().named(&sibling), &victim, |operation, answer| {
        let name = &operation.name;
        match operation.call.sibling {
            Sibling::Forbidden => assert_eq!(answer.refusal(), (403, "default_tenant_required"), "{name}"),
            // The administrator may enter every tenant: a switch is about the user, not about the context.
            Sibling::NotFound if name == "switchTenant" => assert_eq!(answer.status, 200),
            Sibling::NotFound => assert_eq!(answer.refusal(), (404, operation.not_found()), "{name}"),
            Sibling::Itself => assert!(!victim.is_in(&answer.text), "{name}"),
        }
    });
    assert_eq!(victim.state(world), before);
}

fn a_forged_header_reaches_nothing(world: &World) {
    let victim = Victim::new(world, "The victim");
    let sibling = world.tenant_id("A sibling");
    let before = victim.state(world);
    let other = world.other_workspace();
    let inside = world.key_in(&sibling, "ADMIN");
    for (key, tenant) in
        [(&inside, &victim.tenant), (&inside, &other.tenant), (&other.key, &victim.tenant), (&world.key, &other.tenant)]
    {
        for header in ["x-calry-tenant-id", "x-tenant-id"] {
            let attacker = world.client().bearer(key).with(header, tenant);
            attack(world, &attacker, &victim, |operation, answer| {
                assert_eq!(answer.refusal(), (404, "tenant_not_found"), "{}", operation.name);
            });
        }
    }
    assert_eq!(victim.state(world), before);
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
