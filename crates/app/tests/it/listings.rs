//! `/listing`: single listings. Tests of lists are in `listings_filters`, those of deliveries in `deliveries`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Host, World, id_of, listing_fields};

on_both_engines! {
    a_listing_lives_and_ends
    a_new_listing_needs_seven_fields
    values_that_break_rules_are_named
    values_of_a_wrong_type_are_400
    what_is_absent_stays_and_null_clears_or_is_refused
    a_put_demands_what_a_new_listing_needs
    the_account_of_a_listing_never_changes
    an_id_of_the_provider_is_taken_once_in_an_account
    only_its_owner_changes_a_listing
    money_and_degrees_are_exact
    texts_come_back_as_they_were_sent
    no_text_may_hold_control_characters
    a_body_is_256_kib_at_most
}

const LISTING: &str = "/api/v1/listing";
const REQUIRED: [&str; 6] = ["latitude", "longitude", "maxOccupancy", "name", "providerID", "startPrice"];
const NOBODY: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

fn path_of(listing: &Value) -> String {
    format!("{LISTING}/{}", id_of(listing))
}

fn everything() -> Value {
    json!({
        "name": "Loft in Harlem", "internalName": "H-17", "description": "Two floors.\n\tQuiet.", "type": "Apartment",
        "status": "INACTIVE", "thumbnailURL": "https://example.com/17.jpg",
        "pictures": [{ "url": "https://example.com/a.jpg", "description": "The stairs" }, { "url": "http://example.com/b.jpg" }],
        "address": {
            "line1": "17 West 125th Street", "line2": "Floor 2", "city": "New York", "state": "NY", "country": "us",
            "postal_code": "10027",
        },
        "latitude": 40.8116, "longitude": -73.9465, "timeZone": "America/New_York", "minimumNights": 2,
        "maximumNights": 30, "maxOccupancy": 4, "bedroomCount": 2, "bathroomCount": 1.5, "startPrice": 149.5,
        "currency": "eur", "amenities": ["wifi", "Pool", "WIFI"],
    })
}

fn a_listing_lives_and_ends(world: &World) {
    let host = Host::open(world, "Channel A");
    let plain = host.listing("16", &json!({}));
    for (field, value) in [
        ("status", json!("ACTIVE")),
        ("minimumNights", json!(1)),
        ("maximumNights", Value::Null),
        ("bedroomCount", json!(0)),
        ("bathroomCount", json!(0)),
        ("currency", json!("USD")),
        ("pictures", json!([])),
        ("amenities", json!([])),
        ("description", Value::Null),
        ("isAvailable", json!(true)),
        ("is_tenant_owned", json!(true)),
    ] {
        assert_eq!(plain[field], value, "{field}");
    }

    let created = host.client.post(LISTING, &host.body("17", &everything()));
    assert_eq!(created.status, 201, "{}", created.text);
    let listing = &created.json["data"];
    insta::assert_json_snapshot!("a_listing", listing, {
        ".id" => "[id]", ".integrationAccountID" => "[id]", ".tenantID" => "[id]",
        ".createdAt" => "[instant]", ".updatedAt" => "[instant]",
    });
    let path = path_of(listing);
    assert_eq!(host.client.get(&path).json, created.json);
    for same in [host.client.put(&path, listing), host.client.patch(&path, listing)] {
        assert_eq!((same.status, &same.json), (200, &created.json), "a whole listing can be sent back");
    }
    let changed = host.client.patch(&path, &json!({ "name": "Barn", "status": "ACTIVE", "id": NOBODY, "tenantID": 5 }));
    assert_eq!((&changed.json["data"]["name"], &changed.json["data"]["isAvailable"]), (&json!("Barn"), &json!(true)));
    assert_eq!(
        (&changed.json["data"]["id"], &changed.json["data"]["createdAt"]),
        (&listing["id"], &listing["createdAt"])
    );
    assert_ne!(changed.json["data"]["updatedAt"], listing["updatedAt"]);

    assert_eq!(host.client.delete(&path).status, 204);
    for gone in [host.client.get(&path), host.client.delete(&path), host.client.get(&format!("{LISTING}/x"))] {
        assert_eq!(gone.refusal(), (404, "listing_not_found"));
    }
}

