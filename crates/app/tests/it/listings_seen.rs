//! Tests of the fields of listings that a tenant sees: all of its own, fewer of others', hardly any of sleeping
//! imports, and truncated ones in lists.

use serde_json::json;

use crate::on_both_engines;
use crate::support::{Answer, Client, Market, World, guest, id_of};

on_both_engines! {
    what_is_hidden_of_an_import_that_sleeps_cannot_be_asked_for
    the_internal_name_is_the_owners_alone
    lists_show_the_beginning_of_what_is_long
    the_distance_of_a_listing_is_a_radius_that_finds_it
}

const LISTING: &str = "/api/v1/listing";
const IMPORTED: &str = "/api/v1/tenants/imported-listings";
const SEARCH: &str = "/api/v1/tenants/search-listings?location=40.7128,-74.0060&radius=50";

fn ids(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["data"].as_array().expect("a list").iter().map(id_of).collect()
}

/// Hidden fields are not shown, and filters, tags and refused quotes do not reveal them.
fn what_is_hidden_of_an_import_that_sleeps_cannot_be_asked_for(world: &World) {
    let market = Market::open(world);
    let (listing, importer) = (market.shared(), market.as_importer());
    let (own, path) = (market.as_owner(), format!("/api/v1/listing/{listing}"));
    let fields = json!({ "internalName": "Secret", "amenities": ["sauna"], "timeZone": "Asia/Tokyo" });
    assert_eq!(own.patch(&path, &fields).status, 200);
    let filters = [
        "status=INACTIVE",
        "guests=1",
        "bedroomCount=0",
        "bathroomCount=0",
        "minPrice=0",
        "maxPrice=1000",
        "currency=USD",
        "amenities=sauna",
        "updatedSince=2020-01-01T00:00:00Z",
        "location=40.7128,-74.0060&radius=1",
        "checkInDate=2030-01-01&checkOutDate=2030-01-02",
        &format!("integrationAccountID={}", market.account),
    ];
    for filter in &filters[1..] {
        assert_eq!(ids(&importer.get(&format!("{IMPORTED}?{filter}"))), [listing.as_str()], "{filter}, awake");
    }
    own.patch(&path, &json!({ "status": "INACTIVE" }));
    for filter in filters {
        for list in [IMPORTED, LISTING] {
            assert_eq!(ids(&importer.get(&format!("{list}?{filter}"))), [""; 0], "{list}?{filter}");
            let count = importer.get(&format!("{list}/count?{filter}"));
            assert_eq!(count.json, json!({ "count": 0 }), "{list}?{filter}");
        }
    }
    let tag = |answer: &Answer| answer.header("etag").expect("a tag").to_owned();
    let before = importer.get(&path);
    assert_eq!(
        own.patch(&path, &json!({ "startPrice": 1, "description": "Hidden", "internalName": "S2" })).status,
        200
    );
    assert_eq!(tag(&importer.get(&path)), tag(&before), "nothing that it shows has changed");
    own.patch(&path, &json!({ "name": "Barn" }));
    assert_ne!(tag(&importer.get(&path)), tag(&before), "its name has");
    for wrong in [
        json!({ "checkInDate": "2020-01-01", "checkOutDate": "2020-01-02", "guests": 1000 }),
        json!({ "checkInDate": "2030-01-01", "checkOutDate": "2031-01-01", "guests": 1, "currency": "JPY" }),
        json!({ "checkInDate": "2030-01-01", "checkOutDate": "2030-01-02", "guests": 1, "couponCode": "GUESS" }),
    ] {
        let mut asked = wrong;
        asked["listingID"] = json!(listing);
        assert_eq!(importer.post("/api/v1/quote", &asked).refusal(), (409, "import_asleep"), "{asked}");
        asked["guest"] = guest();
        assert_eq!(importer.post("/api/v1/reservation", &asked).refusal(), (409, "import_asleep"), "{asked}");
    }
}

