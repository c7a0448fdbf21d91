//! Requests as the references of the two published contracts print them.

use std::time::SystemTime;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::{Market, World, booking, data, id_of, stay};

on_both_engines! {
    a_date_may_be_the_instant_of_its_midnight
    a_calendar_without_dates_begins_today
    a_key_without_a_user_is_the_callers
    a_status_that_no_reservation_has_finds_nothing
    a_new_tenant_is_not_the_default_one_whatever_it_says
    a_number_may_be_a_text
    venues_are_sent_as_forms
    what_no_venue_sends_is_not_read_as_a_form
    the_parts_of_a_price_must_agree
    locations_have_a_hierarchy
}

const FORM: &str = "application/x-www-form-urlencoded";

fn a_date_may_be_the_instant_of_its_midnight(world: &World) {
    let market = Market::open(world);
    let (listing, owner) = (market.listing(), market.as_owner());
    let (check_in, check_out) = ("2060-01-10T00:00:00.000Z", "2060-01-13T00:00:00.000Z");
    let quote = data(201, &owner.post("/api/v1/quote", &stay(&listing, check_in, check_out)));
    assert_eq!((&quote["checkInDate"], &quote["checkOutDate"]), (&json!("2060-01-10"), &json!("2060-01-13")));
    data(201, &owner.post("/api/v1/reservation", &booking(&listing, check_in, check_out)));
    let path = format!("/api/v1/reservation/count?checkInStartDate={check_in}&checkInEndDate={check_in}");
    assert_eq!(owner.get(&path).json, json!({ "count": 1 }));
    let nights =
        data(200, &owner.get(&format!("/api/v1/availability/{listing}?startDate={check_in}&endDate={check_out}")));
    assert_eq!(nights.as_array().map(Vec::len), Some(3));
    let noon = owner.post("/api/v1/quote", &stay(&listing, "2060-02-10T12:00:00Z", "2060-02-13"));
    assert_eq!((noon.refusal(), noon.field_errors()), ((422, "validation_failed"), vec!["checkInDate"]));
}

/// Reads the day in the listing's time zone before and after, for midnight may pass.
fn a_calendar_without_dates_begins_today(world: &World) {
    let market = Market::open(world);
    let (listing, owner) = (market.listing(), market.as_owner());
    data(200, &owner.patch(&format!("/api/v1/listing/{listing}"), &json!({ "timeZone": "Pacific/Kiritimati" })));
    let there = || (DateTime::<Utc>::from(SystemTime::now()) + TimeDelta::hours(14)).date_naive().to_string();
    let before = there();
    let nights = data(200, &owner.get(&format!("/api/v1/availability/{listing}")));
    let first = nights[0]["date"].as_str().expect("a date").to_owned();
    assert!([before, there()].contains(&first), "{first}");
    assert_eq!(nights.as_array().map(Vec::len), Some(90));
    assert_eq!(
        market.as_importer().get(&format!("/api/v1/availability/{listing}")).refusal(),
        (404, "listing_not_found")
    );
}

fn a_key_without_a_user_is_the_callers(world: &World) {
    let body = json!({ "name": "Another key", "permission": "READ" });
    let key = data(201, &world.calry().post("/api/v1/api-keys", &body));
    assert_eq!(key["user_id"], json!(world.user));
    // The caller is no user of the channel, whose keys these would be.
    let channel = world.tenant_id("Channel A");
    let refused = world.calry().named(&channel).post("/api/v1/api-keys", &body);
    assert_eq!((refused.refusal(), refused.field_errors()), ((404, "user_not_found"), vec!["user_id"]));
}

fn a_status_that_no_reservation_has_finds_nothing(world: &World) {
    let market = Market::open(world);
    let owner = market.as_owner();
    data(201, &owner.post("/api/v1/reservation", &booking(&market.listing(), "2060-01-10", "2060-01-13")));
    for status in ["INQUIRY", "MODIFIED", "MOVED", "NO_SHOW", "STAYING", "POST_STAY", "UNKNOWN", "BLOCKED"] {
        let page = owner.get(&format!("/api/v1/reservation?status={status}"));
        assert_eq!((&page.json["data"], &page.json["links"]["next"]), (&json!([]), &Value::Null), "{status}");
        assert_eq!(owner.get(&format!("/api/v1/reservation/count?status={status}")).json, json!({ "count": 0 }));
    }
    let both = owner.get("/api/v1/reservation?status=INQUIRY&listingID=x");
    assert_eq!((both.status, both.field_errors()), (422, vec!["listingID"]));
}

fn a_new_tenant_is_not_the_default_one_whatever_it_says(world: &World) {
    let answer = world.calry().post("/api/v1/tenants", &json!({ "name": "Channel A", "isDefault": true }));
    assert_eq!(data(200, &answer)["isDefault"], json!(false));
}

fn a_number_may_be_a_text(world: &World) {
    let channel = world.tenant_id("Channel A");
    let user = world.user_in(&channel, "venue");
    let path = format!("/api/v1/tenants/{channel}/deactivate");
    let set = world.calry().put(&path, &json!({ "user_status": "2" }));
    assert_eq!((set.status, &set.json), (200, &json!({ "is_trashed": true })), "{}", set.text);
    world.calry().put(&format!("/api/v1/tenants/{channel}/activate"), &json!({ "user_status": null }));
    let client = world.calry().named(&channel);
    assert_eq!(data(200, &client.get(&format!("/api/v1/users/{user}")))["status"], json!(1));
    let refused = world.calry().put(&path, &json!({ "user_status": "3" }));
    assert_eq!((refused.status, refused.field_errors()), (422, vec!["user_status"]));
    for wrong in [json!("two"), json!(""), json!("2.0"), json!(1.5), json!(true)] {
        let refused = world.calry().put(&path, &json!({ "user_status": wrong }));
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{wrong}");
        assert!(refused.text.contains("at user_status: "), "{}", refused.text);
    }
}

