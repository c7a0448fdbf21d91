//! `/listing`: single listings. Tests of lists are in `listings_filters`, those of deliveries in `deliveries`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Host, World, id_of, listing_fields};

on_both_engines! {
    a_new_listing_has_defaults
    a_listing_lives_and_ends
    a_whole_listing_can_be_sent_back
    a_new_listing_needs_seven_fields
    a_field_that_needs_a_value_refuses_null
    a_part_of_an_address_changes_alone
    null_clears_a_field_and_absence_keeps_the_others
    a_put_takes_a_part_of_the_fields
    the_account_of_a_listing_never_changes
    an_id_of_the_provider_is_taken_once_in_an_account
    only_its_owner_changes_a_listing
    an_importer_sees_a_listing_without_its_internal_name
}

const LISTING: &str = "/api/v1/listing";
const REQUIRED: [&str; 6] = ["latitude", "longitude", "maxOccupancy", "name", "providerID", "startPrice"];
const NOBODY: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

pub(crate) fn path_of(listing: &Value) -> String {
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
        "maximumNights": 30, "maxOccupancy": 4, "maxInfants": 0, "petsAllowed": false, "bedroomCount": 2, "bathroomCount": 1.5,
        "startPrice": 149.5, "currency": "eur", "amenities": ["wifi", "Pool", "WIFI"],
    })
}

fn a_new_listing_has_defaults(world: &World) {
    let host = Host::open(world, "Channel A");
    let listing = host.listing("17", &json!({}));
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
        assert_eq!(listing[field], value, "{field}");
    }
}

fn a_listing_lives_and_ends(world: &World) {
    let host = Host::open(world, "Channel A");
    let created = host.client.post(LISTING, &host.body("17", &everything()));
    assert_eq!(created.status, 201, "{}", created.text);
    let listing = &created.json["data"];
    insta::assert_json_snapshot!("a_listing", listing, {
        ".id" => "[id]", ".integrationAccountID" => "[id]", ".tenantID" => "[id]",
        ".createdAt" => "[instant]", ".updatedAt" => "[instant]",
    });
    let path = path_of(listing);
    assert_eq!(host.client.get(&path).json, created.json);
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

fn a_whole_listing_can_be_sent_back(world: &World) {
    let host = Host::open(world, "Channel A");
    let listing = host.listing("17", &everything());
    let path = path_of(&listing);
    for same in [host.client.put(&path, &listing), host.client.patch(&path, &listing)] {
        assert_eq!((same.status, &same.json["data"]), (200, &listing));
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

fn a_field_that_needs_a_value_refuses_null(world: &World) {
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
}

fn a_part_of_an_address_changes_alone(world: &World) {
    let host = Host::open(world, "Channel A");
    let path = path_of(&host.listing("17", &everything()));
    let part = json!({ "address": { "city": null, "state": " ", "line2": "Floor 3" } });
    let changed = host.client.patch(&path, &part).json["data"]["address"].clone();
    let expected = json!({
        "line1": "17 West 125th Street", "line2": "Floor 3", "city": null, "state": null, "country": "US",
        "postal_code": "10027",
    });
    assert_eq!(changed, expected);
}

fn null_clears_a_field_and_absence_keeps_the_others(world: &World) {
    let host = Host::open(world, "Channel A");
    let path = path_of(&host.listing("17", &everything()));
    let cleared = [
        ("internalName", Value::Null),
        ("description", Value::Null),
        ("type", Value::Null),
        ("thumbnailURL", Value::Null),
        ("timeZone", Value::Null),
        ("maximumNights", Value::Null),
        ("maxInfants", Value::Null),
        ("petsAllowed", Value::Null),
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

fn a_put_takes_a_part_of_the_fields(world: &World) {
    let host = Host::open(world, "Channel A");
    let before = host.listing("17", &everything());
    let path = path_of(&before);
    assert_eq!(host.client.put(&path, &json!({})).json["data"], before);
    let changed = host.client.put(&path, &json!({ "providerID": "18", "startPrice": 149 }));
    assert_eq!(changed.status, 200, "{}", changed.text);
    let listing = &changed.json["data"];
    assert_eq!((&listing["providerID"], &listing["startPrice"]), (&json!("18"), &json!(149.0)));
    assert_eq!((&listing["currency"], &listing["name"]), (&json!("EUR"), &before["name"]), "absent fields stay");
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
    let before = owner.client.get(&path).json;
    for refused in tries() {
        assert_eq!(refused.refusal(), (403, "not_the_owner"));
    }
    let delivery = json!({ "listings": [listing_fields("18")] });
    let refused = other.client.put(&format!("/api/v1/integration-account/{}/listings", owner.account), &delivery);
    assert_eq!(refused.refusal(), (404, "integration_account_not_found"));
    assert_eq!(owner.client.get(&path).json, before);
    let invalid = other.client.patch(&path, &json!({ "name": "" }));
    assert_eq!(invalid.refusal(), (422, "validation_failed"), "the request is validated first");
}

fn an_importer_sees_a_listing_without_its_internal_name(world: &World) {
    let (owner, other) = (Host::open(world, "Owner"), Host::open(world, "Other"));
    let listing = owner.listing("17", &everything());
    let path = path_of(&listing);
    owner.client.patch(&path, &json!({ "status": "ACTIVE" }));
    let imported = other.client.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [listing["id"]] }));
    assert_eq!(imported.status, 200, "{}", imported.text);
    let (seen, own) = (other.client.get(&path).json, owner.client.get(&path).json);
    let own = own["data"].as_object().expect("fields");
    for (field, value) in own.iter().filter(|(field, _)| !["is_tenant_owned", "internalName"].contains(&field.as_str()))
    {
        assert_eq!(seen["data"][field], *value, "{field}");
    }
    assert_eq!(seen["data"].get("internalName"), None);
    assert_eq!(seen["data"]["is_tenant_owned"], json!(false));
    assert_eq!(seen["data"]["sourceTenantID"], listing["tenantID"]);
}
