//! `/locations`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, World, at_once, id_of};

on_both_engines! {
    a_tenant_sees_its_own_locations_only
    a_location_lives_its_life
    a_location_is_its_tenants_alone
    the_default_location_may_be_changed_but_not_deleted
    a_location_where_users_work_is_not_deleted
    a_whole_location_may_be_sent_back
    changes_at_once_are_all_made
}

const LOCATIONS: &str = "/api/v1/locations";

pub(crate) fn airport() -> Value {
    json!({
        "name": "Airport 🛫",
        "description": "Terminal 2\nArrivals",
        "address": "Aéroport de Paris-CDG",
        "post_code": "95700",
        "city": "Roissy",
        "state": "Île-de-France",
        "country_code": "fr",
        "lat": "49.0097",
        "lng": "002.5479",
        "external_location_id": "pos-7"
    })
}

/// Returns the administrator in a new tenant.
pub(crate) fn in_channel(world: &World) -> Client {
    world.calry().named(&world.tenant_id("Channel A"))
}

pub(crate) fn default_location(client: &Client) -> Value {
    let listed = client.get(&format!("{LOCATIONS}?per_page=1"));
    assert_eq!(listed.json["data"][0]["is_default"], true);
    listed.json["data"][0].clone()
}

pub(crate) fn count(client: &Client) -> Value {
    client.get(&format!("{LOCATIONS}/count")).json["count"].clone()
}

fn a_tenant_sees_its_own_locations_only(world: &World) {
    let channels = ["Paris", "Lyon"].map(|city| {
        let body = json!({ "name": format!("Channel {city}"), "city": city });
        world.calry().post("/api/v1/tenants", &body).json["data"]["id"].as_str().expect("an id").to_owned()
    });
    for (channel, city) in channels.iter().zip(["Paris", "Lyon"]) {
        let named = world.calry().named(channel);
        let listed = named.get(LOCATIONS);
        assert_eq!(listed.json["data"].as_array().map(Vec::len), Some(1));
        assert_eq!(listed.json["data"][0]["city"], city);
        assert_eq!(count(&named), json!(1));
        assert_eq!(listed.header("x-tenant-id"), Some(channel.as_str()));
    }
    assert_eq!(world.calry().get("/api/v1/locations?per_page=101").status, 422);
    assert_eq!(world.calry().get("/api/v1/locations?page=2").json["data"], json!([]));
}

fn a_location_lives_its_life(world: &World) {
    let client = in_channel(world);
    let created = client.post(LOCATIONS, &airport());
    assert_eq!(created.status, 201, "{}", created.text);
    let location = &created.json["data"];
    insta::assert_json_snapshot!("a_location", location, { ".id" => "[id]" });

    let path = format!("{LOCATIONS}/{}", id_of(location));
    assert_eq!(client.get(&path).json["data"], *location);
    assert_eq!(client.get(LOCATIONS).json["data"][1], *location);
    assert_eq!(count(&client), json!(2));

    let updated = client.put(&path, &json!({ "name": "Seaport", "lng": "-180.000" }));
    assert_eq!(updated.status, 200, "{}", updated.text);
    let mut expected = location.clone();
    expected["name"] = json!("Seaport");
    expected["lng"] = json!("-180.000");
    assert_eq!(updated.json["data"], expected, "degrees are stored as written, and absent fields stay");
    assert_eq!(client.get(&path).json["data"], expected);

    let deleted = client.delete(&path);
    assert_eq!((deleted.status, deleted.text.as_str()), (204, ""));
    assert_eq!(client.get(&path).refusal(), (404, "location_not_found"));
    assert_eq!(client.delete(&path).refusal(), (404, "location_not_found"));
    assert_eq!(count(&client), json!(1));
}

