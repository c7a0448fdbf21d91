//! `include=price` in lists and searches, and `/price-calendar`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, Collector, Market, Server, World, attribute, booking, data, listing_fields, stay};

on_both_engines! {
    the_price_in_a_list_is_the_price_of_a_quote
    totals_filter_lists_and_counts
    a_request_for_prices_needs_a_stay
    a_page_of_prices_takes_as_many_statements_as_one_price
    a_calendar_of_prices_shows_each_night
    a_calendar_of_prices_is_not_sent_again
    of_others_no_calendar_is_shown
    every_bad_calendar_has_its_own_error
}

const NIGHTS: &str = "checkInDate=2060-01-10&checkOutDate=2060-01-13&guests=2";
const AROUND: &str = "location=40.7128,-74.0060&radius=5";

/// Opens a market whose account has markups and charges.
fn priced(world: &World) -> Market<'_> {
    let market = Market::open(world);
    market.set_account(&json!({
        "markupPercentage": 7.77, "distributionMarkupPercentage": 5.05, "defaultDiscountPercentage": 1.5
    }));
    let stated = json!({ "charges": [
        { "name": "Cleaning", "kind": "FEE", "basis": "PER_STAY", "amount": 79.995 },
        { "name": "City tax", "kind": "TAX", "basis": "PER_GUEST_PER_NIGHT", "amount": 2.345, "maxNights": 2 },
        { "name": "VAT", "kind": "TAX", "basis": "PERCENTAGE", "percentage": 7.125 },
    ] });
    let charges = format!("/api/v1/integration-account/{}/charges", market.account);
    data(200, &market.as_owner().put(&charges, &stated));
    market
}

/// Returns the items of a list.
fn items(client: &Client, path: &str) -> Vec<Value> {
    data(200, &client.get(path)).as_array().expect("a list").clone()
}

fn the_price_in_a_list_is_the_price_of_a_quote(world: &World) {
    let market = priced(world);
    let listing = market.listing();
    let found =
        items(&market.as_importer(), &format!("/api/v1/tenants/search-listings?{AROUND}&{NIGHTS}&include=price"));
    market.import(&market.importer, &[&listing]);
    for client in [market.as_owner(), market.as_importer()] {
        let quote = data(201, &client.post("/api/v1/quote", &stay(&listing, "2060-01-10", "2060-01-13")));
        for path in ["/api/v1/listing?", &format!("/api/v1/listing?{AROUND}&")] {
            let listed = items(&client, &format!("{path}{NIGHTS}&include=price"));
            let stay = &listed[0]["stay"];
            for field in ["nights", "totalPrice", "priceBeforeTaxes", "currency"] {
                assert_eq!(stay[field], quote[field], "{field}: {stay}");
            }
            let average = quote["totalPrice"].as_f64().expect("a number") / 3.0;
            assert!((stay["averageNightlyPrice"].as_f64().expect("a number") - average).abs() < 0.005_000_1, "{stay}");
            assert!(items(&client, &format!("{path}{NIGHTS}"))[0].get("stay").is_none(), "nobody asked");
        }
    }
    let imported = items(&market.as_importer(), &format!("/api/v1/tenants/imported-listings?{NIGHTS}&include=price"));
    assert_eq!(found[0]["stay"], imported[0]["stay"], "as an importer would sell it");
    assert_eq!(
        market.as_owner().patch(&format!("/api/v1/listing/{listing}"), &json!({ "minimumNights": 4 })).status,
        200
    );
    assert!(items(&market.as_owner(), &format!("/api/v1/listing?{NIGHTS}&include=price"))[0].get("stay").is_none());
}

