//! Requirements that parsers and client generators have of the document. `.ci/generators` runs these tools themselves.

use serde_json::{Map, Value};

fn document() -> Value {
    serde_json::to_value(crate::document()).expect("JSON")
}

/// Calls `show` with every object of the document and the path to it.
fn each(value: &Value, way: &str, show: &mut impl FnMut(&str, &Map<String, Value>)) {
    match value {
        Value::Object(object) => {
            show(way, object);
            object.iter().for_each(|(name, value)| each(value, &format!("{way}/{name}"), show));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| each(item, &format!("{way}/{index}"), show));
        }
        _ => {}
    }
}

/// Returns all values of a key, with the paths to them.
fn all(key: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    each(&document(), "", &mut |way, object| {
        found.extend(object.get(key).map(|value| (way.to_owned(), value.clone())));
    });
    found
}

/// Whether PCRE, ECMAScript, Java, Python, Ruby and RE2 read the pattern alike, on bytes as on characters. It must be
/// ASCII, have no special groups, and escape only punctuation, `\d`, `\s`, and ASCII characters by two hex digits.
fn is_portable(pattern: &str) -> bool {
    let mut escapes = pattern.split('\\').skip(1);
    let is_known = |escape: &str| match escape.as_bytes() {
        [b'd' | b's', ..] => true,
        [b'x', b'0'..=b'7', digit, ..] => digit.is_ascii_hexdigit(),
        [first, ..] => first.is_ascii_punctuation(),
        [] => false,
    };
    pattern.is_ascii() && escapes.all(is_known) && !pattern.contains("(?")
}

#[test]
fn the_licence_has_its_spdx_identifier() {
    assert_eq!(document()["info"]["license"]["identifier"], env!("CARGO_PKG_LICENSE"));
}

#[test]
fn no_link_has_a_body() {
    let links = all("links");
    let links = links.iter().filter(|(way, _)| way.starts_with("/paths")).filter_map(|(_, links)| links.as_object());
    let links: Vec<(&String, &Value)> = links.flatten().collect();
    assert!(links.len() > 30, "{} links", links.len());
    for (to, link) in links {
        assert!(link.get("requestBody").is_none(), "{to}");
        assert!(link["parameters"]["id"].is_string() || link["description"].is_string(), "{to} has a place for the id");
    }
}

#[test]
fn every_pattern_is_read_alike_by_all_clients() {
    for pattern in [r"\u0000", r"\p{Cc}", r"[\x80-\x9f]", "é", "(?i)a", r"\"] {
        assert!(!is_portable(pattern), "{pattern}");
    }
    let patterns = all("pattern");
    assert!(patterns.len() > 100, "{} patterns", patterns.len());
    for (way, pattern) in patterns {
        assert!(pattern.as_str().is_some_and(is_portable), "{way}: {pattern}");
    }
}

#[test]
fn every_object_is_a_component_and_referred_to_by_its_name() {
    let mut fields = 0;
    each(&document(), "", &mut |way, object| {
        if object.get("type").is_some_and(|kind| kind == "object") && object.contains_key("properties") {
            let name = way.strip_prefix("/components/schemas/");
            assert!(name.is_some_and(|name| !name.contains('/')), "{way} is inlined");
            fields += 1;
        }
    });
    assert!(fields > 50, "{fields} components with fields");
}

#[test]
fn an_object_without_known_fields_says_what_is_in_it() {
    each(&document(), "", &mut |way, object| {
        let says = ["properties", "additionalProperties"].iter().any(|key| object.contains_key(*key));
        assert!(object.get("type").is_none_or(|kind| kind != "object") || says, "{way}");
    });
}

#[test]
fn what_has_a_name_or_is_null_is_any_of_the_two() {
    assert!(all("anyOf").len() > 5);
    for (way, kinds) in all("oneOf") {
        assert!(kinds.as_array().is_some_and(|kinds| kinds.iter().all(|kind| kind["type"] != "null")), "{way}");
    }
}

#[test]
fn a_nullable_field_of_a_response_is_always_present_unless_it_is_marked() {
    let listing = &document()["components"]["schemas"]["Listing"];
    let is_required = |name: &str| listing["required"].as_array().is_some_and(|names| names.contains(&name.into()));
    for (name, required) in [("description", true), ("internalName", false)] {
        assert!(listing["properties"][name]["type"].as_array().is_some_and(|kinds| kinds.contains(&"null".into())));
        assert_eq!(is_required(name), required, "{name}");
    }
    assert!(all("x-may-be-absent").is_empty(), "the mark itself is removed");
}

#[test]
fn clients_know_the_type_of_the_test_of_a_webhook() {
    let types = &document()["components"]["schemas"]["EventType"]["enum"];
    assert!(types.as_array().is_some_and(|types| types.contains(&domain::webhooks::TEST_TYPE.into())), "{types}");
}

#[test]
fn what_is_referred_to_is_there() {
    let document = document();
    for (way, target) in all("$ref") {
        let pointer = target.as_str().and_then(|target| target.strip_prefix('#')).expect("a pointer into the document");
        assert!(document.pointer(pointer).is_some(), "{way}: {target}");
    }
}

#[test]
fn every_operation_has_a_name_of_its_own_a_known_tag_and_a_summary() {
    let tags = document()["tags"].as_array().expect("tags").clone();
    let known: Vec<_> = tags.iter().map(|tag| &tag["name"]).collect();
    let mut names = Vec::new();
    each(&document(), "", &mut |way, operation| {
        let Some(name) = operation.get("operationId").filter(|_| !way.contains("/links/")) else { return };
        assert!(
            operation["tags"].as_array().is_some_and(|tags| tags.len() == 1 && known.contains(&&tags[0])),
            "{name}"
        );
        assert!(operation["summary"].as_str().is_some_and(|summary| summary.len() > 12), "{name}");
        assert!(!names.contains(name), "{name} twice");
        names.push(name.clone());
    });
    assert!(names.len() > 70, "{} operations", names.len());
}
