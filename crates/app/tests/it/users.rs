//! `/users`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{World, id_of};

on_both_engines! {
    an_administrator_makes_changes_and_deletes_users
    users_are_listed_counted_and_filtered
    me_tells_a_key_who_it_is
    a_value_that_breaks_a_rule_is_422_at_its_field
    a_channel_neither_makes_nor_changes_support_users
    users_of_other_tenants_are_not_there
    a_banned_user_is_refused_everywhere_at_once
    deactivating_is_seen_through_users
    a_workspace_never_locks_itself_out
}

const USERS: &str = "/api/v1/users";

fn grace() -> Value {
    json!({ "name": "Grace Hopper", "email": "grace@example.com", "role": "front-desk" })
}

fn an_administrator_makes_changes_and_deletes_users(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    let location = client.get("/api/v1/locations").json["data"][0]["id"].clone();

    let created = client.post(USERS, &grace());
    assert_eq!((created.status, created.header("x-tenant-id")), (201, Some(&*channel)));
    let user = &created.json["data"];
    insta::assert_json_snapshot!("a_user", user, {
        ".id" => "[id]", ".tenant_id" => "[id]", ".current_tenant_id" => "[id]"
    });
    let path = format!("{USERS}/{}", id_of(user));
    assert_eq!(client.get(&path).json["data"], *user);

    let patched = client.patch(&path, &json!({ "status": 0, "location_id": location }));
    assert_eq!(patched.status, 200, "{}", patched.text);
    assert_eq!(
        (&patched.json["data"]["status"], &patched.json["data"]["location_name"]),
        (&json!(0), &json!("Default"))
    );
    let mut whole = patched.json["data"].clone();
    whole["name"] = json!("Grace Brewster Hopper");
    whole["tenant_id"] = json!(world.workspace);
    let put = client.put(&path, &whole);
    assert_eq!(put.json["data"]["name"], "Grace Brewster Hopper");
    assert_eq!(put.json["data"]["tenant_id"], channel.as_str(), "the home tenant never changes");
    let cleared = client.patch(&path, &json!({ "location_id": null }));
    assert_eq!(cleared.json["data"]["location_id"], Value::Null);
    assert_eq!(client.put(&path, &json!({ "status": 1 })).field_errors(), ["name"]);

    let again = client.post(USERS, &json!({ "name": "Another Grace", "email": "GRACE@example.com", "role": "venue" }));
    assert_eq!((again.refusal(), again.field_errors()), ((409, "email_taken"), vec!["email"]));
    assert_eq!(client.delete(&path).status, 204);
    assert_eq!(client.get(&path).refusal(), (404, "user_not_found"));
    assert_eq!(client.delete(&path).refusal(), (404, "user_not_found"));
}

fn users_are_listed_counted_and_filtered(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    for (name, email) in [("Grace Hopper", "grace@example.com"), ("Ada Lovelace", "ada@example.org")] {
        client.post(USERS, &json!({ "name": name, "email": email, "role": "venue" }));
    }
    for (query, expected) in [
        ("", &["Grace Hopper", "Ada Lovelace"][..]),
        ("?name=LOVE", &["Ada Lovelace"]),
        ("?email=example.com", &["Grace Hopper"]),
        ("?name=grace&email=org", &[]),
        ("?name=%25", &[]),
    ] {
        let listed = client.get(&format!("{USERS}{query}"));
        let names: Vec<_> =
            listed.json["data"].as_array().expect("users").iter().map(|user| user["name"].clone()).collect();
        assert_eq!(json!(names), json!(expected), "{query}");
        assert_eq!(client.get(&format!("{USERS}/count{query}")).json, json!({ "count": expected.len() }), "{query}");
    }
    let first = client.get(&format!("{USERS}?per_page=1"));
    assert!(first.json["links"]["next"].as_str().is_some_and(|next| next.ends_with("per_page=1&page=2")));
    assert_eq!(client.get(&format!("{USERS}?name=%00&page=0")).field_errors(), ["name", "page"]);
}

fn me_tells_a_key_who_it_is(world: &World) {
    let channel = world.tenant_id("Channel A");
    let key = world.key_in(&channel, "READ");
    let me = world.client().bearer(&key).get("/api/v1/users/me");
    assert_eq!(me.status, 200);
    let data = &me.json["data"];
    assert_eq!((&data["user"]["name"], &data["permission"]), (&json!("Grace Hopper"), &json!("READ")));
    assert_eq!(data["user"]["tenant_name"], "Channel A");
    assert!(data["expiresAt"].as_str().is_some_and(|instant| instant.ends_with('Z')));
    let moved = world.bearer().get("/api/v1/users/me");
    assert_eq!(moved.json["data"]["user"]["id"], world.user.as_str());
    assert_eq!(moved.json["data"]["user"]["current_tenant_id"], channel.as_str());

    world.calry().put(&format!("/api/v1/tenants/{channel}/deactivate"), &json!({}));
    for client in [world.client().bearer(&key), world.bearer()] {
        assert_eq!(client.get("/api/v1/users/me").status, 200, "whatever the tenant's status");
    }
}

