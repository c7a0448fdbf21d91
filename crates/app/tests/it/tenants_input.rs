//! Invalid input: it gets the right status and body, and nothing is stored.

use serde_json::{Value, json};

use crate::on_both_engines;
use crate::support::World;

on_both_engines! {
    a_value_that_breaks_a_rule_is_422_at_its_field
    a_body_that_cannot_be_read_is_400_at_the_first_place
    what_is_too_large_or_no_json_is_413_or_415
    an_id_that_is_none_is_not_found
    emoji_are_characters_like_any_other
    queries_are_checked_like_bodies
}

const TENANTS: &str = "/api/v1/tenants";

fn tenant_count(world: &World) -> Value {
    world.calry().get(&format!("{TENANTS}/count")).json["count"].clone()
}

fn a_value_that_breaks_a_rule_is_422_at_its_field(world: &World) {
    let existing = format!("{TENANTS}/{}", world.tenant_id("Channel A"));
    let before = world.calry().get(&existing).json;
    for (field, value, message) in [
        ("name", json!(null), "The name field is required."),
        ("name", json!(""), "The name must be at least 5 characters."),
        ("name", json!("Inn"), "The name must be at least 5 characters."),
        ("name", json!("   Inn   "), "The name must be at least 5 characters."),
        ("name", json!("éééé"), "The name must be at least 5 characters."),
        ("name", json!("n".repeat(256)), "The name may not be greater than 255 characters."),
        ("name", json!("Chan\u{0}nel"), "The name may not contain control characters."),
        ("name", json!("Channel\n"), "The name may not contain control characters."),
        ("name", json!("Chan\u{7f}nel"), "The name may not contain control characters."),
        ("domain", json!(""), "The domain must be a DNS name"),
        ("domain", json!("channel a"), "The domain must be a DNS name"),
        ("domain", json!("-channel"), "The domain must be a DNS name"),
        ("domain", json!("d".repeat(64)), "The domain must be a DNS name"),
        ("domain", json!("ünïcode"), "The domain must be a DNS name"),
        ("country_code", json!("U"), "The country code field is invalid."),
        ("country_code", json!("XX"), "The country code field is invalid."),
        ("country_code", json!("USA"), "The country code field is invalid."),
        ("city", json!("c".repeat(256)), "The city may not be greater than 255 characters."),
        ("city", json!("New\tYork"), "The city may not contain control characters."),
        ("address", json!("a".repeat(256)), "The address may not be greater than 255 characters."),
        ("post_code", json!("1".repeat(33)), "The post code may not be greater than 32 characters."),
        ("description", json!("d".repeat(10_001)), "The description may not be greater than 10000 characters."),
        ("description", json!("a\r\nb"), "The description may not contain control characters."),
        ("status", json!("GONE"), "The status field is invalid."),
    ] {
        let mut body = json!({ "name": "Channel B" });
        body[field] = value.clone();
        let created = world.calry().post(TENANTS, &body);
        let updated = world.calry().put(&existing, &body);
        for answer in [created, updated] {
            assert_eq!((answer.refusal(), answer.field_errors()), ((422, "validation_failed"), vec![field]), "{value}");
            let found = answer.json["errors"][field][0].as_str().unwrap_or_default();
            assert!(found.starts_with(message), "{value}: {found}");
        }
    }
    for status in [json!(3), json!(-1), json!(i64::MAX)] {
        let refused = world.calry().put(&format!("{existing}/deactivate"), &json!({ "user_status": status }));
        assert_eq!((refused.status, refused.field_errors()), (422, vec!["user_status"]), "{status}");
    }
    assert_eq!(world.calry().get(&existing).json, before);
    assert_eq!(tenant_count(world), 2);
}

