//! Approval of listings by the default tenant.

use serde_json::{Value, json};

use crate::imports::{ids, named};
use crate::on_both_engines;
use crate::support::{Answer, Client, Market, World, booking, data, id_of, listing_fields, stay};

on_both_engines! {
    a_listing_that_waits_for_its_approval_is_its_owners_alone
    what_is_there_stays_offered_when_approval_is_required
    a_decision_may_be_repeated_and_revised
    many_listings_are_approved_together_or_none
    a_decision_is_made_on_what_was_seen
    what_is_wrong_with_a_decision_is_told
}

const SEARCH: &str = "/api/v1/tenants/search-listings?location=40.7128,-74.0060&radius=50";
const APPROVE_ALL: &str = "/api/v1/listings/approve";

/// Returns a market whose account requires approval.
fn strict(world: &World) -> Market<'_> {
    let market = Market::open(world);
    market.set_account(&json!({ "requireListingApproval": true }));
    market
}

fn decide(world: &World, listing: &str, verb: &str, body: &Value) -> Answer {
    world.calry().put(&format!("/api/v1/listing/{listing}/{verb}"), body)
}

fn shown(client: &Client, listing: &str) -> Value {
    data(200, &client.get(&format!("/api/v1/listing/{listing}")))
}

/// Returns the refusals of a quote, a booking and an import of the listing.
fn refusals(market: &Market, listing: &str) -> [(u16, String); 4] {
    let refusal = |answer: &Answer| {
        let (status, code) = answer.refusal();
        (status, code.to_owned())
    };
    let (owner, importer) = (market.as_owner(), market.as_importer());
    [
        refusal(&owner.post("/api/v1/quote", &stay(listing, "2060-01-10", "2060-01-13"))),
        refusal(&owner.post("/api/v1/reservation", &booking(listing, "2060-01-10", "2060-01-13"))),
        refusal(&importer.post("/api/v1/quote", &stay(listing, "2060-01-10", "2060-01-13"))),
        refusal(&importer.post("/api/v1/tenants/import-listings", &named(&[listing]))),
    ]
}

/// One comes by POST, one by delivery.
fn a_listing_that_waits_for_its_approval_is_its_owners_alone(world: &World) {
    let market = strict(world);
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let made = market.listing();
    let path = format!("/api/v1/integration-account/{}/listings", market.account);
    assert_eq!(owner.put(&path, &json!({ "listings": [listing_fields("delivered")] })).status, 200);
    let pending = ids(&owner.get("/api/v1/listing?approval=PENDING"));
    assert_eq!((pending.len(), &pending[0]), (2, &made));
    for listing in &pending {
        let own = shown(&owner, listing);
        assert_eq!((&own["approval"], &own["rejectionReason"]), (&json!("PENDING"), &Value::Null));
        assert_eq!((&own["status"], &own["isAvailable"]), (&json!("ACTIVE"), &json!(false)));
        let expected =
            [(409, "not_available"), (409, "not_available"), (404, "listing_not_found"), (404, "listing_not_found")];
        assert_eq!(refusals(&market, listing), expected.map(|(status, code)| (status, code.to_owned())));
        assert_eq!(importer.get(&format!("/api/v1/listing/{listing}")).refusal(), (404, "listing_not_found"));
    }
    assert_eq!(ids(&importer.get(SEARCH)), [""; 0]);

    assert_eq!(decide(world, &made, "approve", &json!({})).status, 200);
    assert_eq!(ids(&importer.get(SEARCH)), [made.as_str()]);
    market.import(&market.importer, &[&made]);
    data(201, &importer.post("/api/v1/quote", &stay(&made, "2060-01-10", "2060-01-13")));
    data(201, &owner.post("/api/v1/reservation", &booking(&made, "2060-01-10", "2060-01-13")));
}

