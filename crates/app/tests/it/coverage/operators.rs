//! Calls of every operation of operators, and attacks between operators and tenants.

use attack::{OPERATORS, UNKNOWN};
use serde_json::{Value, json};

use super::guarded;
use super::victim::Victim;
use crate::operators::{WORKSPACES, create, path};
use crate::support::{Answer, Client, World, data, id_of};

/// An operation of operators: its name, method, path and body.
struct Operation {
    name: String,
    method: String,
    path: String,
    body: Option<Value>,
}

impl Operation {
    fn call(&self, client: &Client, workspace: &str) -> Answer {
        client.call(&self.method, &self.path.replace("{id}", workspace), self.body.as_ref())
    }

    fn is_about_one(&self) -> bool {
        self.path.contains("{id}")
    }

    /// Whether it changes something. Each change leaves one entry.
    fn changes(&self) -> bool {
        self.method != "GET"
    }
}

/// Lists the operations of operators in the document.
fn operated(world: &World) -> Vec<Operation> {
    let document = world.client().get("/openapi.json").json;
    let mut found = Vec::new();
    for (path, item) in
        document["paths"].as_object().expect("paths").iter().filter(|(path, _)| path.starts_with(OPERATORS))
    {
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name").to_owned();
            assert_eq!(operation["security"], json!([{ "operator": [] }]), "{name}");
            let body = match &*name {
                "createWorkspace" | "renameWorkspace" => Some(json!({ "name": "Taken over" })),
                "suspendWorkspace" | "resumeWorkspace" | "eraseWorkspace" | "createWorkspaceKey" => None,
                name => {
                    assert_eq!(method, "get", "{name} is not covered");
                    None
                }
            };
            found.push(Operation { name, method: method.to_uppercase(), path: path.clone(), body });
        }
    }
    assert_eq!(found.len(), 11);
    found
}

/// Returns all that an attack could change: the workspaces, the trail, and the victim's report.
fn state(operator: &Client, workspace: &str) -> Vec<Value> {
    ["/operator/v1/workspaces", "/operator/v1/audit/count", &path(workspace)]
        .map(|path| operator.get(path).json)
        .to_vec()
}

pub(super) fn no_key_of_a_tenant_operates(world: &World) {
    let operator = world.operator();
    let other = world.other_workspace();
    let channel = world.tenant_id("Channel A");
    // Its events have their positions, so that its report stays as it is.
    let victim = id_of(&create(&operator, "The victim"));
    crate::support::until_so(|| operator.get(&path(&victim)).json["data"]["usage"]["events"] == 1);
    crate::support::until_so(|| {
        operator.get(&path(&world.workspace)).json["data"]["usage"]["events"].as_u64() >= Some(2)
    });
    let revoked = world.key_of(&world.user, "ADMIN");
    let listed = world.calry().get("/api/v1/api-keys").json["data"].clone();
    let revoked_id = id_of(listed.as_array().expect("keys").last().expect("a key"));
    assert_eq!(world.calry().delete(&format!("/api/v1/api-keys/{revoked_id}")).status, 204);
    let operators = world.operator_key();
    let keys = [
        world.key.clone(),
        world.key_of(&world.user, "READ"),
        world.key_in(&channel, "ADMIN"),
        other.key,
        revoked,
        "tno_guessed".to_owned(),
        format!("{}b", &operators[..operators.len() - 1]),
        operators.replace("tno_", "tny_"),
    ];
    let named = |client: Client| client.named(&other.tenant);
    let attackers = keys
        .iter()
        .flat_map(|key| [world.client().bearer(key), world.client().calry(key), named(world.client().bearer(key))]);
    // Only a bearer is an operator.
    let attackers = attackers.chain([world.client(), world.client().calry(&operators)]);
    let attackers: Vec<_> = attackers.chain([world.client().calry(&operators).bearer(&operators)]).collect();
    let before = state(&operator, &victim);
    for operation in operated(world) {
        for attacker in &attackers {
            for workspace in [&victim, &world.workspace] {
                let answer = operation.call(attacker, workspace);
                assert_eq!(answer.refusal(), (401, "unauthenticated"), "{}", operation.name);
                assert_eq!(answer.json["message"], "Authentication failed");
            }
        }
        let two = world.client().bearer(&operators).calry(&world.key);
        assert_eq!(operation.call(&two, &victim).refusal(), (400, "conflicting_keys"), "{}", operation.name);
    }
    assert_eq!(state(&operator, &victim), before);
}