/// Covers lists, searches and single listings: before the import, after it, and while it sleeps.
fn the_internal_name_is_the_owners_alone(world: &World) {
    let market = Market::open(world);
    let (listing, importer) = (market.listing(), market.as_importer());
    let path = format!("/api/v1/listing/{listing}");
    let named_so = market.as_owner().patch(&path, &json!({ "internalName": "Tax office hides it" }));
    assert_eq!(named_so.json["data"]["internalName"], json!("Tax office hides it"));
    let paths = [SEARCH, IMPORTED, LISTING, &path];
    let is_told = |client: &Client| paths.iter().filter(|path| client.get(path).text.contains("Tax office")).count();
    assert_eq!(is_told(&importer), 0, "not imported");
    market.import(&market.importer, &[&listing]);
    assert_eq!(is_told(&importer), 0, "imported");
    for path in paths {
        let seen = importer.get(path).json;
        let seen = seen["data"].get(0).unwrap_or(&seen["data"]);
        assert!(seen.get("startPrice").is_some() && seen.get("internalName").is_none(), "{path}: {seen}");
    }
    market.set_account(&json!({ "allowImport": false }));
    assert_eq!(is_told(&importer), 0, "asleep");
    assert_eq!(is_told(&market.as_owner()), 2, "its owner sees it in its list and alone");
}

/// A page stays small with large listings, and a truncated field does not replace the full one.
fn lists_show_the_beginning_of_what_is_long(world: &World) {
    let market = Market::open(world);
    let (listing, importer, own) = (market.shared(), market.as_importer(), market.as_owner());
    let path = format!("/api/v1/listing/{listing}");
    let pictures: Vec<_> = (0..11).map(|number| json!({ "url": format!("https://x.example/{number}") })).collect();
    let fields = json!({ "description": "ü".repeat(1_001), "pictures": pictures });
    assert_eq!(own.patch(&path, &fields).status, 200);
    for (client, list) in [(&importer, SEARCH), (&importer, IMPORTED), (&importer, LISTING), (&own, LISTING)] {
        let mut seen = client.get(list).json["data"][0].take();
        assert_eq!(seen["isTruncated"], json!(true), "{list}");
        assert_eq!(seen["description"], json!("ü".repeat(1_000)), "{list}");
        let shown = seen["pictures"].as_array_mut().expect("pictures");
        let first: Vec<_> = shown.iter().map(|picture| json!({ "url": picture["url"] })).collect();
        assert_eq!(first, pictures[..10], "{list}");
    }
    for client in [&importer, &own] {
        let whole = client.get(&path).json["data"].take();
        assert_eq!((whole.get("isTruncated"), &whole["description"]), (None, &fields["description"]));
        assert_eq!(whole["pictures"].as_array().map(Vec::len), Some(11));
    }
    let listed = own.get(LISTING).json["data"][0].take();
    for refused in [own.put(&path, &listed), own.patch(&path, &listed)] {
        assert_eq!(
            (refused.refusal(), refused.field_errors()),
            ((422, "validation_failed"), vec!["description", "pictures"])
        );
    }
    let (tag, text) = (own.get(&path).header("etag").map(ToOwned::to_owned), own.get(&path).text);
    assert_eq!(own.put(&path, &own.get(&path).json["data"]).text, text, "what GET of it shows may be sent back");
    assert_eq!(
        own.patch(&path, &json!({ "isTruncated": true, "name": "Loft in Harlem" })).header("etag"),
        tag.as_deref()
    );
}

/// A search shows the distance of a listing, and a search with this radius finds it.
fn the_distance_of_a_listing_is_a_radius_that_finds_it(world: &World) {
    let market = Market::open(world);
    let importer = market.as_importer();
    let mut expected = Vec::new();
    for number in 1..=20 {
        let listing = market.listing();
        let place = json!({ "latitude": 40.7128 + f64::from(number) * 0.001_237, "longitude": -74.006 });
        assert_eq!(market.as_owner().patch(&format!("/api/v1/listing/{listing}"), &place).status, 200);
        expected.push(listing);
    }
    let found = importer.get(SEARCH);
    for (position, listing) in found.json["data"].as_array().expect("listings").iter().enumerate() {
        let search =
            format!("/api/v1/tenants/search-listings?location=40.7128,-74.0060&radius={}", listing["distance"]);
        assert_eq!(ids(&importer.get(&search)), expected[..=position], "{search}");
    }
}