fn a_body_that_cannot_be_read_is_400_at_the_first_place(world: &World) {
    for (body, message) in [
        (&br#"{"name":5}"#[..], "at name: "),
        (br#"{"name":["Channel B"]}"#, "at name: "),
        (br#"{"name":"Channel B","country_code":{}}"#, "at country_code: "),
        (br#"{"name":"Channel B","isDefault":"no"}"#, "at isDefault: "),
        (br#"{"name":"Channel B","name":"Channel C"}"#, "duplicate field"),
        (br#"{"name":"Channel B""#, "EOF"),
        (br#"{"name":"Channel B",}"#, "trailing comma"),
        (br#"{"name":"Channel B"} {}"#, "goes on after its end"),
        (br#"["Channel B"]"#, "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b"\xff\xfe", "must be a JSON object"),
        (b"{\"name\":\"Channel \xff\"}", "at name: "),
        (br#"{"name":"Channel \ud800"}"#, "at name: "),
    ] {
        let refused = world.calry().send("POST", TENANTS, "application/json", body);
        let text = String::from_utf8_lossy(body);
        assert_eq!(refused.refusal(), (400, "malformed_request"), "{text}");
        assert!(refused.json["message"].as_str().unwrap_or_default().contains(message), "{text}: {}", refused.text);
    }
    let deep = format!("{{\"name\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(world.calry().send("POST", TENANTS, "application/json", deep).status, 400);
    let long = json!({ "name": ["x".repeat(200_000)], "isDefault": "x".repeat(1000) });
    assert!(world.calry().post(TENANTS, &long).text.len() < 1000, "the answer does not repeat the whole value");
    let status =
        world.calry().put(&format!("{TENANTS}/{}/activate", world.workspace), &json!({ "user_status": "one" }));
    assert_eq!(status.refusal(), (400, "malformed_request"));
    assert_eq!(tenant_count(world), 1);
}

fn what_is_too_large_or_no_json_is_413_or_415(world: &World) {
    let large = json!({ "name": "Channel B", "description": "d".repeat(300_000) }).to_string();
    assert_eq!(world.calry().send("POST", TENANTS, "application/json", large).refusal(), (413, "payload_too_large"));
    for media_type in ["multipart/form-data", "text/plain", "application/json; charset=utf-16", "nonsense"] {
        let refused = world.calry().send("POST", TENANTS, media_type, br#"{"name":"Channel B"}"#);
        assert_eq!(refused.refusal(), (415, "unsupported_media_type"), "{media_type}");
    }
    assert_eq!(tenant_count(world), 1);
    for media_type in ["application/json; charset=UTF-8", "application/merge-patch+json"] {
        let created = world.calry().send("POST", TENANTS, media_type, br#"{"name":"Channel B"}"#);
        assert_eq!(created.status, 200, "{media_type}");
    }
    let empty = world.calry().call("POST", TENANTS, None);
    assert_eq!((empty.status, empty.field_errors()), (422, vec!["name"]), "an absent body means an empty object");
}

fn an_id_that_is_none_is_not_found(world: &World) {
    for id in ["channel-a", "1", "%00", "0192f0c1-7b1e-7000-8000-00000000000g", "00000000-0000-0000-0000-000000000000"]
    {
        let path = format!("{TENANTS}/{id}");
        let client = world.calry();
        assert_eq!(client.get(&path).refusal(), (404, "tenant_not_found"), "{id}");
        assert_eq!(client.delete(&path).refusal(), (404, "tenant_not_found"), "{id}");
        assert_eq!(client.put(&format!("{path}/switch"), &json!({})).refusal(), (404, "tenant_not_found"), "{id}");
        let body = json!({ "name": "Channel B" });
        assert_eq!(client.put(&path, &body).refusal(), (404, "tenant_not_found"), "{id}");
        assert_eq!(client.put(&path, &json!({ "name": "B" })).status, 422, "validation comes first");
    }
}

fn emoji_are_characters_like_any_other(world: &World) {
    let name = "👩‍👩‍👧 Familie 🏨";
    let body = json!({ "name": name, "description": "🌊\n🏖️", "city": "Zürich 🇨🇭" });
    let created = world.calry().post(TENANTS, &body);
    assert_eq!(created.status, 200, "{}", created.text);
    for field in ["name", "description", "city"] {
        assert_eq!(created.json["data"][field], body[field]);
    }
    let found = world.calry().get(&format!("{TENANTS}?q=%F0%9F%8C%8A"));
    assert_eq!(found.json["data"][0]["name"], name);
}

fn queries_are_checked_like_bodies(world: &World) {
    for (query, status, field_errors) in [
        ("page=x", 400, &[][..]),
        ("page=1.5", 400, &[]),
        ("page=", 200, &[]),
        ("page=99999999999999999999", 400, &[]),
        ("page=1&page=2", 400, &[]),
        ("per_page=5&limit=6", 422, &["limit"]),
        ("per_page=5&limit=5", 200, &[]),
        ("page=0", 422, &["page"]),
        ("page=-1", 422, &["page"]),
        ("per_page=0", 422, &["per_page"]),
        ("per_page=101", 422, &["per_page"]),
        ("limit=101", 422, &["limit"]),
        ("page=1001&per_page=100", 422, &["page"]),
        ("after=x", 422, &["after"]),
        ("status=GONE", 422, &["status"]),
        ("q=%00", 422, &["q"]),
        ("name=%0A&description=%07", 422, &["description", "name"]),
        ("status=GONE&page=0", 422, &["page", "status"]),
        ("name=&status=ACTIVE&limit=100&unknown=x", 200, &[]),
        ("page=1000&per_page=100", 200, &[]),
    ] {
        let answer = world.calry().get(&format!("{TENANTS}?{query}"));
        assert_eq!(
            (answer.status, answer.field_errors().as_slice()),
            (status, field_errors),
            "{query}: {}",
            answer.text
        );
    }
    let long = "q".repeat(256);
    assert_eq!(world.calry().get(&format!("{TENANTS}/count?q={long}")).field_errors(), ["q"]);
}
