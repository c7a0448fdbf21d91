//! `/audit`.

use domain::api_keys::ApiKeyToken;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, Market, World, booking, data, id_of};

on_both_engines! {
    an_entry_says_who_did_what_to_which_resource_in_which_tenant_and_when
    every_change_of_a_tenant_is_in_the_trail_exactly_once
    what_changes_nothing_leaves_nothing
    no_secret_is_in_the_trail
    a_channel_sees_its_own_entries_only
    what_an_importer_sells_stands_in_its_owners_trail_without_names
    another_workspace_has_another_trail
    an_administrator_reads_on_while_the_current_tenant_is_inactive
}

const AUDIT: &str = "/api/v1/audit";
const TENANTS: &str = "/api/v1/tenants";

/// Returns the entries that the client finds, after checking that the count agrees.
pub(crate) fn trail(client: &Client, query: &str) -> Vec<Value> {
    let listed = client.get(&format!("{AUDIT}?per_page=100{query}"));
    assert_eq!(listed.status, 200, "{query}: {}", listed.text);
    let entries = listed.json["data"].as_array().expect("entries").clone();
    assert_eq!(client.get(&format!("{AUDIT}/count?{query}")).json, json!({ "count": entries.len() }), "{query}");
    entries
}

pub(crate) fn actions(entries: &[Value]) -> Vec<&str> {
    entries.iter().map(|entry| entry["action"].as_str().expect("an action")).collect()
}

fn an_entry_says_who_did_what_to_which_resource_in_which_tenant_and_when(world: &World) {
    let channel = world.tenant_id("Channel A");
    let renamed =
        world.calry().patch(&format!("{TENANTS}/{channel}"), &json!({ "name": "Channel B", "city": "Paris" }));
    let [made, .., updated] = &trail(&world.calry(), "")[..] else { panic!("three entries") };
    let token: ApiKeyToken = world.key.parse().expect("a key");

    assert_eq!(updated["at"], renamed.json["data"]["updatedAt"]);
    assert_eq!((updated["tenantID"].as_str(), updated["resourceID"].as_str()), (Some(&*channel), Some(&*channel)));
    assert_eq!(updated["actor"]["userID"], world.user.as_str());
    assert_eq!(updated["actor"]["apiKeyID"], token.id().to_string());
    insta::assert_json_snapshot!("an_audit_entry", updated, {
        ".id" => "[id]", ".at" => "[instant]", ".tenantID" => "[id]", ".resourceID" => "[id]",
        ".actor.userID" => "[id]", ".actor.apiKeyID" => "[id]"
    });
    let operator = json!({ "kind": "operator", "userID": null, "name": "operator", "apiKeyID": null });
    assert_eq!((&made["actor"], &made["resourceType"]), (&operator, &json!("workspace")));
}

fn every_change_of_a_tenant_is_in_the_trail_exactly_once(world: &World) {
    let client = world.calry();
    let default = id_of(&world.default_tenant());
    let body = json!({ "name": "Channel A", "domain": "channel-a", "city": "Paris", "country_code": "FR" });
    let channel = id_of(&world.bearer().post(TENANTS, &body).json["data"]);
    let path = format!("{TENANTS}/{channel}");
    for (method, path, body) in [
        ("PATCH", path.clone(), Some(json!({ "name": "Channel B", "city": null, "country_code": "FR" }))),
        ("PUT", path.clone(), Some(json!({ "name": "Channel B", "domain": "channel-b" }))),
        ("PUT", format!("{TENANTS}/{default}/switch"), None),
        ("PUT", format!("{path}/deactivate"), Some(json!({ "user_status": 0 }))),
        ("PUT", format!("{path}/activate"), None),
        ("PUT", format!("{path}/switch"), None),
        ("DELETE", path.clone(), None),
    ] {
        assert!(client.call(method, &path, body.as_ref()).status < 300, "{method} {path}");
    }

    let whole = json!({
        "name": "Channel A", "domain": "channel-a", "status": "ACTIVE", "description": null, "address": null,
        "city": "Paris", "post_code": null, "country_code": "FR"
    });
    let mut last = whole.clone();
    last["name"] = json!("Channel B");
    last["domain"] = json!("channel-b");
    last["city"] = Value::Null;
    let current = |tenant: &str| json!({ "current_tenant_id": tenant });
    let user = (world.user.as_str(), "user", "Administrator");
    let before_rename = (channel.as_str(), "tenant", "Channel A");
    let tenant = (channel.as_str(), "tenant", "Channel B");
    let expected = [
        ("tenant.create", &channel, before_rename, json!({}), whole),
        (
            "tenant.update",
            &channel,
            tenant,
            json!({ "name": "Channel A", "city": "Paris" }),
            json!({ "name": "Channel B", "city": null }),
        ),
        ("tenant.update", &channel, tenant, json!({ "domain": "channel-a" }), json!({ "domain": "channel-b" })),
        ("user.switch", &default, user, current(&channel), current(&default)),
        (
            "tenant.deactivate",
            &channel,
            tenant,
            json!({ "status": "ACTIVE" }),
            json!({ "status": "INACTIVE", "user_status": 0 }),
        ),
        ("tenant.activate", &channel, tenant, json!({ "status": "INACTIVE" }), json!({ "status": "ACTIVE" })),
        ("user.switch", &default, user, current(&default), current(&channel)),
        ("tenant.delete", &channel, tenant, last, json!({})),
    ];
    let found = trail(&client, "");
    assert_eq!(found.len(), 1 + expected.len(), "{:?}", actions(&found));
    for (entry, (action, tenant, (id, kind, name), before, after)) in found[1..].iter().zip(expected) {
        assert_eq!((entry["action"].as_str(), entry["tenantID"].as_str()), (Some(action), Some(tenant.as_str())));
        let resource = [&entry["resourceID"], &entry["resourceType"], &entry["resourceName"]];
        assert_eq!(resource, [id, kind, name], "{action}");
        assert_eq!((&entry["before"], &entry["after"]), (&before, &after), "{action}");
        let actor = &entry["actor"];
        assert_eq!((&actor["kind"], &actor["userID"]), (&json!("user"), &json!(world.user)), "{action}");
    }
}

