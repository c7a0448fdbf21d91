//! Doors for fuzzing: the readers of bodies, queries and headers, without a server.

use std::sync::LazyLock;

use actix_web::dev::Payload;
use actix_web::http::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, ETAG, HeaderName, HeaderValue, IF_MATCH, IF_NONE_MATCH,
};
use actix_web::http::{Method, Uri};
use actix_web::test::TestRequest;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use application::{Code, FieldErrors, Input};
use domain::access::TenantChoice;
use domain::idempotency::IdempotencyKey;
use serde::de::DeserializeOwned;
use url::Url;
use utoipa::openapi::{OpenApi, Paths};

use crate::areas::events::stream;
use crate::request::caller::{bearer_key, presented};
use crate::request::if_match::{IfMatch, expects_nothing};
use crate::request::media_type::format;
use crate::request::{body, idempotency, parameters, query};
use crate::response::address::Address;
use crate::response::etag;
use crate::router::Router;
use crate::server::compression::{accepts_gzip, without_suffix};
use crate::server::traces;

/// A router without operations, for those who ask which one a request is for.
static ROUTER: LazyLock<Router> = LazyLock::new(|| Router::new(&[], Paths::default(), OpenApi::default()));

/// Reads a JSON body.
///
/// # Errors
/// If it cannot be read.
pub fn json<T: DeserializeOwned>(body: &[u8]) -> Input<T> {
    body::parse(body)
}

/// Reads the body of a form.
///
/// # Errors
/// If it cannot be read.
pub fn form<T: DeserializeOwned>(body: &[u8]) -> Input<T> {
    body::parse_form(body)
}

/// Reads a query.
///
/// # Errors
/// If it cannot be read.
pub fn query<T: DeserializeOwned>(text: &str) -> Input<T> {
    query::parse(text)
}

/// Returns the errors of the parameters that are not among these.
#[must_use]
pub fn unknown_parameters(query: &str, known: &[&str]) -> Option<FieldErrors> {
    parameters::field_errors(query, known)
}

/// Reads a target and headers, one in a line, by everything that reads headers.
pub fn headers(data: &[u8]) {
    let head = Head::of(data);
    keys(&head.request(Method::PATCH));
    idempotency_key(&head.request(Method::POST));
    conditions(&head.request(Method::PATCH));
    contents(&head);
    addresses(&head.request(Method::GET));
    trace(&head.request(Method::GET));
}

