//! The life cycle of tenants, as the two published contracts show it.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, World, at_once, id_of};

on_both_engines! {
    the_venue_documents_life_cycle
    the_venue_documents_422_body
    the_travel_documents_life_cycle
    creating_makes_a_default_location_and_moves_the_caller
    a_stateless_client_creates_without_moving_anybody
    a_domain_is_made_from_the_name_and_stays_unique
    a_taken_domain_is_refused
    of_twenty_who_create_the_same_domain_one_wins
    a_deleted_tenant_is_gone_with_its_keys
    the_default_tenant_cannot_be_deleted_deactivated_or_demoted
    a_whole_tenant_may_be_sent_back
    put_needs_a_name_and_patch_does_not
    null_clears_and_absence_keeps
    a_channel_sees_itself_only
}

const TENANTS: &str = "/api/v1/tenants";

fn venue_tenant() -> Value {
    json!({
        "name": "Company",
        "address": "115 East 23rd Street 5th Floor",
        "city": "New York",
        "country_code": "US",
        "description": "New York"
    })
}

fn the_venue_documents_life_cycle(world: &World) {
    let client = world.bearer();

    let created = client.post(TENANTS, &venue_tenant());
    assert_eq!(created.status, 200);
    let company = &created.json["data"];
    let path = format!("{TENANTS}/{}", id_of(company));
    for (field, value) in [
        ("name", json!("Company")),
        ("address", json!("115 East 23rd Street 5th Floor")),
        ("city", json!("New York")),
        ("country_code", json!("US")),
        ("country_name", json!("United States")),
        ("description", json!("New York")),
        ("is_trashed", json!(false)),
    ] {
        assert_eq!(company[field], value, "{field}");
    }

    let again = client.post(TENANTS, &venue_tenant());
    assert_eq!(again.status, 200, "a moved caller can create another tenant: {}", again.text);

    let listed = client.get(&format!("{TENANTS}?name=company&description=new%20york&page=1&per_page=1"));
    assert_eq!(listed.status, 200);
    assert_eq!(listed.json["data"][0], *company);
    let base = format!("{}{TENANTS}?name=company&description=new+york&per_page=1", world.server.base);
    assert_eq!(
        listed.json["links"],
        json!({
            "first": format!("{base}&page=1"), "last": null, "prev": null, "next": format!("{base}&page=2")
        })
    );
    assert_eq!(
        listed.json["meta"],
        json!({
            "current_page": 1, "from": 1, "path": format!("{}{TENANTS}", world.server.base), "per_page": 1, "to": 1
        })
    );
    let counted = client.get(&format!("{TENANTS}/count?name=Company&page=7&per_page=1000"));
    assert_eq!((counted.status, counted.json), (200, json!({ "count": 2 })));

    let updated = client.put(&path, &json!({ "name": "Company of New York", "city": "Albany" }));
    assert_eq!(updated.status, 200);
    assert_eq!(updated.json["data"]["name"], "Company of New York");
    assert_eq!(updated.json["data"]["city"], "Albany");
    assert_eq!(updated.json["data"]["address"], "115 East 23rd Street 5th Floor");

    let deactivated = client.put(&format!("{path}/deactivate"), &json!({ "user_status": 0 }));
    assert_eq!((deactivated.status, deactivated.json), (200, json!({ "is_trashed": true })));
    let activated = client.put(&format!("{path}/activate"), &json!({ "user_status": 1 }));
    assert_eq!((activated.status, activated.json), (200, json!({ "is_trashed": false })));
    let switched = client.call("PUT", &format!("{path}/switch"), None);
    assert_eq!((switched.status, switched.json), (200, json!({ "success": true })));
    assert_eq!(client.get(&format!("{TENANTS}/current")).json["data"]["id"], company["id"]);
}

fn the_venue_documents_422_body(world: &World) {
    let refused = world.bearer().post(TENANTS, &json!({ "country_code": "USA" }));
    assert_eq!(refused.status, 422);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    insta::assert_json_snapshot!("the_venue_documents_422_body", refused.json);

    let tenant = world.tenant_id("Company");
    let refused = world.bearer().put(&format!("{TENANTS}/{tenant}"), &json!({ "country_code": "USA" }));
    assert_eq!(
        refused.json["errors"],
        json!({
            "name": ["The name field is required."],
            "country_code": ["The country code field is invalid. It must be ISO 3166-1 alpha-2 country code."]
        })
    );
}

