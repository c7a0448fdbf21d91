//! `/tenants/import-listings`, `/tenants/remove-imported-listings` and `/tenants/imported-listings`.

use serde_json::{Value, json};

use crate::support::{Answer, Client, Market, World, id_of};
use crate::{on_both_engines, walled_and_pooled};

on_both_engines! {
    the_travel_documents_walk_from_search_to_move
    every_restriction_is_named_with_its_reason
    what_may_not_be_seen_is_not_there_at_any_position
    an_unknown_listing_is_named_by_its_position
    all_field_errors_of_the_ids_are_named
    what_cannot_be_read_is_400
    the_paths_are_not_taken_for_ids
}

walled_and_pooled! {
    the_travel_documents_walk_from_search_to_move
    every_restriction_is_named_with_its_reason
    what_may_not_be_seen_is_not_there_at_any_position
    an_unknown_listing_is_named_by_its_position
    all_field_errors_of_the_ids_are_named
    what_cannot_be_read_is_400
    the_paths_are_not_taken_for_ids
}

const IMPORT: &str = "/api/v1/tenants/import-listings";
const REMOVE: &str = "/api/v1/tenants/remove-imported-listings";
const UNKNOWN: &str = "0192f0c1-7b1e-7000-8000-00000000000a";
const IMPORTED: &str = "/api/v1/tenants/imported-listings";
const SEARCH: &str = "/api/v1/tenants/search-listings?location=40.7128,-74.0060&radius=50";

pub(crate) fn named(listings: &[impl AsRef<str>]) -> Value {
    let listings: Vec<_> = listings.iter().map(AsRef::as_ref).collect();
    json!({ "listingIDs": listings })
}

pub(crate) fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["data"].as_array().expect("a list").iter().map(id_of).collect()
}

fn the_travel_documents_walk_from_search_to_move(world: &World) {
    let market = Market::open(world);
    let listings = [market.listing(), market.listing()];
    let importer = market.as_importer();

    let found = importer.get(SEARCH);
    assert_eq!(ids(&found), listings);
    assert_eq!(
        (&found.json["data"][0]["distance"], &found.json["data"][0]["isImported"]),
        (&json!(0.0), &json!(false))
    );
    assert_eq!(found.json["meta"]["per_page"], json!(20));
    assert_eq!(ids(&market.as_owner().get(SEARCH)), [""; 0], "the owner does not find its own listings");

    let answer = importer.post(IMPORT, &json!({ "listingIDs": listings }));
    assert_eq!(answer.status, 200, "{}", answer.text);
    for (import, listing) in answer.json["data"].as_array().expect("imports").iter().zip(&listings) {
        assert_eq!(import["listingID"], json!(listing));
        assert_eq!((&import["tenantID"], &import["sourceTenantID"]), (&json!(market.importer), &json!(market.owner)));
        assert!(import["importedAt"].is_string());
    }
    assert_eq!(importer.get(SEARCH).json["data"][0]["isImported"], json!(true));

    let seen = importer.get(IMPORTED);
    assert_eq!(ids(&seen), listings);
    assert_eq!(importer.get(&format!("{IMPORTED}/count")).json, json!({ "count": 2 }));
    let first = &seen.json["data"][0];
    assert_eq!(first["importedAt"], answer.json["data"][0]["importedAt"]);
    assert_eq!((&first["sourceTenantID"], &first["isAvailable"]), (&json!(market.owner), &json!(true)));
    assert_eq!((&first["tenantID"], &first["is_tenant_owned"]), (&json!(market.owner), &json!(false)));

    let removed = importer.post(REMOVE, &json!({ "listingIDs": [listings[0]] }));
    assert_eq!((removed.status, &removed.json), (200, &json!({ "data": { "removed": 1 } })));
    assert_eq!(ids(&importer.get(IMPORTED)), listings[1..]);

    let moved = market.move_to(&market.importer);
    assert_eq!((moved.status, &moved.json["moved"]["importsEnded"]), (200, &json!(1)), "{}", moved.text);
    assert_eq!(ids(&importer.get("/api/v1/listing?listingType=self")), listings);
    assert_eq!(ids(&importer.get(IMPORTED)), [""; 0]);
}

