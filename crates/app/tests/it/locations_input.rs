//! `/locations`: invalid input.

use serde_json::{Value, json};

use crate::locations::{airport, count, default_location, in_channel};
use crate::on_both_engines;
use crate::support::{World, id_of};

on_both_engines! {
    put_needs_a_name_and_patch_does_not
    null_clears_and_absence_keeps
    a_value_that_breaks_a_rule_is_422_at_its_field
    a_body_that_cannot_be_read_is_400_or_415
    an_id_that_is_none_is_not_found
}

const LOCATIONS: &str = "/api/v1/locations";

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
