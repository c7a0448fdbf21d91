//! `/integration-account/{id}/listings`: deliveries by connectors.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Host, World, listing_fields};

on_both_engines! {
    what_is_delivered_is_matched_by_the_ids_of_the_provider
    all_of_a_delivery_is_stored_or_nothing
    a_delivery_has_a_thousand_listings_at_most
    a_delivery_has_16_mib_at_most
    not_every_one_of_very_many_field_errors_is_told
}

const MIB: usize = 1024 * 1024;

fn path_of(host: &Host) -> String {
    format!("/api/v1/integration-account/{}/listings", host.account)
}

fn deliver(host: &Host, listings: &[Value]) -> Answer {
    host.client.put(&path_of(host), &json!({ "listings": listings }))
}

fn with(provider_id: &str, fields: &Value) -> Value {
    let mut listing = listing_fields(provider_id);
    for (field, value) in fields.as_object().expect("fields") {
        listing[field] = value.clone();
    }
    listing
}

fn stored(host: &Host) -> Value {
    let listed = host.client.get("/api/v1/listing?per_page=100");
    assert_eq!(listed.status, 200, "{}", listed.text);
    listed.json["data"].clone()
}

fn what_is_delivered_is_matched_by_the_ids_of_the_provider(world: &World) {
    let host = Host::open(world, "Channel A");
    host.listing("kept", &json!({}));
    let first = [
        with("a", &json!({ "name": "宿", "currency": "JPY", "startPrice": 1000, "integrationAccountID": "ignored" })),
        with("b", &json!({ "amenities": ["wifi"], "internalName": "B" })),
    ];
    let counts = |created, updated, unchanged| json!({ "data": { "created": created, "updated": updated, "unchanged": unchanged } });
    let delivered = deliver(&host, &first);
    assert_eq!((delivered.status, delivered.json), (200, counts(2, 0, 0)), "{}", delivered.text);
    let before = stored(&host);
    let trail = world.calry().get("/api/v1/audit/count").json;
    assert_eq!(deliver(&host, &first).json, counts(0, 0, 2));
    assert_eq!(
        (stored(&host), world.calry().get("/api/v1/audit/count").json),
        (before.clone(), trail),
        "nothing to do"
    );

    let again =
        [with("c", &json!({})), with("b", &json!({ "name": "Barn" })), with("a", &json!({ "startPrice": 1100 }))];
    assert_eq!(deliver(&host, &again).json, counts(1, 2, 0));
    let after = stored(&host);
    assert_eq!(after.as_array().map(Vec::len), Some(4), "listings that are not delivered stay");
    assert_eq!((&after[0], &after[1]["id"]), (&before[0], &before[1]["id"]), "existing listings keep their ids");
    assert_eq!((&after[1]["startPrice"], &after[1]["currency"]), (&json!(1100), &json!("JPY")));
    assert_eq!((&after[2]["name"], &after[2]["internalName"]), (&json!("Barn"), &json!("B")), "absent fields stay");
    assert_eq!(deliver(&host, &[]).json, counts(0, 0, 0));
}

fn all_of_a_delivery_is_stored_or_nothing(world: &World) {
    let host = Host::open(world, "Channel A");
    let refused = deliver(
        &host,
        &[
            listing_fields("a"),
            with("b", &json!({ "latitude": 91, "pictures": [{ "url": "x" }] })),
            json!({ "providerID": "c", "name": null }),
            listing_fields("a"),
        ],
    );
    assert_eq!(refused.refusal(), (422, "validation_failed"));
    assert_eq!(
        refused.field_errors(),
        [
            "listings.1.latitude",
            "listings.1.pictures.0.url",
            "listings.2.latitude",
            "listings.2.longitude",
            "listings.2.maxOccupancy",
            "listings.2.name",
            "listings.2.startPrice",
            "listings.3.providerID",
        ]
    );
    let refused = deliver(&host, &[listing_fields("a"), with("b", &json!({ "startPrice": 0.001 }))]);
    assert_eq!((refused.status, refused.field_errors()), (422, vec!["listings.1.startPrice"]));
    for body in [json!({}), json!({ "listings": null })] {
        assert_eq!(host.client.put(&path_of(&host), &body).field_errors(), ["listings"]);
    }
    for (body, place) in [
        (json!({ "listings": {} }), "at listings: "),
        (json!({ "listings": [listing_fields("a"), 5] }), "at listings[1]: "),
        (json!({ "listings": [with("a", &json!({ "name": 5 }))] }), "at listings[0].name: "),
    ] {
        let refused = host.client.put(&path_of(&host), &body);
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
        assert!(refused.text.contains(place), "{}", refused.text);
    }
    assert_eq!(stored(&host), json!([]));
    let foreign = Host { account: Host::open(world, "Channel B").account, ..host };
    assert_eq!(deliver(&foreign, &[listing_fields("a")]).refusal(), (404, "integration_account_not_found"));
}

fn a_delivery_has_a_thousand_listings_at_most(world: &World) {
    let host = Host::open(world, "Channel A");
    let listings: Vec<_> = (0..1_001).map(|number: usize| listing_fields(&number.to_string())).collect();
    let refused = deliver(&host, &listings);
    assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec!["listings"]));
    assert_eq!(refused.json["errors"]["listings"], json!(["The listings may not have more than 1000 items."]));
    let delivered = deliver(&host, &listings[1..]);
    assert_eq!(delivered.json["data"]["created"], json!(1_000), "{}", delivered.text);
    assert_eq!(host.client.get("/api/v1/listing/count").json, json!({ "count": 1_000 }));
}

fn a_delivery_has_16_mib_at_most(world: &World) {
    let host = Host::open(world, "Channel A");
    let body = json!({ "listings": [with("a", &json!({ "description": "ü".repeat(10_000) }))] }).to_string();
    let padded = |bytes: usize| format!("{body}{}", " ".repeat(bytes - body.len()));
    let send = |bytes: usize| host.client.send("PUT", &path_of(&host), "application/json", padded(bytes));
    let delivered = send(16 * MIB);
    assert_eq!((delivered.status, &delivered.json["data"]["created"]), (200, &json!(1)), "{}", delivered.text);
    assert_eq!(send(16 * MIB + 1).refusal(), (413, "payload_too_large"));
    // Parsing so many small items would take too much memory.
    let many = format!(r#"{{"listings":[{{}}{}]}}"#, ",{}".repeat(5 * MIB));
    let refused = host.client.send("PUT", &path_of(&host), "application/json", many);
    assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec!["listings"]));
}

fn not_every_one_of_very_many_field_errors_is_told(world: &World) {
    let host = Host::open(world, "Channel A");
    let invalid = with("a", &json!({ "amenities": vec![""; 200] }));
    let refused = deliver(&host, &vec![invalid; 1_000]);
    assert_eq!(refused.refusal(), (422, "validation_failed"));
    assert_eq!(refused.field_errors().len(), 100);
    assert!(
        refused.field_errors().iter().all(|field| field.starts_with("listings.0.amenities.")),
        "in the order of the request"
    );
    let message = refused.json["message"].as_str().unwrap_or_default();
    assert!(message.ends_with("the rest was not read."), "{message}");
    assert!(refused.text.len() < 16 * 1024, "{}", refused.text.len());
}