fn the_travel_documents_life_cycle(world: &World) {
    let client = world.calry();
    let default = world.default_tenant();
    assert_eq!(default["isDefault"], true);

    let created = client.post(TENANTS, &json!({ "name": "Channel A", "domain": "channel-a" }));
    assert_eq!(created.status, 200);
    let channel = &created.json["data"];
    insta::assert_json_snapshot!("a_tenant", channel, {
        ".id" => "[id]", ".workspaceID" => "[id]", ".createdAt" => "[instant]", ".updatedAt" => "[instant]"
    });
    assert_eq!(channel["workspaceID"], world.workspace.as_str());

    // This header does not depend on the current tenant, which the creation changed, but on the home tenant.
    let current = client.get(&format!("{TENANTS}/current"));
    assert_eq!(current.json["data"]["id"], default["id"]);
    assert_eq!(current.header("x-tenant-id"), default["id"].as_str());
    let id = id_of(channel);
    let named = client.clone().named(&id);
    let current = named.get(&format!("{TENANTS}/current"));
    assert_eq!((current.json["data"]["id"].as_str(), current.header("x-tenant-id")), (Some(&*id), Some(&*id)));

    // In the context of a channel, the administrator cannot manage tenants.
    let path = format!("{TENANTS}/{id}");
    for (method, path) in [
        ("GET", TENANTS),
        ("POST", TENANTS),
        ("GET", "/api/v1/tenants/count"),
        ("PUT", &path),
        ("PATCH", &path),
        ("DELETE", &path),
        ("PUT", &format!("{path}/deactivate")),
        ("PUT", &format!("{path}/activate")),
    ] {
        let body = (method != "GET" && method != "DELETE").then(|| json!({ "name": "Channel B" }));
        let refused = named.call(method, path, body.as_ref());
        assert_eq!(refused.refusal(), (403, "default_tenant_required"), "{method} {path}");
    }

    let updated = client.patch(&path, &json!({ "domain": "Channel-A.example.com" }));
    assert_eq!(updated.json["data"]["domain"], "channel-a.example.com");
    assert_eq!(client.delete(&path).status, 204);
    assert_eq!(client.get(&path).refusal(), (404, "tenant_not_found"));
    assert_eq!(named.get(&format!("{TENANTS}/current")).refusal(), (404, "tenant_not_found"));
}

fn creating_makes_a_default_location_and_moves_the_caller(world: &World) {
    let client = world.bearer();
    let created = client.post(TENANTS, &venue_tenant());
    assert_eq!(
        created.header("x-tenant-id"),
        world.default_tenant()["id"].as_str(),
        "with the default tenant's permissions"
    );

    let current = client.get(&format!("{TENANTS}/current"));
    assert_eq!(current.json["data"], created.json["data"]);
    let locations = client.get("/api/v1/locations");
    assert_eq!(locations.json["data"].as_array().map(Vec::len), Some(1));
    insta::assert_json_snapshot!("a_default_location", locations.json["data"][0], { ".id" => "[id]" });
}

fn a_domain_is_made_from_the_name_and_stays_unique(world: &World) {
    let domain = |name: &str| world.tenant(name)["domain"].as_str().expect("a domain").to_owned();
    assert_eq!(domain("Café Zürich"), "cafe-zurich");
    let second = domain("Café Zürich");
    assert!(second.starts_with("cafe-zurich-") && second.len() == "cafe-zurich-".len() + 12, "{second}");
    let nameless = domain("🏨🏨🏨🏨🏨");
    assert!(nameless.len() == 12, "{nameless}");
}

fn a_taken_domain_is_refused(world: &World) {
    let client = world.calry();
    let body = json!({ "name": "Channel A", "domain": "channel-a" });
    assert_eq!(client.post(TENANTS, &body).status, 200);
    let refused = client.post(TENANTS, &json!({ "name": "Channel B", "domain": "CHANNEL-A" }));
    assert_eq!((refused.refusal(), refused.field_errors()), ((409, "domain_taken"), vec!["domain"]));
    let other = world.tenant_id("Channel B");
    let refused = client.patch(&format!("{TENANTS}/{other}"), &json!({ "domain": "channel-a" }));
    assert_eq!(refused.refusal(), (409, "domain_taken"));

    let elsewhere = world.client().calry(&world.other_workspace().key);
    assert_eq!(elsewhere.post(TENANTS, &body).status, 200, "another workspace has its own domains");
}

fn of_twenty_who_create_the_same_domain_one_wins(world: &World) {
    let body = json!({ "name": "Channel A", "domain": "channel-a" });
    let mut statuses = at_once(20, |_| world.calry().post(TENANTS, &body).status);
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1], statuses[19]), (200, 409, 409), "{statuses:?}");
}

fn a_deleted_tenant_is_gone_with_its_keys(world: &World) {
    let channel = world.tenant_id("Channel A");
    let key = world.key_in(&channel, "READ");
    assert_eq!(world.bearer().get(&format!("{TENANTS}/current")).json["data"]["id"], channel.as_str());
    assert_eq!(world.bearer().delete(&format!("{TENANTS}/{channel}")).status, 204);

    assert_eq!(world.client().calry(&key).get("/api/v1/locations").refusal(), (401, "unauthenticated"));
    let home = world.bearer().get(&format!("{TENANTS}/current"));
    assert_eq!(home.json["data"]["isDefault"], true, "users who worked in it are back in their home tenant");
    assert_eq!(world.bearer().delete(&format!("{TENANTS}/{channel}")).refusal(), (404, "tenant_not_found"));
}

