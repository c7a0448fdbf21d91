//! Tests of the limit on wrong coupon codes.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, Market, World, booking, data, stay};

on_both_engines! {
    after_ten_wrong_codes_of_a_tenant_none_is_looked_up
    what_names_no_code_is_not_limited
}

/// Returns a market whose owner gives a promotion on its listing for the code SUMMER.
fn with_coupon(world: &World) -> (Market<'_>, String) {
    let market = Market::open(world);
    let listing = market.shared();
    let promotion = world.promotion(&market.owner, &market.account);
    let path = format!("/api/v1/promotions/{promotion}");
    data(200, &market.as_owner().patch(&path, &json!({ "couponCode": "SUMMER" })));
    let given = market.as_owner().put(&format!("{path}/listings/assign"), &json!({ "listingIDs": [listing] }));
    assert_eq!(given.status, 200, "{}", given.text);
    (market, listing)
}

/// Requests a quote or a booking with a code.
fn send(client: &Client, path: &str, mut body: Value, code: &str) -> Answer {
    body["couponCode"] = json!(code);
    client.post(path, &body)
}

/// Returns the number of codes that were counted with this result.
fn counted(world: &World, result: &str) -> u32 {
    let text = world.client().get("/metrics").text;
    let series = format!("tenantry_coupon_codes_total{{result=\"{result}\"}} ");
    let value = text.lines().find_map(|line| line.strip_prefix(&series)).expect("a series");
    value.parse().expect("a number")
}

fn after_ten_wrong_codes_of_a_tenant_none_is_looked_up(world: &World) {
    let (market, listing) = with_coupon(world);
    let importer = market.as_importer();
    // Keys of the same tenant, its own and an administrator's, by both headers.
    let own = world.client().bearer(&world.key_in(&market.importer, "ADMIN"));
    let nights = || stay(&listing, "2030-01-10", "2030-01-12");
    let sold = || booking(&listing, "2030-01-10", "2030-01-12");
    data(201, &send(&importer, "/api/v1/quote", nights(), "summer"));
    for number in 0..10 {
        let client = [&importer, &own][number % 2];
        let code = format!("GUESS-{number}");
        let wrong = match number % 4 {
            0 | 1 => send(client, "/api/v1/quote", nights(), &code),
            _ => send(client, "/api/v1/reservation", sold(), &code),
        };
        assert_eq!((wrong.refusal(), wrong.field_errors()), ((422, "promotion_not_valid"), vec!["couponCode"]));
    }
    for client in [&importer, &own] {
        for (path, body) in [("/api/v1/quote", nights()), ("/api/v1/reservation", sold())] {
            let [right, wrong] = ["SUMMER", "WINTER"].map(|code| send(client, path, body.clone(), code));
            for limited in [&right, &wrong] {
                assert_eq!(limited.refusal(), (429, "too_many_coupon_codes"), "{}", limited.text);
                let wait: u32 = limited.header("retry-after").expect("a wait").parse().expect("seconds");
                assert!((1..=60).contains(&wait), "{wait}");
            }
        }
    }
    assert_eq!((counted(world, "wrong"), counted(world, "limited")), (10, 8));
    data(201, &send(&market.as_owner(), "/api/v1/quote", nights(), "SUMMER"));
}

fn what_names_no_code_is_not_limited(world: &World) {
    let (market, listing) = with_coupon(world);
    let importer = market.as_importer();
    let nights = || stay(&listing, "2030-01-10", "2030-01-12");
    let mut unknown = nights();
    unknown["promotionID"] = json!("0192f0c1-7b1e-7000-8000-000000000000");
    for _ in 0..12 {
        assert_eq!(importer.post("/api/v1/quote", &unknown).refusal(), (422, "promotion_not_valid"));
    }
    data(201, &send(&importer, "/api/v1/quote", nights(), "SUMMER"));
    assert_eq!((counted(world, "wrong"), counted(world, "limited")), (0, 0));
    for number in 0..11 {
        send(&importer, "/api/v1/quote", nights(), &format!("GUESS-{number}"));
    }
    data(201, &importer.post("/api/v1/quote", &nights()));
}