pub(super) fn no_operator_works_in_a_tenant(world: &World) {
    let victim = Victim::of(world, "The victim");
    let before = victim.state(world);
    let key = world.operator_key();
    let clients = [
        world.client().bearer(&key),
        world.client().calry(&key),
        world.client().bearer(&key).named(&victim.tenant),
        world.client().calry(&key).bearer(&key),
    ];
    for (name, method, path, call) in guarded(world) {
        for client in &clients {
            let answer = victim.call(client, &method, &path, &call);
            assert_eq!(answer.refusal(), (401, "unauthenticated"), "{name}");
        }
    }
    assert_eq!(victim.state(world), before);
}

pub(super) fn every_operation_of_operators_answers_as_documented(world: &World) {
    let document = world.client().get("/openapi.json").json;
    let operator = world.operator();
    // Erasures end at any time, with an entry of their own.
    let trail = || {
        let entries = operator.get("/operator/v1/audit?per_page=100").json["data"].clone();
        entries.as_array().expect("entries").iter().filter(|entry| entry["action"] != "workspace.erased").count()
    };
    for operation in operated(world) {
        let workspace = id_of(&create(&operator, "A workspace"));
        if ["resumeWorkspace", "eraseWorkspace"].contains(&&*operation.name) {
            data(200, &operator.put(&format!("{}/suspend", path(&workspace)), &json!({})));
        }
        let before = trail();
        let answer = operation.call(&operator, &workspace);
        assert!(answer.status < 300, "{}: {}", operation.name, answer.text);
        let changes = trail() - before;
        assert_eq!(changes, usize::from(operation.changes()), "{}: every change has exactly one entry", operation.name);
        let responses = &document["paths"][&operation.path][operation.method.to_lowercase()]["responses"];
        assert!(responses[answer.status.to_string()].is_object(), "{}: {}", operation.name, answer.status);
        if operation.method == "GET" {
            assert_eq!(answer.header("etag").is_some(), answer.json["data"].is_object(), "{}", operation.name);
        }
    }
}

pub(super) fn operators_are_refused_in_one_order(world: &World) {
    let operator = world.operator();
    let unknown = UNKNOWN;
    for operation in operated(world) {
        let name = &operation.name;
        if operation.is_about_one() {
            let (status, code) = (404, "workspace_not_found");
            for id in [unknown, "x"] {
                assert_eq!(operation.call(&operator, id).refusal(), (status, code), "{name}");
            }
        }
        if ["PUT", "PATCH", "DELETE"].contains(&&*operation.method) {
            let lost = operator.clone().with("if-match", "\"another\"");
            assert_eq!(operation.call(&lost, &world.workspace).refusal(), (412, "precondition_failed"), "{name}");
            assert_eq!(operation.call(&lost, unknown).status, 404, "{name}");
            let path = operation.path.replace("{id}", &world.workspace);
            let further = operator.call(&operation.method, &format!("{path}?x=1"), operation.body.as_ref());
            assert_eq!(further.refusal(), (422, "validation_failed"), "{name}");
        }
        if operation.body.is_some() {
            let path = operation.path.replace("{id}", unknown);
            let broken = operator.send(&operation.method, &path, "application/json", "{");
            assert_eq!(broken.refusal(), (400, "malformed_request"), "{name}");
            let text = operator.send(&operation.method, &path, "text/plain", "{}");
            assert_eq!(text.refusal(), (415, "unsupported_media_type"), "{name}");
            let without_key = world.client().send(&operation.method, &path, "text/plain", "{}");
            assert_eq!(without_key.refusal(), (401, "unauthenticated"), "{name}");
        }
    }
    let report = data(200, &operator.get(&path(&world.workspace)));
    assert_eq!((&report["status"], &report["name"]), (&json!("ACTIVE"), &json!("My workspace")));
    let erased = operator.delete(&path(&world.workspace));
    assert_eq!(erased.refusal(), (409, "workspace_not_suspended"));
    assert_eq!(operator.get(WORKSPACES).json["data"].as_array().map(Vec::len), Some(1));
}
