//! `/listing`: the values of a listing.

use serde_json::json;

use crate::listings::path_of;
use crate::on_both_engines;
use crate::support::{Host, World};

on_both_engines! {
    values_that_break_rules_are_named
    values_of_a_wrong_type_are_400
    money_and_degrees_are_exact
    texts_come_back_as_they_were_sent
    no_text_may_hold_control_characters
    a_body_is_256_kib_at_most
}

const LISTING: &str = "/api/v1/listing";

fn values_that_break_rules_are_named(world: &World) {
    let host = Host::open(world, "Channel A");
    let path = path_of(&host.listing("17", &json!({})));
    let long = |length: usize| "x".repeat(length);
    for (fields, at_fault) in [
        (json!({ "integrationAccountID": "x" }), &["integrationAccountID"][..]),
        (
            json!({ "providerID": " ", "name": long(256), "internalName": long(256) }),
            &["internalName", "name", "providerID"],
        ),
        (json!({ "description": long(10_001), "type": long(65) }), &["description", "type"]),
        (
            json!({ "status": "active", "currency": "XAU", "timeZone": "Mars/Base" }),
            &["currency", "status", "timeZone"],
        ),
        (json!({ "latitude": 90.1, "longitude": -180.1 }), &["latitude", "longitude"]),
        (json!({ "latitude": 1e20, "longitude": -1e27 }), &["latitude", "longitude"]),
        (
            json!({ "maxOccupancy": 0, "bedroomCount": -1, "bathroomCount": 1.25 }),
            &["bathroomCount", "bedroomCount", "maxOccupancy"],
        ),
        (
            json!({ "maxOccupancy": 1001, "bedroomCount": 1001, "bathroomCount": 1000.5 }),
            &["bathroomCount", "bedroomCount", "maxOccupancy"],
        ),
        (json!({ "maxInfants": -1 }), &["maxInfants"]),
        (json!({ "maxInfants": 1001 }), &["maxInfants"]),
        (json!({ "minimumNights": 0, "maximumNights": 3651 }), &["maximumNights", "minimumNights"]),
        (json!({ "minimumNights": 3, "maximumNights": 2 }), &["maximumNights"]),
        (json!({ "startPrice": -1 }), &["startPrice"]),
        (json!({ "startPrice": 1_000_000_000.01 }), &["startPrice"]),
        (json!({ "startPrice": 0.001 }), &["startPrice"]),
        (json!({ "startPrice": 0.5, "currency": "JPY" }), &["startPrice"]),
        (json!({ "thumbnailURL": "javascript:alert(1)" }), &["thumbnailURL"]),
        (
            json!({ "pictures": [{ "url": "https://a.example" }, {}, { "url": "x", "description": long(256) }] }),
            &["pictures.1.url", "pictures.2.description", "pictures.2.url"],
        ),
        (json!({ "pictures": vec![json!({}); 101], "amenities": vec![""; 201] }), &["amenities", "pictures"]),
        (json!({ "amenities": ["wifi", "", long(65)] }), &["amenities.1", "amenities.2"]),
        (
            json!({ "address": { "city": long(256), "country": "ZZ", "postal_code": long(33) } }),
            &["address.city", "address.country", "address.postal_code"],
        ),
    ] {
        let refused = [
            host.client.post(LISTING, &host.body("18", &fields)),
            host.client.put(&path, &host.body("17", &fields)),
            host.client.patch(&path, &fields),
        ];
        for refused in refused {
            assert_eq!(refused.refusal(), (422, "validation_failed"), "{fields}: {}", refused.text);
            assert_eq!(refused.field_errors(), at_fault, "{}", refused.text);
        }
    }
    assert_eq!(host.client.get(&format!("{LISTING}/count")).json, json!({ "count": 1 }));
}

fn values_of_a_wrong_type_are_400(world: &World) {
    let host = Host::open(world, "Channel A");
    let path = path_of(&host.listing("17", &json!({})));
    for (field, value, place) in [
        ("integrationAccountID", json!(5), "integrationAccountID"),
        ("providerID", json!(17), "providerID"),
        ("name", json!(["Loft"]), "name"),
        ("description", json!(false), "description"),
        ("status", json!(1), "status"),
        ("thumbnailURL", json!({}), "thumbnailURL"),
        ("latitude", json!("40.7"), "latitude"),
        ("longitude", json!(true), "longitude"),
        ("maxOccupancy", json!("4"), "maxOccupancy"),
        ("maxOccupancy", json!(1.5), "maxOccupancy"),
        ("maxInfants", json!("1"), "maxInfants"),
        ("petsAllowed", json!("yes"), "petsAllowed"),
        ("bedroomCount", json!(1.0), "bedroomCount"),
        ("bathroomCount", json!("1.5"), "bathroomCount"),
        ("minimumNights", json!([]), "minimumNights"),
        ("startPrice", json!("149"), "startPrice"),
        ("currency", json!(840), "currency"),
        ("pictures", json!({ "url": "https://a.example" }), "pictures"),
        ("pictures", json!([{ "url": "https://a.example" }, "https://b.example"]), "pictures[1]"),
        ("pictures", json!([{ "url": 5 }]), "pictures[0].url"),
        ("address", json!("17 West 125th Street"), "address"),
        ("address", json!({ "city": 5 }), "address.city"),
        ("amenities", json!("wifi,pool"), "amenities"),
        ("amenities", json!(["wifi", null]), "amenities[1]"),
    ] {
        let fields = json!({ field: value });
        for refused in [host.client.post(LISTING, &host.body("18", &fields)), host.client.patch(&path, &fields)] {
            assert_eq!(refused.refusal(), (400, "malformed_request"), "{fields}");
            assert!(refused.text.contains(&format!("at {place}: ")), "{fields}: {}", refused.text);
        }
    }
    for body in [r#"{"name":"a","name":"b"}"#, "[]", "null", r#"{"name":"#, "\u{feff}{}"] {
        let refused = host.client.send("PATCH", &path, "application/json", body);
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{body}");
    }
}

