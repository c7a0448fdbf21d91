//! The guests of stays, by kind.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Market, World, booking, data, id_of, quoted, stay};

on_both_engines! {
    guests_are_counted_by_kind_in_quotes_and_reservations
    infants_and_pets_come_where_the_listing_lets_them
    children_are_charged_where_they_count
    every_bad_count_has_its_own_error
}

const QUOTE: &str = "/api/v1/quote";
const RESERVATION: &str = "/api/v1/reservation";

/// Returns a stay of three nights of these guests.
fn stay_of(listing: &str, guests: Value, count: Value) -> Value {
    let mut stay = stay(listing, "2060-01-10", "2060-01-13");
    stay["guests"] = guests;
    stay["guestCountInfo"] = count;
    stay
}

fn guests_are_counted_by_kind_in_quotes_and_reservations(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let count = json!({ "adults": 2, "children": 2, "infants": 5, "pets": 1 });
    for guests in [json!(4), Value::Null] {
        let answer = market.as_importer().post(QUOTE, &stay_of(&listing, guests, count.clone()));
        let quote = data(201, &answer);
        assert_eq!((&quote["guests"], &quote["guestCountInfo"]), (&json!(4), &count));
    }
    let quote = data(201, &market.as_importer().post(QUOTE, &stay_of(&listing, Value::Null, count.clone())));
    let sold = data(201, &market.as_importer().post(RESERVATION, &quoted(&id_of(&quote))));
    let found = data(200, &market.as_owner().get(&format!("{RESERVATION}/{}", id_of(&sold))));
    assert_eq!((&found["guests"], &found["guestCountInfo"]), (&json!(4), &count));

    let mut direct = booking(&listing, "2060-02-10", "2060-02-13");
    let adults = data(201, &market.as_owner().post(RESERVATION, &direct));
    let expected = json!({ "adults": 2, "children": 0, "infants": 0, "pets": 0 });
    assert_eq!(adults["guestCountInfo"], expected, "without a count, guests are adults");
    direct = booking(&listing, "2060-03-10", "2060-03-13");
    direct["guestCountInfo"] = json!({ "adults": 1, "children": 1 });
    let counted = data(201, &market.as_owner().post(RESERVATION, &direct));
    assert_eq!(counted["guestCountInfo"], json!({ "adults": 1, "children": 1, "infants": 0, "pets": 0 }));
}

fn infants_and_pets_come_where_the_listing_lets_them(world: &World) {
    let market = Market::open(world);
    let listing = market.shared();
    let with = |infants: i64, pets: i64| {
        let count = json!({ "adults": 4, "infants": infants, "pets": pets });
        market.as_importer().post(QUOTE, &stay_of(&listing, Value::Null, count))
    };
    assert_eq!(with(9, 9).status, 201, "the listing says nothing, and has room for four guests");
    let rules = json!({ "maxInfants": 1, "petsAllowed": false });
    assert_eq!(market.as_owner().patch(&format!("/api/v1/listing/{listing}"), &rules).status, 200);
    assert_eq!(with(1, 0).status, 201);
    let refused = with(2, 1);
    assert_eq!(refused.refusal(), (422, "validation_failed"));
    let errors = &refused.json["errors"];
    let infants = "The guest count info infants may not be more than 1.";
    assert_eq!(errors["guestCountInfo.infants"], json!([infants]), "{}", refused.text);
    assert_eq!(errors["guestCountInfo.pets"], json!(["The guest count info pets are not allowed."]));
    assert_eq!(refused.field_errors().len(), 2);
}

fn children_are_charged_where_they_count(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    let charge = |name: &str, counts_children: bool| json!({ "name": name, "kind": "TAX", "basis": "PER_GUEST", "amount": 3, "countsChildren": counts_children });
    let charges = json!({ "charges": [charge("Adults", false), charge("All", true)] });
    let stated = market.as_owner().put(&format!("/api/v1/integration-account/{}/charges", market.account), &charges);
    assert_eq!(stated.status, 200, "{}", stated.text);
    let count = json!({ "adults": 1, "children": 2, "infants": 1, "pets": 1 });
    let quote = data(201, &market.as_owner().post(QUOTE, &stay_of(&listing, Value::Null, count)));
    let lines = quote["components"]["taxes"]["breakdown"].as_array().expect("lines");
    let told: Vec<_> = lines.iter().map(|line| (line["description"].clone(), line["price"].clone())).collect();
    assert_eq!(told, [(json!("3 × 1 guest"), json!(3.0)), (json!("3 × 3 guests"), json!(9.0))]);
}

fn every_bad_count_has_its_own_error(world: &World) {
    let market = Market::open(world);
    let listing = market.listing();
    let before = market.as_owner().get("/api/v1/reservation/count").json;
    for (guests, count, field) in [
        (Value::Null, Value::Null, "guests"),
        (json!(3), json!({ "adults": 2 }), "guests"),
        (json!(1), json!({ "adults": 2, "children": 1 }), "guests"),
        (Value::Null, json!({ "adults": 4, "children": 1 }), "guests"),
        (Value::Null, json!({}), "guestCountInfo.adults"),
        (Value::Null, json!({ "adults": 0, "children": 2 }), "guestCountInfo.adults"),
        (Value::Null, json!({ "adults": 1001 }), "guestCountInfo.adults"),
        (Value::Null, json!({ "adults": 1, "children": -1 }), "guestCountInfo.children"),
        (Value::Null, json!({ "adults": 1, "children": 1000 }), "guestCountInfo.children"),
        (Value::Null, json!({ "adults": 1, "infants": -1 }), "guestCountInfo.infants"),
        (Value::Null, json!({ "adults": 1, "infants": 1001 }), "guestCountInfo.infants"),
        (Value::Null, json!({ "adults": 1, "pets": -1 }), "guestCountInfo.pets"),
        (Value::Null, json!({ "adults": 1, "pets": 1001 }), "guestCountInfo.pets"),
    ] {
        let asked = stay_of(&listing, guests, count);
        let mut booked = asked.clone();
        booked["guest"] = crate::support::guest();
        for (path, body) in [(QUOTE, asked), (RESERVATION, booked)] {
            let refused = market.as_owner().post(path, &body);
            let expected = ((422, "validation_failed"), vec![field]);
            assert_eq!((refused.refusal(), refused.field_errors()), expected, "{body}: {}", refused.text);
        }
    }
    for count in [
        json!(2),
        json!([2]),
        json!({ "adults": "2" }),
        json!({ "adults": 1.5 }),
        json!({ "adults": 1, "children": true }),
        json!({ "adults": 1, "infants": "none" }),
        json!({ "adults": 1, "pets": false }),
    ] {
        let refused = market.as_owner().post(QUOTE, &stay_of(&listing, Value::Null, count));
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
    }
    assert_eq!(market.as_owner().get("/api/v1/reservation/count").json, before);
}
