//! Entity tags: by which a client knows whether a resource is still what it has seen.

use std::convert::Infallible;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ETAG, HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};
use application::Precondition;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::data::ok;

/// The strong tag of a representation: a hash of its bytes, so it changes with whatever they show.
pub(crate) fn tag(body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    let half = hash.first_chunk::<16>().map_or(0, |half| u128::from_be_bytes(*half));
    format!("\"{half:032x}\"")
}

/// What the client takes for granted about the resource that it changes.
pub(crate) struct IfMatch(Option<Vec<String>>);

impl FromRequest for IfMatch {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let tags = request.headers().contains_key(IF_MATCH).then(|| tags(request.headers(), &IF_MATCH).collect());
        ready(Ok(Self(tags)))
    }
}

impl IfMatch {
    /// The resource as GET would show it has one of the tags. A weak tag is nobody's, and neither is one that cannot be read.
    pub(crate) fn on<T, V>(self, view: impl Fn(T) -> V + Send + Sync + 'static) -> Precondition<T>
    where
        T: Clone,
        V: Serialize,
    {
        let Some(tags) = self.0 else { return Precondition::default() };
        if tags.iter().any(|tag| tag == "*") {
            return Precondition::default();
        }
        Precondition::new(move |found: &T| tags.contains(&tag(&ok(view(found.clone())).body)))
    }
}

/// Whether the client has the representation already that would be sent. Weak tags count here.
pub(crate) fn is_known(request: &HeaderMap, response: &HeaderMap) -> bool {
    let Some(current) = response.get(ETAG).and_then(|tag| tag.to_str().ok()) else { return false };
    tags(request, &IF_NONE_MATCH).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(&tag) == current)
}

/// The tags of a header, as they are written. Those of this service hold no commas.
fn tags(headers: &HeaderMap, name: &HeaderName) -> impl Iterator<Item = String> {
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
        assert!(!is_known(&headers(&IF_NONE_MATCH, &["*"]), &HeaderMap::new()), "nothing that has no tag");
    }

    #[test]
    fn a_tag_is_of_the_bytes() {
        assert_eq!(tag(b"{}"), tag(b"{}"));
        assert_ne!(tag(b"{}"), tag(b"{ }"));
        assert_eq!(tag(b"").len(), 34);
    }
}
