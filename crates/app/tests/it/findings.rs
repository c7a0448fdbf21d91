//! `q` on listings and reservations, and `/find`.

use std::slice;

use serde_json::{Value, json};

use crate::imports::ids;
use crate::on_both_engines;
use crate::support::{Client, Market, World, booking, data, id_of};

on_both_engines! {
    listings_are_found_by_parts_of_their_texts
    importers_find_what_they_see
    reservations_are_found_by_guest_and_external_id
    everything_is_found_at_once_the_best_first
    what_is_wrong_with_a_text_is_told
}

const SEARCH: &str = "/api/v1/tenants/search-listings?location=40.7128,-74.0060&radius=50";

fn with(path: &str, q: &str) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    format!("{path}{separator}q={q}")
}

fn found(client: &Client, path: &str, q: &str) -> Vec<String> {
    let (list, count) = path.split_once('?').map_or((path, String::new()), |(path, rest)| (path, format!("?{rest}")));
    let found = ids(&client.get(&with(path, q)));
    let count = client.get(&with(&format!("{list}/count{count}"), q));
    assert_eq!(count.json, json!({ "count": found.len() }), "{path} {q}");
    found
}

/// Creates a listing of the owner with more texts, which the importer imports.
fn imported(market: &Market) -> String {
    let listing = market.listing();
    let texts = json!({ "name": "Barn by the lake", "internalName": "Number 7", "address": { "city": "Québec" } });
    data(200, &market.as_owner().patch(&format!("/api/v1/listing/{listing}"), &texts));
    market.import(&market.importer, &[&listing]);
    listing
}

fn listings_are_found_by_parts_of_their_texts(world: &World) {
    let market = Market::open(world);
    let (listing, owner) = (imported(&market), market.as_owner());
    let other = market.listing();
    let provider_id = data(200, &owner.get(&format!("/api/v1/listing/{other}")))["providerID"].clone();
    let provider_id = provider_id.as_str().expect("an id");
    for (q, expected) in [
        ("THE%20LAKE", vec![&listing]),
        ("qu%C3%A9", vec![&listing]),
        ("la", vec![&listing]),
        ("ak", vec![]),
        ("number", vec![&listing]),
        ("harlem", vec![&other]),
        (provider_id, vec![&other]),
        ("", vec![&listing, &other]),
    ] {
        assert_eq!(found(&owner, "/api/v1/listing", q).iter().collect::<Vec<_>>(), expected, "{q}");
    }
    let sold_out = "/api/v1/listing?status=INACTIVE";
    assert_eq!(found(&owner, sold_out, "lake"), [""; 0], "all filters must match");
}

fn importers_find_what_they_see(world: &World) {
    let market = Market::open(world);
    let (listing, importer) = (imported(&market), market.as_importer());
    let sibling = world.calry().named(&world.tenant_id("Sibling"));
    let imports = "/api/v1/tenants/imported-listings";
    let find = |client: &Client, q: &str| data(200, &client.get(&with("/api/v1/find", q)))["listings"].clone();
    assert_eq!(found(&importer, "/api/v1/listing", "lake"), slice::from_ref(&listing));
    assert_eq!(found(&importer, imports, "lake"), slice::from_ref(&listing));
    assert_eq!(found(&sibling, SEARCH, "lake"), slice::from_ref(&listing));
    assert_eq!(find(&importer, "lake")[0]["id"], json!(listing));
    assert_eq!(found(&sibling, "/api/v1/listing", "lake"), [""; 0]);
    assert_eq!(find(&sibling, "lake"), json!([]));
    for path in ["/api/v1/listing", imports, SEARCH] {
        assert_eq!(found(&importer, path, "number"), [""; 0], "the internal name is the owner's: {path}");
    }
    assert_eq!(find(&importer, "number"), json!([]));
    assert_eq!(find(&market.as_owner(), "number")[0]["field"], json!("internalName"));

    market.set_account(&json!({ "allowImport": false }));
    for path in ["/api/v1/listing", imports, SEARCH] {
        assert_eq!(found(&importer, path, "lake"), [""; 0], "a sleeping import is not found: {path}");
    }
    assert_eq!(find(&importer, "lake"), json!([]));
    market.set_account(&json!({ "allowImport": true }));
    assert_eq!(market.move_to(&market.importer).status, 200);
    assert_eq!(find(&importer, "number")[0]["id"], json!(listing), "the account has moved");
    assert_eq!(find(&market.as_owner(), "lake"), json!([]));
}