fn a_new_listing_needs_seven_fields(world: &World) {
    let host = Host::open(world, "Channel A");
    let required = [&["integrationAccountID"][..], &REQUIRED].concat();
    let nulls: Value = required.iter().map(|field| ((*field).to_owned(), Value::Null)).collect();
    for body in [json!({}), nulls] {
        let refused = host.client.post(LISTING, &body);
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), required.clone()));
    }
    assert_eq!(
        host.client.call("POST", LISTING, None).field_errors(),
        required,
        "an absent body means an empty object"
    );
    for account in [NOBODY.to_owned(), Host::open(world, "Channel B").account] {
        let refused = host.client.post(LISTING, &host.body("17", &json!({ "integrationAccountID": account })));
        assert_eq!(refused.refusal(), (404, "integration_account_not_found"));
        assert_eq!(refused.field_errors(), ["integrationAccountID"]);
    }
    assert_eq!(host.client.get(&format!("{LISTING}/count")).json, json!({ "count": 0 }));
}

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
        (
            json!({ "maxOccupancy": 0, "bedroomCount": -1, "bathroomCount": 1.25 }),
            &["bathroomCount", "bedroomCount", "maxOccupancy"],
        ),
        (
            json!({ "maxOccupancy": 1001, "bedroomCount": 1001, "bathroomCount": 1000.5 }),
            &["bathroomCount", "bedroomCount", "maxOccupancy"],
        ),
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

fn what_is_absent_stays_and_null_clears_or_is_refused(world: &World) {
    let host = Host::open(world, "Channel A");
    let listing = host.listing("17", &everything());
    let path = path_of(&listing);
    let kept = [
        "bathroomCount",
        "bedroomCount",
        "currency",
        "integrationAccountID",
        "latitude",
        "longitude",
        "maxOccupancy",
        "minimumNights",
        "name",
        "providerID",
        "startPrice",
        "status",
    ];
    for field in kept {
        for refused in [
            host.client.patch(&path, &json!({ field: null })),
            host.client.put(&path, &host.body("17", &json!({ field: null }))),
        ] {
            assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec![field]));
        }
    }
    assert_eq!(host.client.get(&path).json["data"], listing, "nothing was changed");

    let part = json!({ "address": { "city": null, "state": " ", "line2": "Floor 3" } });
    let changed = host.client.patch(&path, &part).json["data"]["address"].clone();
    let expected = json!({
        "line1": "17 West 125th Street", "line2": "Floor 3", "city": null, "state": null, "country": "US",
        "postal_code": "10027",
    });
    assert_eq!(changed, expected, "parts of an address can be changed alone");

    let cleared = [
        ("internalName", Value::Null),
        ("description", Value::Null),
        ("type", Value::Null),
        ("thumbnailURL", Value::Null),
        ("timeZone", Value::Null),
        ("maximumNights", Value::Null),
        ("pictures", json!([])),
        ("amenities", json!([])),
        (
            "address",
            json!({
                "line1": null, "line2": null, "city": null, "state": null, "country": null, "postal_code": null,
            }),
        ),
    ];
    for (field, nothing) in cleared {
        let before = host.client.get(&path).json["data"].clone();
        assert_ne!(before[field], nothing, "{field}");
        let changed = host.client.patch(&path, &json!({ field: null })).json["data"].clone();
        assert_eq!(changed[field], nothing, "{field}");
        for (other, value) in before.as_object().expect("fields").iter().filter(|(other, _)| *other != field) {
            assert!(changed[other] == *value || other == "updatedAt", "{field} changed {other}");
        }
    }
}

