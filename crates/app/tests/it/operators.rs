//! `/operator/v1`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, Server, World, data, id_of, run, until};

on_both_engines! {
    a_workspace_is_created_with_its_first_key
    workspaces_are_listed_counted_and_found
    a_repeated_creation_names_the_workspace_and_shows_no_key
    a_lost_key_is_replaced
    a_workspace_is_renamed_and_its_tenants_are_told
    the_trail_says_who_did_what_to_which_workspace
    a_value_that_breaks_a_rule_is_422_at_its_field
    headers_that_name_a_tenant_mean_nothing
    a_key_of_an_operator_is_listed_and_revoked
    requests_of_operators_are_limited_by_key
}

pub(crate) const WORKSPACES: &str = "/operator/v1/workspaces";
const AUDIT: &str = "/operator/v1/audit";

pub(crate) fn path(workspace: &str) -> String {
    format!("{WORKSPACES}/{workspace}")
}

/// Creates a workspace; returns the answer's data.
pub(crate) fn create(operator: &Client, name: &str) -> Value {
    data(201, &operator.post(WORKSPACES, &json!({ "name": name })))
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value[field].as_str().expect("a text")
}

/// Returns the report of a workspace whose first event has its position.
fn counted(report: Answer) -> Result<Answer, String> {
    if report.json["data"]["usage"]["events"] == 1 { Ok(report) } else { Err(report.text) }
}

fn ids(answer: &Answer) -> Vec<String> {
    answer.json["data"].as_array().expect("a list").iter().map(id_of).collect()
}

fn a_workspace_is_created_with_its_first_key(world: &World) {
    let operator = world.operator();
    let body = json!({ "name": "Rooms Inc.", "defaultCurrency": "eur", "adminEmail": "ada@example.com" });
    let answer = operator.post(WORKSPACES, &body);
    assert_eq!(answer.header("cache-control"), Some("private, no-cache"));
    let made = data(201, &answer);
    let mut fields: Vec<_> = made.as_object().expect("fields").keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["apiKey", "apiKeyID", "id", "tenantID", "userID"]);

    let inside = world.client().bearer(text(&made, "apiKey"));
    let workspace = data(200, &inside.get("/api/v1/workspace"));
    assert_eq!((&workspace["id"], &workspace["name"]), (&made["id"], &json!("Rooms Inc.")));
    assert_eq!(workspace["defaultCurrency"], "EUR");
    let user = data(200, &inside.get(&format!("/api/v1/users/{}", text(&made, "userID"))));
    assert_eq!(user["email"], "ada@example.com");
    assert_eq!(data(200, &inside.get("/api/v1/tenants/current"))["id"], made["tenantID"]);
    assert_eq!(inside.post("/api/v1/tenants", &json!({ "name": "Channel A" })).status, 200, "it may administer");

    let usd = data(200, &operator.get(&path(&id_of(&create(&operator, "Others Inc.")))));
    assert_eq!(usd["defaultCurrency"], "USD");
}

fn workspaces_are_listed_counted_and_found(world: &World) {
    let operator = world.operator();
    let [rooms, lofts] = ["Räume Inc.", "Lofts Inc."].map(|name| id_of(&create(&operator, name)));
    let listed = operator.get(&format!("{WORKSPACES}?per_page=2"));
    assert_eq!(ids(&listed), [world.workspace.clone(), rooms.clone()]);
    let mut fields: Vec<_> = listed.json["data"][0].as_object().expect("fields").keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["createdAt", "defaultCurrency", "id", "name", "status", "updatedAt"]);
    let next = listed.json["links"]["next"].as_str().expect("a next page").replace(&world.server.base, "");
    assert_eq!(ids(&operator.get(&next)), [&*lofts]);

    assert_eq!(operator.put(&format!("{}/suspend", path(&lofts)), &json!({})).status, 200);
    for (query, expected) in [
        ("", vec![&world.workspace, &rooms, &lofts]),
        ("?q=INC", vec![&rooms, &lofts]),
        ("?q=r%C3%84u", vec![&rooms]),
        ("?status=SUSPENDED", vec![&lofts]),
        ("?status=ACTIVE&q=inc", vec![&rooms]),
        ("?q=%25", vec![]),
    ] {
        assert_eq!(ids(&operator.get(&format!("{WORKSPACES}{query}"))).iter().collect::<Vec<_>>(), expected, "{query}");
        let count = operator.get(&format!("{WORKSPACES}/count{query}"));
        assert_eq!(count.json, json!({ "count": expected.len() }), "{query}");
    }

    let inside = world.client().calry(&world.key);
    let before = data(200, &operator.get(&path(&world.workspace)));
    assert_eq!((&before["status"], &before["erasure"]), (&json!("ACTIVE"), &Value::Null));
    assert_eq!(inside.post("/api/v1/tenants", &json!({ "name": "Channel A" })).status, 200);
    let usage = until(|| {
        let shown = data(200, &operator.get(&path(&world.workspace)))["usage"].clone();
        if shown["events"] == 2 { Ok(shown) } else { Err(shown) }
    });
    assert_eq!(usage, json!({ "tenants": 2, "users": 1, "listings": 0, "reservations": 0, "events": 2 }));
}

