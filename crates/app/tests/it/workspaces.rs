//! `/workspace`.

use serde_json::{Value, json};

use crate::support::{Answer, World};
use crate::{on_both_engines, walled_and_pooled};

on_both_engines! {
    a_new_workspace_has_settings_that_can_be_changed
    percentages_are_exact
    a_whole_workspace_may_be_sent_back
    what_changes_nothing_leaves_the_workspace_untouched
    a_value_that_breaks_a_rule_is_422_at_its_field
    a_body_that_cannot_be_read_is_400_at_the_first_place
    the_current_tenant_of_the_administrator_does_not_matter_even_if_it_is_inactive
    another_workspace_has_its_own
}

walled_and_pooled! {
    a_new_workspace_has_settings_that_can_be_changed
    another_workspace_has_its_own
}

const WORKSPACE: &str = "/api/v1/workspace";

fn get(world: &World) -> Value {
    world.calry().get(WORKSPACE).json["data"].clone()
}

/// Sends a body of these bytes.
fn patch(world: &World, body: &str) -> Answer {
    world.calry().send("PATCH", WORKSPACE, "application/json", body)
}

fn a_new_workspace_has_settings_that_can_be_changed(world: &World) {
    let first = world.calry().get(WORKSPACE);
    assert_eq!(first.status, 200, "{}", first.text);
    assert_eq!(first.header("x-tenant-id"), world.default_tenant()["id"].as_str());
    insta::assert_json_snapshot!("a_workspace", first.json, {
        ".data.id" => "[id]", ".data.createdAt" => "[instant]", ".data.updatedAt" => "[instant]"
    });
    assert_eq!(first.json["data"]["id"], world.workspace.as_str());
    let fields = first.json["data"].as_object().expect("a workspace").keys().cloned().collect::<Vec<_>>();
    let expected = [
        "createdAt",
        "defaultCurrency",
        "defaultDiscountPercentage",
        "id",
        "maxImporterHoldHours",
        "maxImporterHolds",
        "name",
        "updatedAt",
    ];
    assert_eq!(fields, expected);

    let settings = json!({ "name": "Zürich Stays 🏨", "defaultCurrency": "chf", "defaultDiscountPercentage": 12.5 });
    let changed = world.calry().patch(WORKSPACE, &settings);
    assert_eq!(changed.status, 200, "{}", changed.text);
    let workspace = &changed.json["data"];
    assert_eq!((&workspace["name"], &workspace["defaultCurrency"]), (&json!("Zürich Stays 🏨"), &json!("CHF")));
    assert!(changed.text.contains(r#""defaultDiscountPercentage":12.5,"#), "{}", changed.text);
    assert!(workspace["updatedAt"].as_str() > workspace["createdAt"].as_str());
    assert_eq!(get(world), *workspace);

    let holds = world.calry().patch(WORKSPACE, &json!({ "maxImporterHoldHours": 720, "maxImporterHolds": 0 }));
    let told = ["maxImporterHoldHours", "maxImporterHolds"].map(|field| holds.json["data"][field].as_i64());
    assert_eq!((holds.status, told), (200, [Some(720), Some(0)]), "{}", holds.text);

    // Absent fields stay, also when the administrator's current tenant is another one.
    world.tenant_id("Channel A");
    let renamed = world.bearer().patch(WORKSPACE, &json!({ "name": "Stays" }));
    assert_eq!(renamed.header("x-tenant-id"), world.default_tenant()["id"].as_str());
    assert_eq!((renamed.status, &renamed.json["data"]["name"]), (200, &json!("Stays")));
    assert_eq!(renamed.json["data"]["defaultCurrency"], "CHF");
    assert!(renamed.text.contains(r#""defaultDiscountPercentage":12.5,"#), "{}", renamed.text);
}

fn percentages_are_exact(world: &World) {
    for (sent, answered) in [
        ("100", "100"),
        ("0.01", "0.01"),
        ("1.15", "1.15"),
        ("8.70", "8.7"),
        ("0.1", "0.1"),
        ("99.99", "99.99"),
        ("57.000000000000000000000000000000", "57"),
        ("-0", "0"),
    ] {
        let answer = patch(world, &format!(r#"{{"defaultDiscountPercentage":{sent}}}"#));
        assert_eq!(answer.status, 200, "{sent}: {}", answer.text);
        for text in [answer.text, world.calry().get(WORKSPACE).text] {
            assert!(text.contains(&format!(r#""defaultDiscountPercentage":{answered},"#)), "{sent}: {text}");
        }
    }
}

fn a_whole_workspace_may_be_sent_back(world: &World) {
    let before = get(world);
    let mut sent = before.clone();
    sent["defaultCurrency"] = json!("JPY");
    sent["id"] = json!(5);
    sent["createdAt"] = json!("1999-01-01T00:00:00.000Z");
    sent["updatedAt"] = json!(null);
    let answer = world.calry().patch(WORKSPACE, &sent);
    assert_eq!(answer.status, 200, "{}", answer.text);
    let after = &answer.json["data"];
    assert_eq!(after["defaultCurrency"], "JPY");
    for field in ["id", "name", "createdAt", "defaultDiscountPercentage"] {
        assert_eq!(after[field], before[field], "{field}");
    }
}

fn what_changes_nothing_leaves_the_workspace_untouched(world: &World) {
    let before = get(world);
    for body in ["{}", r#"{"defaultCurrency":"usd","defaultDiscountPercentage":0.00}"#, &before.to_string()] {
        let answer = patch(world, body);
        assert_eq!((answer.status, &answer.json["data"]), (200, &before), "{body}");
    }
    assert_eq!(world.calry().call("PATCH", WORKSPACE, None).status, 200, "an absent body means an empty object");
    assert_eq!(get(world), before);
}

fn a_value_that_breaks_a_rule_is_422_at_its_field(world: &World) {
    const NAME: &str = "name";
    const CURRENCY: &str = "defaultCurrency";
    const DISCOUNT: &str = "defaultDiscountPercentage";
    const HOURS: &str = "maxImporterHoldHours";
    const HOLDS: &str = "maxImporterHolds";
    const NO_CURRENCY: &str = "The default currency field is invalid. It must be ISO 4217 currency code.";
    const RANGE: &str = "The default discount percentage must be between 0 and 100.";
    const DECIMALS: &str = "The default discount percentage may not have more than 2 decimals.";
    const PLAIN: &str = "The default discount percentage must be a plain decimal number.";
    let before = get(world);
    let long = format!(r#""{}""#, "n".repeat(256));
    let wide = "9".repeat(1000);
    for (field, value, message) in [
        (NAME, "null", "The name field is required."),
        (NAME, r#""""#, "The name may not be empty."),
        (NAME, r#""   ""#, "The name may not be empty."),
        (NAME, &long, "The name may not be greater than 255 characters."),
        (NAME, r#""Stays\n""#, "The name may not contain control characters."),
        (CURRENCY, "null", "The default currency field is required."),
        (CURRENCY, r#""""#, NO_CURRENCY),
        (CURRENCY, r#"" ""#, NO_CURRENCY),
        (CURRENCY, r#""US""#, NO_CURRENCY),
        (CURRENCY, r#""EURO""#, NO_CURRENCY),
        (CURRENCY, r#""AAA""#, NO_CURRENCY),
        (CURRENCY, r#""XXX""#, NO_CURRENCY),
        (CURRENCY, r#""usd\u0000""#, NO_CURRENCY),
        (HOURS, "null", "The max importer hold hours field is required."),
        (HOURS, "0", "The max importer hold hours must be between 1 and 720."),
        (HOURS, "721", "The max importer hold hours must be between 1 and 720."),
        (HOLDS, "null", "The max importer holds field is required."),
        (HOLDS, "-1", "The max importer holds must be between 0 and 10000."),
        (HOLDS, "10001", "The max importer holds must be between 0 and 10000."),
        (DISCOUNT, "null", "The default discount percentage field is required."),
        (DISCOUNT, "-0.01", RANGE),
        (DISCOUNT, "100.01", RANGE),
        (DISCOUNT, "100.00000000000000000000000001", RANGE),
        (DISCOUNT, "101", RANGE),
        (DISCOUNT, &wide, RANGE),
        (DISCOUNT, "0.001", DECIMALS),
        (DISCOUNT, "12.345", DECIMALS),
        (DISCOUNT, "1e1", PLAIN),
        (DISCOUNT, "1E400", PLAIN),
        (DISCOUNT, "10e-1", PLAIN),
    ] {
        let refused = patch(world, &format!(r#"{{"{field}":{value}}}"#));
        assert_eq!((refused.refusal(), refused.field_errors()), ((422, "validation_failed"), vec![field]), "{value}");
        assert_eq!(refused.json["errors"][field], json!([message]), "{value}");
    }
    let all = patch(world, r#"{"name":null,"defaultCurrency":"EURO","defaultDiscountPercentage":-1}"#);
    assert_eq!((all.status, all.field_errors()), (422, vec![CURRENCY, DISCOUNT, NAME]));
    assert_eq!(get(world), before);
}

fn a_body_that_cannot_be_read_is_400_at_the_first_place(world: &World) {
    let before = get(world);
    for (body, message) in [
        (r#"{"defaultDiscountPercentage":"12.5"}"#, "at defaultDiscountPercentage: "),
        (r#"{"defaultDiscountPercentage":true}"#, "at defaultDiscountPercentage: "),
        (r#"{"defaultDiscountPercentage":[5]}"#, "at defaultDiscountPercentage: "),
        (r#"{"defaultDiscountPercentage":{"amount":5}}"#, "at defaultDiscountPercentage: "),
        (r#"{"defaultDiscountPercentage":NaN}"#, "at defaultDiscountPercentage: "),
        (r#"{"defaultDiscountPercentage":.5}"#, "at defaultDiscountPercentage: "),
        (r#"{"maxImporterHoldHours":"72"}"#, "at maxImporterHoldHours: "),
        (r#"{"maxImporterHolds":1.5}"#, "at maxImporterHolds: "),
        (r#"{"defaultCurrency":840}"#, "at defaultCurrency: "),
        (r#"{"name":["Stays"]}"#, "at name: "),
        (r#"{"name":"Stays","name":"Rooms"}"#, "duplicate field"),
        ("[]", "must be a JSON object"),
    ] {
        let refused = patch(world, body);
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{body}");
        assert!(refused.json["message"].as_str().unwrap_or_default().contains(message), "{body}: {}", refused.text);
    }
    let refused = world.calry().send("PATCH", WORKSPACE, "text/plain", "{}");
    assert_eq!(refused.refusal(), (415, "unsupported_media_type"));
    assert_eq!(get(world), before);
}

fn the_current_tenant_of_the_administrator_does_not_matter_even_if_it_is_inactive(world: &World) {
    let channel = world.tenant_id("Channel A");
    let before = get(world);
    world.calry().put(&format!("/api/v1/tenants/{channel}/deactivate"), &json!({}));
    assert_eq!(world.bearer().get(WORKSPACE).json["data"], before);
    assert_eq!(world.bearer().patch(WORKSPACE, &json!({ "name": "Stays" })).status, 200);
}

fn another_workspace_has_its_own(world: &World) {
    let before = get(world);
    let other = world.other_workspace();
    let theirs = world.client().calry(&other.key);
    assert_eq!(theirs.get(WORKSPACE).json["data"]["name"], "Others Inc.");
    let settings = json!({ "name": "Theirs", "defaultCurrency": "EUR", "defaultDiscountPercentage": 50 });
    let changed = theirs.patch(WORKSPACE, &settings);
    assert_eq!((changed.status, &changed.json["data"]["name"]), (200, &json!("Theirs")));
    assert_eq!(get(world), before);
    // Naming a tenant of this workspace gives no access.
    let default = world.default_tenant();
    let forged = theirs.named(default["id"].as_str().expect("an id"));
    assert_eq!(forged.get(WORKSPACE).refusal(), (404, "tenant_not_found"));
    assert_eq!(forged.patch(WORKSPACE, &settings).refusal(), (404, "tenant_not_found"));
    assert_eq!(get(world), before);
}