/// Tenants, locations and users, with the same rules as JSON.
fn venues_are_sent_as_forms(world: &World) {
    let form = "name=Caf%C3%A9+Central&country_code=us&city=New+York&isDefault=true";
    let tenant = data(200, &world.bearer().send("POST", "/api/v1/tenants", FORM, form));
    assert_eq!((&tenant["name"], &tenant["country_code"]), (&json!("Café Central"), &json!("US")));
    let (id, client) = (id_of(&tenant), world.calry().named(&id_of(&tenant)));
    let path = format!("/api/v1/tenants/{id}");
    let changed = world.calry().send("PUT", &path, FORM, "name=Caf%C3%A9+Central&city=");
    assert_eq!((changed.status, &changed.json["data"]["city"]), (200, &Value::Null), "{}", changed.text);
    let location = "name=Lobby&lat=48.2082&lng=16.3738";
    assert_eq!(data(201, &client.send("POST", "/api/v1/locations", FORM, location))["lat"], json!("48.2082"));
    let user = "name=Grace+Hopper&email=grace%40example.com&role=venue&status=2";
    let user = data(201, &client.send("POST", "/api/v1/users", &format!("{FORM}; charset=UTF-8"), user));
    assert_eq!((&user["email"], &user["status"]), (&json!("grace@example.com"), &json!(2)));
    let path = format!("/api/v1/tenants/{id}/deactivate");
    assert_eq!(world.calry().send("PUT", &path, FORM, "user_status=0").json, json!({ "is_trashed": true }));

    let refused = world.bearer().send("POST", "/api/v1/tenants", FORM, "name=Inn&country_code=ZZ");
    assert_eq!((refused.status, refused.field_errors()), (422, vec!["country_code", "name"]));
    let refused = world.bearer().send("POST", "/api/v1/tenants", FORM, "name=Channel+A&name=Channel+B");
    assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
    let refused = world.calry().send(
        "POST",
        "/api/v1/users",
        FORM,
        "name=Grace+Hopper&password=secret&password_confirmation=secret",
    );
    assert_eq!(refused.refusal(), (422, "not_supported"));
    assert_eq!(refused.field_errors(), ["password", "password_confirmation"]);
}

fn what_no_venue_sends_is_not_read_as_a_form(world: &World) {
    let market = Market::open(world);
    let owner = market.as_owner();
    for (method, path) in [
        ("POST", "/api/v1/listing"),
        ("POST", "/api/v1/quote"),
        ("POST", "/api/v1/api-keys"),
        ("POST", "/api/v1/tenants/import-listings"),
        ("POST", "/api/v1/integration-account"),
    ] {
        assert_eq!(owner.send(method, path, FORM, "name=Loft").refusal(), (415, "unsupported_media_type"), "{path}");
    }
}

/// The parts of an importer's price, with fees and taxes of the account.
fn the_parts_of_a_price_must_agree(world: &World) {
    let market = Market::open(world);
    let (listing, importer) = (market.shared(), market.as_importer());
    let charges = json!({ "charges": [
        { "name": "Cleaning", "kind": "FEE", "basis": "PER_STAY", "amount": 50 },
        { "name": "City tax", "kind": "TAX", "basis": "PERCENTAGE", "percentage": 10 },
    ] });
    let path = format!("/api/v1/integration-account/{}/charges", market.account);
    data(200, &market.as_owner().put(&path, &charges));
    let parts = json!({ "totalBasePrice": 447, "totalFeePrice": 50, "totalTaxPrice": 49.7, "totalPrice": 546.70 });
    let booked = |wrong: Option<(&str, Value)>| {
        let mut body = booking(&listing, "2060-01-10", "2060-01-13");
        for (field, amount) in parts.as_object().expect("amounts") {
            body[field] = amount.clone();
        }
        if let Some((field, amount)) = wrong {
            body[field] = amount;
        }
        importer.post("/api/v1/reservation", &body)
    };
    for field in ["totalBasePrice", "totalFeePrice", "totalTaxPrice", "totalPrice"] {
        let refused = booked(Some((field, json!(1))));
        assert_eq!(refused.refusal(), (409, "price_changed"), "{field}: {}", refused.text);
    }
    for field in ["totalBasePrice", "totalFeePrice", "totalTaxPrice", "totalPrice"] {
        for amount in [json!(-1), json!(10_000_000_000_001_u64)] {
            let wrong = booked(Some((field, amount)));
            assert_eq!((wrong.status, wrong.field_errors()), (422, vec![field]), "{}", wrong.text);
        }
        assert_eq!(booked(Some((field, json!("447")))).refusal(), (400, "malformed_request"), "{field}");
    }
    data(201, &booked(None));
}

fn locations_have_a_hierarchy(world: &World) {
    let client = world.calry().named(&world.tenant_id("Channel A"));
    let lobby = json!({ "name": "Lobby", "lat": "48.2082", "lng": "16.3738" });
    let lobby = data(201, &client.post("/api/v1/locations", &lobby));
    let default = client.get("/api/v1/locations").json["data"][0]["id"].clone();
    let expected = json!([
        { "id": default, "name": "Default", "lat": null, "lng": null, "buildings": [] },
        { "id": lobby["id"], "name": "Lobby", "lat": "48.2082", "lng": "16.3738", "buildings": [] },
    ]);
    assert_eq!(client.get("/api/v1/locations/hierarchy").json, json!({ "data": expected }));
}