fn a_repeated_creation_names_the_workspace_and_shows_no_key(world: &World) {
    let (operator, another) = (world.operator(), world.operator());
    let (first, body) = (operator.with("idempotency-key", "onboard-1"), json!({ "name": "Rooms Inc." }));
    let made = data(201, &first.post(WORKSPACES, &body));
    let again = first.post(WORKSPACES, &body);
    assert_eq!((again.refusal(), &again.json["id"]), ((409, "workspace_already_created"), &made["id"]));
    assert!(!again.text.contains("tny_"), "{}", again.text);
    let reused = first.post(WORKSPACES, &json!({ "name": "Others Inc." }));
    assert_eq!(reused.refusal(), (422, "idempotency_key_reused"));
    let count = || another.get(&format!("{WORKSPACES}/count")).json["count"].clone();
    assert_eq!(count(), 2);
    let others = another.clone().with("idempotency-key", "onboard-1").post(WORKSPACES, &body);
    assert_ne!(data(201, &others)["id"], made["id"], "each operator's key has its own");
    assert_eq!(first.with("idempotency-key", "a b").post(WORKSPACES, &body).status, 400);
    assert_eq!(count(), 3);
}

fn a_lost_key_is_replaced(world: &World) {
    let operator = world.operator();
    let made = create(&operator, "Rooms Inc.");
    let keys = format!("{}/keys", path(&id_of(&made)));
    let client = operator.clone().with("idempotency-key", "lost-1");
    let key = data(201, &client.post(&keys, &json!({})));
    assert_eq!((&key["permission"], &key["user_id"]), (&json!("ADMIN"), &made["userID"]));
    let inside = world.client().bearer(text(&key, "apiKey"));
    assert_eq!(data(200, &inside.get("/api/v1/workspace"))["id"], made["id"]);
    let again = client.post(&keys, &json!({}));
    assert_eq!((again.refusal(), &again.json["id"]), ((409, "key_already_created"), &key["id"]));
    assert_eq!(inside.get("/api/v1/api-keys/count").json["count"], 2);
    let actions = inside.get("/api/v1/audit?action=api_key.create").json["data"].clone();
    assert_eq!(actions[0]["actor"]["kind"], "operator");
}

fn a_workspace_is_renamed_and_its_tenants_are_told(world: &World) {
    let operator = world.operator();
    let path = path(&world.workspace);
    // The tag changes when the first event gets its position.
    let seen = until(|| counted(operator.get(&path)));
    let tag = seen.header("etag").expect("a tag").to_owned();
    let renamed = operator.clone().with("if-match", &tag).patch(&path, &json!({ "name": "Rooms Inc." }));
    assert_eq!(data(200, &renamed)["name"], "Rooms Inc.");
    assert_ne!(renamed.header("etag"), Some(&*tag));
    assert_eq!(data(200, &operator.get(&path))["name"], "Rooms Inc.");
    let lost = operator.clone().with("if-match", &tag).patch(&path, &json!({ "name": "Lofts Inc." }));
    assert_eq!(lost.refusal(), (412, "precondition_failed"));
    let entry = world.calry().get("/api/v1/audit?action=workspace.update").json["data"][0].clone();
    assert_eq!((&entry["actor"]["kind"], &entry["after"]), (&json!("operator"), &json!({ "name": "Rooms Inc." })));
}

fn the_trail_says_who_did_what_to_which_workspace(world: &World) {
    let operator = world.operator();
    let made = id_of(&create(&operator, "Planted name"));
    let path = path(&made);
    operator.put(&format!("{path}/suspend"), &json!({}));
    operator.put(&format!("{path}/suspend"), &json!({}));
    operator.put(&format!("{path}/resume"), &json!({}));
    operator.patch(&path, &json!({ "name": "Planted name 2" }));
    operator.post(&format!("{path}/keys"), &json!({}));
    let entries = operator.get(&format!("{AUDIT}?workspaceID={made}"));
    let shown: Vec<_> = entries.json["data"].as_array().expect("entries").iter().map(|e| text(e, "action")).collect();
    let expected = ["workspace.create", "workspace.suspend", "workspace.resume", "workspace.update", "api_key.create"];
    assert_eq!(shown, expected);
    let entry = &entries.json["data"][1];
    assert_eq!((&entry["operator"]["name"], &entry["resourceID"]), (&json!("Test"), &json!(made)));
    assert!(entry["operator"]["operatorKeyID"].is_string(), "{entry}");
    assert!(!entries.text.contains("Planted"), "no data of the workspace: {}", entries.text);
    let count = |query: &str| operator.get(&format!("{AUDIT}/count{query}")).json["count"].clone();
    assert_eq!([count(&format!("?workspaceID={made}")), count("?action=workspace.suspend")], [json!(5), json!(1)]);
    let first = operator.get(&format!("{AUDIT}?action=workspace.create")).json["data"][0].clone();
    assert_eq!((&first["operator"]["name"], &first["workspaceID"]), (&json!("command line"), &json!(world.workspace)));
}