/// Also while it changes, and when it is delivered again.
fn what_is_there_stays_offered_when_approval_is_required(world: &World) {
    let market = Market::open(world);
    let (listing, owner) = (market.shared(), market.as_owner());
    market.set_account(&json!({ "requireListingApproval": true }));
    let own = shown(&owner, &listing);
    assert_eq!(own["approval"], json!("APPROVED"));
    let mut again = listing_fields(own["providerID"].as_str().expect("an id"));
    again["name"] = json!("Barn");
    let path = format!("/api/v1/integration-account/{}/listings", market.account);
    assert_eq!(owner.put(&path, &json!({ "listings": [again] })).json["data"]["updated"], json!(1));
    let seen = shown(&market.as_importer(), &listing);
    assert_eq!((&seen["name"], &seen["isAvailable"]), (&json!("Barn"), &json!(true)));

    // What waits goes on waiting when approval is no longer required.
    let waiting = market.listing();
    market.set_account(&json!({ "requireListingApproval": false }));
    assert_eq!(shown(&owner, &waiting)["approval"], json!("PENDING"));
    assert_eq!(shown(&owner, &market.listing())["approval"], json!("APPROVED"));
}

fn a_decision_may_be_repeated_and_revised(world: &World) {
    let market = strict(world);
    let (listing, owner) = (market.listing(), market.as_owner());
    let trail = || world.calry().get(&format!("/api/v1/audit?resourceID={listing}")).json["data"].clone();
    for (verb, body, approval, reason, entries) in [
        ("approve", json!({}), "APPROVED", Value::Null, 2),
        ("approve", json!({}), "APPROVED", Value::Null, 2),
        ("reject", json!({ "reason": "No pictures.\nNo address." }), "REJECTED", json!("No pictures.\nNo address."), 3),
        (
            "reject",
            json!({ "reason": " No pictures.\nNo address. " }),
            "REJECTED",
            json!("No pictures.\nNo address."),
            3,
        ),
        ("reject", json!({ "reason": "No address." }), "REJECTED", json!("No address."), 4),
        ("approve", json!({ "anything": "is ignored" }), "APPROVED", Value::Null, 5),
    ] {
        let answer = decide(world, &listing, verb, &body);
        let decided = data(200, &answer);
        assert_eq!((&decided["approval"], &decided["rejectionReason"]), (&json!(approval), &reason), "{verb}");
        assert_eq!(decided, shown(&owner, &listing), "as its owner sees it");
        assert_eq!(trail().as_array().map(Vec::len), Some(entries), "{verb}");
    }
    let last = &trail()[4];
    assert_eq!((&last["action"], &last["tenantID"]), (&json!("listing.approve"), &json!(market.owner)));
    let entries = owner.get(&format!("/api/v1/audit/count?resourceID={listing}"));
    assert_eq!(entries.json["count"], json!(5), "its owner reads of it");
}

fn many_listings_are_approved_together_or_none(world: &World) {
    let market = strict(world);
    let listings = [(); 3].map(|()| market.listing());
    let [one, two, three] = listings.each_ref().map(String::as_str);
    let unknown = "0192f0c1-7b1e-7000-8000-000000000000";
    let refused = world.calry().put(APPROVE_ALL, &named(&[one, unknown, two]));
    assert_eq!(refused.refusal(), (404, "listing_not_found"));
    let sentence = format!("The listing {unknown} was not found.");
    assert_eq!(refused.json["errors"], json!({ "listingIDs.1": [sentence] }));
    assert_eq!(shown(&market.as_owner(), one)["approval"], json!("PENDING"));

    let approve = |listings: &[&str]| data(200, &world.calry().put(APPROVE_ALL, &named(listings)));
    assert_eq!(approve(&[one, two, one]), json!({ "approved": 2, "unchanged": 0 }));
    assert_eq!(approve(&[three, one]), json!({ "approved": 1, "unchanged": 1 }));
    let (default, account) = (id_of(&world.default_tenant()), market.account.clone());
    assert_eq!(market.move_to(&default).status, 200);
    let own = world.listing(&default, &account);
    assert_eq!(approve(&[&own, two]), json!({ "approved": 1, "unchanged": 1 }), "of any owner");
}

