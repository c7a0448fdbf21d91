//! `/locations`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, World, id_of};

on_both_engines! {
    a_tenant_sees_its_own_locations_only
    a_location_lives_its_life
    a_location_is_its_tenants_alone
    the_default_location_may_be_changed_but_not_deleted
    a_location_where_users_work_is_not_deleted
    a_whole_location_may_be_sent_back
    put_needs_a_name_and_patch_does_not
    null_clears_and_absence_keeps
    a_value_that_breaks_a_rule_is_422_at_its_field
    a_body_that_cannot_be_read_is_400_or_415
    an_id_that_is_none_is_not_found
    a_reader_reads_and_a_writer_writes
    changes_at_once_are_all_made
}

const LOCATIONS: &str = "/api/v1/locations";

fn airport() -> Value {
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
fn in_channel(world: &World) -> Client {
    world.calry().named(&world.tenant_id("Channel A"))
}

fn default_location(client: &Client) -> Value {
    let listed = client.get(&format!("{LOCATIONS}?per_page=1"));
    assert_eq!(listed.json["data"][0]["is_default"], true);
    listed.json["data"][0].clone()
}

fn count(client: &Client) -> Value {
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

fn put_needs_a_name_and_patch_does_not(world: &World) {
    let client = in_channel(world);
    let path = format!("{LOCATIONS}/{}", id_of(&default_location(&client)));
    let refused = client.put(&path, &json!({ "city": "Paris" }));
    assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec!["name"]));
    assert_eq!(refused.json["errors"]["name"], json!(["The name field is required."]));
    assert_eq!(client.patch(&path, &json!({ "city": "Paris" })).json["data"]["city"], "Paris");
    assert_eq!(client.call("PATCH", &path, None).status, 200, "a change of nothing succeeds");
    let empty = client.call("POST", LOCATIONS, None);
    assert_eq!((empty.status, empty.field_errors()), (422, vec!["name"]), "an absent body means an empty object");
}

fn null_clears_and_absence_keeps(world: &World) {
    let client = in_channel(world);
    let path = format!("{LOCATIONS}/{}", id_of(&client.post(LOCATIONS, &airport()).json["data"]));
    let sent = json!({
        "description": null, "address": " ", "post_code": null, "state": "", "country_code": null, "lat": null,
        "external_location_id": ""
    });
    let cleared = client.patch(&path, &sent);
    let location = &cleared.json["data"];
    for field in sent.as_object().expect("fields").keys().map(String::as_str).chain(["country_name"]) {
        assert_eq!(location[field], Value::Null, "{field}");
    }
    assert_eq!((&location["city"], &location["lng"]), (&json!("Roissy"), &json!("002.5479")));
    let refused = client.patch(&path, &json!({ "name": null }));
    assert_eq!((refused.status, refused.field_errors()), (422, vec!["name"]));

    let bare = client.post(LOCATIONS, &json!({ "name": "X", "city": null, "lat": "  " }));
    assert_eq!(bare.status, 201, "one character is a name: {}", bare.text);
    assert_eq!((&bare.json["data"]["city"], &bare.json["data"]["lat"]), (&Value::Null, &Value::Null));
}

fn a_value_that_breaks_a_rule_is_422_at_its_field(world: &World) {
    let client = in_channel(world);
    let existing = format!("{LOCATIONS}/{}", id_of(&default_location(&client)));
    let before = client.get(&existing).json;
    let (north, east) =
        ("The lat must be decimal degrees from -90 to 90.", "The lng must be decimal degrees from -180 to 180.");
    for (field, value, message) in [
        ("name", json!(null), "The name field is required."),
        ("name", json!(""), "The name may not be empty."),
        ("name", json!("   "), "The name may not be empty."),
        ("name", json!("n".repeat(256)), "The name may not be greater than 255 characters."),
        ("name", json!("Air\u{0}port"), "The name may not contain control characters."),
        ("name", json!("Airport\n"), "The name may not contain control characters."),
        ("description", json!("d".repeat(10_001)), "The description may not be greater than 10000 characters."),
        ("description", json!("a\r\nb"), "The description may not contain control characters."),
        ("address", json!("a".repeat(256)), "The address may not be greater than 255 characters."),
        ("post_code", json!("1".repeat(33)), "The post code may not be greater than 32 characters."),
        ("city", json!("New\tYork"), "The city may not contain control characters."),
        ("state", json!("s".repeat(256)), "The state may not be greater than 255 characters."),
        ("country_code", json!("XX"), "The country code field is invalid. It must be ISO 3166-1 alpha-2"),
        ("country_code", json!("USA"), "The country code field is invalid."),
        ("lat", json!("90.0000001"), north),
        ("lat", json!("-91"), north),
        ("lat", json!("north"), north),
        ("lat", json!("4e1"), north),
        ("lat", json!("40,7"), north),
        ("lat", json!("NaN"), north),
        ("lat", json!("+40.7"), north),
        ("lat", json!("4".repeat(33)), "The lat may not be greater than 32 characters."),
        ("lng", json!("180.1"), east),
        ("lng", json!("-180.00000000000000000001"), east),
        ("lng", json!(".5"), east),
        ("lng", json!("1\u{0}"), "The lng may not contain control characters."),
        ("external_location_id", json!("e".repeat(256)), "The external location id may not be greater than 255"),
    ] {
        let mut body = json!({ "name": "Airport" });
        body[field] = value.clone();
        for answer in [client.post(LOCATIONS, &body), client.put(&existing, &body), client.patch(&existing, &body)] {
            assert_eq!((answer.refusal(), answer.field_errors()), ((422, "validation_failed"), vec![field]), "{value}");
            let found = answer.json["errors"][field][0].as_str().unwrap_or_default();
            assert!(found.starts_with(message), "{value}: {found}");
        }
    }
    let all = client.post(LOCATIONS, &json!({ "lat": "x", "lng": "y", "country_code": "ZZ" }));
    assert_eq!(all.field_errors(), ["country_code", "lat", "lng", "name"], "all field errors at once");
    assert_eq!(client.get(&existing).json, before);
    assert_eq!(count(&client), json!(1));
}

