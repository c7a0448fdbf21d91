//! Entity tags, by which a client detects whether a resource has changed.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::LazyLock;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{ETAG, HeaderMap, HeaderName, IF_MATCH, IF_NONE_MATCH};
use actix_web::{FromRequest, HttpRequest};
use application::Precondition;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::openapi::{self, Operations};
use crate::response::json::ok;

/// The wildcard for the tag of any existing resource.
const ANY: &str = "*";

/// Returns the strong tag of a representation: a hash of its bytes, so that every visible change changes it.
pub(crate) fn tag(body: &[u8]) -> String {
    let hash = Sha256::digest(body);
    let half = hash.first_chunk::<16>().map_or(0, |half| u128::from_be_bytes(*half));
    format!("\"{half:032x}\"")
}

/// The conditions of a change: the tags of which the resource must have one (`If-Match`), and those of which it must
/// have none (`If-None-Match`).
pub(crate) struct IfMatch {
    one_of: Option<Vec<String>>,
    none_of: Vec<String>,
}

impl FromRequest for IfMatch {
    type Error = Infallible;
    type Future = Ready<Result<Self, Infallible>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let headers = request.headers();
        let one_of = headers.contains_key(IF_MATCH).then(|| tags(headers, &IF_MATCH).collect());
        ready(Ok(Self { one_of, none_of: tags(headers, &IF_NONE_MATCH).collect() }))
    }
}

impl IfMatch {
    /// Returns the precondition on the tag of the resource as GET would show it. For `If-Match`, weak and unreadable
    /// tags never match.
    pub(crate) fn on<T, V>(self, view: impl Fn(T) -> V + Send + Sync + 'static) -> Precondition<T>
    where
        T: Clone,
        V: Serialize,
    {
        let Self { one_of, none_of } = self;
        let one_of = one_of.filter(|tags| !tags.iter().any(|tag| tag == ANY));
        if one_of.is_none() && none_of.is_empty() {
            return Precondition::default();
        }
        Precondition::new(move |found: &T| {
            let tag = tag(&ok(view(found.clone())).body);
            one_of.as_ref().is_none_or(|tags| tags.contains(&tag)) && !none_of.iter().any(|known| is_of(known, &tag))
        })
    }
}

/// The operations that check tags themselves, by path and method.
static TAGGED: LazyLock<Operations<bool>> = LazyLock::new(openapi::tagged);

/// Whether the client wants to change only a resource that does not exist yet, but the operation changes existing ones
/// without checking their tags. A POST creates a resource, so it is not affected.
pub(crate) fn expects_nothing(request: &HttpRequest) -> bool {
    if request.method() == Method::POST || !tags(request.headers(), &IF_NONE_MATCH).any(|tag| tag == ANY) {
        return false;
    }
    let pattern = request.match_pattern().unwrap_or_default();
    !TAGGED.get(&pattern).and_then(|methods| methods.get(request.method().as_str())).is_some_and(|is_tagged| *is_tagged)
}

/// Whether the client already has the representation. Weak tags match too.
pub(crate) fn is_known(request: &HeaderMap, response: &HeaderMap) -> bool {
    let Some(current) = response.get(ETAG).and_then(|tag| tag.to_str().ok()) else { return false };
    tags(request, &IF_NONE_MATCH).any(|tag| is_of(&tag, current))
}

/// Whether a tag of `If-None-Match`, weak or strong, matches the current one.
fn is_of(tag: &str, current: &str) -> bool {
    tag == ANY || tag.strip_prefix("W/").unwrap_or(tag) == current
}

/// Returns the tags of a header as they are written. The tags of this service contain no commas.
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
        assert!(!is_known(&headers(&IF_NONE_MATCH, &["*"]), &HeaderMap::new()), "without a tag, nothing is known");
    }

    #[test]
    fn a_tag_is_of_the_bytes() {
        assert_eq!(tag(b"{}"), tag(b"{}"));
        assert_ne!(tag(b"{}"), tag(b"{ }"));
        assert_eq!(tag(b"").len(), 34);
    }
}
