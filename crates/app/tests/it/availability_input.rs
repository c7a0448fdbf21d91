//! `/availability`: invalid input.

use serde_json::{Value, json};

use crate::availability::{Owned, range};
use crate::on_both_engines;
use crate::support::World;

on_both_engines! {
    the_dates_of_a_look_are_a_stay
    all_field_errors_of_an_edit_are_named
    an_edit_has_bounds
    what_cannot_be_read_is_400
}

fn the_dates_of_a_look_are_a_stay(world: &World) {
    let owned = Owned::new(world);
    let date = "must be a date, like 2030-01-31.";
    for (query, field_errors) in [
        ("?endDate=2030-01-31", json!({ "startDate": "field is required." })),
        ("?startDate=2030-01-31", json!({ "endDate": "field is required." })),
        ("?startDate=2030-02-30&endDate=2030-1-31", json!({ "endDate": date, "startDate": date })),
        ("?startDate=&endDate=2030-01-31T00:00:01Z", json!({ "endDate": date, "startDate": date })),
        ("?startDate=2030-01-31&endDate=2030-01-30", json!({ "endDate": "may not lie before the first date." })),
        (
            "?startDate=2030-01-31&endDate=2030-01-31",
            json!({ "endDate": "must lie at least one night after the first date." }),
        ),
        (
            "?startDate=2030-01-01&endDate=2032-01-02",
            json!({ "endDate": "may not lie more than 730 nights after the first date." }),
        ),
    ] {
        let refused = owned.client.get(&format!("{}{query}", owned.path()));
        assert_eq!(refused.refusal(), (422, "validation_failed"), "{query}");
        let mut expected = serde_json::Map::new();
        for (field, phrase) in field_errors.as_object().expect("field errors") {
            let words = if field == "endDate" { "end date" } else { "start date" };
            expected.insert(field.clone(), json!([format!("The {words} {}", phrase.as_str().expect("a phrase"))]));
        }
        assert_eq!(refused.json["errors"], Value::Object(expected), "{query}");
    }
    let twice = owned.client.get(&format!("{}?startDate=2030-01-01&startDate=2030-01-02", owned.path()));
    assert_eq!(twice.refusal(), (400, "malformed_request"), "{}", twice.text);
}

fn all_field_errors_of_an_edit_are_named(world: &World) {
    let owned = Owned::new(world);
    let ranges = json!([
        range(1, 3, &json!({ "price": 200 })),
        {},
        range(3, 1, &json!({ "price": -1, "status": "BLOCKED", "minimumNights": 0, "maximumNights": 3651 })),
        { "startDate": "tomorrow", "endDate": null, "status": " " },
    ]);
    let refused = owned.edit(&ranges);
    assert_eq!(refused.refusal(), (422, "validation_failed"), "{}", refused.text);
    insta::assert_json_snapshot!("the_field_errors_of_an_edit", refused.json["errors"]);

    // Errors that depend on the listing's own values are reported together, too.
    let ranges = json!([
        range(1, 3, &json!({ "price": 0.001 })),
        range(1, 3, &json!({ "price": 200 })),
        range(1, 3, &json!({ "minimumNights": 3, "maximumNights": 2, "price": 1.234 })),
    ]);
    let refused = owned.edit(&ranges);
    let expected = json!({
        "ranges.0.price": ["The ranges.0.price may not have more than 2 decimals in USD."],
        "ranges.2.maximumNights": ["The ranges.2.maximum nights may not be less than the minimum nights."],
        "ranges.2.price": ["The ranges.2.price may not have more than 2 decimals in USD."],
    });
    assert_eq!((refused.status, &refused.json["errors"]), (422, &expected));
    assert_eq!(owned.nights("2030-01-01", "2030-01-03", "price"), json!([149.0, 149.0]), "all or nothing");
}

fn an_edit_has_bounds(world: &World) {
    let owned = Owned::new(world);
    for (body, message) in [
        (json!({}), "The ranges field is required."),
        (json!({ "ranges": null }), "The ranges field is required."),
        (json!({ "ranges": vec![json!({}); 367] }), "The ranges may not have more than 366 items."),
    ] {
        let refused = owned.client.put(&owned.path(), &body);
        assert_eq!((refused.status, &refused.json["errors"]), (422, &json!({ "ranges": [message] })));
    }
    let years = |number: u32| {
        let year = |year| json!({ "startDate": format!("{year}-01-01"), "endDate": format!("{}-01-01", year + 1), "price": 1 });
        (2031..2031 + number).map(year).collect::<Value>()
    };
    owned.write(&years(10), 3_653);
    let refused = owned.edit(&years(11));
    assert_eq!(refused.json["errors"], json!({ "ranges": ["The ranges may not name more than 3660 nights."] }));
    let same = vec![range(1, 3, &json!({ "price": 200 })); 366];
    owned.write(&json!(same), 2);
}

fn what_cannot_be_read_is_400(world: &World) {
    let owned = Owned::new(world);
    for (body, message) in [
        (json!([]), "must be a JSON object"),
        (json!({ "ranges": {} }), "at ranges: "),
        (json!({ "ranges": [5] }), "at ranges[0]: "),
        (json!({ "ranges": [{}, { "price": "200" }] }), "at ranges[1].price: "),
        (json!({ "ranges": [{ "minimumNights": 1.5 }] }), "at ranges[0].minimumNights: "),
        (json!({ "ranges": [{ "startDate": 20_300_101 }] }), "at ranges[0].startDate: "),
        (json!({ "ranges": [{ "status": true }] }), "at ranges[0].status: "),
    ] {
        let refused = owned.client.put(&owned.path(), &body);
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
        assert!(refused.json["message"].as_str().unwrap_or_default().contains(message), "{}", refused.text);
    }
    let exponent = r#"{"ranges":[{"startDate":"2030-01-01","endDate":"2030-01-02","price":1e2}]}"#;
    let refused = owned.client.send("PUT", &owned.path(), "application/json", exponent);
    assert_eq!((refused.status, refused.field_errors()), (422, vec!["ranges.0.price"]), "{}", refused.text);
}
