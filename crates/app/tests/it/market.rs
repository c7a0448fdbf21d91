//! The market: finding, importing and selling other tenants' listings, under the owners' control.

use std::thread;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Market, World, id_of};

on_both_engines! {
    the_travel_documents_walk_from_search_to_move
    every_restriction_is_named_with_its_reason
    an_import_sleeps_and_wakes_for_each_of_four_reasons
    an_importer_writes_nothing
    what_may_not_be_seen_is_not_there_at_any_position
    of_many_who_import_a_listing_one_wins
    nothing_is_imported_once_the_owner_says_no
    nobody_imports_its_own_listing_while_accounts_move
    of_many_moves_at_once_each_is_whole
}

const IMPORT: &str = "/api/v1/tenants/import-listings";
const REMOVE: &str = "/api/v1/tenants/remove-imported-listings";
const IMPORTED: &str = "/api/v1/tenants/imported-listings";
const SEARCH: &str = "/api/v1/tenants/search-listings?location=40.7128,-74.0060&radius=50";

const NIGHTS: &str = "?startDate=2030-01-01&endDate=2030-01-03";

/// A reason for an import to sleep, the change that puts it to sleep, and the one that wakes it.
type Reason<'a> = (&'a str, &'a dyn Fn(), &'a dyn Fn());

fn named(listings: &[&String]) -> Value {
    json!({ "listingIDs": listings })
}

fn ids(answer: &Answer) -> Vec<String> {
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

fn an_import_sleeps_and_wakes_for_each_of_four_reasons(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    let importer = market.as_importer();
    let sibling = world.calry().named(&world.tenant_id("Sibling"));
    assert_eq!(importer.post(IMPORT, &named(&[&listing])).status, 200);
    let import = importer.get(IMPORTED).json["data"][0]["importedAt"].clone();

    let account = |fields: Value| market.set_account(&fields);
    let listed = |status: &str| {
        let path = format!("/api/v1/listing/{listing}");
        assert_eq!(market.as_owner().patch(&path, &json!({ "status": status })).status, 200);
    };
    let owner = |verb: &str| {
        let path = format!("/api/v1/tenants/{}/{verb}", market.owner);
        assert_eq!(world.calry().put(&path, &json!({})).status, 200);
    };
    let reasons: [Reason; 4] = [
        ("IMPORT_NOT_ALLOWED", &|| account(json!({ "allowImport": false })), &|| {
            account(json!({ "allowImport": true }));
        }),
        ("OWNER_INACTIVE", &|| owner("deactivate"), &|| owner("activate")),
        ("ACCOUNT_INACTIVE", &|| account(json!({ "status": "INACTIVE" })), &|| {
            account(json!({ "status": "ACTIVE" }));
        }),
        ("LISTING_INACTIVE", &|| listed("INACTIVE"), &|| listed("ACTIVE")),
    ];
    let one = format!("/api/v1/listing/{listing}");
    let around = "/api/v1/listing?location=40.7128,-74.0060&radius=1";
    let is_awake = || {
        for path in [IMPORTED, "/api/v1/listing", around] {
            let seen = importer.get(path);
            assert_eq!(ids(&seen), [listing.as_str()], "{path}");
            assert_eq!(seen.json["data"][0]["isAvailable"], json!(true), "{path}");
            assert_eq!(seen.json["data"][0]["importedAt"], import, "{path}");
        }
        assert_eq!(importer.get(&one).json["data"]["isAvailable"], json!(true));
        assert_eq!(importer.get(&format!("/api/v1/availability/{listing}{NIGHTS}")).status, 200);
        assert_eq!([&importer, &sibling].map(|client| ids(&client.get(SEARCH)).len()), [1, 1]);
    };
    let sleeps = |reason: &str| {
        let expected = json!({ "id": listing, "name": "Loft in Harlem", "isAvailable": false, "reason": reason });
        for path in [IMPORTED, "/api/v1/listing", "/api/v1/listing?listingType=imported"] {
            assert_eq!(importer.get(path).json["data"], json!([expected]), "{path}");
        }
        assert_eq!(importer.get(&one).json, json!({ "data": expected }));
        assert_eq!(importer.get(&format!("{IMPORTED}/count")).json, json!({ "count": 1 }));
        let calendar = importer.get(&format!("/api/v1/availability/{listing}{NIGHTS}"));
        assert_eq!(calendar.refusal(), (404, "listing_not_found"), "{reason}");
        assert_eq!([&importer, &sibling].map(|client| ids(&client.get(SEARCH)).len()), [0, 0], "{reason}");
    };
    is_awake();
    for (reason, sleep, wake) in reasons {
        sleep();
        sleeps(reason);
        let refused = sibling.post(IMPORT, &named(&[&listing]));
        let expected =
            if reason == "IMPORT_NOT_ALLOWED" { (422, "import_not_allowed") } else { (404, "listing_not_found") };
        assert_eq!(refused.refusal(), expected, "{reason}");
        wake();
        is_awake();
    }
    // With two reasons, the import wakes when the second one ends.
    listed("INACTIVE");
    account(json!({ "allowImport": false }));
    sleeps("IMPORT_NOT_ALLOWED");
    listed("ACTIVE");
    sleeps("IMPORT_NOT_ALLOWED");
    account(json!({ "allowImport": true }));
    is_awake();
}

fn an_importer_writes_nothing(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    let importer = market.as_importer();
    let path = format!("/api/v1/listing/{listing}");
    assert_eq!(importer.patch(&path, &json!({ "name": "Mine" })).refusal(), (404, "listing_not_found"));
    assert_eq!(importer.post(IMPORT, &named(&[&listing])).status, 200);
    let before = market.as_owner().get(&path).json;
    for refused in [
        importer.patch(&path, &json!({ "name": "Mine" })),
        importer.put(&path, &crate::support::listing_fields("mine")),
        importer.delete(&path),
    ] {
        assert_eq!(refused.refusal(), (403, "not_the_owner"), "{}", refused.text);
    }
    assert_eq!(market.as_owner().get(&path).json, before);
    let delivery = json!({ "listings": [crate::support::listing_fields("mine")] });
    let refused = importer.put(&format!("/api/v1/integration-account/{}/listings", market.account), &delivery);
    assert_eq!(refused.refusal(), (404, "integration_account_not_found"));
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

/// Runs the work in several threads at once; returns the results.
fn at_once<T: Send>(workers: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..workers).map(|number| scope.spawn(move || work(number))).collect();
        workers.into_iter().map(|worker| worker.join().expect("no panic")).collect()
    })
}

