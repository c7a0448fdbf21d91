//! Pages of other origins: which of them may call, and what they may see.

use std::str::FromStr;

use actix_cors::Cors;
use actix_web::http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER,
};
use serde::Deserialize;
use thiserror::Error;
use url::Url;

use crate::caller::{API_KEY, TENANT_HEADERS};
use crate::envelope::{REQUEST_ID, TENANT_ID};
use crate::rate_limit::{RATE_LIMIT, RATE_LIMIT_POLICY};

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/// For how long a browser need not ask again, in seconds: browsers keep it for two hours at most.
const MAX_AGE: usize = 7200;
const ANY: &str = "*";

/// An origin whose pages may call the API, or all of them (`*`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct AllowedOrigin(String);

/// A text that is no origin.
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
        // Compared byte for byte with what a browser sends: written otherwise it would never match.
        let is_origin = |url: Url| {
            let has_pages = matches!(url.scheme(), "http" | "https") && !text.contains(ANY);
            has_pages && url.origin().ascii_serialization() == text
        };
        let is_allowed = text == ANY || Url::parse(text).is_ok_and(is_origin);
        is_allowed.then(|| Self(text.to_owned())).ok_or(InvalidOriginError)
    }
}

/// What lets the pages of these origins call.
///
/// Keys travel in headers that a page must set itself, never in cookies, so no credentials are allowed and none are needed.
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
