//! CORS: the origins whose pages may call, and the headers that they may read.

use actix_cors::Cors;
use actix_web::http::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER,
};

use crate::request::headers::{API_KEY, LAST_EVENT_ID, TENANT_HEADERS};
use crate::server::envelope::{REQUEST_ID, TENANT_ID};
use crate::server::traces;
use crate::state::origins::{ANY, AllowedOrigin};
use crate::state::rate_limit::{RATE_LIMIT, RATE_LIMIT_POLICY};

const METHODS: [&str; 6] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];
/// The time in seconds for which a browser caches a preflight response. Browsers cache it for two hours at most.
const MAX_AGE: usize = 7200;

/// Creates the middleware that lets pages of these origins call.
///
/// Keys are sent in headers that a page must set itself, never in cookies, so credentials are neither needed nor
/// allowed.
pub(crate) fn cors(origins: &[AllowedOrigin]) -> Cors {
    let sent = [ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, REQUEST_ID].into_iter();
    let sent = sent.chain(
        [API_KEY, "idempotency-key", LAST_EVENT_ID, traces::PARENT, traces::STATE]
            .into_iter()
            .chain(TENANT_HEADERS)
            .map(HeaderName::from_static),
    );
    let seen = [ALLOW, ETAG, RATE_LIMIT, RATE_LIMIT_POLICY, REQUEST_ID, RETRY_AFTER, TENANT_ID];
    let cors = Cors::default().allowed_methods(METHODS).allowed_headers(sent).expose_headers(seen).max_age(MAX_AGE);
    origins.iter().fold(cors, |cors, AllowedOrigin(origin)| match origin.as_str() {
        ANY => cors.allow_any_origin().send_wildcard(),
        origin => cors.allowed_origin(origin),
    })
}