fn totals_filter_lists_and_counts(world: &World) {
    let market = Market::open(world);
    let owner = market.as_owner();
    for (number, price) in [100, 200, 300].into_iter().enumerate() {
        let mut fields = listing_fields(&format!("P-{number}"));
        fields["integrationAccountID"] = json!(market.account);
        fields["startPrice"] = json!(price);
        data(201, &owner.post("/api/v1/listing", &fields));
    }
    for (bounds, expected) in [
        ("minTotal=600", &[600.0, 900.0][..]),
        ("minTotal=600.01", &[900.0]),
        ("maxTotal=600", &[300.0, 600.0]),
        ("minTotal=301&maxTotal=899.99", &[600.0]),
        ("minTotal=901", &[]),
    ] {
        let list = format!("{NIGHTS}&{bounds}");
        let listed = items(&owner, &format!("/api/v1/listing?{list}&include=price"));
        let totals: Vec<_> =
            listed.iter().map(|found| found["stay"]["totalPrice"].as_f64().expect("a total")).collect();
        assert_eq!(totals, expected, "{bounds}");
        for path in ["/api/v1/listing/count?", &format!("/api/v1/listing/count?{AROUND}&")] {
            assert_eq!(owner.get(&format!("{path}{list}")).json["count"], json!(expected.len()), "{bounds}");
        }
        let search = format!("/api/v1/tenants/search-listings/count?{AROUND}&{list}");
        assert_eq!(market.as_importer().get(&search).json["count"], json!(expected.len()), "{bounds}");
    }
}

fn a_request_for_prices_needs_a_stay(world: &World) {
    let client = Market::open(world).as_owner();
    for (query, expected) in [
        ("include=price", &["checkInDate", "checkOutDate", "guests"][..]),
        ("minTotal=1", &["checkInDate", "checkOutDate", "guests"]),
        ("include=price&checkInDate=2060-01-10&guests=2", &["checkOutDate"]),
        ("maxTotal=1&checkInDate=2060-01-10&checkOutDate=2060-01-11", &["guests"]),
        (&format!("{NIGHTS}&include=prices"), &["include"]),
        (&format!("{NIGHTS}&include="), &["include"]),
        (&format!("{NIGHTS}&minTotal=-1&maxTotal=10000000000001"), &["maxTotal", "minTotal"]),
        (&format!("{NIGHTS}&minTotal=cheap&maxTotal=1e2"), &["maxTotal", "minTotal"]),
        ("include=price&checkInDate=2060-01-10&checkOutDate=2060-01-13&guests=0", &["guests"]),
        ("include=price&checkInDate=2060-01-13&checkOutDate=2060-01-10&guests=2", &["checkOutDate"]),
    ] {
        for path in ["listing", "listing/count", "tenants/imported-listings"] {
            let refused = client.get(&format!("/api/v1/{path}?{query}"));
            assert_eq!((refused.status, refused.field_errors()), (422, expected.to_vec()), "{path} {query}");
        }
    }
}

fn a_page_of_prices_takes_as_many_statements_as_one_price(world: &World) {
    let market = priced(world);
    let collector = Collector::start();
    let exporting = Server::start_within(
        world.server.engine.clone(),
        &[("OTEL_EXPORTER_OTLP_ENDPOINT", &collector.url), ("OTEL_BSP_SCHEDULE_DELAY", "50")],
    );
    let client = Client::new(&exporting.base).calry(&world.key).named(&market.owner);
    let asked = |path: &str, trace: &str, most: usize| {
        let parent = format!("00-{trace}-00f067aa0ba902b7-01");
        let listed = items(&client.clone().with("traceparent", &parent), path);
        assert_eq!(listed.len(), most);
        // The request's own span ends after those of its statements, and is exported with or after them.
        let route = |span: &opentelemetry_proto::tonic::trace::v1::Span| {
            attribute(span, "http.route").is_some() && data_encoding::HEXLOWER.encode(&span.trace_id) == trace
        };
        collector.span(route);
        let (_, spans) = collector.so_far();
        let of_trace = spans.iter().filter(|span| data_encoding::HEXLOWER.encode(&span.trace_id) == trace);
        of_trace.filter(|span| attribute(span, "db.query.text").is_some()).count()
    };
    let prices = format!("/api/v1/listing?per_page=100&{NIGHTS}&include=price");
    let calendar =
        |ids: &str| format!("/api/v1/price-calendar?listingIDs={ids}&startDate=2060-01-10&endDate=2060-02-10");
    let first = market.listing();
    let one = asked(&prices, "4bf92f3577b34da6a3ce929d0e0e4701", 1);
    let one_calendar = asked(&calendar(&first), "4bf92f3577b34da6a3ce929d0e0e4702", 1);
    let more: Vec<_> = (0..9).map(|_| market.listing()).collect();
    // A request that looks up its key takes one more.
    assert!(asked(&prices, "4bf92f3577b34da6a3ce929d0e0e4703", 10) <= one);
    assert!(asked(&calendar(&more.join(",")), "4bf92f3577b34da6a3ce929d0e0e4704", 9) <= one_calendar);
    // On Citus a list first asks two small ones.
    assert!((1..=4).contains(&one) && (1..=3).contains(&one_calendar), "{one} {one_calendar}");
}