fn a_put_demands_what_a_new_listing_needs(world: &World) {
    let host = Host::open(world, "Channel A");
    let path = path_of(&host.listing("17", &everything()));
    assert_eq!(host.client.put(&path, &json!({})).field_errors(), REQUIRED);
    for field in REQUIRED {
        let mut body = listing_fields("17");
        body.as_object_mut().expect("fields").remove(field);
        let refused = host.client.put(&path, &body);
        assert_eq!((refused.status, refused.field_errors()), (422, vec![field]));
    }
    let replaced = host.client.put(&path, &listing_fields("18"));
    assert_eq!(replaced.status, 200, "{}", replaced.text);
    let listing = &replaced.json["data"];
    assert_eq!((&listing["providerID"], &listing["startPrice"]), (&json!("18"), &json!(149.0)));
    assert_eq!((&listing["currency"], &listing["internalName"]), (&json!("EUR"), &json!("H-17")), "absent fields stay");
}

fn the_account_of_a_listing_never_changes(world: &World) {
    let host = Host::open(world, "Channel A");
    let listing = host.listing("17", &json!({}));
    let path = path_of(&listing);
    let shouted = host.account.to_uppercase();
    assert_eq!(host.client.patch(&path, &json!({ "integrationAccountID": shouted })).json["data"], listing);
    let tenant = listing["tenantID"].as_str().expect("an id");
    for other in [world.account(tenant), NOBODY.to_owned()] {
        let refused = host.client.patch(&path, &json!({ "integrationAccountID": other }));
        assert_eq!(
            (refused.refusal(), refused.field_errors()),
            ((422, "validation_failed"), vec!["integrationAccountID"])
        );
    }
    assert_eq!(host.client.get(&path).json["data"], listing);
}

fn an_id_of_the_provider_is_taken_once_in_an_account(world: &World) {
    let host = Host::open(world, "Channel A");
    host.listing("a", &json!({}));
    let second = path_of(&host.listing("A", &json!({})));
    for refused in [
        host.client.post(LISTING, &host.body(" a ", &json!({}))),
        host.client.patch(&second, &json!({ "providerID": "a" })),
        host.client.put(&second, &listing_fields("a")),
    ] {
        assert_eq!((refused.refusal(), refused.field_errors()), ((409, "provider_id_taken"), vec!["providerID"]));
    }
    Host::open(world, "Channel B").listing("a", &json!({}));
}

fn only_its_owner_changes_a_listing(world: &World) {
    let (owner, other) = (Host::open(world, "Owner"), Host::open(world, "Other"));
    let listing = owner.listing("17", &everything());
    owner.client.patch(&path_of(&listing), &json!({ "status": "ACTIVE" }));
    let path = path_of(&listing);
    let tries = || {
        [
            other.client.put(&path, &listing_fields("18")),
            other.client.patch(&path, &json!({ "name": "Mine" })),
            other.client.delete(&path),
        ]
    };
    for refused in tries() {
        assert_eq!(refused.refusal(), (404, "listing_not_found"));
    }
    let imported = other.client.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [listing["id"]] }));
    assert_eq!(imported.status, 200, "{}", imported.text);
    for refused in tries() {
        assert_eq!(refused.refusal(), (403, "not_the_owner"));
    }
    let invalid = other.client.patch(&path, &json!({ "name": "" }));
    assert_eq!(invalid.refusal(), (422, "validation_failed"), "the request is validated first");
    let (seen, own) = (other.client.get(&path).json, owner.client.get(&path).json);
    let own = own["data"].as_object().expect("fields");
    for (field, value) in own.iter().filter(|(field, _)| !["is_tenant_owned", "internalName"].contains(&field.as_str()))
    {
        assert_eq!(seen["data"][field], *value, "{field}");
    }
    assert_eq!(seen["data"]["is_tenant_owned"], json!(false));
    assert_eq!(seen["data"]["sourceTenantID"], listing["tenantID"]);
    let reader = world.key_in(listing["tenantID"].as_str().expect("an id"), "READ");
    let reader = world.client().calry(&reader);
    assert_eq!(reader.get(&path).status, 200);
    for refused in [reader.post(LISTING, &json!({})), reader.patch(&path, &json!({})), reader.delete(&path)] {
        assert_eq!(refused.refusal(), (403, "permission_denied"));
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
