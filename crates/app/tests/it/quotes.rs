//! `/quote`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Client, Market, World, data, stay};

on_both_engines! {
    a_price_is_reckoned_line_by_line
    an_importer_sells_with_a_markup_and_the_owner_without
    amounts_have_the_digits_of_their_currency
    the_workspaces_discount_holds_where_the_account_has_none
    every_bad_input_has_its_own_error
    all_field_errors_are_told_at_once
    what_cannot_be_read_is_400
    what_is_not_offered_is_not_priced
}

const QUOTE: &str = "/api/v1/quote";

/// Returns the request of a stay of three nights.
fn three_nights(listing: &str) -> Value {
    stay(listing, "2060-01-10", "2060-01-13")
}

/// Creates two nights at 149.00, one at 199.99, and a promotion of 20 % on all of them.
fn with_calendar_and_promotion(market: &Market, listing: &str) {
    market.set_account(&json!({
        "markupPercentage": 10, "distributionMarkupPercentage": 5, "defaultDiscountPercentage": 2.5,
    }));
    let owner = market.as_owner();
    let range = json!({ "startDate": "2060-01-12", "endDate": "2060-01-13", "price": 199.99 });
    let edited = owner.put(&format!("/api/v1/availability/{listing}"), &json!({ "ranges": [range] }));
    assert_eq!(edited.status, 200, "{}", edited.text);
    let promotion = json!({
        "integrationAccountID": market.account, "name": "Winter", "couponCode": "WINTER", "discountPercentage": 20,
        "startDate": "2060-01-01", "endDate": "2060-01-31",
    });
    let promotion = data(201, &owner.post("/api/v1/promotions", &promotion));
    let path = format!("/api/v1/promotions/{}/listings/assign", promotion["id"].as_str().expect("an id"));
    let assigned = owner.put(&path, &json!({ "listingIDs": [listing] }));
    assert_eq!(assigned.status, 200, "{}", assigned.text);
}

fn a_price_is_reckoned_line_by_line(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    with_calendar_and_promotion(&market, &listing);
    let mut asked = three_nights(&listing);
    asked["couponCode"] = json!("winter");
    let answer = market.as_importer().post(QUOTE, &asked);
    let quote = data(201, &answer);
    insta::assert_json_snapshot!("a_quote", quote, {
        ".id" => "[id]", ".listingID" => "[id]", ".expiresAt" => "[instant]",
    });
    // Exact decimal digits, which binary floating point would not give.
    for part in [
        r#""totalPrice":460.64"#,
        r#""fees":{"amount":0.00"#,
        r#""percentage":2.5,"value":12.45"#,
        r#""basePrice":{"amount":497.99"#,
    ] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
    }
}

fn an_importer_sells_with_a_markup_and_the_owner_without(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    market.set_account(&json!({ "markupPercentage": 10, "distributionMarkupPercentage": 50 }));
    let price = |client: &Client| {
        let quote = data(201, &client.post(QUOTE, &three_nights(&listing)));
        (quote["totalPrice"].clone(), quote["priceModifications"]["distributionMarkup"].clone())
    };
    assert_eq!(price(&market.as_owner()), (json!(491.7), Value::Null));
    let markup = json!({ "percentage": 50, "value": 223.5 });
    assert_eq!(price(&market.as_importer()), (json!(715.2), markup));
}