fn a_calendar_of_prices_shows_each_night(world: &World) {
    let market = Market::open(world);
    let [first, second] = [(); 2].map(|()| market.shared());
    let owner = market.as_owner();
    let ranges = json!({ "ranges": [
        { "startDate": "2060-01-11", "endDate": "2060-01-12", "price": 199.99, "minimumNights": 2, "maximumNights": 5 },
        { "startDate": "2060-01-12", "endDate": "2060-01-13", "status": "NOT_AVAILABLE" },
    ] });
    data(200, &owner.put(&format!("/api/v1/availability/{first}"), &ranges));
    data(201, &owner.post("/api/v1/reservation", &booking(&second, "2060-01-11", "2060-01-13")));
    let night = |date: &str, price: f64, available: bool, minimum: i64, maximum: Option<i64>| {
        json!({
            "date": date, "price": price, "available": available, "minimumNights": minimum, "maximumNights": maximum,
        })
    };
    let plain = |date, available| night(date, 149.0, available, 1, None);
    let expected = |guests_fit: bool| {
        json!([
            { "listingID": first, "currency": "USD", "nights": [
                plain("2060-01-10", guests_fit), night("2060-01-11", 199.99, guests_fit, 2, Some(5)),
                plain("2060-01-12", false), plain("2060-01-13", guests_fit),
            ] },
            { "listingID": second, "currency": "USD", "nights": [
                plain("2060-01-10", guests_fit), plain("2060-01-11", false), plain("2060-01-12", false),
                plain("2060-01-13", guests_fit),
            ] },
        ])
    };
    let nights = "startDate=2060-01-10&endDate=2060-01-14";
    for client in [&owner, &market.as_importer()] {
        for whose in [
            format!("listingIDs={first},{second}"),
            format!("listingIDs={second}&listingIDs={first}"),
            format!("integrationAccountID={}", market.account),
        ] {
            for (guests, fit) in [("", true), ("&guests=4", true), ("&guests=5", false)] {
                let found = data(200, &client.get(&format!("/api/v1/price-calendar?{whose}&{nights}{guests}")));
                assert_eq!(found, expected(fit), "{whose}{guests}");
            }
        }
    }
    let quote = data(201, &owner.post("/api/v1/quote", &stay(&first, "2060-01-10", "2060-01-12")));
    assert_eq!(quote["totalPrice"], json!(348.99), "no line but the nights");
    assert_eq!(owner.patch(&format!("/api/v1/listing/{first}"), &json!({ "status": "INACTIVE" })).status, 200);
    let closed = data(200, &owner.get(&format!("/api/v1/price-calendar?listingIDs={first}&{nights}")));
    let nights = closed[0]["nights"].as_array().expect("nights");
    assert!(nights.iter().all(|night| night["available"] == json!(false)), "{closed}");
}

fn a_calendar_of_prices_is_not_sent_again(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    let owner = market.as_owner();
    let path = format!("/api/v1/price-calendar?listingIDs={listing}&startDate=2060-01-10&endDate=2060-01-14");
    let read = owner.get(&path);
    let tag = read.header("etag").expect("a tag");
    assert_eq!(owner.clone().with("if-none-match", tag).get(&path).status, 304);
    data(201, &owner.post("/api/v1/reservation", &booking(&listing, "2060-01-11", "2060-01-13")));
    assert_eq!(owner.with("if-none-match", tag).get(&path).status, 200);
}

