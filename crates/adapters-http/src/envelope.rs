//! What surrounds every answer: the request's id, the tenant it was served in, the body of refusals, and one line in the
//! log.

use std::error::Error;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, ResponseError};
use uuid::Uuid;

use crate::BASE;
use crate::caller::ServedIn;
use crate::problem::{ApiError, ProblemView};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TENANT_ID: HeaderName = HeaderName::from_static("x-tenant-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
const VARY_BY: HeaderValue = HeaderValue::from_static("authorization, x-calry-api-key, x-calry-tenant-id, x-tenant-id");
/// In how many seconds a busy service may be asked again.
const SOON: HeaderValue = HeaderValue::from_static("1");
const MAX_REQUEST_ID: usize = 128;

/// Serves a request.
pub(crate) async fn envelope(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let id = request_id(request.headers());
    let is_api = request.path().starts_with(BASE);

    let mut response = with_problem(next.call(request).await?.map_into_boxed_body());

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
        request_id = id.to_str().unwrap_or_default(),
        method = %response.request().method(),
        path = response.request().path(),
        status = response.status().as_u16(),
        tenant = tenant.map(|ServedIn(tenant)| tracing::field::display(tenant)),
        micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX),
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

/// Writes the body of a refusal, and logs it where the service is at fault.
fn with_problem(response: ServiceResponse) -> ServiceResponse {
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
        tracing::error!(code = error.code, path = response.request().path(), "{}", chain(&**cause));
    }
    let body = serde_json::to_vec(&ProblemView::new(error, response.request().path())).unwrap_or_default();
    let status = error.status_code();
    let mut response = response.map_body(|_, _| BoxBody::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, PROBLEM_JSON);
    match status {
        StatusCode::UNAUTHORIZED => {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        StatusCode::SERVICE_UNAVAILABLE => {
            headers.insert(RETRY_AFTER, SOON);
        }
        _ => {}
    }
    response
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