fn money_and_degrees_are_exact(world: &World) {
    let host = Host::open(world, "Channel A");
    let path = path_of(&host.listing("17", &json!({})));
    let change = |fields: String| host.client.send("PATCH", &path, "application/json", fields);
    for (price, currency, answered) in [
        ("0", "USD", "0.00"),
        ("0.1", "USD", "0.10"),
        ("149.990", "USD", "149.99"),
        ("999999999.99", "EUR", "999999999.99"),
        ("1000000000", "EUR", "1000000000.00"),
        ("70368744177664.0", "JPY", ""),
        ("999999999", "JPY", "999999999"),
        ("1000.00", "JPY", "1000"),
        ("1.001", "KWD", "1.001"),
        ("90071992.547", "KWD", "90071992.547"),
        ("1e1", "USD", ""),
    ] {
        let changed = change(format!(r#"{{"startPrice":{price},"currency":"{currency}"}}"#));
        if answered.is_empty() {
            assert_eq!((changed.status, changed.field_errors()), (422, vec!["startPrice"]), "{price}");
            continue;
        }
        let expected = format!(r#""startPrice":{answered},"currency":"{currency}""#);
        assert!(changed.text.contains(&expected), "{price}: {}", changed.text);
        assert_eq!(host.client.get(&path).text, changed.text, "{price}");
    }
    for (latitude, longitude, answered) in [
        ("40.123456789", "-73.987654321", r#""latitude":40.123456789,"longitude":-73.987654321"#),
        ("40.1234567894", "1.5e1", r#""latitude":40.123456789,"longitude":15"#),
        ("90", "-180", r#""latitude":90,"longitude":-180"#),
        ("-0.10", "0", r#""latitude":-0.1,"longitude":0"#),
    ] {
        let changed = change(format!(r#"{{"latitude":{latitude},"longitude":{longitude}}}"#));
        assert!(changed.text.contains(answered), "{latitude} {longitude}: {}", changed.text);
        assert_eq!(host.client.get(&path).text, changed.text);
    }
}

fn texts_come_back_as_they_were_sent(world: &World) {
    let host = Host::open(world, "Channel A");
    let path = path_of(&host.listing("17", &json!({})));
    for text in [
        "日本語の宿",
        "Дом у моря",
        "بيت على البحر",
        "घर",
        "Cafe\u{301}",
        "Café",
        "🏝️👩‍👩‍👧",
        "'; DROP TABLE listings; --",
        "%_\\",
    ] {
        let fields = json!({
            "name": text, "providerID": text, "internalName": text, "description": format!("{text}\n\t{text}"), "type": text,
            "amenities": [text], "pictures": [{ "url": "https://example.com/a.jpg", "description": text }],
        });
        assert_eq!(host.client.patch(&path, &fields).status, 200, "{text}");
        let listing = &host.client.get(&path).json["data"];
        for (field, value) in fields.as_object().expect("fields") {
            assert_eq!(listing[field], *value, "{field}");
        }
    }
    let name = "\u{3000}Loft\u{a0} ";
    assert_eq!(host.client.patch(&path, &json!({ "name": name })).json["data"]["name"], json!("Loft"));
}

fn no_text_may_hold_control_characters(world: &World) {
    let host = Host::open(world, "Channel A");
    let path = path_of(&host.listing("17", &json!({})));
    for control in ['\0', '\u{7}', '\r', '\u{1b}', '\u{7f}', '\u{85}'] {
        let text = format!("a{control}b");
        let fields = json!({
            "providerID": text, "name": text, "internalName": text, "description": text, "type": text,
            "amenities": [text], "pictures": [{ "url": "https://example.com", "description": text }],
            "address": { "line1": text, "city": text, "postal_code": text },
        });
        let refused = host.client.patch(&path, &fields);
        let expected = [
            "address.city",
            "address.line1",
            "address.postal_code",
            "amenities.0",
            "description",
            "internalName",
            "name",
            "pictures.0.description",
            "providerID",
            "type",
        ];
        assert_eq!((refused.status, refused.field_errors()), (422, expected.to_vec()), "{control:?}");
    }
    for control in ['\n', '\t'] {
        let text = format!("a{control}b");
        let refused = host.client.patch(&path, &json!({ "name": text, "description": text }));
        assert_eq!(refused.field_errors(), ["name"], "{control:?}");
        assert_eq!(refused.json["errors"]["name"], json!(["The name may not contain control characters."]));
    }
}

fn a_body_is_256_kib_at_most(world: &World) {
    const MOST: usize = 256 * 1024;
    let host = Host::open(world, "Channel A");
    let path = path_of(&host.listing("17", &json!({})));
    let body = r#"{"name":"Barn"}"#;
    let padded = |bytes: usize| format!("{body}{}", " ".repeat(bytes - body.len()));
    assert_eq!(host.client.send("PATCH", &path, "application/json", padded(MOST)).status, 200);
    for (method, path) in [("PATCH", &*path), ("PUT", &path), ("POST", LISTING)] {
        let refused = host.client.send(method, path, "application/json", padded(MOST + 1));
        assert_eq!(refused.refusal(), (413, "payload_too_large"));
    }
}
