//! `/integration-account/{id}/charges`, and the fees and taxes in prices.

use std::fs;

use serde_json::{Value, json};

use crate::architecture::root;
use crate::on_both_engines;
use crate::support::{Answer, Client, Market, World, booking, data, id_of, quoted, stay, until_so};

on_both_engines! {
    the_worked_example_costs_what_the_page_says
    charges_are_replaced_as_a_whole_and_shown_to_their_owner
    charges_are_replaced_only_as_they_were_seen
    an_importer_sells_with_the_charges_and_sees_them_in_prices_only
    what_was_quoted_or_sold_keeps_its_lines
    charges_move_with_their_account
    every_bad_charge_has_its_own_error_and_nothing_is_stored
    what_cannot_be_read_is_400
    a_change_of_charges_is_told_to_the_owner
}

fn path(account: &str) -> String {
    format!("/api/v1/integration-account/{account}/charges")
}

fn cleaning() -> Value {
    json!({ "name": "Cleaning fee", "kind": "FEE", "basis": "PER_STAY", "amount": 80 })
}

fn city_tax() -> Value {
    json!({ "name": "City tax", "kind": "TAX", "basis": "PER_GUEST_PER_NIGHT", "amount": 2.5, "maxNights": 21 })
}

fn value_added_tax() -> Value {
    json!({ "name": "Value-added tax", "kind": "TAX", "basis": "PERCENTAGE", "percentage": 7 })
}

fn put(client: &Client, account: &str, charges: &[Value]) -> Answer {
    client.put(&path(account), &json!({ "charges": charges }))
}

/// States the charges as the owner, and returns them as answered.
fn state(market: &Market, charges: &[Value]) -> Value {
    data(200, &put(&market.as_owner(), &market.account, charges))["charges"].clone()
}

fn quote(client: &Client, listing: &str) -> Value {
    data(201, &client.post("/api/v1/quote", &stay(listing, "2060-01-10", "2060-01-13")))
}

/// Returns the prices of the lines of a component.
fn prices(priced: &Value, component: &str) -> Vec<f64> {
    let lines = priced["components"][component]["breakdown"].as_array().expect("lines");
    lines.iter().map(|line| line["price"].as_f64().expect("a number")).collect()
}