fn a_value_that_breaks_a_rule_is_422_at_its_field(world: &World) {
    let client = world.calry();
    let existing = client.post(USERS, &grace());
    let path = format!("{USERS}/{}", id_of(&existing.json["data"]));
    for (field, value) in [
        ("name", json!("Ada")),
        ("name", json!(null)),
        ("name", json!("Ada\u{0}Lovelace")),
        ("email", json!("nobody")),
        ("email", json!(null)),
        ("email", json!("a@b@c")),
        ("role", json!("king")),
        ("role", json!(null)),
        ("status", json!(3)),
        ("location_id", json!("here")),
    ] {
        let mut body = json!({ "name": "Ada Lovelace", "email": "ada@example.com", "role": "venue" });
        body[field] = value.clone();
        for answer in [client.post(USERS, &body), client.put(&path, &body)] {
            assert_eq!((answer.refusal(), answer.field_errors()), ((422, "validation_failed"), vec![field]), "{value}");
        }
    }
    let nowhere = json!({ "location_id": world.workspace });
    assert_eq!(client.patch(&path, &nowhere).refusal(), (404, "location_not_found"));
    assert_eq!(client.patch(&path, &json!({ "status": "1" })).refusal(), (400, "malformed_request"));
    assert_eq!(client.post(USERS, &json!({})).field_errors(), ["email", "name", "role"]);
    assert_eq!(client.get(&path).json, json!({ "data": existing.json["data"] }));
}

fn a_channel_neither_makes_nor_changes_support_users(world: &World) {
    let channel = world.tenant_id("Channel A");
    let support = world.user_in(&channel, "support");
    let clerk = world.user_in(&channel, "front-desk");
    let inside = world.client().calry(&world.key_in(&channel, "ADMIN"));
    let made = json!({ "name": "A supporter", "email": "s@example.com", "role": "support" });
    assert_eq!(inside.post(USERS, &made).refusal(), (403, "support_restricted"));
    let path = format!("{USERS}/{support}");
    for answer in [
        inside.patch(&path, &json!({ "status": 2 })),
        inside.put(&path, &json!({ "name": "A supporter" })),
        inside.delete(&path),
        inside.patch(&format!("{USERS}/{clerk}"), &json!({ "role": "support" })),
        inside.post("/api/v1/api-keys", &json!({ "name": "Key", "user_id": support, "permission": "READ" })),
    ] {
        assert_eq!(answer.refusal(), (403, "support_restricted"));
    }
    assert_eq!(inside.get(&path).status, 200, "reading is allowed");
    assert_eq!(world.calry().named(&channel).patch(&path, &json!({ "status": 0 })).status, 200);
}

fn users_of_other_tenants_are_not_there(world: &World) {
    let [channel, sibling] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let user = world.user_in(&channel, "venue");
    let path = format!("{USERS}/{user}");
    for client in [world.calry(), world.calry().named(&sibling), world.client().calry(&world.key_in(&sibling, "ADMIN"))]
    {
        assert_eq!(client.get(&path).refusal(), (404, "user_not_found"));
        assert_eq!(client.patch(&path, &json!({ "status": 2 })).refusal(), (404, "user_not_found"));
        assert_eq!(client.delete(&path).refusal(), (404, "user_not_found"));
    }
    // A location of another tenant is not a valid workplace.
    let location = world.calry().named(&sibling).get("/api/v1/locations").json["data"][0]["id"].clone();
    let patched = world.calry().named(&channel).patch(&path, &json!({ "location_id": location }));
    assert_eq!(patched.refusal(), (404, "location_not_found"));
}

fn a_banned_user_is_refused_everywhere_at_once(world: &World) {
    let channel = world.tenant_id("Channel A");
    let user = world.user_in(&channel, "venue");
    let client = world.client().calry(&world.key_of(&user, "READ"));
    let path = format!("{USERS}/{user}");
    for (status, expected) in [(2, 403), (0, 403), (1, 200)] {
        assert_eq!(world.calry().named(&channel).patch(&path, &json!({ "status": status })).status, 200);
        for path in ["/api/v1/locations", "/api/v1/users/me", "/api/v1/tenants/current"] {
            assert_eq!(client.get(path).status, expected, "{status} {path}");
        }
    }
}

fn deactivating_is_seen_through_users(world: &World) {
    let channel = world.tenant_id("Channel A");
    for role in ["support", "tenant", "venue", "front-desk"] {
        world.user_in(&channel, role);
    }
    for status in [0, 2, 1] {
        let path = format!("/api/v1/tenants/{channel}");
        world.calry().put(&format!("{path}/deactivate"), &json!({ "user_status": status }));
        world.calry().put(&format!("{path}/activate"), &json!({ "user_status": status }));
        let listed = world.calry().named(&channel).get(USERS);
        let statuses: Vec<_> =
            listed.json["data"].as_array().expect("users").iter().map(|user| user["status"].clone()).collect();
        assert_eq!(json!(statuses), json!([1, status, status, status]), "all users except support");
    }
}

fn a_workspace_never_locks_itself_out(world: &World) {
    let client = world.calry();
    let path = format!("{USERS}/{}", world.user);
    assert_eq!(client.delete(&path).refusal(), (409, "last_administrator"));
    assert_eq!(client.patch(&path, &json!({ "status": 2 })).refusal(), (409, "last_administrator"));
    let first = client.get("/api/v1/api-keys").json["data"][0]["id"].clone();
    let first = format!("/api/v1/api-keys/{}", first.as_str().expect("an id"));
    assert_eq!(client.delete(&first).refusal(), (409, "last_administrator"));
    let default = format!("/api/v1/tenants/{}", id_of(&world.default_tenant()));
    let banned = client.put(&format!("{default}/activate"), &json!({ "user_status": 2 }));
    assert_eq!(banned.refusal(), (409, "default_tenant"));

    let second = world.user_in(&id_of(&world.default_tenant()), "tenant");
    assert_eq!(client.delete(&path).refusal(), (409, "last_administrator"), "without a key the second does not count");
    let key = world.key_of(&second, "ADMIN");
    assert_eq!(world.client().calry(&key).delete(&path).status, 204);
    assert_eq!(client.get(USERS).status, 401);
}
