//! `/tenants/import-listings` and `/tenants/remove-imported-listings`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, World};

on_both_engines! {
    an_unknown_listing_is_named_by_its_position
    all_field_errors_of_the_ids_are_named
    what_cannot_be_read_is_400
    a_reader_imports_nothing
    the_paths_are_not_taken_for_ids
}

const IMPORT: &str = "/api/v1/tenants/import-listings";
const REMOVE: &str = "/api/v1/tenants/remove-imported-listings";
const UNKNOWN: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

fn in_channel(world: &World) -> Client {
    world.calry().named(&world.tenant_id("Channel A"))
}

fn an_unknown_listing_is_named_by_its_position(world: &World) {
    let client = in_channel(world);
    let shouted = UNKNOWN.to_uppercase();
    let refused = client.post(IMPORT, &json!({ "listingIDs": [shouted] }));
    assert_eq!(refused.refusal(), (404, "listing_not_found"), "{}", refused.text);
    let sentence = format!("The listing {shouted} was not found (listing_not_found).");
    assert_eq!(refused.json["errors"], json!({ "listingIDs.0": [sentence] }));

    let twice = client.post(IMPORT, &json!({ "listingIDs": [UNKNOWN, shouted] }));
    assert_eq!(twice.refusal(), (422, "import_refused"), "{}", twice.text);
    assert_eq!(twice.field_errors(), ["listingIDs.0", "listingIDs.1"]);

    let refused = client.post(REMOVE, &json!({ "listingIDs": [UNKNOWN] }));
    assert_eq!((refused.refusal(), refused.field_errors()), ((422, "not_imported"), vec!["listingIDs.0"]));
    let sentence = format!("The listing {UNKNOWN} is not imported (not_imported).");
    assert_eq!(refused.json["errors"]["listingIDs.0"], json!([sentence]));
}

fn all_field_errors_of_the_ids_are_named(world: &World) {
    let client = in_channel(world);
    for path in [IMPORT, REMOVE] {
        for (body, message) in [
            (json!({}), "The listing IDs field is required."),
            (json!({ "listingIDs": null }), "The listing IDs field is required."),
            (json!({ "listingIDs": [] }), "The listing IDs must be 1 to 1000 ids."),
            (json!({ "listingIDs": vec![UNKNOWN; 1_001] }), "The listing IDs must be 1 to 1000 ids."),
            (json!({ "listingIDs": vec![""; 60_000] }), "The listing IDs must be 1 to 1000 ids."),
        ] {
            let refused = client.post(path, &body);
            assert_eq!(refused.refusal(), (422, "validation_failed"), "{}", refused.text);
            assert_eq!(refused.json["errors"], json!({ "listingIDs": [message] }));
        }
        let ids = json!([UNKNOWN, "", UNKNOWN.replace('-', ""), format!(" {UNKNOWN}"), "\u{0}"]);
        let refused = client.post(path, &json!({ "listingIDs": ids }));
        assert_eq!(refused.refusal(), (422, "validation_failed"));
        assert_eq!(refused.field_errors(), ["listingIDs.1", "listingIDs.2", "listingIDs.3", "listingIDs.4"]);
        assert_eq!(refused.json["errors"]["listingIDs.4"], json!(["The listing IDs.4 must be a valid UUID."]));
        let a_thousand = client.post(path, &json!({ "listingIDs": vec![UNKNOWN; 1_000] }));
        assert_eq!(a_thousand.field_errors().len(), 1_000, "{}", a_thousand.text);
    }
}

fn what_cannot_be_read_is_400(world: &World) {
    let client = in_channel(world);
    for path in [IMPORT, REMOVE] {
        for (body, message) in [
            (json!({ "listingIDs": UNKNOWN }), "at listingIDs: "),
            (json!({ "listingIDs": [UNKNOWN, 5] }), "at listingIDs[1]: "),
            (json!({ "listingIDs": [null] }), "at listingIDs[0]: "),
            (json!([UNKNOWN]), "must be a JSON object"),
        ] {
            let refused = client.post(path, &body);
            assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
            assert!(refused.json["message"].as_str().unwrap_or_default().contains(message), "{}", refused.text);
        }
        assert_eq!(client.call("POST", path, None).status, 422, "an absent body means an empty object");
    }
}

fn a_reader_imports_nothing(world: &World) {
    let channel = world.tenant_id("Channel A");
    let reader = world.client().calry(&world.key_in(&channel, "READ"));
    let writer = world.client().calry(&world.key_in(&channel, "WRITE"));
    for path in [IMPORT, REMOVE] {
        for body in [json!({ "listingIDs": [UNKNOWN] }), json!({}), json!({ "listingIDs": 5 })] {
            assert_eq!(reader.post(path, &body).refusal(), (403, "permission_denied"), "{body}");
        }
        assert_eq!(writer.post(path, &json!({ "listingIDs": [""] })).status, 422);
    }
    world.calry().put(&format!("/api/v1/tenants/{channel}/deactivate"), &json!({}));
    for path in [IMPORT, REMOVE] {
        assert_eq!(writer.post(path, &Value::Null).refusal(), (403, "tenant_inactive"));
    }
}

fn the_paths_are_not_taken_for_ids(world: &World) {
    for path in [IMPORT, REMOVE] {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let refused = world.calry().call(method, path, None);
            assert_eq!(refused.refusal(), (405, "method_not_allowed"), "{method} {path}");
            assert_eq!(refused.header("allow"), Some("POST"));
        }
    }
}