fn the_worked_example_costs_what_the_page_says(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    market.set_account(&json!({ "markupPercentage": 10, "defaultDiscountPercentage": 2.5 }));
    state(&market, &[cleaning(), city_tax(), value_added_tax()]);
    let answer = market.as_owner().post("/api/v1/quote", &stay(&listing, "2060-01-01", "2060-01-31"));
    assert_eq!(answer.status, 201, "{}", answer.text);
    let page = fs::read_to_string(root().join("docs/selling.md")).expect("the page");
    for (part, line) in [
        (r#""basePrice":{"amount":4470.00"#, "| basePrice | 149.00 × 30 nights | 4470.00 |"),
        (r#""markup":{"percentage":10,"value":447.00}"#, "| markup | 10 % of 4470.00 | + 447.00 |"),
        (
            r#"{"name":"defaultDiscount","description":"2.5% of 4470.00","price":111.75}"#,
            "| defaultDiscount | 2.5 % of 4470.00 | − 111.75 |",
        ),
        (
            r#""fees":{"amount":80.00,"breakdown":[{"name":"Cleaning fee","description":"80 per stay","price":80.00}]}"#,
            "| Cleaning fee | 80 per stay | + 80.00 |",
        ),
        (r#""priceBeforeTaxes":4885.25"#, "| **priceBeforeTaxes** | | **4885.25** |"),
        (
            r#"{"name":"City tax","description":"2.5 × 2 guests × 21 nights","price":105.00}"#,
            "| City tax | 2.5 × 2 guests × 21 nights | + 105.00 |",
        ),
        (
            r#"{"name":"Value-added tax","description":"7% of 4885.25","price":341.97}"#,
            "| Value-added tax | 7 % of 4885.25 = 341.9675 | + 341.97 |",
        ),
        (r#""totalPrice":5332.22"#, "| **totalPrice** | | **5332.22** |"),
    ] {
        assert!(answer.text.contains(part), "{part}: {}", answer.text);
        assert!(page.contains(line), "{line}");
    }
}

fn charges_are_replaced_as_a_whole_and_shown_to_their_owner(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    let owner = market.as_owner();
    let shown = || data(200, &owner.get(&path(&market.account)))["charges"].clone();
    assert_eq!(shown(), json!([]));
    let mut seasonal = city_tax();
    seasonal["listingIDs"] = json!([listing]);
    seasonal["countsChildren"] = json!(true);
    seasonal["firstCheckIn"] = json!("2060-01-01");
    seasonal["lastCheckIn"] = json!("2060-12-31");
    let stated = state(&market, &[cleaning(), seasonal]);
    assert_eq!(shown(), stated);
    let [fee, tax] = [0, 1].map(|place| stated[place].clone());
    let expected = json!({
        "id": fee["id"], "name": "Cleaning fee", "kind": "FEE", "basis": "PER_STAY", "amount": 80, "percentage": null,
        "maxNights": null, "countsChildren": false, "isTaxable": true, "listingIDs": null, "firstCheckIn": null,
        "lastCheckIn": null,
    });
    assert_eq!(fee, expected);
    let expected = json!({
        "id": tax["id"], "name": "City tax", "kind": "TAX", "basis": "PER_GUEST_PER_NIGHT", "amount": 2.5,
        "percentage": null, "maxNights": 21, "countsChildren": true, "isTaxable": null, "listingIDs": [listing],
        "firstCheckIn": "2060-01-01", "lastCheckIn": "2060-12-31",
    });
    assert_eq!(tax, expected);

    assert_eq!(state(&market, &[fee.clone(), tax.clone()]), stated, "what is shown may be sent back");
    assert_eq!(state(&market, std::slice::from_ref(&tax)), json!([tax]), "what is not sent ends");
    assert_eq!(owner.delete(&format!("/api/v1/listing/{listing}")).status, 204);
    assert_eq!(shown()[0]["listingIDs"], json!([]));
    let ended = put(&owner, &market.account, &[fee]);
    assert_eq!((ended.refusal(), ended.field_errors()), ((422, "validation_failed"), vec!["charges.0.id"]));
    assert_eq!(state(&market, &[]), json!([]));
}

fn charges_are_replaced_only_as_they_were_seen(world: &World) {
    let market = Market::open(world);
    let account = format!("/api/v1/integration-account/{}", market.account);
    let tag = |path: &str| market.as_owner().get(path).header("etag").expect("a tag").to_owned();
    let (seen, of_account) = (tag(&path(&market.account)), tag(&account));
    let with = |tag: &str| market.as_owner().with("if-match", tag);
    let replaced = put(&with(&seen), &market.account, &[cleaning()]);
    assert_eq!(replaced.status, 200, "{}", replaced.text);
    assert_eq!(replaced.header("etag"), Some(&*tag(&path(&market.account))));
    assert_eq!(put(&with(&seen), &market.account, &[]).refusal(), (412, "precondition_failed"));
    assert_eq!(tag(&account), of_account, "the account shows no charges");
}

fn an_importer_sells_with_the_charges_and_sees_them_in_prices_only(world: &World) {
    let market = Market::open(world);
    let (listing, other) = (market.shared(), market.shared());
    let mut elsewhere = cleaning();
    elsewhere["listingIDs"] = json!([other]);
    let mut later = cleaning();
    later["firstCheckIn"] = json!("2060-01-11");
    state(&market, &[city_tax(), elsewhere, later]);
    let own = world.account(&market.importer);
    assert_eq!(put(&market.as_importer(), &own, &[cleaning()]).status, 200, "charges of the importer's own account");
    for client in [market.as_owner(), market.as_importer()] {
        let quote = quote(&client, &listing);
        assert_eq!((prices(&quote, "fees"), prices(&quote, "taxes")), (vec![], vec![15.0]));
        assert_eq!((&quote["priceBeforeTaxes"], &quote["totalPrice"]), (&json!(447.0), &json!(462.0)));
    }
    assert_eq!(prices(&quote(&market.as_importer(), &other), "fees"), [80.0]);
    let unknown = "0192f0c1-7b1e-7000-8000-00000000000a";
    for account in [&*market.account, unknown] {
        let importer = market.as_importer();
        let not_found = (404, "integration_account_not_found");
        assert_eq!(importer.get(&path(account)).refusal(), not_found);
        assert_eq!(put(&importer, account, &[]).refusal(), not_found);
    }
}

fn what_was_quoted_or_sold_keeps_its_lines(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    state(&market, &[cleaning(), city_tax(), value_added_tax()]);
    let importer = market.as_importer();
    let quoted_price = quote(&importer, &listing);
    let sold = booking(&listing, "2060-02-10", "2060-02-13");
    let sold = data(201, &importer.post("/api/v1/reservation", &sold));
    assert_eq!(sold["components"], quoted_price["components"]);
    state(&market, &[cleaning()]);

    let booked = data(201, &importer.post("/api/v1/reservation", &quoted(&id_of(&quoted_price))));
    for field in ["components", "priceBeforeTaxes", "totalPrice", "priceModifications"] {
        assert_eq!(booked[field], quoted_price[field], "a quote costs what it says");
    }
    let found = market.as_owner().get(&format!("/api/v1/reservation/{}", id_of(&sold)));
    assert_eq!(data(200, &found)["components"], sold["components"]);

    let mut again = booking(&listing, "2060-03-10", "2060-03-13");
    again["totalPrice"] = sold["totalPrice"].clone();
    let refused = importer.post("/api/v1/reservation", &again);
    assert_eq!(refused.refusal(), (409, "price_changed"));
    let fresh = &refused.json["quote"];
    assert_eq!((&fresh["totalPrice"], prices(fresh, "fees")), (&json!(527.0), vec![80.0]));
    assert!(prices(fresh, "taxes").is_empty());
}

fn charges_move_with_their_account(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let stated = state(&market, &[cleaning()]);
    assert_eq!(market.move_to(&market.importer).status, 200);
    assert_eq!(market.as_owner().get(&path(&market.account)).refusal(), (404, "integration_account_not_found"));
    let importer = market.as_importer();
    assert_eq!(data(200, &importer.get(&path(&market.account)))["charges"], stated);
    assert_eq!(prices(&quote(&importer, &listing), "fees"), [80.0]);
}

fn every_bad_charge_has_its_own_error_and_nothing_is_stored(world: &World) {
    let market = Market::open(world);
    let foreign = world.listing(&market.importer, &world.account(&market.importer));
    state(&market, &[cleaning()]);
    let before = data(200, &market.as_owner().get(&path(&market.account)));
    let with = |field: &str, value: Value| {
        let mut charge = cleaning();
        charge[field] = value;
        charge
    };
    let invalid = (422, "validation_failed");
    for (field, value, refusal) in [
        ("name", json!(""), invalid),
        ("name", json!("x".repeat(256)), invalid),
        ("kind", json!("TIP"), invalid),
        ("basis", json!("PER_WEEK"), invalid),
        ("amount", json!(-0.01), invalid),
        ("amount", json!(1_000_000_001), invalid),
        ("amount", json!(0.000_01), invalid),
        ("amount", Value::Null, invalid),
        ("percentage", json!(5), invalid),
        ("maxNights", json!(1), invalid),
        ("countsChildren", json!(true), invalid),
        ("id", json!("1"), invalid),
        ("id", json!("0192f0c1-7b1e-7000-8000-00000000000a"), invalid),
        ("firstCheckIn", json!("2060-02-30"), invalid),
        ("lastCheckIn", json!("soon"), invalid),
        ("listingIDs", json!(["x"]), invalid),
        ("listingIDs", json!([foreign]), (404, "listing_not_found")),
    ] {
        let refused = put(&market.as_owner(), &market.account, &[cleaning(), with(field, value.clone())]);
        let at = if value.is_array() { format!("charges.1.{field}.0") } else { format!("charges.1.{field}") };
        assert_eq!((refused.refusal(), refused.field_errors()), (refusal, vec![&*at]), "{value}: {}", refused.text);
    }
    let twice = [&before["charges"][0]; 2];
    let refused = put(&market.as_owner(), &market.account, &twice.map(Clone::clone));
    assert_eq!((refused.refusal(), refused.field_errors()), (invalid, vec!["charges.1.id"]), "{}", refused.text);
    let many = with("listingIDs", json!(vec![foreign; 1_001]));
    let refused = put(&market.as_owner(), &market.account, &[many]);
    assert_eq!((refused.refusal(), refused.field_errors()), (invalid, vec!["charges.0.listingIDs"]));
    for charges in [json!({}), json!({ "charges": null }), json!({ "charges": vec![cleaning(); 51] })] {
        let refused = market.as_owner().put(&path(&market.account), &charges);
        assert_eq!((refused.refusal(), refused.field_errors()), (invalid, vec!["charges"]));
    }
    assert_eq!(data(200, &market.as_owner().get(&path(&market.account))), before);
}

fn what_cannot_be_read_is_400(world: &World) {
    let market = Market::open(world);
    for charge in [
        json!(1),
        json!([]),
        json!({ "name": 1 }),
        json!({ "amount": "80" }),
        json!({ "maxNights": 1.5 }),
        json!({ "percentage": true }),
        json!({ "countsChildren": 1 }),
        json!({ "firstCheckIn": 2060 }),
        json!({ "isTaxable": "yes" }),
        json!({ "listingIDs": "all" }),
    ] {
        let refused = put(&market.as_owner(), &market.account, &[charge]);
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
    }
    let refused = market.as_owner().put(&path(&market.account), &json!({ "charges": cleaning() }));
    assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
}

fn a_change_of_charges_is_told_to_the_owner(world: &World) {
    let market = Market::open(world);
    market.shared();
    state(&market, &[cleaning()]);
    state(&market, &[cleaning()]);
    state(&market, &[]);
    let told = "Cleaning fee, FEE PER_STAY 80";
    let expected = [json!({ "charges": { "from": "", "to": told } }), json!({ "charges": { "from": told, "to": "" } })];
    let events = |client: &Client| {
        let answer = client.get("/api/v1/events?types=integration_account.updated");
        let events = data(200, &answer).as_array().expect("events").clone();
        events.iter().map(|event| event["changes"].clone()).collect::<Vec<_>>()
    };
    until_so(|| events(&market.as_owner()).len() == expected.len());
    assert_eq!(events(&market.as_owner()), expected);
    assert!(events(&market.as_importer()).is_empty(), "charges are the owner's");
    let trail = format!("/api/v1/audit?action=integration_account.update&resourceID={}", market.account);
    assert_eq!(data(200, &market.as_owner().get(&trail)).as_array().expect("entries").len(), expected.len());
}