fn amounts_have_the_digits_of_their_currency(world: &World) {
    let market = Market::open(world);
    market.set_account(&json!({ "markupPercentage": 10 }));
    for (currency, price, parts) in [
        ("JPY", "15005", [r#""totalPrice":49517,"#, r#""basePrice":{"amount":45015,"#, r#""fees":{"amount":0,"#]),
        (
            "KWD",
            "10.005",
            [r#""totalPrice":33.017,"#, r#""basePrice":{"amount":30.015,"#, r#""fees":{"amount":0.000,"#],
        ),
    ] {
        let listing = market.listing();
        let body = format!(r#"{{"currency":"{currency}","startPrice":{price}}}"#);
        let path = format!("/api/v1/listing/{listing}");
        let changed = market.as_owner().send("PATCH", &path, "application/json", body);
        assert_eq!(changed.status, 200, "{}", changed.text);
        let answer = market.as_owner().post(QUOTE, &three_nights(&listing));
        assert_eq!((answer.status, &answer.json["data"]["currency"]), (201, &json!(currency)), "{}", answer.text);
        for part in parts {
            assert!(answer.text.contains(part), "{part}: {}", answer.text);
        }
    }
}

fn the_workspaces_discount_holds_where_the_account_has_none(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    let workspace = world.calry().patch("/api/v1/workspace", &json!({ "defaultDiscountPercentage": 10 }));
    assert_eq!(workspace.status, 200, "{}", workspace.text);
    for (discount, total) in [(Value::Null, 402.3), (json!(0), 447.0), (json!(100), 0.0)] {
        market.set_account(&json!({ "defaultDiscountPercentage": discount }));
        let quote = data(201, &market.as_owner().post(QUOTE, &three_nights(&listing)));
        assert_eq!(quote["totalPrice"], json!(total), "{discount}");
    }
}

/// Also tests a booking, which has the same fields.
fn every_bad_input_has_its_own_error(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    with_calendar_and_promotion(&market, &listing);
    let ranges = json!({ "ranges": [
        { "startDate": "2060-02-01", "endDate": "2060-02-02", "minimumNights": 3, "maximumNights": 5 },
        { "startDate": "2060-03-01", "endDate": "2060-03-02", "status": "NOT_AVAILABLE" },
    ] });
    let edited = market.as_owner().put(&format!("/api/v1/availability/{listing}"), &ranges);
    assert_eq!(edited.status, 200, "{}", edited.text);
    let foreign = json!({
        "integrationAccountID": world.account(&market.importer), "name": "Theirs", "couponCode": "THEIRS",
        "discountPercentage": 20, "startDate": "2060-01-01", "endDate": "2060-12-31",
    });
    let foreign = data(201, &market.as_importer().post("/api/v1/promotions", &foreign))["id"].clone();

    let with = |field: &str, value: Value| {
        let mut asked = three_nights(&listing);
        asked[field] = value;
        asked
    };
    let nobody = "0192f0c1-7b1e-7000-8000-00000000000a";
    let invalid = |field| ((422, "validation_failed"), Some(field));
    for (why, asked, (refusal, field)) in [
        ("reversed dates", stay(&listing, "2060-01-13", "2060-01-10"), invalid("checkOutDate")),
        ("zero nights", stay(&listing, "2060-01-13", "2060-01-13"), invalid("checkOutDate")),
        ("1,000 nights", stay(&listing, "2060-01-13", "2062-10-09"), invalid("checkOutDate")),
        ("past dates", stay(&listing, "2020-01-10", "2020-01-13"), invalid("checkInDate")),
        ("no such day", stay(&listing, "2060-02-30", "2060-03-03"), invalid("checkInDate")),
        ("too few nights", stay(&listing, "2060-02-01", "2060-02-03"), invalid("checkOutDate")),
        ("too many nights", stay(&listing, "2060-02-01", "2060-02-08"), invalid("checkOutDate")),
        ("nobody", with("guests", json!(0)), invalid("guests")),
        ("more people than find room", with("guests", json!(5)), invalid("guests")),
        ("no listing", with("listingID", json!("loft")), invalid("listingID")),
        ("no currency", with("currency", json!("dollars")), invalid("currency")),
        ("another currency", with("currency", json!("EUR")), ((422, "currency_mismatch"), Some("currency"))),
        (
            "another account's promotion",
            with("promotionID", foreign),
            ((422, "promotion_not_valid"), Some("promotionID")),
        ),
        ("no promotion", with("promotionID", json!(nobody)), ((422, "promotion_not_valid"), Some("promotionID"))),
        (
            "another account's coupon",
            with("couponCode", json!("THEIRS")),
            ((422, "promotion_not_valid"), Some("couponCode")),
        ),
        ("an unknown listing", with("listingID", json!(nobody)), ((404, "listing_not_found"), Some("listingID"))),
        ("a blocked night", stay(&listing, "2060-02-28", "2060-03-02"), ((409, "not_available"), None)),
    ] {
        let mut booking = asked.clone();
        booking["guest"] = crate::support::guest();
        for (path, body) in [(QUOTE, &asked), ("/api/v1/reservation", &booking)] {
            let refused = market.as_importer().post(path, body);
            assert_eq!(refused.refusal(), refusal, "{why}: {path} {}", refused.text);
            assert_eq!(refused.field_errors(), field.into_iter().collect::<Vec<_>>(), "{why}: {}", refused.text);
        }
    }
    assert_eq!(market.as_owner().get("/api/v1/reservation/count").json, json!({ "count": 0 }));
}

fn all_field_errors_are_told_at_once(world: &World) {
    let market = Market::open(world);
    let refused = market.as_owner().post(QUOTE, &json!({}));
    assert_eq!(refused.refusal(), (422, "validation_failed"));
    assert_eq!(refused.field_errors(), ["checkInDate", "checkOutDate", "guests", "listingID"]);

    let mut asked = stay(&market.listing(), "2020-01-10", "2020-01-13");
    asked["guests"] = json!(5);
    let refused = market.as_owner().post(QUOTE, &asked);
    assert_eq!(
        (refused.refusal(), refused.field_errors()),
        ((422, "validation_failed"), vec!["checkInDate", "guests"])
    );
    assert_eq!(refused.json["errors"]["guests"], json!(["The guests may not be more than 4."]));
}

fn what_cannot_be_read_is_400(world: &World) {
    let market = Market::open(world);
    for (field, value) in [
        ("guests", json!("2")),
        ("guests", json!(1.5)),
        ("checkInDate", json!(20_600_110)),
        ("listingID", json!({})),
        ("promotionID", json!([])),
    ] {
        let mut asked = three_nights(&market.owner);
        asked[field] = value;
        let refused = market.as_owner().post(QUOTE, &asked);
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
        assert!(refused.text.contains(&format!("at {field}: ")), "{}", refused.text);
    }
}

fn what_is_not_offered_is_not_priced(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let price = |client: &Client| client.post(QUOTE, &three_nights(&listing));
    let sibling = world.calry().named(&world.tenant_id("Sibling"));
    assert_eq!(price(&sibling).refusal(), (404, "listing_not_found"), "the tenant does not import the listing");

    market.set_account(&json!({ "allowImport": false }));
    assert_eq!(price(&market.as_importer()).refusal(), (409, "import_asleep"));
    assert_eq!(price(&market.as_owner()).status, 201, "the owner can still sell");
    market.set_account(&json!({ "allowImport": true, "status": "INACTIVE" }));
    assert_eq!(price(&market.as_importer()).refusal(), (409, "import_asleep"));
    assert_eq!(price(&market.as_owner()).refusal(), (409, "not_available"));
    market.set_account(&json!({ "status": "ACTIVE" }));
    assert_eq!(price(&market.as_importer()).status, 201, "awake again");

    let removed = json!({ "listingIDs": [listing] });
    assert_eq!(market.as_importer().post("/api/v1/tenants/remove-imported-listings", &removed).status, 200);
    assert_eq!(price(&market.as_importer()).refusal(), (404, "listing_not_found"));
}
