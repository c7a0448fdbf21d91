//! Lists, counts and searches of listings: filters, order and pages.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Host, World, id_of};

on_both_engines! {
    every_filter_finds_what_it_says
    the_nearest_come_first
    filters_that_cannot_be_are_named
    imported_listings_and_searches_take_the_same_filters
}

const LISTING: &str = "/api/v1/listing";
const IMPORTED: &str = "/api/v1/tenants/imported-listings";
const SEARCH: &str = "/api/v1/tenants/search-listings";
const TIMES_SQUARE: &str = "location=40.7580,-73.9855";

/// A tenant with three listings of its own and an imported one, created in this order: `small`, `large`, `far` and
/// `theirs`.
struct Shelf {
    own: Host,
    other: Host,
    theirs: Value,
}

impl Shelf {
    fn fill(world: &World) -> Self {
        let (own, other) = (Host::open(world, "Channel A"), Host::open(world, "Channel B"));
        own.listing(
            "small",
            &json!({
                "maxOccupancy": 2, "bedroomCount": 1, "bathroomCount": 1, "startPrice": 80, "currency": "EUR",
                "amenities": ["WiFi", "Pool"], "latitude": 40.7128, "longitude": -74.006,
            }),
        );
        own.listing(
            "large",
            &json!({
                "maxOccupancy": 8, "bedroomCount": 4, "bathroomCount": 2.5, "startPrice": 300.5,
                "amenities": ["pool", "sauna", "wifi"], "latitude": 40.758, "longitude": -73.9855,
            }),
        );
        own.listing(
            "far",
            &json!({
                "maxOccupancy": 4, "startPrice": 300, "currency": "JPY", "status": "INACTIVE",
                "amenities": ["Kühlschrank", "50% off_"], "latitude": 35.6812, "longitude": 139.7671,
            }),
        );
        let theirs = other.listing(
            "theirs",
            &json!({
                "maxOccupancy": 3, "bedroomCount": 1, "startPrice": 120, "amenities": ["wifi router"],
                "latitude": 40.8116, "longitude": -73.9465,
            }),
        );
        let imported = own.client.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [theirs["id"]] }));
        assert_eq!(imported.status, 200, "{}", imported.text);
        Self { own, other, theirs }
    }

    /// Returns the result of the list, after checking that the count agrees.
    fn found(&self, path: &str, query: &str) -> Vec<String> {
        let listed = self.own.client.get(&format!("{path}?{query}"));
        let count = self.own.client.get(&format!("{path}/count?{query}"));
        assert_eq!(count.json, json!({ "count": names(&listed).len() }), "{query}: {}", count.text);
        names(&listed)
    }
}

fn items(answer: &Answer) -> &[Value] {
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json["data"].as_array().expect("a list")
}

fn names(answer: &Answer) -> Vec<String> {
    items(answer).iter().map(|listing| listing["providerID"].as_str().expect("a text").to_owned()).collect()
}

fn every_filter_finds_what_it_says(world: &World) {
    let shelf = Shelf::fill(world);
    let (own, other) = (&shelf.own.account, &shelf.other.account);
    for (query, expected) in [
        ("", &["small", "large", "far", "theirs"][..]),
        ("listingType=self", &["small", "large", "far"]),
        ("listingType=imported", &["theirs"]),
        ("status=ACTIVE", &["small", "large", "theirs"]),
        ("status=INACTIVE", &["far"]),
        (&format!("integrationAccountID={own}"), &["small", "large", "far"]),
        (&format!("integrationAccountID={other}"), &["theirs"]),
        (&format!("integrationAccountID={other}&listingType=self"), &[]),
        ("integrationAccountID=0192f0c1-7b1e-7000-8000-00000000000a", &[]),
        ("providerID=large", &["large"]),
        ("providerID=theirs", &["theirs"]),
        ("providerID=LARGE", &[]),
        ("providerID=lar", &[]),
        ("guests=3", &["large", "far", "theirs"]),
        ("guests=9", &[]),
        ("guests=", &["small", "large", "far", "theirs"]),
        ("bedroomCount=0", &["small", "large", "far", "theirs"]),
        ("bedroomCount=2", &["large"]),
        ("bathroomCount=1", &["small", "large"]),
        ("bathroomCount=2.5", &["large"]),
        ("bathroomCount=2.6", &[]),
        ("minPrice=300", &["large", "far"]),
        ("minPrice=300.50", &["large"]),
        ("minPrice=300.51", &[]),
        ("maxPrice=300", &["small", "far", "theirs"]),
        ("maxPrice=79.99", &[]),
        ("minPrice=80&maxPrice=120", &["small", "theirs"]),
        ("minPrice=120&maxPrice=80", &[]),
        ("currency=usd", &["large", "theirs"]),
        ("currency=JPY&minPrice=300", &["far"]),
        ("amenities=wifi", &["small", "large"]),
        ("amenities=wifi,pool", &["small", "large"]),
        ("amenities=WIFI&amenities=POOL", &["small", "large"]),
        ("amenities=wifi,%20pool&amenities=sauna", &["large"]),
        ("amenities=wifi%20router", &["theirs"]),
        ("amenities=wif", &[]),
        ("amenities=wif%25", &[]),
        ("amenities=K%C3%9CHLSCHRANK", &["far"]),
        ("amenities=Ku%CC%88hlschrank", &["far"]),
        ("amenities=50%25%20off_", &["far"]),
        ("amenities=", &["small", "large", "far", "theirs"]),
        ("updatedSince=2020-01-01T00:00:00Z", &["small", "large", "far", "theirs"]),
        ("updatedSince=2100-01-01T00:00:00%2B02:00", &[]),
        ("status=ACTIVE&guests=2&amenities=pool&maxPrice=100", &["small"]),
        ("unknown=1", &["small", "large", "far", "theirs"]),
    ] {
        assert_eq!(shelf.found(LISTING, query), expected, "{query}");
    }
    let listed = shelf.own.client.get(LISTING);
    assert!(items(&listed).iter().all(|listing| listing.get("distance").is_none()));

    let small = &items(&listed)[0];
    let changed =
        shelf.own.client.patch(&format!("{LISTING}/{}", id_of(small)), &json!({ "guests": 1, "type": "Hut" }));
    let since = changed.json["data"]["updatedAt"].as_str().expect("an instant").to_owned();
    let listed = shelf.own.client.get(LISTING);
    let later = items(&listed).iter().filter(|listing| listing["updatedAt"].as_str() >= Some(&since));
    let later: Vec<_> = later.map(|listing| listing["providerID"].as_str().expect("a text")).collect();
    assert!(later.contains(&"small"));
    assert_eq!(shelf.found(LISTING, &format!("updatedSince={since}")), later);
}

