//! `/promotions/{id}/listings`: assignments.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::promotions::{Giver, nothing};
use crate::support::{World, id_of};

on_both_engines! {
    listings_are_assigned_and_unassigned
    a_listing_of_another_account_is_not_there_at_any_position
}

const NOBODY: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

fn listings_are_assigned_and_unassigned(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    let before = giver.client.get(&path).json;
    let listings = [(); 3].map(|()| world.listing(&giver.tenant, &giver.account));
    let put = |verb: &str, ids: &Value| {
        let answer = giver.client.put(&format!("{path}/listings/{verb}"), &json!({ "listingIDs": ids }));
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json["data"].clone()
    };
    let entries = |action: &str| {
        let trail = giver.client.get(&format!("/api/v1/audit/count?action=promotion.{action}"));
        trail.json["count"].clone()
    };
    assert_eq!(put("assign", &json!(listings[..2])), json!({ "assigned": 2 }));
    assert_eq!(put("assign", &json!(listings)), json!({ "assigned": 1 }));
    assert_eq!(put("assign", &json!(listings)), json!({ "assigned": 0 }));
    let twice = json!([listings[0], listings[0].to_uppercase()]);
    assert_eq!(put("unassign", &twice), json!({ "unassigned": 1 }), "a listing that is named twice counts once");
    assert_eq!(put("unassign", &json!(listings)), json!({ "unassigned": 2 }));
    assert_eq!(put("unassign", &json!(listings)), json!({ "unassigned": 0 }));
    assert_eq!((entries("assign_listings"), entries("unassign_listings")), (json!(2), json!(2)));
    assert_eq!(giver.client.get(&path).json, before);

    for (body, message) in [
        (json!({}), "The listing IDs field is required."),
        (json!({ "listingIDs": null }), "The listing IDs field is required."),
        (json!({ "listingIDs": [] }), "The listing IDs must be 1 to 1000 ids."),
        (json!({ "listingIDs": vec![NOBODY; 1_001] }), "The listing IDs must be 1 to 1000 ids."),
    ] {
        for verb in ["assign", "unassign"] {
            let refused = giver.client.put(&format!("{path}/listings/{verb}"), &body);
            assert_eq!(refused.refusal(), (422, "validation_failed"));
            assert_eq!(refused.json["errors"], json!({ "listingIDs": [message] }));
            let broken = giver.client.put(&format!("{path}/listings/{verb}"), &json!({ "listingIDs": [NOBODY, "17"] }));
            assert_eq!((broken.status, broken.field_errors()), (422, vec!["listingIDs.1"]));
        }
    }
    // A deleted listing has no promotion any more.
    assert_eq!(put("assign", &json!(listings)), json!({ "assigned": 3 }));
    assert_eq!(giver.client.delete(&format!("/api/v1/listing/{}", listings[0])).status, 204);
    assert_eq!(put("unassign", &json!(listings[1..])), json!({ "unassigned": 2 }));
}

/// Listings of another account of the tenant, imported listings, those of another tenant or workspace, and unknown ids
/// are answered alike, byte by byte.
fn a_listing_of_another_account_is_not_there_at_any_position(world: &World) {
    const POSITIONS: usize = 3;
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    let own = [(); POSITIONS].map(|()| world.listing(&giver.tenant, &giver.account));
    let other = Giver::named(world, "Another");
    let [foreign, imported] = [(); 2].map(|()| world.listing(&other.tenant, &other.account));
    let import = giver.client.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [imported] }));
    assert_eq!(import.status, 200, "{}", import.text);
    let beside = world.listing(&giver.tenant, &world.account(&giver.tenant));
    let there = world.client().calry(&world.other_workspace().key);
    let account = json!({ "name": "Host", "provider": "BOOM", "accountIdentifier": "x", "authType": "OAUTH" });
    let mut fields = crate::support::listing_fields("1");
    fields["integrationAccountID"] = there.post("/api/v1/integration-account", &account).json["data"]["id"].clone();
    let elsewhere = id_of(&there.post("/api/v1/listing", &fields).json["data"]);

    for verb in ["assign", "unassign"] {
        for position in 0..POSITIONS {
            let answer = |hidden: &str| {
                let mut listings = own.each_ref().map(String::as_str);
                listings[position] = hidden;
                let refused = giver.client.put(&format!("{path}/listings/{verb}"), &json!({ "listingIDs": listings }));
                assert_eq!(refused.refusal(), (404, "listing_not_found"), "{}", refused.text);
                let sentence = format!("The listing {hidden} was not found (listing_not_found).");
                assert_eq!(refused.json["errors"], json!({ format!("listingIDs.{position}"): [sentence] }));
                refused.text.replace(hidden, "hidden")
            };
            let unknown = answer(NOBODY);
            for hidden in [&foreign, &imported, &beside, &elsewhere] {
                assert_eq!(answer(hidden), unknown, "{verb} {position}");
            }
        }
    }
    let all = giver.client.put(&format!("{path}/listings/assign"), &json!({ "listingIDs": own }));
    assert_eq!(all.json["data"], json!({ "assigned": POSITIONS }), "no earlier request has assigned a listing");
}