fn every_restriction_is_named_with_its_reason(world: &World) {
    let market = Market::open(world);
    let importer = market.as_importer();
    let [open, taken] = [market.listing(), market.listing()];
    assert_eq!(importer.post(IMPORT, &named(&[&taken])).status, 200);
    let closed = world.account(&market.owner);
    let forbidden = world.listing(&market.owner, &closed);
    let path = format!("/api/v1/integration-account/{closed}");
    assert_eq!(market.as_owner().patch(&path, &json!({ "allowImport": false })).status, 200);
    let own = world.listing(&market.importer, &world.account(&market.importer));

    for (listing, refusal) in
        [(&own, (422, "own_listing")), (&forbidden, (422, "import_not_allowed")), (&taken, (409, "already_imported"))]
    {
        let refused = importer.post(IMPORT, &named(&[listing]));
        assert_eq!((refused.refusal(), refused.field_errors()), (refusal, vec!["listingIDs.0"]), "{}", refused.text);
    }
    let refused = importer.post(IMPORT, &named(&[&open, &own, &forbidden, &taken, &open]));
    assert_eq!(refused.refusal(), (422, "import_refused"));
    let reasons = ["own_listing", "import_not_allowed", "already_imported", "duplicate_listing"];
    assert_eq!(refused.field_errors().len(), reasons.len());
    for (position, reason) in (1..).zip(reasons) {
        let sentence = refused.json["errors"][format!("listingIDs.{position}")][0].as_str().unwrap_or_default();
        assert!(sentence.ends_with(&format!("({reason}).")), "{sentence}");
    }
    assert_eq!(ids(&importer.get(IMPORTED)), [taken], "all or none");
}

/// Listings of another workspace and listings that are not offered are answered like unknown ones.
fn what_may_not_be_seen_is_not_there_at_any_position(world: &World) {
    const POSITIONS: usize = 5;
    let market = Market::open(world);
    let importer = market.as_importer();
    let other = world.other_workspace();
    let there = world.client().calry(&other.key);
    let account = json!({ "name": "Host", "provider": "BOOM", "accountIdentifier": "x", "authType": "OAUTH" });
    let account = id_of(&there.post("/api/v1/integration-account", &account).json["data"]);
    let mut fields = crate::support::listing_fields("1");
    fields["integrationAccountID"] = json!(account);
    let foreign = id_of(&there.post("/api/v1/listing", &fields).json["data"]);
    let asleep = market.listing();
    market.as_owner().patch(&format!("/api/v1/listing/{asleep}"), &json!({ "status": "INACTIVE" }));
    let nobody = "0192f0c1-7b1e-7000-8000-00000000000a".to_owned();

    let offered = [(); POSITIONS].map(|()| market.listing());
    for path in [IMPORT, REMOVE] {
        for position in 0..POSITIONS {
            let answer = |hidden: &String| {
                let mut listings = offered.each_ref().map(String::clone);
                listings[position].clone_from(hidden);
                let refused = importer.post(path, &json!({ "listingIDs": listings }));
                assert!(refused.field_errors().contains(&&*format!("listingIDs.{position}")), "{}", refused.text);
                refused.text.replace(hidden, "hidden")
            };
            let unknown = answer(&nobody);
            assert_eq!(answer(&foreign), unknown, "{path} {position}");
            assert_eq!(answer(&asleep), unknown, "{path} {position}");
        }
    }
    let expected = importer.get(&format!("/api/v1/listing/{nobody}")).text.replace(&nobody, "hidden");
    for hidden in [&foreign, &asleep, &offered[0]] {
        let got = importer.get(&format!("/api/v1/listing/{hidden}")).text.replace(hidden, "hidden");
        assert_eq!(got, expected, "a listing that is not imported is not found");
    }
    for filter in [&account, &nobody, &market.account] {
        let listed = importer.get(&format!("/api/v1/listing?integrationAccountID={filter}"));
        assert_eq!(ids(&listed), [""; 0]);
    }
    assert_eq!(importer.get(&format!("{IMPORTED}/count")).json, json!({ "count": 0 }));
}

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

fn the_paths_are_not_taken_for_ids(world: &World) {
    for path in [IMPORT, REMOVE] {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let refused = world.calry().call(method, path, None);
            assert_eq!(refused.refusal(), (405, "method_not_allowed"), "{method} {path}");
            assert_eq!(refused.header("allow"), Some("POST"));
        }
    }
}