fn what_changes_nothing_leaves_nothing(world: &World) {
    let client = world.calry();
    let [channel, inactive] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    assert_eq!(client.put(&format!("{TENANTS}/{inactive}/deactivate"), &json!({})).status, 200);
    assert_eq!(client.put(&format!("{TENANTS}/{channel}/switch"), &json!({})).status, 200);
    let before = trail(&client, "");
    for (method, path, body, status) in [
        ("PUT", format!("{TENANTS}/{channel}/activate"), None, 200),
        ("PUT", format!("{TENANTS}/{inactive}/deactivate"), None, 200),
        ("PUT", format!("{TENANTS}/{channel}/switch"), None, 200),
        ("PATCH", format!("{TENANTS}/{channel}"), Some(json!({ "name": "Channel A", "city": null })), 200),
        ("PATCH", format!("{TENANTS}/{channel}"), Some(json!({ "name": "A" })), 422),
        ("PATCH", format!("{TENANTS}/{channel}"), Some(json!({ "domain": "channel-b" })), 409),
        ("POST", TENANTS.to_owned(), Some(json!({ "name": "Channel C", "domain": "channel-a" })), 409),
        ("PUT", format!("{TENANTS}/{inactive}/switch"), None, 409),
        ("DELETE", format!("{TENANTS}/{}", world.workspace), None, 404),
        ("DELETE", format!("{TENANTS}/{}", id_of(&world.default_tenant())), None, 409),
        ("GET", AUDIT.to_owned(), None, 200),
    ] {
        let answer = client.call(method, &path, body.as_ref());
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
    }
    assert_eq!(trail(&client, ""), before);
}

fn no_secret_is_in_the_trail(world: &World) {
    let channel = world.tenant_id("Channel A");
    let inside = world.key_in(&channel, "ADMIN");
    let listed = world.calry().get(&format!("{AUDIT}?per_page=100")).text;
    assert!(listed.contains("api_key.create"));
    assert!(!listed.contains("tny_"));
    for key in [&world.key, &inside] {
        let hash = key.parse::<ApiKeyToken>().expect("a key").secret().hash().to_hex();
        assert!(!listed.contains(&hash));
    }
}

fn a_channel_sees_its_own_entries_only(world: &World) {
    let [channel, sibling] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let default = id_of(&world.default_tenant());
    let key = world.key_in(&channel, "ADMIN");
    world.calry().patch(&format!("{TENANTS}/{sibling}"), &json!({ "city": "Lyon" }));
    // By a key whose home it is, and by an administrator in its context.
    for client in [world.client().calry(&key), world.client().bearer(&key), world.calry().named(&channel)] {
        let entries = trail(&client, "");
        let mut found = actions(&entries);
        found.sort_unstable();
        assert_eq!(found, ["api_key.create", "tenant.create", "user.create"]);
        assert!(entries.iter().all(|entry| entry["tenantID"] == channel.as_str()));
        assert_eq!(client.get(AUDIT).header("x-tenant-id"), Some(&*channel));
        assert_eq!(trail(&client, &format!("&tenantID={channel}")), entries);
        for foreign in [&sibling, &default] {
            assert_eq!(trail(&client, &format!("&tenantID={foreign}")), [Value::Null; 0]);
            assert_eq!(trail(&client, &format!("&resourceID={foreign}")), [Value::Null; 0]);
        }
    }
    let whole = trail(&world.calry(), "");
    assert_eq!(whole.len(), 6, "{:?}", actions(&whole));
    assert_eq!(world.bearer().get(AUDIT).header("x-tenant-id"), Some(&*default), "whatever the user's current tenant");
    assert_eq!(trail(&world.bearer(), ""), whole);
    assert_eq!(trail(&world.calry(), &format!("&tenantID={sibling}")).len(), 2);
}