fn a_value_that_breaks_a_rule_is_422_at_its_field(world: &World) {
    let operator = world.operator();
    for (body, fields) in [
        (json!({}), &["name"][..]),
        (
            json!({ "name": "", "defaultCurrency": "EURO", "adminEmail": "ada" }),
            &["adminEmail", "defaultCurrency", "name"],
        ),
        (json!({ "name": "a\u{7}b" }), &["name"]),
    ] {
        let refused = operator.post(WORKSPACES, &body);
        assert_eq!(refused.refusal(), (422, "validation_failed"), "{body}");
        assert_eq!(refused.field_errors(), fields, "{body}");
    }
    assert_eq!(operator.post(WORKSPACES, &json!({ "name": 5 })).refusal(), (400, "malformed_request"));
    assert_eq!(operator.patch(&path(&world.workspace), &json!({ "name": null })).field_errors(), ["name"]);
    assert_eq!(operator.get(&format!("{WORKSPACES}?status=ERASED&per_page=0")).field_errors(), ["per_page", "status"]);
    let other = json!({ "status": "SUSPENDED", "defaultCurrency": "EUR" });
    assert_eq!(operator.patch(&path(&world.workspace), &other).field_errors(), ["defaultCurrency", "status"]);
    let whole = data(200, &operator.get(&path(&world.workspace)));
    assert_eq!(data(200, &operator.patch(&path(&world.workspace), &whole))["name"], "My workspace");
    let chosen = operator.post(&format!("{}/keys", path(&world.workspace)), &json!({ "permission": "READ" }));
    assert_eq!(chosen.field_errors(), ["permission"]);
    assert_eq!(operator.get(&format!("{AUDIT}?workspaceID=x")).field_errors(), ["workspaceID"]);
    assert_eq!(operator.put(&format!("{}/suspend?now=1", path(&world.workspace)), &json!({})).field_errors(), ["now"]);
    assert_eq!(operator.get("/operator/v1/nowhere").refusal(), (404, "route_not_found"));
}

fn headers_that_name_a_tenant_mean_nothing(world: &World) {
    let operator = world.operator();
    for (header, value) in [("x-calry-tenant-id", "x"), ("x-tenant-id", &*world.workspace)] {
        let answer = operator.clone().with(header, value).get(WORKSPACES);
        assert_eq!((answer.status, answer.header("x-tenant-id")), (200, None), "{header}");
    }
}

fn a_key_of_an_operator_is_listed_and_revoked(world: &World) {
    let operator = world.operator();
    assert_eq!(operator.get(WORKSPACES).status, 200);
    let keys = || -> Value {
        serde_json::from_str(&run(&world.server.url(), &["operator-key", "list", "--json"]).expect("the keys"))
            .expect("JSON")
    };
    let listed = keys();
    assert_eq!((&listed[0]["name"], &listed[0]["revokedAt"]), (&json!("Test"), &Value::Null));
    let id = id_of(&listed[0]);
    let plain = run(&world.server.url(), &["operator-key", "list"]).expect("the keys");
    assert!(plain.starts_with(&format!("{id}  expires ")) && plain.ends_with("  Test\n"), "{plain}");
    for _ in 0..2 {
        let revoked = run(&world.server.url(), &["operator-key", "revoke", &id]);
        assert_eq!(revoked.expect("revoked"), "The key is revoked.\n");
    }
    assert_eq!(operator.get(WORKSPACES).refusal(), (401, "unauthenticated"), "at once");
    assert!(keys()[0]["revokedAt"].is_string());
    let unknown = run(&world.server.url(), &["operator-key", "revoke", &world.workspace]).expect_err("unknown");
    assert!(unknown.1.contains("was not found"), "{unknown:?}");
    let nameless = run(&world.server.url(), &["operator-key", "create", "--name", ""]).expect_err("no name");
    assert!(nameless.1.contains("name"), "{nameless:?}");
}

fn requests_of_operators_are_limited_by_key(world: &World) {
    let server = Server::start_with(world.server.engine.clone(), &["--rate-limit", "2/60", "--workers", "1"]);
    let [first, second] = [world.operator_key(), world.operator_key()];
    let client = |key: &str| Client::new(&server.base).bearer(key);
    for _ in 0..2 {
        assert_eq!(client(&first).get(WORKSPACES).status, 200);
    }
    let refused = client(&first).get(WORKSPACES);
    assert_eq!(refused.refusal(), (429, "rate_limited"));
    assert!(refused.header("retry-after").is_some());
    assert_eq!(client(&second).get(WORKSPACES).status, 200);
}
