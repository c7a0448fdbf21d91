//! `/availability`.

use std::thread;

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, World};

on_both_engines! {
    where_the_calendar_is_silent_the_listing_speaks
    absent_keeps_and_null_is_the_listings_again
    the_later_range_wins_in_what_it_names
    prices_have_the_digits_of_their_currency
    a_price_counts_in_the_currency_in_which_it_was_stated
    an_importer_looks_and_does_not_write
    what_is_not_seen_is_not_there
    the_dates_of_a_look_are_a_stay
    all_field_errors_of_an_edit_are_named
    an_edit_has_bounds
    what_cannot_be_read_is_400
    a_reader_looks_and_a_writer_writes
    of_edits_at_once_none_loses_what_another_does_not_name
}

/// A listing and its owner.
struct Owned {
    owner: String,
    client: Client,
    account: String,
    listing: String,
}

impl Owned {
    fn new(world: &World) -> Self {
        let owner = world.tenant_id("Owner");
        let account = world.account(&owner);
        let listing = world.listing(&owner, &account);
        Self { client: world.calry().named(&owner), owner, account, listing }
    }

    fn path(&self) -> String {
        format!("/api/v1/availability/{}", self.listing)
    }

    fn edit(&self, ranges: &Value) -> Answer {
        self.client.put(&self.path(), &json!({ "ranges": ranges }))
    }

    /// Edits ranges, expecting success.
    fn write(&self, ranges: &Value, nights: u64) {
        let answer = self.edit(ranges);
        assert_eq!((answer.status, &answer.json), (200, &json!({ "data": { "updated": nights } })), "{}", answer.text);
    }

    fn look(&self, start: &str, end: &str) -> Answer {
        look(&self.client, &self.listing, start, end)
    }

    /// Returns one field of each night.
    fn nights(&self, start: &str, end: &str, field: &str) -> Value {
        let looked = self.look(start, end);
        let nights = looked.json["data"].as_array().expect("nights");
        nights.iter().map(|night| night[field].clone()).collect()
    }