/// Both tenants see one entry, with their own users by name, but of the other tenant only its name.
fn what_an_importer_sells_stands_in_its_owners_trail_without_names(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let [owner, importer] = [&market.owner, &market.importer];
    let [as_owner, as_importer] = [owner, importer].map(|tenant| world.client().calry(&world.key_in(tenant, "ADMIN")));
    let mut hold = booking(&listing, "2030-01-10", "2030-01-12");
    hold["reservationType"] = json!("PENDING_CONFIRMATION");
    hold["notes"] = json!("Knows the way");
    hold["guest"] =
        json!({ "firstName": "Zora", "lastName": "Nimbus", "email": "zora@example.com", "phone": "+1 212 555 0177" });
    let path = format!("/api/v1/reservation/{}", id_of(&data(201, &as_importer.post("/api/v1/reservation", &hold))));
    data(200, &as_importer.post(&format!("{path}/confirm"), &json!({})));
    data(200, &as_owner.delete(&path));

    let sales = |client: &Client| {
        let entries = trail(client, "");
        entries.into_iter().filter(|entry| entry["resourceType"] == "reservation").collect::<Vec<_>>()
    };
    let ids = |entries: &[Value]| entries.iter().map(id_of).collect::<Vec<_>>();
    let (owners, importers, all) = (sales(&as_owner), sales(&as_importer), sales(&world.calry()));
    assert_eq!(actions(&owners), ["reservation.create", "reservation.confirm", "reservation.cancel"]);
    assert_eq!((ids(&owners), ids(&importers)), (ids(&all), ids(&all)), "the same entries");
    for (entries, own) in [(&owners, owner), (&importers, importer)] {
        let told = format!("{entries:?}");
        for secret in ["Zora", "Nimbus", "zora@", "212 555", "Knows the way"] {
            assert!(!told.contains(secret), "{secret}");
        }
        for (entry, whole) in entries.iter().zip(&all) {
            let (tenant, other) = (&entry["tenantID"], &entry["otherTenantID"]);
            assert!([tenant, other].contains(&&json!(owner)) && [tenant, other].contains(&&json!(importer)), "{entry}");
            if tenant == own {
                assert_eq!((&entry["actor"], &entry["actor"]["kind"]), (&whole["actor"], &json!("user")));
            } else {
                let actor = json!({ "kind": "tenant", "userID": null, "name": entry["tenantName"], "apiKeyID": null });
                assert_eq!(entry["actor"], actor);
                assert_eq!(whole["actor"]["kind"], json!("user"), "the workspace's administrator is told");
            }
        }
    }
    assert_eq!(trail(&as_owner, &format!("&tenantID={importer}")), owners, "the entries of both");
    assert_eq!(sales(&world.calry().named(&world.tenant_id("Sibling"))), [Value::Null; 0]);
}

fn another_workspace_has_another_trail(world: &World) {
    let channel = world.tenant_id("Channel A");
    let other = world.client().calry(&world.other_workspace().key);
    assert_eq!(actions(&trail(&other, "")), ["workspace.create"]);
    for filter in ["tenantID", "resourceID"] {
        assert_eq!(trail(&other, &format!("&{filter}={channel}")), [Value::Null; 0]);
    }
    // An `after` that is an id of this workspace is only compared.
    let last = id_of(trail(&world.calry(), "").last().expect("two entries"));
    let walked = other.get(&format!("{AUDIT}?after={last}"));
    assert_eq!(walked.status, 200);
    assert!(!walked.text.contains(&channel));
}

fn an_administrator_reads_on_while_the_current_tenant_is_inactive(world: &World) {
    let channel = world.tenant_id("Channel A");
    let inside = world.client().calry(&world.key_in(&channel, "ADMIN"));
    assert_eq!(world.bearer().put(&format!("{TENANTS}/{channel}/deactivate"), &json!({})).status, 200);
    assert_eq!(world.bearer().get("/api/v1/locations").refusal(), (403, "tenant_inactive"));
    assert_eq!(actions(&trail(&world.bearer(), "&action=tenant.deactivate")), ["tenant.deactivate"]);
    for client in [inside, world.calry().named(&channel)] {
        assert_eq!(client.get(AUDIT).refusal(), (403, "tenant_inactive"));
        assert_eq!(client.get(&format!("{AUDIT}/count")).refusal(), (403, "tenant_inactive"));
    }
}