fn a_body_that_cannot_be_read_is_400_or_415(world: &World) {
    let client = in_channel(world);
    let existing = format!("{LOCATIONS}/{}", id_of(&default_location(&client)));
    for (method, path) in [("POST", LOCATIONS), ("PUT", &existing), ("PATCH", &existing)] {
        for (body, message) in [
            (r#"{"name":5}"#, "at name: "),
            (r#"{"name":"Airport","lat":49.0097}"#, "at lat: "),
            (r#"{"name":"Airport","external_location_id":7}"#, "at external_location_id: "),
            (r#"{"name":"Airport","name":"Seaport"}"#, "duplicate field"),
            (r#"["Airport"]"#, "must be a JSON object"),
            (r#"{"name":"Airport""#, "EOF"),
        ] {
            let refused = client.send(method, path, "application/json", body);
            assert_eq!(refused.refusal(), (400, "malformed_request"), "{method} {body}");
            assert!(refused.json["message"].as_str().unwrap_or_default().contains(message), "{}", refused.text);
        }
        let refused = client.send(method, path, "text/plain", r#"{"name":"Airport"}"#);
        assert_eq!(refused.refusal(), (415, "unsupported_media_type"), "{method}");
    }
    assert_eq!(count(&client), json!(1));
}

fn an_id_that_is_none_is_not_found(world: &World) {
    let client = in_channel(world);
    for id in ["airport", "1", "%00", "00000000-0000-0000-0000-000000000000", "0192f0c1-7b1e-7000-8000-00000000000a"] {
        let path = format!("{LOCATIONS}/{id}");
        assert_eq!(client.get(&path).refusal(), (404, "location_not_found"), "{id}");
        assert_eq!(client.delete(&path).refusal(), (404, "location_not_found"), "{id}");
        assert_eq!(client.patch(&path, &json!({ "city": "Paris" })).refusal(), (404, "location_not_found"), "{id}");
        let body = json!({ "name": "Airport" });
        assert_eq!(client.put(&path, &body).refusal(), (404, "location_not_found"), "{id}");
        assert_eq!(client.put(&path, &json!({ "name": "" })).status, 422, "validation comes first");
    }
}

fn a_reader_reads_and_a_writer_writes(world: &World) {
    let channel = world.tenant_id("Channel A");
    let path = format!("{LOCATIONS}/{}", world.location_id(&channel, "Airport"));
    let [reader, writer] =
        ["READ", "WRITE"].map(|permission| world.client().calry(&world.key_in(&channel, permission)));
    assert_eq!(reader.get(&path).status, 200);
    for (method, path) in [("POST", LOCATIONS), ("PUT", &path), ("PATCH", &path), ("DELETE", &path)] {
        let body = (method != "DELETE").then(|| json!({ "name": 5 }));
        let refused = reader.call(method, path, body.as_ref());
        assert_eq!(refused.refusal(), (403, "permission_denied"), "{method}: before the body is read");
    }
    assert_eq!(writer.post(LOCATIONS, &json!({ "name": "Seaport" })).status, 201);
    assert_eq!(writer.patch(&path, &json!({ "city": "Paris" })).status, 200);
    assert_eq!(writer.delete(&path).status, 204);

    world.calry().put(&format!("/api/v1/tenants/{channel}/deactivate"), &json!({}));
    assert_eq!(writer.get(&path).refusal(), (403, "tenant_inactive"));
    assert_eq!(writer.post(LOCATIONS, &json!({})).refusal(), (403, "tenant_inactive"));
}

fn changes_at_once_are_all_made(world: &World) {
    let client = in_channel(world);
    let path = format!("{LOCATIONS}/{}", id_of(&client.post(LOCATIONS, &airport()).json["data"]));
    let changes = [("city", "Paris"), ("state", "IDF"), ("address", "Terminal 2")];
    std::thread::scope(|scope| {
        for (field, value) in changes {
            let (client, path) = (&client, &path);
            scope.spawn(move || {
                let answer = client.patch(path, &json!({ field: value }));
                assert_eq!(answer.status, 200, "{}", answer.text);
            });
        }
    });
    let location = client.get(&path).json["data"].clone();
    for (field, value) in changes {
        assert_eq!(location[field], value, "no change was overwritten");
    }
}
