//! Comparison of the codes in `docs/errors.md` and in the sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::architecture::{root, sources};

/// Returns the text of a file before its tests.
fn code(path: &Path) -> String {
    let source = fs::read_to_string(path).expect("a source");
    source.split("#[cfg(test)]").next().unwrap_or_default().to_owned()
}

/// Returns the string literals in a piece of source that look like a code.
fn literals(source: &str) -> impl Iterator<Item = &str> {
    let is_code = |text: &&str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    source.split('"').skip(1).step_by(2).filter(is_code)
}

/// Returns the texts between each `start` and the next `end`.
fn pieces<'a>(source: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    source.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

/// Returns every code that the service can answer with: those of the `Problem` implementations, and HTTP's own.
fn answered() -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for file in sources(&root().join("crates/application/src")) {
        for body in pieces(&code(&file), "fn code(", "\n    }\n") {
            codes.extend(literals(body).map(str::to_owned));
        }
    }
    for file in sources(&root().join("crates/adapters-http/src")) {
        let source = code(&file);
        let made = pieces(&source, "ApiError::new(", ";").into_iter().chain(pieces(&source, "only_one(", ";"));
        for arguments in made.chain(pieces(&source, " code: ", ",")) {
            codes.extend(literals(arguments).next().map(str::to_owned));
        }
    }
    codes
}

/// Returns the codes in the tables of a page: the second column, after a status.
fn documented(page: &str) -> BTreeSet<String> {
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | `"));
    let rows = rows.filter(|(status, _)| status.parse::<u16>().is_ok());
    rows.filter_map(|(_, rest)| Some(rest.split_once('`')?.0.to_owned())).collect()
}

#[test]
fn every_code_is_in_the_table_and_every_code_in_the_table_exists() {
    let answered = answered();
    let page = |name: &Path| documented(&fs::read_to_string(name).expect("a page"));
    let docs = root().join("docs");
    let table = page(&docs.join("errors.md"));
    let gone: Vec<_> = table.difference(&answered).collect();
    assert!(gone.is_empty(), "in docs/errors.md, but no longer answered: {gone:?}");

    let pages = fs::read_dir(docs).expect("the pages").map(|entry| entry.expect("an entry").path());
    let pages = pages.filter(|page| page.extension().is_some_and(|extension| extension == "md"));
    let told: BTreeSet<_> = pages.flat_map(|name| page(&name)).collect();
    let untold: Vec<_> = answered.difference(&told).collect();
    assert!(untold.is_empty(), "not in the tables of docs: {untold:?}");
}

#[test]
fn every_code_in_the_openapi_document_exists() {
    let answered = answered();
    let document = adapters_http::document().to_json().expect("a document");
    let named = pieces(&document, "`code`: ", "\"").into_iter().flat_map(|codes| codes.split(", "));
    let unknown: BTreeSet<_> = named.filter(|code| !answered.contains(*code)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn codes_are_found_in_the_source() {
    let answered = answered();
    for (code, from) in [
        ("unauthenticated", "a problem of all areas"),
        ("domain_taken", "a problem of an area"),
        ("route_not_found", "a refusal of HTTP"),
        ("conflicting_keys", "one behind a call"),
        ("not_ready", "one that replaces another"),
        ("rate_limited", "one whose message is made before"),
        ("cross_origin_refused", "one with a message of a library"),
    ] {
        assert!(answered.contains(code), "{code}, {from}, is not in {answered:?}");
    }
    assert!(
        answered
            .iter()
            .all(|code| code.contains('_') || ["unauthenticated", "unavailable", "busy"].contains(&code.as_str()))
    );
}
