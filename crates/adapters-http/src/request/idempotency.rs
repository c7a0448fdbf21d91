//! Idempotency keys and fingerprints of requests that clients may repeat.

use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest};
use application::Code;
use domain::idempotency::{IdempotencyKey, IdempotentRequest};
use domain::ids::TenantId;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::request::headers::TENANT_HEADERS;
use crate::response::problem::ApiError;

pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Reads the header of a POST; other methods may be repeated without it. It is read with the other headers, before
/// anything else is checked.
pub(crate) fn read_key(request: &HttpRequest) -> Result<(), ApiError> {
    if request.method() == Method::POST
        && let Some(key) = key(request.headers())?
    {
        request.extensions_mut().insert(key);
    }
    Ok(())
}

fn key(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, ApiError> {
    let mut sent = headers.get_all(IDEMPOTENCY_KEY).map(HeaderValue::as_bytes);
    let Some(key) = sent.next() else { return Ok(None) };
    // A key is ASCII: other bytes become a text that is not a valid key.
    let read = String::from_utf8_lossy(key).parse().ok().filter(|_| sent.all(|other| other == key));
    read.map(Some).ok_or_else(|| {
        let message = "The Idempotency-Key header must be 1 to 255 visible ASCII characters.";
        ApiError::new(Code::MalformedIdempotencyKey, message)
    })
}

/// The parts of a request's effect that depend on its caller, not on its text.
#[derive(Clone, Copy)]
pub(crate) struct Effect {
    /// The tenant that the request is served in.
    pub(crate) served_in: TenantId,
    /// Whether it may move the user into another tenant.
    pub(crate) may_move_user: bool,
}

impl Effect {
    /// The effect of an operator's request, which is served in no tenant.
    pub(crate) const fn of_operator() -> Self {
        Self { served_in: TenantId::new(Uuid::nil()), may_move_user: false }
    }
}

/// Returns the idempotency key and fingerprint of a request, if it has a key.
pub(crate) fn repeatable(request: &HttpRequest, effect: Effect, body: &[u8]) -> Option<IdempotentRequest> {
    let key = request.extensions().get::<IdempotencyKey>().cloned()?;
    Some(IdempotentRequest { key, fingerprint: fingerprint(request, effect, body) })
}

/// Returns the SHA-256 over method, path, query, body and tenant headers, as they were sent, and over the effect. Each
/// part is preceded by its length, so that no bytes can move from one part to the next unnoticed.
fn fingerprint(request: &HttpRequest, effect: Effect, body: &[u8]) -> [u8; 32] {
    let Effect { served_in, may_move_user } = effect;
    let (uri, served_in) = (request.uri(), served_in.as_uuid());
    let line = [request.method().as_str(), uri.path(), uri.query().unwrap_or_default()].map(str::as_bytes);
    let tenants = TENANT_HEADERS
        .into_iter()
        .flat_map(|name| request.headers().get_all(name).flat_map(move |value| [name.as_bytes(), value.as_bytes()]));
    let hash = line
        .into_iter()
        .chain([served_in.as_bytes().as_slice(), &[may_move_user.into()], body])
        .chain(tenants)
        .fold(Sha256::new(), |hash, part| hash.chain_update((part.len() as u64).to_be_bytes()).chain_update(part));
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_key_is_read_once_and_only_as_a_key() {
        let long = "x".repeat(256);
        for (values, expected) in [
            (&[][..], Ok(None)),
            (&["key-1"], Ok(Some("key-1"))),
            (&["key-1", "key-1"], Ok(Some("key-1"))),
            (&["key-1", "key-2"], Err(Code::MalformedIdempotencyKey)),
            (&[""], Err(Code::MalformedIdempotencyKey)),
            (&["a b"], Err(Code::MalformedIdempotencyKey)),
            (&[long.as_str()], Err(Code::MalformedIdempotencyKey)),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(IDEMPOTENCY_KEY, HeaderValue::from_str(value).expect("a header"));
            }
            let found = key(&headers).map_err(|error| error.code);
            assert_eq!(found, expected.map(|key| key.map(|key| key.parse().expect("a key"))), "{values:?}");
        }
    }

    #[test]
    fn whatever_differs_makes_another_request() {
        let request = || TestRequest::post().uri("/api/v1/tenants?a=1");
        let tenant = "0192f0c1-7b1e-7000-8000-00000000000a";
        let effect = |id, may_move_user| Effect { served_in: TenantId::new(Uuid::from_u128(id)), may_move_user };
        let here = effect(1, false);
        let prints = [
            (request(), "{}"),
            (request(), "{ }"),
            (TestRequest::patch().uri("/api/v1/tenants?a=1"), "{}"),
            (TestRequest::post().uri("/api/v1/tenants?a=2"), "{}"),
            (TestRequest::post().uri("/api/v1/tenant?sa=1"), "{}"),
            (request().insert_header(("x-tenant-id", tenant)), "{}"),
            (request().insert_header(("x-calry-tenant-id", tenant)), "{}"),
        ]
        .map(|(request, body)| fingerprint(&request.to_http_request(), here, body.as_bytes()));
        let others = [effect(2, false), effect(1, true)];
        let others = others.map(|effect| fingerprint(&request().to_http_request(), effect, b"{}"));
        let different: std::collections::BTreeSet<_> = prints.iter().chain(&others).collect();
        assert_eq!(different.len(), prints.len() + others.len());
        let again = request().insert_header(("user-agent", "another")).to_http_request();
        assert_eq!(fingerprint(&again, here, b"{}"), prints[0]);
    }
}