fn reservations_are_found_by_guest_and_external_id(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let (owner, importer) = (market.as_owner(), market.as_importer());
    let book = |client: &Client, check_in: &str, check_out: &str, guest: &Value, external: &str| {
        let mut body = booking(&listing, check_in, check_out);
        (body["guest"], body["externalID"]) = (guest.clone(), json!(external));
        id_of(&data(201, &client.post("/api/v1/reservation", &body)))
    };
    let ada = json!({ "firstName": "Ada", "lastName": "Lovelace", "email": "ada@example.com" });
    let grace = json!({ "firstName": "Grace", "lastName": "Hopper" });
    let direct = book(&owner, "2060-01-10", "2060-01-12", &ada, "X-1");
    let sold = book(&importer, "2060-01-12", "2060-01-14", &grace, "Y-77");
    let of = |client: &Client, q: &str| found(client, "/api/v1/reservation", q);
    for (q, expected) in [
        ("ada%20love", &[&direct][..]),
        ("@example", &[&direct]),
        ("hopp", &[&sold]),
        ("y-77", &[&sold]),
        ("gr", &[&sold]),
        ("race", &[&sold]),
        ("ra", &[]),
    ] {
        assert_eq!(of(&owner, q).iter().collect::<Vec<_>>(), expected, "{q}");
    }
    assert_eq!(of(&importer, "grace"), [sold]);
    assert_eq!(of(&importer, "ada"), [""; 0], "another's sale");
    data(200, &owner.patch(&format!("/api/v1/reservation/{direct}"), &json!({ "guest": grace })));
    assert_eq!(of(&owner, "lovelace"), [""; 0]);
    assert_eq!(of(&owner, "grace").len(), 2);
}

fn everything_is_found_at_once_the_best_first(world: &World) {
    let market = Market::open(world);
    let (listing, owner) = (market.shared(), market.as_owner());
    let named = |path: &str, name: &str| data(200, &owner.patch(path, &json!({ "name": name })));
    named(&format!("/api/v1/listing/{listing}"), "The seaside");
    let other = market.listing();
    named(&format!("/api/v1/listing/{other}"), "Seaside");
    named(&format!("/api/v1/integration-account/{}", market.account), "Seaside homes");
    let promotion = world.promotion(&market.owner, &market.account);
    let inactive = json!({ "name": "By the seaside", "status": "INACTIVE" });
    data(200, &owner.patch(&format!("/api/v1/promotions/{promotion}"), &inactive));
    let mut stay = booking(&listing, "2060-01-10", "2060-01-12");
    stay["externalID"] = json!("seaside-1");
    let reservation = id_of(&data(201, &owner.post("/api/v1/reservation", &stay)));
    let user = world.user_in(&market.owner, "venue");
    let administrator = world.calry().named(&market.owner);
    data(
        200,
        &administrator
            .patch(&format!("/api/v1/users/{user}"), &json!({ "name": "Sea Side", "email": "a@seaside.example" })),
    );

    let reader = world.client().calry(&world.key_in(&market.owner, "READ"));
    let found = data(200, &reader.get("/api/v1/find?q=SEASIDE"));
    let one =
        |id: &str, name: &str, field: &str, text: &str| json!({ "id": id, "name": name, "field": field, "text": text });
    let expected = json!({
        "integrationAccounts": [one(&market.account, "Seaside homes", "name", "Seaside homes")],
        "listings": [one(&other, "Seaside", "name", "Seaside"), one(&listing, "The seaside", "name", "The seaside")],
        "promotions": [one(&promotion, "By the seaside", "name", "By the seaside")],
        "reservations": [one(&reservation, "Grace Hopper", "externalID", "seaside-1")],
        "users": [one(&user, "Sea Side", "email", "a@seaside.example")],
    });
    assert_eq!(found, expected);
    let nothing = world.calry().named(&world.tenant_id("Sibling")).get("/api/v1/find?q=seaside");
    let kinds = data(200, &nothing);
    assert!(kinds.as_object().expect("kinds").values().all(|found| *found == json!([])), "{kinds}");
}

fn what_is_wrong_with_a_text_is_told(world: &World) {
    let client = world.calry();
    let long = "x".repeat(256);
    for path in ["/api/v1/listing", "/api/v1/reservation", "/api/v1/tenants/imported-listings", "/api/v1/find", SEARCH]
    {
        for q in [long.as_str(), "a%00b"] {
            let refused = client.get(&with(path, q));
            assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec!["q"]), "{path}");
        }
    }
    for path in ["/api/v1/find", "/api/v1/find?q=", "/api/v1/find?q=%20"] {
        assert_eq!(client.get(path).field_errors(), ["q"], "{path}");
    }
}
