//! `/locations`.

use serde_json::json;

use crate::on_both_engines;
use crate::support::World;

on_both_engines! {
    a_tenant_sees_its_own_locations_only
}

fn a_tenant_sees_its_own_locations_only(world: &World) {
    let channels = ["Paris", "Lyon"].map(|city| {
        let body = json!({ "name": format!("Channel {city}"), "city": city });
        world.calry().post("/api/v1/tenants", &body).json["data"]["id"].as_str().expect("an id").to_owned()
    });
    for (channel, city) in channels.iter().zip(["Paris", "Lyon"]) {
        let named = world.calry().named(channel);
        let listed = named.get("/api/v1/locations");
        assert_eq!(listed.json["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(listed.json["data"][0]["city"], city);
        assert_eq!(named.get("/api/v1/locations/count").json, json!({ "count": 1 }));
        assert_eq!(listed.header("x-tenant-id"), Some(channel.as_str()));
    }
    assert_eq!(world.calry().get("/api/v1/locations?per_page=101").status, 422);
    assert_eq!(world.calry().get("/api/v1/locations?page=2").json["data"], json!([]));
}