    fn set_listing(&self, fields: &Value) {
        let answer = self.client.patch(&format!("/api/v1/listing/{}", self.listing), fields);
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

fn look(client: &Client, listing: &str, start: &str, end: &str) -> Answer {
    client.get(&format!("/api/v1/availability/{listing}?startDate={start}&endDate={end}"))
}

/// Returns a range of January 2030.
fn range(first: u32, end: u32, fields: &Value) -> Value {
    let mut range = json!({ "startDate": format!("2030-01-{first:02}"), "endDate": format!("2030-01-{end:02}") });
    for (field, value) in fields.as_object().expect("fields") {
        range[field] = value.clone();
    }
    range
}

fn where_the_calendar_is_silent_the_listing_speaks(world: &World) {
    let owned = Owned::new(world);
    let looked = owned.look("2030-01-31", "2030-02-02");
    assert_eq!(looked.status, 200, "{}", looked.text);
    insta::assert_json_snapshot!("nights", looked.json);
    assert!(looked.text.contains(r#""price":149.00,"originalPrice":149.00,"#), "{}", looked.text);

    owned.set_listing(&json!({ "startPrice": 99.5, "minimumNights": 2, "maximumNights": 14 }));
    let night = &owned.look("2030-01-31", "2030-02-01").json["data"][0];
    assert_eq!((&night["price"], &night["originalPrice"]), (&json!(99.5), &json!(99.5)));
    assert_eq!((&night["minimumNights"], &night["maximumNights"]), (&json!(2), &json!(14)));
    let most = owned.look("2030-01-01", "2032-01-01");
    assert_eq!(most.json["data"].as_array().map(Vec::len), Some(730), "{}", most.status);
    assert_eq!(
        owned.look("2020-02-28", "2020-03-02").json["data"][1]["date"],
        "2020-02-29",
        "past nights are included"
    );
}

fn absent_keeps_and_null_is_the_listings_again(world: &World) {
    let owned = Owned::new(world);
    let all = json!({ "status": "NOT_AVAILABLE", "price": 199.9, "minimumNights": 3, "maximumNights": 9 });
    owned.write(&json!([range(10, 12, &all)]), 2);
    let written = owned.look("2030-01-10", "2030-01-11");
    let expected = json!({
        "date": "2030-01-10", "status": "NOT_AVAILABLE", "price": 199.9, "originalPrice": 149.0, "currency": "USD",
        "minimumNights": 3, "maximumNights": 9,
    });
    assert_eq!(written.json["data"], json!([expected]));
    assert!(written.text.contains(r#""price":199.90,"originalPrice":149.00,"#), "{}", written.text);

    owned.write(&json!([range(10, 11, &json!({ "price": null }))]), 1);
    owned.write(&json!([range(10, 12, &json!({ "status": null, "minimumNights": 2 }))]), 2);
    for (field, expected) in [
        ("status", json!(["AVAILABLE", "AVAILABLE", "AVAILABLE"])),
        ("price", json!([149.0, 199.9, 149.0])),
        ("minimumNights", json!([2, 2, 1])),
        ("maximumNights", json!([9, 9, null])),
    ] {
        assert_eq!(owned.nights("2030-01-10", "2030-01-13", field), expected, "{field}");
    }
    let before = owned.look("2030-01-01", "2030-01-31").json;
    let trail = world.calry().get("/api/v1/audit/count").json;
    owned.write(&json!([]), 0);
    owned.write(&json!([range(1, 31, &json!({}))]), 0);
    assert_eq!(owned.look("2030-01-01", "2030-01-31").json, before);
    assert_eq!(world.calry().get("/api/v1/audit/count").json, trail, "an edit without changes is not stored");
}

fn the_later_range_wins_in_what_it_names(world: &World) {
    let owned = Owned::new(world);
    let ranges = json!([
        range(1, 5, &json!({ "price": 200, "minimumNights": 2 })),
        range(3, 7, &json!({ "price": 300 })),
        range(4, 5, &json!({ "price": null, "status": "NOT_AVAILABLE" })),
        range(4, 6, &json!({ "status": "AVAILABLE" })),
    ]);
    owned.write(&ranges, 6);
    let nights = |field| owned.nights("2030-01-01", "2030-01-08", field);
    assert_eq!(nights("price"), json!([200.0, 200.0, 300.0, 149.0, 300.0, 300.0, 149.0]));
    assert_eq!(nights("minimumNights"), json!([2, 2, 2, 2, 1, 1, 1]));
    assert_eq!(nights("status"), json!(vec!["AVAILABLE"; 7]));
}

fn prices_have_the_digits_of_their_currency(world: &World) {
    let owned = Owned::new(world);
    for (currency, fits, digits, too_fine) in [
        ("USD", "0.1", "0.10", "0.001"),
        ("JPY", "9000", "9000", "0.5"),
        ("KWD", "12.345", "12.345", "12.3456"),
        ("USD", "1000000000", "1000000000.00", "0.00000000000000000000000000001"),
    ] {
        owned.set_listing(&json!({ "startPrice": 100, "currency": currency }));
        let send = |price: &str| {
            let body = format!(
                r#"{{"ranges":[{{"startDate":"2030-01-01","endDate":"2030-01-02","minimumNights":1}},
                    {{"startDate":"2030-01-01","endDate":"2030-01-02","price":{price}}}]}}"#
            );
            owned.client.send("PUT", &owned.path(), "application/json", body)
        };
        let refused = send(too_fine);
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec!["ranges.1.price"]));
        assert_eq!(send(fits).status, 200, "{currency} {fits}");
        let looked = owned.look("2030-01-01", "2030-01-02");
        assert!(looked.text.contains(&format!(r#""price":{digits},"#)), "{}", looked.text);
    }
}

fn a_price_counts_in_the_currency_in_which_it_was_stated(world: &World) {
    let owned = Owned::new(world);
    owned.write(&json!([range(1, 2, &json!({ "price": 200 }))]), 1);
    for (currency, price) in [("EUR", 149.0), ("USD", 200.0)] {
        owned.set_listing(&json!({ "currency": currency }));
        let night = &owned.look("2030-01-01", "2030-01-02").json["data"][0];
        assert_eq!((&night["price"], &night["currency"]), (&json!(price), &json!(currency)));
    }
}

fn an_importer_looks_and_does_not_write(world: &World) {
    let owned = Owned::new(world);
    let importer = world.calry().named(&world.tenant_id("Importer"));
    let seen = || look(&importer, &owned.listing, "2030-01-01", "2030-01-05");
    let blocks = json!({ "ranges": [range(1, 3, &json!({ "status": "NOT_AVAILABLE" }))] });
    assert_eq!(seen().refusal(), (404, "listing_not_found"));
    assert_eq!(importer.put(&owned.path(), &blocks).refusal(), (404, "listing_not_found"));

    let import = importer.post("/api/v1/tenants/import-listings", &json!({ "listingIDs": [owned.listing] }));
    assert_eq!(import.status, 200, "{}", import.text);
    owned.write(&json!([range(2, 4, &json!({ "price": 200, "status": "NOT_AVAILABLE" }))]), 2);
    let as_owner = || owned.look("2030-01-01", "2030-01-05");
    assert_eq!(
        (seen().status, seen().json),
        (200, as_owner().json),
        "the owner and the importer see the same calendar"
    );
    let before = as_owner().json;
    assert_eq!(importer.put(&owned.path(), &blocks).refusal(), (403, "not_the_owner"));
    assert_eq!(as_owner().json, before);

    // The importer does not see the calendar of a sleeping import; the owner still does.
    owned.set_listing(&json!({ "status": "INACTIVE" }));
    assert_eq!(seen().refusal(), (404, "listing_not_found"));
    assert_eq!(as_owner().json, before);
    // The calendar moves with the account, and the new owner can edit it.
    let path = format!("/api/v1/integration-account/{}/move-tenant", owned.account);
    let target = world.tenant_id("Target");
    assert_eq!(world.calry().patch(&path, &json!({ "tenantID": target })).status, 200);
    assert_eq!(owned.edit(&json!([])).refusal(), (404, "listing_not_found"));
    let target = world.calry().named(&target);
    assert_eq!(look(&target, &owned.listing, "2030-01-01", "2030-01-05").json, before);
    assert_eq!(target.put(&owned.path(), &blocks).status, 200);
}

/// Calendars of another tenant and another workspace, an unknown id and an invalid id are answered alike, byte by byte.
fn what_is_not_seen_is_not_there(world: &World) {
    let owned = Owned::new(world);
    let sibling = world.calry().named(&world.tenant_id("Sibling"));
    let there = world.client().calry(&world.other_workspace().key);
    let nobody = "0192f0c1-7b1e-7000-8000-00000000000a";
    let before = owned.look("2030-01-01", "2030-01-31").json;
    let blocks = json!({ "ranges": [range(1, 3, &json!({ "status": "NOT_AVAILABLE" }))] });
    for client in [&sibling, &there] {
        let answers = |listing: &str| {
            let looked = look(client, listing, "2030-01-01", "2030-01-05");
            let written = client.put(&format!("/api/v1/availability/{listing}"), &blocks);
            [looked, written].map(|answer| {
                assert_eq!(answer.refusal(), (404, "listing_not_found"), "{}", answer.text);
                answer.text.replace(listing, "hidden")
            })
        };
        let unknown = answers(nobody);
        assert_eq!(answers(&owned.listing), unknown);
        assert_eq!(answers(&owned.account), unknown);
        assert_eq!(answers("17"), unknown);
    }
    assert_eq!(owned.look("2030-01-01", "2030-01-31").json, before);
}

fn the_dates_of_a_look_are_a_stay(world: &World) {
    let owned = Owned::new(world);
    let date = "must be a date, like 2030-01-31.";
    for (query, field_errors) in [
        ("", json!({ "endDate": "field is required.", "startDate": "field is required." })),
        ("?startDate=2030-01-31", json!({ "endDate": "field is required." })),
        ("?startDate=2030-02-30&endDate=2030-1-31", json!({ "endDate": date, "startDate": date })),
        ("?startDate=&endDate=2030-01-31T00:00:00Z", json!({ "endDate": date, "startDate": date })),
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

fn a_reader_looks_and_a_writer_writes(world: &World) {
    let owned = Owned::new(world);
    let [reader, writer] =
        ["READ", "WRITE"].map(|permission| world.client().calry(&world.key_in(&owned.owner, permission)));
    for body in [json!({ "ranges": [] }), json!({}), json!([])] {
        assert_eq!(reader.put(&owned.path(), &body).refusal(), (403, "permission_denied"), "{body}");
    }
    assert_eq!(look(&reader, &owned.listing, "2030-01-01", "2030-01-02").status, 200);
    let body = json!({ "ranges": [range(1, 2, &json!({ "price": 200 }))] });
    assert_eq!(writer.put(&owned.path(), &body).status, 200);
    let entries = world.calry().get("/api/v1/audit?action=availability.update");
    let entry = &entries.json["data"][0];
    assert_eq!((&entry["resourceID"], &entry["tenantID"]), (&json!(owned.listing), &json!(owned.owner)));
    assert_eq!(entry["after"], json!({ "nights": "2030-01-01/2030-01-02 price=200.00" }));
}

fn of_edits_at_once_none_loses_what_another_does_not_name(world: &World) {
    let owned = Owned::new(world);
    let edits = [
        json!({ "price": 200.5 }),
        json!({ "status": "NOT_AVAILABLE" }),
        json!({ "minimumNights": 3 }),
        json!({ "maximumNights": 9 }),
    ];
    thread::scope(|scope| {
        for fields in &edits {
            scope.spawn(|| {
                for first in 1..=5 {
                    owned.write(&json!([range(first, 28, fields)]), u64::from(28 - first));
                }
            });
        }
    });
    for edit in &edits {
        for (field, value) in edit.as_object().expect("fields") {
            assert_eq!(owned.nights("2030-01-01", "2030-01-28", field), json!(vec![value; 27]), "{field}");
        }
    }
}