fn the_default_tenant_cannot_be_deleted_deactivated_or_demoted(world: &World) {
    let before = world.default_tenant();
    let path = format!("{TENANTS}/{}", id_of(&before));
    let client = world.calry();
    assert_eq!(client.delete(&path).refusal(), (409, "default_tenant"));
    assert_eq!(client.put(&format!("{path}/deactivate"), &json!({})).refusal(), (409, "default_tenant"));
    let demoted = client.patch(&path, &json!({ "isDefault": false }));
    assert_eq!((demoted.refusal(), demoted.field_errors()), ((422, "validation_failed"), vec!["isDefault"]));
    assert_eq!(client.put(&format!("{path}/activate"), &json!({})).status, 200);
    assert_eq!(world.default_tenant(), before);
    let renamed = client.patch(&path, &json!({ "name": "Headquarters" }));
    assert_eq!(renamed.json["data"]["name"], "Headquarters", "it can be changed");
}

fn a_whole_tenant_may_be_sent_back(world: &World) {
    let tenant = world.tenant("Channel A");
    let path = format!("{TENANTS}/{}", id_of(&tenant));
    let mut sent = tenant.clone();
    sent["description"] = json!("Rooms with a view");
    sent["id"] = json!("ignored");
    sent["createdAt"] = json!("1999-01-01T00:00:00.000Z");
    let answer = world.calry().put(&path, &sent);
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.json["data"]["description"], "Rooms with a view");
    assert_eq!((&answer.json["data"]["id"], &answer.json["data"]["createdAt"]), (&tenant["id"], &tenant["createdAt"]));

    let forged = json!({ "name": "Channel A", "isDefault": true, "status": "INACTIVE", "is_trashed": true });
    let refused = world.calry().put(&path, &forged);
    assert_eq!((refused.status, refused.field_errors()), (422, vec!["isDefault", "is_trashed", "status"]));
    let refused = world.calry().post(TENANTS, &forged);
    assert_eq!((refused.status, refused.field_errors()), (422, vec!["is_trashed", "status"]));
}

fn put_needs_a_name_and_patch_does_not(world: &World) {
    let path = format!("{TENANTS}/{}", world.tenant_id("Channel A"));
    let refused = world.calry().put(&path, &json!({ "city": "Paris" }));
    assert_eq!((refused.status, refused.field_errors()), (422, vec!["name"]));
    assert_eq!(world.calry().patch(&path, &json!({ "city": "Paris" })).json["data"]["city"], "Paris");
    assert_eq!(world.calry().call("PATCH", &path, None).status, 200, "a change of nothing succeeds");
}

fn null_clears_and_absence_keeps(world: &World) {
    let created = world.calry().post(TENANTS, &venue_tenant());
    let path = format!("{TENANTS}/{}", id_of(&created.json["data"]));
    let cleared = world.calry().patch(&path, &json!({ "city": null, "country_code": null, "address": " " }));
    let tenant = &cleared.json["data"];
    for field in ["city", "country_code", "country_name", "address"] {
        assert_eq!(tenant[field], Value::Null, "{field}");
    }
    assert_eq!(tenant["description"], "New York");
    let refused = world.calry().patch(&path, &json!({ "name": null, "domain": null }));
    assert_eq!((refused.status, refused.field_errors()), (422, vec!["domain", "name"]));
}

fn a_channel_sees_itself_only(world: &World) {
    let [channel, sibling] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let inside = world.client().calry(&world.key_in(&channel, "ADMIN"));
    assert_eq!(inside.get(&format!("{TENANTS}/{channel}")).json["data"]["name"], "Channel A");
    assert_eq!(inside.get(&format!("{TENANTS}/{sibling}")).refusal(), (404, "tenant_not_found"));
    assert_eq!(inside.put(&format!("{TENANTS}/{channel}/switch"), &json!({})).status, 200, "to the current tenant");
    assert_eq!(inside.put(&format!("{TENANTS}/{sibling}/switch"), &json!({})).refusal(), (404, "tenant_not_found"));
    // In the context of a channel, the administrator has no more permissions than the channel.
    let named = world.calry().named(&channel);
    assert_eq!(named.get(&format!("{TENANTS}/{channel}")).status, 200);
    assert_eq!(named.get(&format!("{TENANTS}/{sibling}")).refusal(), (404, "tenant_not_found"));
}

fn a_stateless_client_creates_without_moving_anybody(world: &World) {
    let current = || world.bearer().get(&format!("{TENANTS}/current")).json["data"]["id"].clone();
    let create = |client: Client| id_of(&client.post(TENANTS, &json!({ "name": "Channel" })).json["data"]);
    let home = world.default_tenant()["id"].clone();
    create(world.calry());
    create(world.calry().named(home.as_str().expect("an id")));
    create(world.bearer().calry(&world.key));
    assert_eq!(current(), home);
    let moved = create(world.bearer());
    assert_eq!(current(), moved);
    let named = create(world.bearer().named(home.as_str().expect("an id")));
    assert_eq!(current(), named);
}
