//! Import policies of accounts, and the lists of importers.

use serde_json::{Value, json};

use crate::imports::{ids, named};
use crate::on_both_engines;
use crate::support::{Client, Market, World, booking, data, id_of, stay, until};

on_both_engines! {
    a_policy_is_kept_beside_the_account
    a_tenant_that_may_not_import_neither_finds_nor_imports
    an_import_sleeps_while_the_policy_excludes_its_tenant
    importers_are_told_of_their_sleep
    what_is_wrong_with_a_policy_is_told
    the_owner_sees_who_imports
}

const IMPORT: &str = "/api/v1/tenants/import-listings";
const SEARCH: &str = "/api/v1/tenants/search-listings?location=40.7128,-74.0060&radius=50";

fn path(market: &Market) -> String {
    format!("/api/v1/integration-account/{}/import-policy", market.account)
}

fn set(market: &Market, mode: &str, tenants: &[&str]) {
    let policy = json!({ "mode": mode, "tenantIDs": tenants });
    assert_eq!(data(200, &market.as_owner().put(&path(market), &policy)), policy);
}

fn a_policy_is_kept_beside_the_account(world: &World) {
    let market = Market::open(world);
    let (owner, path) = (market.as_owner(), path(&market));
    let account = format!("/api/v1/integration-account/{}", market.account);
    let before = owner.get(&account);
    assert_eq!(owner.get(&path).json, json!({ "data": { "mode": "ALL", "tenantIDs": [] } }));
    set(&market, "ONLY", &[&market.importer]);
    let tag = owner.get(&path).header("etag").expect("a tag").to_owned();
    set(&market, "EXCEPT", &[&market.importer]);
    let all = json!({ "mode": "ALL" });
    assert_eq!(owner.clone().with("if-match", &tag).put(&path, &all).refusal(), (412, "precondition_failed"));
    assert_eq!(owner.get(&path).json["data"]["mode"], json!("EXCEPT"));
    assert_eq!(owner.get(&account).text, before.text, "the account does not show it");
    data(200, &owner.patch(&account, &json!({ "name": "Another" })));
    assert_eq!(
        owner.get(&path).json["data"]["tenantIDs"],
        json!([market.importer]),
        "a change of the account leaves it"
    );
    let target = world.tenant_id("Target");
    assert_eq!(market.move_to(&target).status, 200);
    assert_eq!(owner.get(&path).refusal(), (404, "integration_account_not_found"));
    let moved = world.calry().named(&target).get(&path);
    assert_eq!(moved.json["data"]["mode"], json!("EXCEPT"), "it moves with the account");
}

fn a_tenant_that_may_not_import_neither_finds_nor_imports(world: &World) {
    let market = Market::open(world);
    let (listing, importer) = (market.listing(), market.as_importer());
    let found = |client: &Client| ids(&client.get(SEARCH)).len();
    set(&market, "EXCEPT", &[&market.importer]);
    assert_eq!(found(&importer), 0);
    assert_eq!(importer.post(IMPORT, &named(&[&listing])).refusal(), (422, "import_not_allowed"));
    set(&market, "ONLY", &[&market.importer]);
    assert_eq!(found(&importer), 1);
    let sibling = world.calry().named(&world.tenant_id("Sibling"));
    assert_eq!(found(&sibling), 0);
    assert_eq!(sibling.post(IMPORT, &named(&[&listing])).refusal(), (422, "import_not_allowed"));
    market.import(&market.importer, &[&listing]);
    market.set_account(&json!({ "allowImport": false }));
    assert_eq!(found(&importer), 0, "allowImport counts beside it");
}

fn an_import_sleeps_while_the_policy_excludes_its_tenant(world: &World) {
    let market = Market::open(world);
    let (listing, importer) = (market.shared(), market.as_importer());
    let path = format!("/api/v1/listing/{listing}");
    set(&market, "ONLY", &[]);
    let expected =
        json!({ "id": listing, "name": "Loft in Harlem", "isAvailable": false, "reason": "IMPORT_NOT_ALLOWED" });
    assert_eq!(data(200, &importer.get(&path)), expected);
    let asked = stay(&listing, "2060-01-10", "2060-01-13");
    assert_eq!(importer.post("/api/v1/quote", &asked).refusal(), (409, "import_asleep"));
    let asked = booking(&listing, "2060-01-10", "2060-01-13");
    assert_eq!(importer.post("/api/v1/reservation", &asked).refusal(), (409, "import_asleep"));
    set(&market, "ONLY", &[&market.importer]);
    assert_eq!(data(200, &importer.get(&path))["isAvailable"], json!(true));
    data(201, &importer.post("/api/v1/reservation", &asked));
}

