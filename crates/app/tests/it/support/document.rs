//! Comparison of every answer with the document.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value;

use super::client::Answer;

/// The code of the refusal of an origin that is not allowed. Any operation can answer with it, and none lists it.
const ANYWHERE: &str = "cross_origin_refused";
/// The path that redirects, which the client follows.
const REDIRECT: &str = "/docs";

/// The codes of refusals, by status.
type Statuses = BTreeMap<u16, Vec<String>>;

/// The documented answers, by path and method. A fixed path precedes the patterns that also match it.
static SAID: LazyLock<BTreeMap<String, BTreeMap<String, Statuses>>> = LazyLock::new(|| {
    let document = serde_json::to_value(adapters_http::document()).expect("JSON");
    let statuses = |operation: &Value| {
        let responses = operation["responses"].as_object().expect("responses").iter();
        responses.map(|(status, response)| (status.parse().expect("a status"), codes(response))).collect()
    };
    let methods = |item: &Value| {
        let operations = item.as_object().expect("operations").iter();
        operations.map(|(method, operation)| (method.to_uppercase(), statuses(operation))).collect()
    };
    let paths = document["paths"].as_object().expect("paths").iter();
    paths.map(|(path, item)| (path.clone(), methods(item))).collect()
});

fn codes(response: &Value) -> Vec<String> {
    let description = response["description"].as_str().expect("a description");
    let codes = description.split_once("`code`: ").map(|(_, codes)| codes.split(", ").map(str::to_owned).collect());
    codes.unwrap_or_default()
}

/// Returns all codes of refusals in the document, each with its status.
pub(crate) fn refusals() -> BTreeSet<(u16, String)> {
    let operations = SAID.values().flat_map(BTreeMap::values).flatten();
    operations.flat_map(|(status, codes)| codes.iter().map(|code| (*status, code.clone()))).collect()
}

/// Asserts that the document contains the status and the code of the answer.
pub(super) fn hold(method: &str, path: &str, answer: &Answer) {
    let path = path.split('?').next().unwrap_or_default();
    let (status, code) = answer.refusal();
    if path == REDIRECT || code == ANYWHERE {
        return;
    }
    let Some((_, methods)) = SAID.iter().find(|(pattern, _)| matches(pattern, path)) else { return };
    let Some(said) = methods.get(if method == "HEAD" { "GET" } else { method }) else { return };
    let codes = said.get(&status);
    let codes =
        codes.unwrap_or_else(|| panic!("{method} {path} answers {status} {code}, and the document does not say so"));
    let is_said = codes.is_empty() || code.is_empty() || codes.iter().any(|said| said == code);
    assert!(is_said, "{method} {path} answers {status} {code}, and the document says only {codes:?}");
}

fn matches(pattern: &str, path: &str) -> bool {
    let is_same = |(expected, found): (&str, &str)| expected == found || expected.starts_with('{') && !found.is_empty();
    pattern.split('/').count() == path.split('/').count() && pattern.split('/').zip(path.split('/')).all(is_same)
}