fn of_many_who_import_a_listing_one_wins(world: &World) {
    let market = Market::open(world);
    for _ in 0..5 {
        let listing = market.listing();
        let answers = at_once(12, |_| market.as_importer().post(IMPORT, &named(&[&listing])));
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        assert_eq!(won, 1);
        let lost = answers.iter().filter(|answer| answer.status != 200);
        for answer in lost {
            assert_eq!(answer.refusal(), (409, "already_imported"), "{}", answer.text);
        }
    }
    assert_eq!(market.as_importer().get(&format!("{IMPORTED}/count")).json, json!({ "count": 5 }));
}

fn nothing_is_imported_once_the_owner_says_no(world: &World) {
    let market = Market::open(world);
    let count = || market.as_importer().get(&format!("{IMPORTED}/count")).json;
    for _ in 0..5 {
        market.set_account(&json!({ "allowImport": true }));
        let listings = [(); 12].map(|()| market.listing());
        let answers = at_once(13, |number| {
            if number == 6 {
                market.set_account(&json!({ "allowImport": false }));
                return None;
            }
            let listing = &listings[if number > 6 { number - 1 } else { number }];
            Some(market.as_importer().post(IMPORT, &named(&[listing])))
        });
        let before = count();
        for answer in answers.iter().flatten() {
            let refusal = answer.refusal();
            assert!(answer.status == 200 || refusal == (422, "import_not_allowed"), "{}", answer.text);
        }
        let late = market.as_importer().post(IMPORT, &named(&[&market.listing()]));
        assert_eq!(late.refusal(), (422, "import_not_allowed"));
        assert_eq!(count(), before);
    }
}

fn nobody_imports_its_own_listing_while_accounts_move(world: &World) {
    let market = Market::open(world);
    for _ in 0..5 {
        let listings = [(); 12].map(|()| market.listing());
        let answers = at_once(13, |number| {
            if number == 6 {
                return market.move_to(&market.importer);
            }
            let listing = &listings[if number > 6 { number - 1 } else { number }];
            market.as_importer().post(IMPORT, &named(&[listing]))
        });
        for answer in answers {
            let refusal = answer.refusal();
            assert!(answer.status == 200 || refusal == (422, "own_listing"), "{}", answer.text);
        }
        // The target owns all listings and imports none.
        assert_eq!(market.as_importer().get(&format!("{IMPORTED}/count")).json, json!({ "count": 0 }));
        let own = market.as_importer().get("/api/v1/listing?listingType=self&per_page=100");
        assert!(listings.iter().all(|listing| ids(&own).contains(listing)));
        assert_eq!(market.move_to(&market.owner).status, 200);
    }
}

fn of_many_moves_at_once_each_is_whole(world: &World) {
    let market = Market::open(world);
    let targets = [market.importer.clone(), world.tenant_id("Another"), market.owner.clone()];
    let listing = market.listing();
    let answers = at_once(12, |number| market.move_to(&targets[number % targets.len()]));
    let mut moves = 0;
    for answer in &answers {
        let refusal = answer.refusal();
        // A request that loses three times is told to try again.
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