/// The owner is told of the change, and each importer of what it does to its imports.
fn importers_are_told_of_their_sleep(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let sibling = world.tenant_id("Sibling");
    market.import(&sibling, &[&listing]);
    let told = |client: &Client, types: &str| -> Vec<Value> {
        client.get(&format!("/api/v1/events?types={types}")).json["data"].as_array().expect("events").clone()
    };
    // Each change is numbered before the next: an import that wakes before its sleep was told is not told of.
    let is_told = |client: &Client| {
        until(|| {
            let events = told(client, "import.asleep");
            if events.len() == 1 { Ok(()) } else { Err(("asleep", json!(events).to_string())) }
        });
    };
    set(&market, "EXCEPT", &[&market.importer]);
    is_told(&market.as_importer());
    set(&market, "EXCEPT", &[&sibling]);
    is_told(&world.calry().named(&sibling));
    let of_importer: Vec<_> =
        told(&market.as_importer(), "import.*").iter().map(|event| event["type"].clone()).collect();
    assert_eq!(of_importer.last(), Some(&json!("import.awake")), "{of_importer:?}");
    let updated = told(&market.as_owner(), "integration_account.updated");
    let changes = &updated.last().expect("an event")["changes"];
    assert_eq!(changes["importTenantIDs"], json!({ "from": market.importer, "to": sibling }));
    assert_eq!(told(&market.as_importer(), "integration_account.updated"), [] as [Value; 0]);
}

fn what_is_wrong_with_a_policy_is_told(world: &World) {
    let market = Market::open(world);
    let (owner, path) = (market.as_owner(), path(&market));
    let id = market.importer.clone();
    for (body, fields) in [
        (json!({}), &["mode"][..]),
        (json!({ "mode": "all" }), &["mode"]),
        (json!({ "mode": "ONLY" }), &["tenantIDs"]),
        (json!({ "mode": "EXCEPT", "tenantIDs": null }), &["tenantIDs"]),
        (json!({ "mode": "ALL", "tenantIDs": [id] }), &["tenantIDs"]),
        (json!({ "mode": "ONLY", "tenantIDs": [id, "x", ""] }), &["tenantIDs.1", "tenantIDs.2"]),
        (json!({ "mode": "ONLY", "tenantIDs": vec![&id; 1_001] }), &["tenantIDs"]),
    ] {
        let refused = owner.put(&path, &body);
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), fields.to_vec()));
    }
    for body in
        [json!({ "mode": 1 }), json!({ "mode": "ONLY", "tenantIDs": id }), json!({ "mode": "ONLY", "tenantIDs": [7] })]
    {
        assert_eq!(owner.put(&path, &body).refusal(), (400, "malformed_request"), "{body}");
    }
    assert_eq!(owner.get(&path).json["data"], json!({ "mode": "ALL", "tenantIDs": [] }));
    assert_eq!(
        market.as_importer().put(&path, &json!({ "mode": "ALL" })).refusal(),
        (404, "integration_account_not_found")
    );
}

fn the_owner_sees_who_imports(world: &World) {
    let market = Market::open(world);
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let [shared, own] = [market.shared(), market.listing()];
    let of_listing = format!("/api/v1/listing/{shared}/imports");
    let of_account = format!("/api/v1/integration-account/{}/imports", market.account);
    let since = importer.get("/api/v1/tenants/imported-listings").json["data"][0]["importedAt"].clone();
    let expected = json!([{ "tenantID": market.importer, "importedAt": since }]);
    assert_eq!(data(200, &owner.get(&of_listing)), expected);
    assert_eq!(data(200, &owner.get(&of_account)), json!([{ "tenantID": market.importer, "listings": 1 }]));
    assert_eq!(owner.get(&format!("{of_listing}/count")).json, json!({ "count": 1 }));
    assert_eq!(owner.get(&format!("{of_account}/count")).json, json!({ "count": 1 }));
    assert_eq!(data(200, &owner.get(&format!("/api/v1/listing/{own}/imports"))), json!([]));
    // A sleeping import is one, too.
    set(&market, "ONLY", &[]);
    assert_eq!(data(200, &owner.get(&of_listing)), expected);
    for path in [&of_listing, &format!("{of_listing}/count")] {
        assert_eq!(importer.get(path).refusal(), (403, "not_the_owner"), "who imports it is the owner's matter");
    }
    assert_eq!(importer.get(&of_account).refusal(), (404, "integration_account_not_found"));
    let default = id_of(&world.default_tenant());
    assert_eq!(market.move_to(&default).status, 200);
    assert_eq!(owner.get(&of_listing).refusal(), (404, "listing_not_found"));
}