fn a_location_is_its_tenants_alone(world: &World) {
    let [channel, sibling] = ["Channel A", "Channel B"].map(|name| world.tenant_id(name));
    let path = format!("{LOCATIONS}/{}", world.location_id(&channel, "Airport"));
    let inside = world.client().bearer(&world.key_in(&channel, "READ"));
    assert_eq!(inside.get(&path).json["data"]["name"], "Airport");

    // Even the default tenant finds another tenant's location only if it names that tenant.
    let (other, key) = (world.other_workspace(), world.key_in(&sibling, "ADMIN"));
    let outside = [world.calry(), world.calry().named(&sibling), world.client().calry(&key)];
    for client in outside.into_iter().chain([world.client().calry(&other.key)]) {
        assert_eq!(client.get(&path).refusal(), (404, "location_not_found"));
        assert_eq!(client.put(&path, &json!({ "name": "Taken over" })).refusal(), (404, "location_not_found"));
        assert_eq!(client.patch(&path, &json!({ "city": "Nowhere" })).refusal(), (404, "location_not_found"));
        assert_eq!(client.delete(&path).refusal(), (404, "location_not_found"));
    }
    assert_eq!(inside.get(&path).json["data"]["name"], "Airport");
}

fn the_default_location_may_be_changed_but_not_deleted(world: &World) {
    let client = in_channel(world);
    let path = format!("{LOCATIONS}/{}", id_of(&default_location(&client)));
    let changed = client.patch(&path, &json!({ "name": "Headquarters" }));
    assert_eq!(
        (&changed.json["data"]["name"], &changed.json["data"]["is_default"]),
        (&json!("Headquarters"), &json!(true))
    );
    assert_eq!(client.delete(&path).refusal(), (409, "default_location"));
    assert_eq!(client.get(&path).json, changed.json);
}

fn a_location_where_users_work_is_not_deleted(world: &World) {
    let channel = world.tenant_id("Channel A");
    let client = world.calry().named(&channel);
    let [used, unused] = ["Airport", "Seaport"].map(|name| world.location_id(&channel, name));
    let clerk =
        client.patch(&format!("/api/v1/users/{}", world.user_in(&channel, "venue")), &json!({ "location_id": used }));
    assert_eq!(clerk.json["data"]["location_name"], "Airport");
    let refused = client.delete(&format!("{LOCATIONS}/{used}"));
    assert_eq!(refused.refusal(), (409, "location_in_use"), "{}", refused.text);
    assert_eq!(client.get(&format!("{LOCATIONS}/{used}")).status, 200);
    assert_eq!(client.delete(&format!("{LOCATIONS}/{unused}")).status, 204);
}

fn a_whole_location_may_be_sent_back(world: &World) {
    let client = in_channel(world);
    let location = client.post(LOCATIONS, &airport()).json["data"].clone();
    let path = format!("{LOCATIONS}/{}", id_of(&location));
    assert_eq!(client.put(&path, &location).json["data"], location);

    let mut sent = location.clone();
    sent["city"] = json!("Paris");
    for (field, value) in [
        ("id", json!("ignored")),
        ("country_name", json!("Atlantis")),
        ("is_default", json!(true)),
        ("is_trashed", json!("so it seems")),
        ("tenant_id", json!(world.workspace)),
    ] {
        sent[field] = value;
    }
    let answer = client.put(&path, &sent);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut expected = location.clone();
    expected["city"] = json!("Paris");
    assert_eq!(answer.json["data"], expected, "read-only fields are ignored");
    let copy = client.post(LOCATIONS, &sent);
    assert_eq!((copy.status, &copy.json["data"]["is_default"]), (201, &json!(false)), "{}", copy.text);
    assert_ne!(copy.json["data"]["id"], location["id"]);
}

fn changes_at_once_are_all_made(world: &World) {
    let client = in_channel(world);
    let path = format!("{LOCATIONS}/{}", id_of(&client.post(LOCATIONS, &airport()).json["data"]));
    let changes = [("city", "Paris"), ("state", "IDF"), ("address", "Terminal 2")];
    at_once(changes.len(), |number| {
        let (field, value) = changes[number];
        let answer = client.patch(&path, &json!({ field: value }));
        assert_eq!(answer.status, 200, "{}", answer.text);
    });
    let location = client.get(&path).json["data"].clone();
    for (field, value) in changes {
        assert_eq!(location[field], value, "no change was overwritten");
    }
}
