//! `/promotions`: invalid input.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::promotions::{Giver, nothing};
use crate::support::{World, promotion_fields};

on_both_engines! {
    what_is_wrong_is_told_field_by_field
    what_cannot_be_read_is_400
    periods_end_after_they_begin
    put_needs_what_a_new_promotion_needs_and_patch_does_not
    null_clears_and_absence_keeps
}

const PROMOTIONS: &str = "/api/v1/promotions";
const NOBODY: &str = "0192f0c1-7b1e-7000-8000-00000000000a";

fn what_is_wrong_is_told_field_by_field(world: &World) {
    let giver = Giver::new(world);
    let missing = giver.client.call("POST", PROMOTIONS, None);
    assert_eq!(missing.refusal(), (422, "validation_failed"));
    assert_eq!(missing.field_errors(), ["discountPercentage", "endDate", "integrationAccountID", "name", "startDate"]);

    let wrong = json!({
        "integrationAccountID": "17", "name": "  ", "description": "\u{7}", "discountPercentage": 100.01,
        "couponCode": "x".repeat(65), "startDate": "2030-02-30", "endDate": "2030-1-31",
        "bookingPeriodStart": "today", "bookingPeriodEnd": "2029-12-31T10:00:00Z", "status": "GIVEN",
        "thumbnailURL": "winter.jpg",
    });
    let refused = giver.client.post(PROMOTIONS, &wrong);
    assert_eq!(refused.refusal(), (422, "validation_failed"));
    insta::assert_json_snapshot!("the_field_errors_of_a_promotion", refused.json["errors"]);

    let path = giver.create("Winter", &nothing());
    let before = giver.client.get(&path).json;
    let update = giver.client.patch(&path, &wrong);
    assert_eq!(update.status, 422);
    for (field, value) in wrong.as_object().expect("fields") {
        let refused = giver.client.patch(&path, &json!({ field: value }));
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec![field.as_str()]));
    }
    for percentage in [json!(-0.5), json!(1.234), json!(101)] {
        let refused = giver.client.patch(&path, &json!({ "discountPercentage": percentage }));
        assert_eq!((refused.status, refused.field_errors()), (422, vec!["discountPercentage"]), "{percentage}");
    }
    assert_eq!(giver.client.get(&path).json, before);
    let account = giver.post("Spring", &json!({ "integrationAccountID": NOBODY }));
    assert_eq!(
        (account.refusal(), account.field_errors()),
        ((404, "integration_account_not_found"), vec!["integrationAccountID"])
    );
    assert_eq!(giver.count("?includeInactive=true"), json!(1));
}

fn what_cannot_be_read_is_400(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &nothing());
    for (field, value) in [
        ("discountPercentage", json!("20")),
        ("name", json!(5)),
        ("startDate", json!(20_300_101)),
        ("status", json!(true)),
    ] {
        for (method, path) in [("POST", PROMOTIONS), ("PUT", &path), ("PATCH", &path)] {
            let refused = giver.client.call(method, path, Some(&giver.fields("Spring", &json!({ field: value }))));
            assert_eq!(refused.refusal(), (400, "malformed_request"), "{method} {field}");
            assert!(refused.text.contains(&format!("at {field}: ")), "{}", refused.text);
        }
    }
    for verb in ["assign", "unassign"] {
        let path = format!("{path}/listings/{verb}");
        for (body, message) in [
            (json!({ "listingIDs": NOBODY }), "at listingIDs: "),
            (json!({ "listingIDs": [NOBODY, 5] }), "at listingIDs[1]: "),
            (json!([NOBODY]), "must be a JSON object"),
        ] {
            let refused = giver.client.put(&path, &body);
            assert_eq!(refused.refusal(), (400, "malformed_request"), "{}", refused.text);
            assert!(refused.json["message"].as_str().unwrap_or_default().contains(message), "{}", refused.text);
        }
    }
}

fn periods_end_after_they_begin(world: &World) {
    let giver = Giver::new(world);
    let reversed = json!({
        "startDate": "2030-01-02", "endDate": "2030-01-01",
        "bookingPeriodStart": "2029-06-02", "bookingPeriodEnd": "2029-06-01",
    });
    let expected = json!({
        "endDate": ["The end date may not lie before the start date."],
        "bookingPeriodEnd": ["The booking period end may not lie before the start of the booking period."],
    });
    let refused = giver.post("Winter", &reversed);
    assert_eq!((refused.refusal(), &refused.json["errors"]), ((422, "validation_failed"), &expected));
    let path = giver.create("Winter", &json!({ "endDate": "2030-01-01", "bookingPeriodStart": "2029-06-02" }));
    let refused = giver.client.patch(&path, &json!({ "startDate": "2030-01-02", "bookingPeriodEnd": "2029-06-01" }));
    assert_eq!((refused.status, &refused.json["errors"]), (422, &expected), "checked together with the stored values");
    let day = giver.client.patch(&path, &json!({ "bookingPeriodEnd": "2029-06-02" }));
    assert_eq!(day.status, 200, "a period can be one day: {}", day.text);
}

fn put_needs_what_a_new_promotion_needs_and_patch_does_not(world: &World) {
    let giver = Giver::new(world);
    let path = giver.create("Winter", &json!({ "couponCode": "WINTER" }));
    let refused = giver.client.put(&path, &json!({ "couponCode": "SNOW" }));
    assert_eq!(refused.refusal(), (422, "validation_failed"));
    assert_eq!(refused.field_errors(), ["discountPercentage", "endDate", "name", "startDate"]);
    let put = giver.client.put(&path, &promotion_fields("Spring"));
    assert_eq!((put.status, &put.json["data"]["couponCode"]), (200, &json!("WINTER")), "absent fields stay");
    let patched = giver.client.patch(&path, &json!({ "couponCode": "SNOW" }));
    assert_eq!(
        (&patched.json["data"]["name"], &patched.json["data"]["couponCode"]),
        (&json!("Spring"), &json!("SNOW"))
    );
    assert_eq!(giver.client.call("PATCH", &path, None).json, patched.json, "a change of nothing succeeds");
}

fn null_clears_and_absence_keeps(world: &World) {
    let giver = Giver::new(world);
    let all = json!({
        "description": "Cold", "couponCode": "WINTER", "bookingPeriodStart": "2029-06-01",
        "bookingPeriodEnd": "2029-12-31", "thumbnailURL": "https://example.com/winter.jpg",
    });
    let path = giver.create("Winter", &all);
    let nulls = all.as_object().expect("fields").keys().map(|field| (field.clone(), Value::Null));
    let cleared = giver.client.patch(&path, &Value::Object(nulls.collect()));
    assert_eq!(cleared.status, 200, "{}", cleared.text);
    for field in all.as_object().expect("fields").keys() {
        assert_eq!(cleared.json["data"][field], Value::Null, "{field}");
    }
    assert_eq!(cleared.json["data"]["name"], "Winter");
    for field in ["name", "discountPercentage", "startDate", "endDate", "status"] {
        let refused = giver.client.patch(&path, &json!({ field: null }));
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec![field]));
    }
    assert_eq!(giver.client.get(&path).json, cleared.json);
}
