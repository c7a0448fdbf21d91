//! Comparison of the answers to a foreign and to an unknown id.

use ureq::http::HeaderName;

use crate::client::Answer;
use crate::ids::without_ids;

/// Headers that differ between any two answers. A server may close the connection or keep it, whichever part of a body
/// has arrived.
const OWN: [&str; 6] = ["connection", "date", "ratelimit", "ratelimit-policy", "retry-after", "x-request-id"];

/// A difference between two answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The statuses.
    Status(String),
    /// A header.
    Header(String),
    /// The bodies.
    Body(String),
}

impl Difference {
    /// The difference in words.
    pub fn text(&self) -> &str {
        match self {
            Self::Status(text) | Self::Header(text) | Self::Body(text) => text,
        }
    }
}

/// Returns the first difference of two answers to requests that differ in some ids only, given as pairs of the foreign
/// and the unknown one. Ids that the server has made are no difference.
pub fn difference(foreign: &Answer, unknown: &Answer, ids: &[(String, String)]) -> Option<Difference> {
    if foreign.refusal() != unknown.refusal() {
        let [foreign, unknown] = [foreign, unknown].map(said);
        return Some(Difference::Status(format!("{foreign}, and {unknown} for an unknown id")));
    }
    let alike =
        |text: &str| ids.iter().fold(text.to_owned(), |text, (foreign, unknown)| text.replace(foreign, unknown));
    let makes = foreign.is_done() && foreign.header("etag").is_some();
    for name in foreign.headers.keys().chain(unknown.headers.keys()).map(HeaderName::as_str) {
        // The tag of a body that has new ids is another one. A length tells no more than the body, if there is one.
        let is_told = name == "content-length" && !foreign.text.is_empty();
        if OWN.contains(&name) || is_told || makes && name == "etag" {
            continue;
        }
        let [left, right] = [foreign, unknown].map(|answer| answer.header(name));
        if left.map(alike).as_deref() != right {
            return Some(Difference::Header(format!("{name}: {left:?}, and {right:?} for an unknown id")));
        }
    }
    let (left, right) = (alike(&foreign.text), &unknown.text);
    let is_alike = if foreign.is_done() { without_ids(&left) == without_ids(right) } else { left == *right };
    (!is_alike).then(|| Difference::Body(format!("{}, and {} for an unknown id", short(&left), short(right))))
}

/// Returns the status and code of an answer.
pub(crate) fn said(answer: &Answer) -> String {
    let (status, code) = answer.refusal();
    format!("{status} {code}").trim_end().to_owned()
}

/// Returns the beginning of a text.
pub(crate) fn short(text: &str) -> String {
    let mut short: String = text.chars().take(200).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use ureq::http::{HeaderMap, HeaderValue};

    use super::*;
    use crate::ids::{UNKNOWN, new_id};

    fn answer(status: u16, header: Option<(&'static str, &'static str)>, text: &str) -> Answer {
        let headers: HeaderMap = header
            .into_iter()
            .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
            .collect();
        Answer { status, headers, text: text.to_owned(), json: serde_json::from_str(text).unwrap_or_default() }
    }

    #[test]
    fn answers_that_differ_in_the_sent_id_and_the_request_only_are_alike() {
        let foreign = new_id();
        let [left, right] =
            [&*foreign, UNKNOWN].map(|id| format!("{{\"code\": \"not_found\", \"instance\": \"/{id}\"}}"));
        let left = answer(404, Some(("x-request-id", "a")), &left);
        let right = answer(404, Some(("x-request-id", "b")), &right);
        assert_eq!(difference(&left, &right, &[(foreign, UNKNOWN.to_owned())]), None);
    }

    #[test]
    fn a_difference_of_status_code_header_or_body_is_found() {
        let unknown = answer(404, None, "{\"code\": \"a_not_found\"}");
        let found = |foreign: Answer| difference(&foreign, &unknown, &[]).expect("a difference");
        assert!(matches!(found(answer(403, None, "{\"code\": \"a_not_found\"}")), Difference::Status(_)));
        assert!(matches!(found(answer(404, None, "{\"code\": \"b_not_found\"}")), Difference::Status(_)));
        let more = answer(404, Some(("x-tenant-id", "1")), "{\"code\": \"a_not_found\"}");
        assert!(matches!(found(more), Difference::Header(_)));
        assert!(matches!(found(answer(404, None, "{\"code\": \"a_not_found\" }")), Difference::Body(_)));
    }

    #[test]
    fn ids_in_a_refusal_are_compared() {
        let [left, right] = [new_id(), new_id()].map(|id| answer(409, None, &id));
        assert!(matches!(difference(&left, &right, &[]), Some(Difference::Body(_))));
        let [left, right] = [new_id(), new_id()].map(|id| answer(201, None, &id));
        assert_eq!(difference(&left, &right, &[]), None);
    }
}
