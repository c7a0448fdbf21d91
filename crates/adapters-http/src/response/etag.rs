//! Entity tags, by which a client detects whether a resource has changed.

use actix_web::http::header::{ETAG, HeaderMap, HeaderName, IF_NONE_MATCH};
use sha2::{Digest, Sha256};

/// The wildcard for the tag of any existing resource.
pub(crate) const ANY: &str = "*";

/// Returns the strong tag of a representation: a hash of its bytes, so that every visible change changes it.
pub(crate) fn tag(body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    let half = hash.first_chunk::<16>().map_or(0, |half| u128::from_be_bytes(*half));
    format!("\"{half:032x}\"")
}

/// Whether the client already has the representation. Weak tags match too.
pub(crate) fn is_known(request: &HeaderMap, response: &HeaderMap) -> bool {
    let Some(current) = response.get(ETAG).and_then(|tag| tag.to_str().ok()) else { return false };
    tags(request, &IF_NONE_MATCH).any(|tag| is_of(&tag, current))
}

/// Whether a tag of `If-None-Match`, weak or strong, matches the current one.
pub(crate) fn is_of(tag: &str, current: &str) -> bool {
    tag == ANY || tag.strip_prefix("W/").unwrap_or(tag) == current
}

/// Returns the tags of a header as they are written. The tags of this service contain no commas.
pub(crate) fn tags(headers: &HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> {
    let lists = headers.get_all(name).map(|list| String::from_utf8_lossy(list.as_bytes()).into_owned());
    lists.flat_map(|list| list.split(',').map(|tag| tag.trim().to_owned()).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn headers(name: &HeaderName, values: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(name.clone(), HeaderValue::from_str(value).expect("a header"));
        }
        headers
    }

    #[test]
    fn what_is_known_is_found_in_any_list() {
        let response = headers(&ETAG, &["\"a\""]);
        for (values, known) in [
            (&[][..], false),
            (&["\"a\""], true),
            (&["W/\"a\""], true),
            (&["\"b\", \"a\""], true),
            (&["\"b\"", "\"a\""], true),
            (&["*"], true),
            (&["\"b\""], false),
            (&["a"], false),
            (&["\"A\""], false),
        ] {
            assert_eq!(is_known(&headers(&IF_NONE_MATCH, values), &response), known, "{values:?}");
        }
        assert!(!is_known(&headers(&IF_NONE_MATCH, &["*"]), &HeaderMap::new()), "without a tag, nothing is known");
    }

    #[test]
    fn a_tag_is_of_the_bytes() {
        assert_eq!(tag(b"{}"), tag(b"{}"));
        assert_ne!(tag(b"{}"), tag(b"{ }"));
        assert_eq!(tag(b"").len(), 34);
    }
}
