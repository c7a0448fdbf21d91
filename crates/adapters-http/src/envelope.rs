//! What surrounds every answer: the request's id, the tenant it was served in, the body of refusals, one line in the
//! log, and its place in the metrics.

use std::error::Error;
use std::time::Duration;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::rt::time::timeout;
use actix_web::{HttpMessage, HttpResponse, web};
use uuid::Uuid;

use crate::caller::ServedIn;
use crate::problem::{ApiError, ProblemView};
use crate::resource::pattern_of;
use crate::tags::is_known;
use crate::{Api, BASE};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TENANT_ID: HeaderName = HeaderName::from_static("x-tenant-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
const VARY_BY: HeaderValue = HeaderValue::from_static("authorization, x-calry-api-key, x-calry-tenant-id, x-tenant-id");
/// In how many seconds what passes may be asked for again.
const SOON: HeaderValue = HeaderValue::from_static("1");
const MAX_REQUEST_ID: usize = 128;
/// How long a request may take before it is given up. The database's own limits are tighter; this one is for a database
/// that does not keep them, and for clients that do not finish.
const TIME_LIMIT: Duration = Duration::from_secs(15);

/// Serves a request.
pub(crate) async fn envelope(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let api = request.app_data::<web::Data<Api>>().expect("`configure` adds it").clone();
    let watched = api.metrics.watch(request.method());
    let id = request_id(request.headers());
    let is_api = request.path().starts_with(BASE);
    let path = request.path().to_owned();

    let Ok(response) = timeout(TIME_LIMIT, next.call(request)).await else {
        // The request is gone, and nobody else knows its route.
        watched.end(pattern_of(&path), StatusCode::SERVICE_UNAVAILABLE);
        return Err(given_up(&id, &path));
    };
    let mut response = unless_known(with_problem(response?.map_into_boxed_body(), &id));
    // The pattern is put together anew for each request: actix-web does not keep it.
    let took = watched.end(response.request().match_pattern().as_deref(), response.status());

    let tenant = response.request().extensions().get::<ServedIn>().copied();
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id.clone());
    if let Some(ServedIn(tenant)) = tenant {
        headers.insert(TENANT_ID, HeaderValue::try_from(tenant.to_string())?);
    }
    if is_api {
        headers.insert(CACHE_CONTROL, PRIVATE);
        headers.insert(VARY, VARY_BY);
    }
    tracing::info!(
        request_id = text(&id),
        method = %response.request().method(),
        path,
        status = response.status().as_u16(),
        tenant = tenant.map(|ServedIn(tenant)| tracing::field::display(tenant)),
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        "request"
    );
    Ok(response)
}

/// The client's own id, where it can be repeated safely.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    headers
        .get(REQUEST_ID)
        .filter(|id| (1..=MAX_REQUEST_ID).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic))
        .cloned()
        .or_else(|| HeaderValue::try_from(Uuid::new_v4().to_string()).ok())
        .unwrap_or(HeaderValue::from_static("-"))
}

/// The id for the log.
fn text(id: &HeaderValue) -> &str {
    id.to_str().unwrap_or_default()
}

/// Writes the body of a refusal, and logs it where the service is at fault.
fn with_problem(response: ServiceResponse, id: &HeaderValue) -> ServiceResponse {
    let Some(error) = response.response().error() else { return response };
    let foreign;
    let error = if let Some(error) = error.as_error::<ApiError>() {
        error
    } else {
        let status = error.as_response_error().status_code();
        foreign = ApiError::new(status, "malformed_request", "The request cannot be read.");
        &foreign
    };
    if let Some(cause) = &error.cause {
        tracing::error!(request_id = text(id), code = error.code, "{}", chain(&**cause));
    }
    let (status, passes, body) = (error.status, error.passes, body_of(error, response.request().path()));
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    describe(response.headers_mut(), status, passes);
    response
}

/// Answers 304 where the client has already what it asks for.
fn unless_known(response: ServiceResponse) -> ServiceResponse {
    let request = response.request();
    let is_read = [Method::GET, Method::HEAD].contains(request.method()) && response.status() == StatusCode::OK;
    if !is_read || !is_known(request.headers(), response.headers()) {
        return response;
    }
    let mut response = response.map_body(|head, _| {
        head.status = StatusCode::NOT_MODIFIED;
        BoxBody::new(())
    });
    response.headers_mut().remove(CONTENT_TYPE);
    response
}

/// What is answered when nothing comes of a request: a database that froze, a body that never ends.
fn given_up(id: &HeaderValue, path: &str) -> actix_web::Error {
    tracing::error!(request_id = text(id), path, "given up after {TIME_LIMIT:?}");
    let error = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "The request took too long.");
    let mut response = HttpResponse::build(error.status).body(body_of(&error, path));
    describe(response.headers_mut(), error.status, error.passes);
    response.headers_mut().insert(REQUEST_ID, id.clone());
    InternalError::from_response(error, response).into()
}

fn body_of(error: &ApiError, path: &str) -> Vec<u8> {
    serde_json::to_vec(&ProblemView::new(error, path)).unwrap_or_default()
}

fn describe(headers: &mut HeaderMap, status: StatusCode, passes: bool) {
    headers.insert(CONTENT_TYPE, PROBLEM_JSON);
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if passes {
        headers.insert(RETRY_AFTER, SOON);
    }
}

/// An error and all that is behind it, in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