/// The head of a request.
struct Head {
    target: String,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Head {
    fn of(data: &[u8]) -> Self {
        let (mut target, mut headers) = ("/".to_owned(), vec![]);
        for line in data.split(|byte| *byte == b'\n') {
            let mut parts = line.splitn(2, |byte| *byte == b':');
            let name = parts.next().map(HeaderName::from_bytes);
            let value = parts.next().map(|value| HeaderValue::from_bytes(value.trim_ascii()));
            match (name, value, str::from_utf8(line)) {
                (Some(Ok(name)), Some(Ok(value)), _) => headers.push((name, value)),
                (_, _, Ok(text)) if text.parse::<Uri>().is_ok() => text.clone_into(&mut target),
                _ => {}
            }
        }
        Self { target, headers }
    }

    fn begin(&self, method: Method) -> TestRequest {
        let request = TestRequest::with_uri(&self.target).method(method).app_data(&*ROUTER);
        self.headers.iter().cloned().fold(request, TestRequest::append_header)
    }

    fn request(&self, method: Method) -> HttpRequest {
        self.begin(method).to_http_request()
    }
}

/// Whether a value of the headers contains the text, ignoring case.
fn says(request: &HttpRequest, names: &[HeaderName], text: &str) -> bool {
    let mut values = names.iter().flat_map(|name| request.headers().get_all(name)).map(HeaderValue::as_bytes);
    values.any(|value| String::from_utf8_lossy(value).to_ascii_lowercase().contains(&text.to_ascii_lowercase()))
}

fn every_name(request: &HttpRequest) -> Vec<HeaderName> {
    request.headers().keys().cloned().collect()
}

/// A key or tenant that is read was sent as such; everything else is one of three refusals.
fn keys(request: &HttpRequest) {
    let refusals = [Code::ConflictingKeys, Code::ConflictingTenants, Code::MalformedTenantHeader];
    match presented(request.headers()) {
        Ok(presented) => {
            if let Ok(token) = presented.token() {
                assert!(says(request, &every_name(request), &token.reveal()), "{token:?} was sent");
            }
            if let TenantChoice::Named(id) = presented.choice {
                assert!(says(request, &every_name(request), &id.to_string()), "{id} was sent");
            }
        }
        Err(error) => assert!(refusals.contains(&error.code), "{error:?}"),
    }
    if let Err(error) = bearer_key(request.headers()) {
        assert_eq!(error.code, Code::ConflictingKeys);
    }
}

/// An idempotency key is what was sent, or refused.
fn idempotency_key(request: &HttpRequest) {
    let sent = request.headers().get(idempotency::IDEMPOTENCY_KEY);
    match idempotency::read_key(request) {
        Ok(()) => {
            let read = request.extensions().get::<IdempotencyKey>().cloned();
            assert_eq!(read.as_ref().map(|key| key.as_str().as_bytes()), sent.map(HeaderValue::as_bytes));
        }
        Err(error) => {
            assert_eq!(error.code, Code::MalformedIdempotencyKey);
            assert!(sent.is_some(), "nothing was sent that could be malformed");
        }
    }
}

/// The tags of conditions have no commas, and what a client knows is what it has named.
fn conditions(request: &HttpRequest) {
    let current = etag::tag(b"{}");
    for name in [IF_MATCH, IF_NONE_MATCH] {
        for tag in etag::tags(request.headers(), &name) {
            assert!(tag.trim() == tag && !tag.contains(','), "{tag}");
        }
    }
    let stored = TestRequest::default().insert_header((ETAG, current.clone())).to_http_request();
    let is_known = etag::is_known(request.headers(), stored.headers());
    let is_named = says(request, &[IF_NONE_MATCH], &current) || says(request, &[IF_NONE_MATCH], etag::ANY);
    assert!(!is_known || is_named, "{current} is known");
    assert!(!expects_nothing(request) || says(request, &[IF_NONE_MATCH], etag::ANY));
    let read = IfMatch::from_request(request, &mut Payload::None).into_inner();
    drop(read.map(|conditions| conditions.on(|(): ()| "")));
}

/// A media type or an encoding is only found where it is named.
fn contents(head: &Head) {
    let request = head.request(Method::PATCH);
    assert!(format(&request).is_none() || says(&request, &[CONTENT_TYPE], "json"));
    assert!(!stream::is_asked(&request) || says(&request, &[ACCEPT], "text/event-stream"));
    let request = head.begin(Method::GET).to_srv_request();
    let is_named = ["gzip", "*"].iter().any(|coding| says(request.request(), &[ACCEPT_ENCODING], coding));
    assert!(!accepts_gzip(&request) || is_named);
    let mut headers = request.headers().clone();
    if without_suffix(&mut headers, &IF_MATCH) {
        assert_eq!(headers.get_all(IF_MATCH).count(), request.headers().get_all(IF_MATCH).count());
    }
}

/// A path that is put after an address stays a path.
fn addresses(request: &HttpRequest) {
    let local = "127.0.0.1:8080".parse().ok();
    for from_proxy in [false, true] {
        let Some(Address { scheme, host }) = Address::of(request.head(), from_proxy, local) else { continue };
        let text = format!("{scheme}://{host}/path");
        let url = Url::parse(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!((url.scheme(), url.path(), url.query(), url.fragment()), (scheme, "/path", None, None), "{text}");
        assert!(url.username().is_empty() && url.password().is_none(), "{text}");
    }
}

/// The context of a trace that is read can be passed on.
fn trace(request: &HttpRequest) {
    let Some(context) = traces::received(request.headers()) else { return };
    assert!(HeaderValue::from_str(&context.to_string()).is_ok(), "{context}");
    assert!(HeaderValue::from_str(context.state.as_str()).is_ok(), "{:?}", context.state);
}