fn the_nearest_come_first(world: &World) {
    let shelf = Shelf::fill(world);
    for (query, expected) in [
        (format!("{TIMES_SQUARE}&radius=50"), &["large", "small", "theirs"][..]),
        (format!("{TIMES_SQUARE}&radius=5.315"), &["large", "small"]),
        (format!("{TIMES_SQUARE}&radius=5.314"), &["large"]),
        (format!("{TIMES_SQUARE}&radius=1e1&guests=3"), &["large", "theirs"]),
        (format!("{TIMES_SQUARE}&radius=50&listingType=imported"), &["theirs"]),
        ("location=40.8116,%20-73.9465&radius=50".to_owned(), &["theirs", "large", "small"]),
        ("location=0,0&radius=1000".to_owned(), &[]),
    ] {
        assert_eq!(shelf.found(LISTING, &query), expected, "{query}");
    }
    let listed = shelf.own.client.get(&format!("{LISTING}?{TIMES_SQUARE}&radius=50"));
    let distances: Vec<_> = items(&listed).iter().map(|listing| listing["distance"].as_f64().expect("km")).collect();
    for (found, expected) in distances.iter().zip([0.0, 5.315, 6.805]) {
        assert!((found - expected).abs() < 0.001, "{distances:?}");
    }
    // Results ordered by distance have numbered pages only.
    let first = shelf.own.client.get(&format!("{LISTING}?{TIMES_SQUARE}&radius=50&per_page=2"));
    assert_eq!(names(&first), ["large", "small"]);
    let next = first.json["links"]["next"].as_str().expect("a link").to_owned();
    let second = shelf.own.client.get(&next[next.find("/api").expect("a path")..]);
    assert_eq!((names(&second), &second.json["links"]["next"]), (vec!["theirs".to_owned()], &Value::Null));
    let by_id = format!("{LISTING}?{TIMES_SQUARE}&radius=50&after={}", id_of(&shelf.theirs));
    assert_eq!(shelf.own.client.get(&by_id).field_errors(), ["after"]);
    let by_id = shelf.own.client.get(&format!("{LISTING}?after={}", id_of(&items(&listed)[0])));
    assert_eq!(names(&by_id), ["far", "theirs"]);
}

