//! `/integration-account`, and moves between tenants.

use serde_json::{Value, json};

use crate::imports::ids;
use crate::on_both_engines;
use crate::support::{Client, Market, World, at_once, id_of};

on_both_engines! {
    an_account_lives_and_ends
    what_is_wrong_is_told_field_by_field
    an_account_is_connected_once_in_a_workspace
    a_tenant_with_accounts_is_not_empty
    a_move_takes_everything_along
    a_dry_run_tells_the_same_and_changes_nothing
    what_stands_against_a_move
    of_many_moves_at_once_each_is_whole
}

const ACCOUNTS: &str = "/api/v1/integration-account";

fn new_account(identifier: &str) -> Value {
    json!({ "name": "Host", "provider": "GUESTY", "accountIdentifier": identifier, "authType": "API_KEY" })
}

fn in_channel(world: &World) -> Client {
    world.calry().named(&world.tenant_id("Channel A"))
}

fn move_to(world: &World, account: &str, target: &str) -> crate::support::Answer {
    world.calry().patch(&format!("{ACCOUNTS}/{account}/move-tenant"), &json!({ "tenantID": target }))
}

fn an_account_lives_and_ends(world: &World) {
    let client = in_channel(world);
    let created = client.post(ACCOUNTS, &new_account("host@example.com"));
    assert_eq!(created.status, 201, "{}", created.text);
    let account = &created.json["data"];
    insta::assert_json_snapshot!("an_account", account, {
        ".id" => "[id]", ".workspaceID" => "[id]", ".tenantID" => "[id]",
        ".createdAt" => "[instant]", ".updatedAt" => "[instant]",
    });
    let path = format!("{ACCOUNTS}/{}", id_of(account));
    assert_eq!(client.get(&path).json, created.json);

    let edit = json!({
        "allowImport": false, "markupPercentage": 12.5, "distributionMarkupPercentage": 99.99,
        "defaultDiscountPercentage": 0, "providerAccountID": "17", "status": "INACTIVE",
    });
    let changed = client.patch(&path, &edit);
    assert_eq!(changed.status, 200, "{}", changed.text);
    for (field, value) in edit.as_object().expect("fields") {
        assert_eq!(&changed.json["data"][field], value, "{field}");
    }
    assert!(changed.text.contains(r#""markupPercentage":12.5,"#), "digits are kept: {}", changed.text);
    let cleared = client.patch(&path, &json!({ "defaultDiscountPercentage": null, "providerAccountID": null }));
    assert_eq!(cleared.json["data"]["defaultDiscountPercentage"], Value::Null);
    assert_eq!(cleared.json["data"]["providerAccountID"], Value::Null);
    assert_eq!(client.patch(&path, &cleared.json["data"]).json, cleared.json, "a whole account can be sent back");

    client.post(ACCOUNTS, &new_account("second@example.com"));
    for (query, count) in [("", 2), ("?status=ACTIVE", 1), ("?provider=GUESTY", 2), ("?provider=OTHER", 0)] {
        assert_eq!(client.get(&format!("{ACCOUNTS}/count{query}")).json, json!({ "count": count }), "{query}");
        let listed = client.get(&format!("{ACCOUNTS}{query}"));
        assert_eq!(listed.json["data"].as_array().map(Vec::len), Some(count), "{}", listed.text);
    }
    assert_eq!(client.delete(&path).status, 204);
    assert_eq!(client.get(&path).refusal(), (404, "integration_account_not_found"));
    assert_eq!(client.delete(&path).refusal(), (404, "integration_account_not_found"));
}

fn what_is_wrong_is_told_field_by_field(world: &World) {
    let client = in_channel(world);
    let nothing = client.post(ACCOUNTS, &json!({}));
    assert_eq!(nothing.refusal(), (422, "validation_failed"));
    assert_eq!(nothing.field_errors(), ["accountIdentifier", "authType", "name", "provider"]);
    let mut wrong = new_account("  ");
    wrong["provider"] = "AIRBNB".into();
    wrong["markupPercentage"] = json!(100.01);
    wrong["defaultDiscountPercentage"] = json!(-1);
    wrong["distributionMarkupPercentage"] = json!(1.234);
    wrong["allowImport"] = Value::Null;
    let refused = client.post(ACCOUNTS, &wrong);
    let expected = [
        "accountIdentifier",
        "allowImport",
        "defaultDiscountPercentage",
        "distributionMarkupPercentage",
        "markupPercentage",
        "provider",
    ];
    assert_eq!((refused.status, refused.field_errors()), (422, expected.to_vec()), "{}", refused.text);
    for (field, value) in [("allowImport", json!("yes")), ("markupPercentage", json!("10")), ("name", json!(5))] {
        let mut unreadable = new_account("host@example.com");
        unreadable[field] = value;
        let refused = client.post(ACCOUNTS, &unreadable);
        assert_eq!(refused.refusal(), (400, "malformed_request"));
        assert!(refused.text.contains(&format!("at {field}: ")), "{}", refused.text);
    }
    let query = client.get(&format!("{ACCOUNTS}?provider=airbnb&status=on"));
    assert_eq!((query.status, query.field_errors()), (422, vec!["provider", "status"]));
    assert_eq!(client.get(&format!("{ACCOUNTS}/count")).json, json!({ "count": 0 }));
}

fn an_account_is_connected_once_in_a_workspace(world: &World) {
    let client = in_channel(world);
    assert_eq!(client.post(ACCOUNTS, &new_account("host@example.com")).status, 201);
    let sibling = world.calry().named(&world.tenant_id("Channel B"));
    let taken = sibling.post(ACCOUNTS, &new_account("host@example.com"));
    assert_eq!((taken.refusal(), taken.field_errors()), ((409, "account_identifier_taken"), vec!["accountIdentifier"]));
    let other = world.other_workspace();
    let elsewhere = world.client().calry(&other.key).post(ACCOUNTS, &new_account("host@example.com"));
    assert_eq!(elsewhere.status, 201, "{}", elsewhere.text);
}

fn a_tenant_with_accounts_is_not_empty(world: &World) {
    let channel = world.tenant_id("Channel A");
    let account = world.account(&channel);
    world.listing(&channel, &account);
    world.listing(&channel, &account);
    let path = format!("/api/v1/tenants/{channel}");
    let refused = world.calry().delete(&path);
    assert_eq!(refused.refusal(), (409, "tenant_not_empty"));
    assert_eq!(refused.json["counts"], json!({ "integrationAccounts": 1, "listings": 2 }));
    let target = world.tenant_id("Channel B");
    assert_eq!(move_to(world, &account, &target).status, 200);
    assert_eq!(world.calry().delete(&path).status, 204);
    assert_eq!(world.calry().named(&target).get("/api/v1/listing/count").json, json!({ "count": 2 }));
}

fn a_move_takes_everything_along(world: &World) {
    let [source, target, other] = ["Source", "Target", "Other"].map(|name| world.tenant_id(name));
    let [source, target, other] = [&source, &target, &other].map(|id| (id.clone(), world.calry().named(id)));
    let account = world.account(&source.0);
    let listings = [(); 3].map(|()| world.listing(&source.0, &account));
    for (importer, count) in [(&target.1, 2), (&other.1, 3)] {
        let imported = importer.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": listings[..count] }));
        assert_eq!(imported.status, 200, "{}", imported.text);
    }
    let moved = move_to(world, &account, &target.0);
    assert_eq!(moved.status, 200, "{}", moved.text);
    assert_eq!(moved.json["data"]["tenantID"], json!(target.0));
    let expected = json!({ "listings": 3, "promotions": 0, "reservations": 0, "importsKept": 3, "importsEnded": 2 });
    assert_eq!(moved.json["moved"], expected);

    let path = format!("{ACCOUNTS}/{account}");
    assert_eq!(source.1.get(&path).refusal(), (404, "integration_account_not_found"));
    assert_eq!(target.1.get(&path).json["data"], moved.json["data"]);
    for (client, own, imported) in [(&source.1, 0, 0), (&target.1, 3, 0), (&other.1, 0, 3)] {
        for (kind, expected) in [("self", own), ("imported", imported)] {
            let count = client.get(&format!("/api/v1/listing/count?listingType={kind}"));
            assert_eq!(count.json, json!({ "count": expected }), "{kind}");
        }
    }
    let seen = other.1.get(&format!("/api/v1/listing/{}", listings[0])).json;
    assert_eq!(seen["data"]["tenantID"], json!(target.0), "an import names the new owner");
    assert_eq!(seen["data"]["isAvailable"], json!(true));

    // The move is recorded in both trails.
    for tenant in [&source.0, &target.0] {
        let entries = world.calry().get(&format!("/api/v1/audit?action=integration_account.move&tenantID={tenant}"));
        let [entry] = entries.json["data"].as_array().expect("entries").as_slice() else {
            panic!("one entry: {}", entries.text)
        };
        assert_eq!(entry["before"]["tenantID"], json!(source.0));
        assert_eq!(entry["after"]["tenantID"], json!(target.0));
    }
}

fn a_dry_run_tells_the_same_and_changes_nothing(world: &World) {
    let [source, target] = ["Source", "Target"].map(|name| world.tenant_id(name));
    let account = world.account(&source);
    let listing = world.listing(&source, &account);
    world.calry().named(&target).post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [listing] }));
    let path = format!("{ACCOUNTS}/{account}");
    let before = world.calry().named(&source).get(&path).json;
    let trail = world.calry().get("/api/v1/audit/count").json;
    let told = world.calry().patch(&format!("{path}/move-tenant?dryRun=true"), &json!({ "tenantID": target }));
    assert_eq!(told.status, 200, "{}", told.text);
    assert_eq!(world.calry().named(&source).get(&path).json, before);
    assert_eq!(world.calry().get("/api/v1/audit/count").json, trail);

    let moved = world.calry().patch(&format!("{path}/move-tenant?dryRun=false"), &json!({ "tenantID": target }));
    assert_eq!(moved.json["moved"], told.json["moved"]);
    assert_eq!(moved.json["data"]["tenantID"], told.json["data"]["tenantID"]);
    for flag in ["dryRun=perhaps", "dryRun=", "dryRun", "dryRun=TRUE", "dryRun=true&dryRun=false"] {
        let unreadable = world.calry().patch(&format!("{path}/move-tenant?{flag}"), &json!({ "tenantID": source }));
        assert_eq!(unreadable.refusal(), (400, "malformed_request"), "{flag}: {}", unreadable.text);
    }
    assert_eq!(world.calry().named(&target).get(&path).status, 200, "a malformed request moves nothing");
}