fn of_others_no_calendar_is_shown(world: &World) {
    let market = Market::open(world);
    let [shared, own] = [market.shared(), market.listing()];
    let importer = market.as_importer();
    let nights = "startDate=2060-01-10&endDate=2060-01-14";
    let read = |client: &Client, ids: &[&str]| {
        client.get(&format!("/api/v1/price-calendar?listingIDs={}&{nights}", ids.join(",")))
    };
    let unknown = "0192f0c1-7b1e-7000-8000-00000000000a";
    for id in [&own, unknown] {
        let refused = read(&importer, &[&shared, id]);
        assert_eq!((refused.refusal(), refused.field_errors()), ((404, "listing_not_found"), vec!["listingIDs.1"]));
    }
    let of_account = format!("/api/v1/price-calendar?integrationAccountID={}&{nights}", market.account);
    assert_eq!(id_of_each(&data(200, &importer.get(&of_account))), std::slice::from_ref(&shared));
    let stranger = world.calry().named(&world.tenant_id("A stranger"));
    assert_eq!(data(200, &stranger.get(&of_account)), json!([]));
    let elsewhere = world.other_workspace();
    let refused = read(&Client::new(&world.server.base).calry(&elsewhere.key), &[&shared]);
    assert_eq!(refused.refusal(), (404, "listing_not_found"));
    market.set_account(&json!({ "allowImport": false }));
    assert_eq!(read(&importer, &[&shared]).refusal(), (404, "listing_not_found"), "it sleeps");
    assert_eq!(data(200, &importer.get(&of_account)), json!([]));
}

fn id_of_each(found: &Value) -> Vec<String> {
    let text = |listing: &Value| listing["listingID"].as_str().expect("an id").to_owned();
    found.as_array().expect("a list").iter().map(text).collect()
}

fn every_bad_calendar_has_its_own_error(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    let owner = market.as_owner();
    let nights = "startDate=2060-01-10&endDate=2060-01-14";
    let many = vec![listing.as_str(); 101].join(",");
    for (query, expected) in [
        (nights.to_owned(), &["listingIDs"][..]),
        (format!("listingIDs={listing}&integrationAccountID={}&{nights}", market.account), &["listingIDs"]),
        (format!("listingIDs=x,{listing}&{nights}"), &["listingIDs.0"]),
        (format!("listingIDs={many}&{nights}"), &["listingIDs"]),
        (format!("integrationAccountID=x&{nights}"), &["integrationAccountID"]),
        (format!("listingIDs={listing}"), &["endDate", "startDate"]),
        (format!("listingIDs={listing}&startDate=2060-01-10&endDate=2061-01-15"), &["endDate"]),
        (format!("listingIDs={listing}&startDate=2060-01-10&endDate=2060-01-10"), &["endDate"]),
        (format!("listingIDs={listing}&{nights}&guests=0"), &["guests"]),
        (format!("listingIDs={listing}&{nights}&guests=1001"), &["guests"]),
        (format!("listingIDs={listing}&startDate=2060-02-30&endDate=soon"), &["endDate", "startDate"]),
    ] {
        let refused = owner.get(&format!("/api/v1/price-calendar?{query}"));
        assert_eq!((refused.status, refused.field_errors()), (422, expected.to_vec()), "{query}: {}", refused.text);
    }
    let refused = owner.get(&format!("/api/v1/price-calendar?listingIDs={listing}&{nights}&guests=two"));
    assert_eq!(refused.status, 400);
    let longest =
        owner.get(&format!("/api/v1/price-calendar?listingIDs={listing}&startDate=2060-01-10&endDate=2061-01-14"));
    assert_eq!(data(200, &longest)[0]["nights"].as_array().map(Vec::len), Some(370));
}