fn filters_that_cannot_be_are_named(world: &World) {
    let client = Host::open(world, "Channel A").client;
    let place = format!("{TIMES_SQUARE}&radius=50");
    for (query, field_errors) in [
        ("listingType=nonsense", &["listingType"][..]),
        (
            "listingType=&status=&integrationAccountID=&currency=",
            &["currency", "integrationAccountID", "listingType", "status"],
        ),
        ("status=active", &["status"]),
        ("integrationAccountID=1", &["integrationAccountID"]),
        ("approval=approved&providerID=", &["approval", "providerID"]),
        (&format!("providerID={}", "x".repeat(256)), &["providerID"]),
        ("guests=0&bedroomCount=-1&bathroomCount=1.25", &["bathroomCount", "bedroomCount", "guests"]),
        ("guests=1001&bedroomCount=1001&bathroomCount=x", &["bathroomCount", "bedroomCount", "guests"]),
        ("minPrice=-1&maxPrice=1e2&currency=EURO", &["currency", "maxPrice", "minPrice"]),
        (&format!("amenities={}", ["x"; 51].join(",")), &["amenities"]),
        (&format!("amenities=wifi,{}", "x".repeat(65)), &["amenities.1"]),
        ("amenities=a%00b", &["amenities.0"]),
        ("updatedSince=2030-01-31", &["updatedSince"]),
        ("updatedSince=2030-01-31T12:00:00+02:00", &["updatedSince"]),
    ] {
        for path in [LISTING, IMPORTED, SEARCH] {
            // The search also needs a valid place.
            let query = if path == SEARCH { format!("{query}&{place}") } else { query.to_owned() };
            for path in [path.to_owned(), format!("{path}/count")] {
                let refused = client.get(&format!("{path}?{query}"));
                assert_eq!(refused.refusal(), (422, "validation_failed"), "{path}?{query}: {}", refused.text);
                assert_eq!(refused.field_errors(), field_errors, "{path}?{query}");
            }
        }
    }
    for (query, field_errors) in [
        ("location=40.7580,-73.9855", &["radius"][..]),
        ("radius=50", &["location"]),
        ("location=91,0&radius=1", &["location"]),
        ("location=0,181&radius=1", &["location"]),
        ("location=0&radius=0", &["location", "radius"]),
        ("location=0,0,0&radius=-1", &["location", "radius"]),
        ("location=NaN,0&radius=NaN", &["location", "radius"]),
        ("location=0,0&radius=1000.1", &["radius"]),
        ("location=&radius=", &["location", "radius"]),
    ] {
        for path in [LISTING, IMPORTED, SEARCH] {
            for path in [path.to_owned(), format!("{path}/count")] {
                let refused = client.get(&format!("{path}?{query}"));
                assert_eq!((refused.status, refused.field_errors()), (422, field_errors.to_vec()), "{path}?{query}");
            }
        }
    }
    for path in [SEARCH.to_owned(), format!("{SEARCH}/count")] {
        assert_eq!(client.get(&path).field_errors(), ["location", "radius"], "a search needs a place");
    }
    let all = client.get(&format!("{LISTING}?guests=0&status=on&per_page=101"));
    assert_eq!(all.field_errors(), ["guests", "per_page", "status"], "all at once");
    for (query, place) in
        [("guests=two", "guests"), ("guests=1.5", "guests"), ("bedroomCount=x", "bedroomCount"), ("page=x", "page")]
    {
        let refused = client.get(&format!("{LISTING}?{query}"));
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{query}");
        assert!(refused.text.contains(&format!("at {place}: ")), "{query}: {}", refused.text);
    }
}

fn imported_listings_and_searches_take_the_same_filters(world: &World) {
    let shelf = Shelf::fill(world);
    let offered = [
        ("near", json!({ "maxOccupancy": 6, "amenities": ["pool"], "latitude": 40.759, "longitude": -73.9855 })),
        ("asleep", json!({ "status": "INACTIVE", "latitude": 40.759, "longitude": -73.9855 })),
    ];
    for (name, fields) in &offered {
        shelf.other.listing(name, fields);
    }
    for (query, expected) in [
        ("", &["theirs"][..]),
        ("listingType=imported", &["theirs"]),
        ("listingType=self", &[]),
        ("guests=3", &["theirs"]),
        ("guests=4", &[]),
        ("currency=EUR", &[]),
        ("amenities=wifi%20router&minPrice=120&maxPrice=120", &["theirs"]),
        ("location=40.7580,-73.9855&radius=10", &["theirs"]),
        ("location=40.7580,-73.9855&radius=1", &[]),
        ("location=40.7580,-73.9855&radius=10&listingType=self", &[]),
    ] {
        assert_eq!(shelf.found(IMPORTED, query), expected, "{query}");
    }
    for (query, expected) in [
        ("", &["near", "theirs"][..]),
        ("&listingType=imported", &["theirs"]),
        ("&listingType=self", &[]),
        ("&guests=4", &["near"]),
        ("&amenities=pool", &["near"]),
        ("&status=INACTIVE", &[]),
        ("&bedroomCount=1&currency=USD", &["theirs"]),
        (&format!("&integrationAccountID={}", shelf.own.account), &[]),
    ] {
        assert_eq!(shelf.found(SEARCH, &format!("{TIMES_SQUARE}&radius=50{query}")), expected, "{query}");
    }
    let found = shelf.own.client.get(&format!("{SEARCH}?{TIMES_SQUARE}&radius=50"));
    let imported: Vec<_> = items(&found).iter().map(|listing| &listing["isImported"]).collect();
    assert_eq!(imported, [&json!(false), &json!(true)]);
}
