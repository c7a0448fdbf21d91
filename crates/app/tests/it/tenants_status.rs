//! `/tenants/{id}/deactivate` and `/tenants/{id}/activate`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{World, id_of};

on_both_engines! {
    deactivating_takes_a_user_status
    activating_gives_users_back_what_deactivating_took
    deactivating_and_activating_may_be_repeated
    a_deactivated_tenant_is_closed_at_once
    an_administrator_gets_out_of_a_deactivated_tenant
}

const TENANTS: &str = "/api/v1/tenants";

fn deactivating_takes_a_user_status(world: &World) {
    let channel = world.tenant_id("Channel A");
    let key = world.key_in(&channel, "READ");
    let support = world.key_of(&world.user_in(&channel, "support"), "READ");
    let [clerk, support] = [&key, &support].map(|key| world.client().calry(key));
    let set = |verb: &str, status: i64| {
        let path = format!("{TENANTS}/{channel}/{verb}");
        assert_eq!(world.calry().put(&path, &json!({ "user_status": status })).status, 200);
    };
    for status in [0, 2] {
        set("deactivate", status);
        set("activate", status);
        assert_eq!(clerk.get("/api/v1/locations").refusal(), (403, "user_not_active"), "{status}");
        assert_eq!(support.get("/api/v1/locations").status, 200, "support is unchanged");
    }
    set("activate", 1);
    assert_eq!(clerk.get("/api/v1/locations").status, 200);
    set("deactivate", 1);
    assert_eq!(clerk.get("/api/v1/locations").refusal(), (403, "tenant_inactive"));
}

fn deactivating_and_activating_may_be_repeated(world: &World) {
    let channel = world.tenant_id("Channel A");
    let updated_at = || world.calry().get(&format!("{TENANTS}/{channel}")).json["data"]["updatedAt"].clone();
    for (verb, trashed) in [("deactivate", true), ("activate", false)] {
        let path = format!("{TENANTS}/{channel}/{verb}");
        let answer = world.calry().call("PUT", &path, None);
        assert_eq!((answer.status, &answer.json), (200, &json!({ "is_trashed": trashed })));
        let first = updated_at();
        let again = world.calry().put(&path, &json!({ "user_status": 1 }));
        assert_eq!((again.status, again.json), (200, json!({ "is_trashed": trashed })));
        assert_eq!(updated_at(), first, "the second time changes nothing");
    }
}

fn a_deactivated_tenant_is_closed_at_once(world: &World) {
    let channel = world.tenant_id("Channel A");
    let inside = world.client().bearer(&world.key_in(&channel, "ADMIN"));
    assert_eq!(inside.get("/api/v1/locations").status, 200);
    world.calry().put(&format!("{TENANTS}/{channel}/deactivate"), &json!({}));
    for client in [&inside, &world.calry().named(&channel)] {
        assert_eq!(client.get("/api/v1/locations").refusal(), (403, "tenant_inactive"));
        assert_eq!(client.get(&format!("{TENANTS}/current")).refusal(), (403, "tenant_inactive"));
    }
    let switch = format!("{TENANTS}/{channel}/switch");
    assert_eq!(world.bearer().put(&switch, &json!({})).refusal(), (409, "target_inactive"));
}

fn an_administrator_gets_out_of_a_deactivated_tenant(world: &World) {
    let client = world.bearer();
    let default = id_of(&world.default_tenant());
    let channel = world.tenant_id("Channel A");
    let path = format!("{TENANTS}/{channel}");
    assert_eq!(client.put(&format!("{path}/deactivate"), &json!({})).status, 200);
    assert_eq!(client.get("/api/v1/locations").refusal(), (403, "tenant_inactive"));

    assert_eq!(client.get(&path).json["data"]["is_trashed"], true);
    assert_eq!(client.put(&format!("{path}/activate"), &json!({})).status, 200);
    assert_eq!(client.put(&format!("{path}/deactivate"), &json!({})).status, 200);
    assert_eq!(client.put(&format!("{TENANTS}/{default}/switch"), &json!({})).status, 200);
    assert_eq!(client.get("/api/v1/locations").status, 200);
}

fn activating_gives_users_back_what_deactivating_took(world: &World) {
    let channel = world.tenant_id("Channel A");
    let [active, passive] = [(); 2].map(|()| format!("/api/v1/users/{}", world.user_in(&channel, "venue")));
    let inside = world.calry().named(&channel);
    assert_eq!(inside.patch(&passive, &json!({ "status": 0 })).status, 200);
    let set = |what: &str, body: &Value| {
        assert_eq!(world.calry().put(&format!("{TENANTS}/{channel}/{what}"), body).status, 200);
    };
    let statuses = || [&active, &passive].map(|user| inside.get(user).json["data"]["status"].as_i64());
    set("deactivate", &json!({ "user_status": 2 }));
    set("activate", &json!({}));
    assert_eq!(statuses(), [Some(1), Some(0)]);
    set("deactivate", &json!({ "user_status": 2 }));
    set("activate", &json!({ "user_status": 2 }));
    assert_eq!(statuses(), [Some(2), Some(2)]);
    set("deactivate", &json!({}));
    set("activate", &json!({}));
    assert_eq!(statuses(), [Some(2), Some(2)], "with a status it sets all");
}
