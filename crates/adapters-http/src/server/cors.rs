//! CORS: the origins whose pages may call, and the headers that they may read.

use std::str::FromStr;

use actix_cors::Cors;
use actix_web::http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER,
};
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use crate::request::caller::{API_KEY, TENANT_HEADERS};
use crate::server::envelope::{REQUEST_ID, TENANT_ID};
use crate::server::rate_limit::{RATE_LIMIT, RATE_LIMIT_POLICY};

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/// The time in seconds for which a browser caches a preflight response. Browsers cache it for two hours at most.
const MAX_AGE: usize = 7200;
const ANY: &str = "*";

/// An origin whose pages may call the API, or all of them (`*`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AllowedOrigin(String);

/// An invalid origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an origin as browsers write it, like https://app.example.com, or *")]
pub struct InvalidOriginError;

impl TryFrom<String> for AllowedOrigin {
    type Error = InvalidOriginError;

    fn try_from(text: String) -> Result<Self, InvalidOriginError> {
        text.parse()
    }
}

impl FromStr for AllowedOrigin {
    type Err = InvalidOriginError;

    fn from_str(text: &str) -> Result<Self, InvalidOriginError> {
        // Origins are compared byte for byte with the browser's header, so any other spelling would never match.
        let is_origin = |url: Url| {
            let has_pages = matches!(url.scheme(), "http" | "https") && !text.contains(ANY);
            has_pages && url.origin().ascii_serialization() == text
        };
        let is_allowed = text == ANY || Url::parse(text).is_ok_and(is_origin);
        is_allowed.then(|| Self(text.to_owned())).ok_or(InvalidOriginError)
    }
}

/// Creates the middleware that lets pages of these origins call.
///
/// Keys are sent in headers that a page must set itself, never in cookies, so credentials are neither needed nor
/// allowed.
pub(crate) fn cors(origins: &[AllowedOrigin]) -> Cors {
    let sent = [ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, REQUEST_ID].into_iter();
    let sent = sent.chain([API_KEY, "idempotency-key"].into_iter().chain(TENANT_HEADERS).map(HeaderName::from_static));
    let seen = [ALLOW, ETAG, RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID, RETRY_AFTER, TENANT_ID];
    let cors = Cors::default().allowed_methods(METHODS).allowed_headers(sent).expose_headers(seen).max_age(MAX_AGE);
    origins.iter().fold(cors, |cors, AllowedOrigin(origin)| match origin.as_str() {
        ANY => cors.allow_any_origin().send_wildcard(),
        origin => cors.allowed_origin(origin),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for origin in ["https://app.example.com", "http://localhost:3000", "https://xn--bcher-kva.example", "*"] {
            assert_eq!(origin.parse(), Ok(AllowedOrigin(origin.to_owned())));
        }
        for text in [
            "",
            "app.example.com",
            "https://app.example.com/",
            "https://app.example.com/path",
            "https://App.example.com",
            "https://app.example.com:443",
            "https://*.example.com",
            "https://user@app.example.com",
            "file:///x",
            "null",
        ] {
            assert_eq!(text.parse::<AllowedOrigin>(), Err(InvalidOriginError), "{text}");
        }
    }
}