/// The tag is that of the listing as its owner sees it.
fn a_decision_is_made_on_what_was_seen(world: &World) {
    let market = strict(world);
    let (listing, owner) = (market.listing(), market.as_owner());
    let path = format!("/api/v1/listing/{listing}");
    let seen = owner.get(&path).header("etag").expect("a tag").to_owned();
    assert_eq!(owner.patch(&path, &json!({ "name": "Barn" })).status, 200);
    let approve = |tag: &str| world.calry().with("if-match", tag).put(&format!("{path}/approve"), &json!({}));
    assert_eq!(approve(&seen).refusal(), (412, "precondition_failed"));
    let now = owner.get(&path).header("etag").expect("a tag").to_owned();
    let approved = approve(&now);
    assert_eq!((approved.status, approved.header("etag")), (200, owner.get(&path).header("etag")));
}

fn what_is_wrong_with_a_decision_is_told(world: &World) {
    let market = strict(world);
    let (listing, owner) = (market.listing(), market.as_owner());
    for body in [json!({}), json!({ "reason": null }), json!({ "reason": " " }), json!({ "reason": "x".repeat(1_001) })]
    {
        let refused = decide(world, &listing, "reject", &body);
        assert_eq!(refused.refusal(), (422, "validation_failed"), "{body}");
        assert!(refused.json["errors"]["reason"].is_array(), "{}", refused.text);
    }
    assert_eq!(decide(world, &listing, "reject", &json!({ "reason": 7 })).refusal(), (400, "malformed_request"));
    for (listings, field) in [
        (Value::Null, "listingIDs"),
        (json!([]), "listingIDs"),
        (json!(vec![&listing; 1_001]), "listingIDs"),
        (json!([listing, "x"]), "listingIDs.1"),
    ] {
        let refused = world.calry().put(APPROVE_ALL, &json!({ "listingIDs": listings }));
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec![field]));
    }
    let refused = world.calry().put(APPROVE_ALL, &json!({ "listingIDs": listing }));
    assert_eq!(refused.refusal(), (400, "malformed_request"));
    let filter = owner.get("/api/v1/listing?approval=pending");
    assert_eq!(filter.refusal(), (422, "validation_failed"));
    assert!(filter.json["errors"]["approval"].is_array(), "{}", filter.text);

    // The owner cannot approve by sending the field.
    let path = format!("/api/v1/listing/{listing}");
    let mut own = shown(&owner, &listing);
    own["name"] = json!("Barn");
    assert_eq!(owner.patch(&path, &own).status, 200, "a whole listing can be sent back");
    own["approval"] = json!("APPROVED");
    let sentence = json!(["The approval is changed by PUT /listing/{id}/approve and /reject."]);
    assert_eq!(owner.patch(&path, &own).json["errors"], json!({ "approval": sentence }));
    let mut new = listing_fields("another");
    (new["integrationAccountID"], new["approval"]) = (json!(market.account), json!("APPROVED"));
    assert_eq!(owner.post("/api/v1/listing", &new).json["errors"], json!({ "approval": sentence }));
    assert_eq!(shown(&owner, &listing)["approval"], json!("PENDING"));
    let wrong = market.world.calry().named(&market.owner);
    let path = format!("/api/v1/integration-account/{}", market.account);
    assert_eq!(wrong.patch(&path, &json!({ "requireListingApproval": null })).status, 422);
    assert_eq!(wrong.patch(&path, &json!({ "requireListingApproval": "yes" })).status, 400);
    let new = json!({ "name": "Host", "provider": "OTHER", "accountIdentifier": "h", "authType": "API_KEY" });
    let with = |value: Value| {
        let mut body = new.clone();
        body["requireListingApproval"] = value;
        wrong.post("/api/v1/integration-account", &body)
    };
    assert_eq!(with(json!(1)).refusal(), (400, "malformed_request"));
    assert_eq!(data(200, &wrong.get(&path))["requireListingApproval"], json!(true));
}