fn what_stands_against_a_move(world: &World) {
    let [source, asleep] = ["Source", "Asleep"].map(|name| world.tenant_id(name));
    let account = world.account(&source);
    world.calry().put(&format!("/api/v1/tenants/{asleep}/deactivate"), &json!({}));
    let other = world.other_workspace();
    let nobody = "0192f0c1-7b1e-7000-8000-00000000000a";
    assert_eq!(move_to(world, &account, &source).refusal(), (409, "already_there"));
    assert_eq!(move_to(world, &account, &asleep).refusal(), (409, "target_inactive"));
    let [unknown, foreign] = [nobody, &other.tenant].map(|target| move_to(world, &account, target));
    assert_eq!((unknown.refusal(), unknown.field_errors()), ((404, "tenant_not_found"), vec!["tenantID"]));
    assert_eq!(unknown.text, foreign.text, "a tenant of another workspace is answered like an unknown one");
    assert_eq!(move_to(world, nobody, &source).refusal(), (404, "integration_account_not_found"));
    assert_eq!(move_to(world, "x", &source).refusal(), (404, "integration_account_not_found"));
    assert_eq!(move_to(world, &account, "x").refusal(), (422, "validation_failed"));
    let without = world.calry().patch(&format!("{ACCOUNTS}/{account}/move-tenant"), &json!({}));
    assert_eq!((without.status, without.field_errors()), (422, vec!["tenantID"]));

    // The source of a move may be inactive.
    world.calry().put(&format!("/api/v1/tenants/{source}/deactivate"), &json!({}));
    let target = world.tenant_id("Target");
    assert_eq!(move_to(world, &account, &target).status, 200);
}

fn of_many_moves_at_once_each_is_whole(world: &World) {
    let market = Market::open(world);
    let targets = [market.importer.clone(), world.tenant_id("Another"), market.owner.clone()];
    let listing = market.listing();
    let answers = at_once(12, |number| market.move_to(&targets[number % targets.len()]));
    let mut moves = 0;
    for answer in &answers {
        let refusal = answer.refusal();
        // A request that loses three times gets 503.
        assert!([(200, ""), (409, "already_there"), (503, "busy")].contains(&refusal), "{}", answer.text);
        moves += usize::from(answer.status == 200);
    }
    let trail = world.calry().get("/api/v1/audit/count?action=integration_account.move").json;
    assert_eq!(trail, json!({ "count": 2 * moves }), "each move has an entry in both trails");
    let owners = targets.iter().filter(|target| {
        let client = world.calry().named(target);
        let account = client.get(&format!("/api/v1/integration-account/{}", market.account)).status == 200;
        let listings = ids(&client.get("/api/v1/listing?listingType=self"));
        assert_eq!(account, listings == [listing.as_str()], "listing and account have one owner");
        account
    });
    assert_eq!(owners.count(), 1);
}
