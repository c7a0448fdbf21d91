//! `/availability`.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Answer, Client, World, at_once};

on_both_engines! {
    where_the_calendar_is_silent_the_listing_speaks
    absent_keeps_and_null_is_the_listings_again
    the_later_range_wins_in_what_it_names
    prices_have_the_digits_of_their_currency
    a_price_counts_in_the_currency_in_which_it_was_stated
    an_importer_looks_and_does_not_write
    what_is_not_seen_is_not_there
    an_edit_leaves_one_entry_that_sums_it_up
    of_edits_at_once_none_loses_what_another_does_not_name
}

/// A listing and its owner.
pub(crate) struct Owned {
    pub(crate) owner: String,
    pub(crate) client: Client,
    pub(crate) account: String,
    pub(crate) listing: String,
}

impl Owned {
    pub(crate) fn new(world: &World) -> Self {
        let owner = world.tenant_id("Owner");
        let account = world.account(&owner);
        let listing = world.listing(&owner, &account);
        Self { client: world.calry().named(&owner), owner, account, listing }
    }

    pub(crate) fn path(&self) -> String {
        format!("/api/v1/availability/{}", self.listing)
    }

    pub(crate) fn edit(&self, ranges: &Value) -> Answer {
        self.client.put(&self.path(), &json!({ "ranges": ranges }))
    }

    /// Edits ranges, expecting success.
    pub(crate) fn write(&self, ranges: &Value, nights: u64) {
        let answer = self.edit(ranges);
        assert_eq!((answer.status, &answer.json), (200, &json!({ "data": { "updated": nights } })), "{}", answer.text);
    }

    pub(crate) fn look(&self, start: &str, end: &str) -> Answer {
        look(&self.client, &self.listing, start, end)
    }

    /// Returns one field of each night.
    pub(crate) fn nights(&self, start: &str, end: &str, field: &str) -> Value {
        let looked = self.look(start, end);
        let nights = looked.json["data"].as_array().expect("nights");
        nights.iter().map(|night| night[field].clone()).collect()
    }

    pub(crate) fn set_listing(&self, fields: &Value) {
        let answer = self.client.patch(&format!("/api/v1/listing/{}", self.listing), fields);
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
}

pub(crate) fn look(client: &Client, listing: &str, start: &str, end: &str) -> Answer {
    client.get(&format!("/api/v1/availability/{listing}?startDate={start}&endDate={end}"))
}

/// Returns a range of January 2030.
pub(crate) fn range(first: u32, end: u32, fields: &Value) -> Value {
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

fn an_edit_leaves_one_entry_that_sums_it_up(world: &World) {
    let owned = Owned::new(world);
    owned.write(&json!([range(1, 2, &json!({ "price": 200 }))]), 1);
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
    at_once(edits.len(), |number| {
        for first in 1..=5 {
            owned.write(&json!([range(first, 28, &edits[number])]), u64::from(28 - first));
        }
    });
    for edit in &edits {
        for (field, value) in edit.as_object().expect("fields") {
            assert_eq!(owned.nights("2030-01-01", "2030-01-28", field), json!(vec![value; 27]), "{field}");
        }
    }
}
