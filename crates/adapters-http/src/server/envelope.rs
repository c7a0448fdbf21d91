//! Middleware for every response: request id, tenant header, error body, access log and metrics.

use std::time::Duration;

use actix_cors::CorsError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER, VARY, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, web};
use application::{Code, in_one_line};
use domain::traces::TraceId;
use tracing::field::display;
use uuid::Uuid;

use crate::request::caller::ServedIn;
use crate::response::etag::is_known;
use crate::response::problem::{ApiError, ProblemView};
use crate::router::{BASE, OPERATOR_BASE, Router};
use crate::server::health::restrict_page;
use crate::server::traces::Traced;
use crate::state::Api;
use crate::state::rate_limit::Standing;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
pub(crate) const TENANT_ID: HeaderName = HeaderName::from_static("x-tenant-id");
const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");
const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-cache");
const VARY_BY: &str = "authorization, x-calry-api-key, x-calry-tenant-id, x-tenant-id";
const MAX_REQUEST_ID: usize = 128;

/// Serves a request.
pub(crate) async fn envelope(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let api = request.app_data::<web::Data<Api>>().expect("`configure` adds it").clone();
    let watched = api.metrics.watch(request.method());
    let router = Router::of(request.request());
    let traced = Traced::begin(&request, api.continue_trace);
    let received = Received::of(&request, traced.trace_id());

    let response = match traced.run(next.call(request)).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(mut error) => {
            // The request was cancelled and dropped, so its route must be found by its path.
            let refused = received.refused(&error);
            traced.end(refused.status, None);
            let took = watched.end(router.pattern_of(&received.path), refused.status);
            received.log(refused.status, None, took);
            error.add_response_mapper(move |mut response| {
                refused.describe(response.headers_mut());
                received.describe(response.headers_mut());
                response.set_body(BoxBody::new(refused.body.clone()))
            });
            return Err(error);
        }
    };
    let mut response = unless_known(received.with_problem(response));
    // actix-web does not store the pattern, but composes it here for each request.
    let took = watched.end(response.request().match_pattern().as_deref(), response.status());

    let found = response.request().extensions();
    let (tenant, standing) = (found.get::<ServedIn>().copied(), found.get::<Standing>().cloned());
    drop(found);
    traced.end(response.status(), tenant);
    let headers = response.headers_mut();
    received.describe(headers);
    if let Some(ServedIn(tenant)) = tenant {
        headers.insert(TENANT_ID, HeaderValue::try_from(tenant.to_string()).expect("a UUID is visible ASCII"));
    }
    if let Some(standing) = standing {
        standing.describe(headers);
    }
    received.log(response.status(), tenant, took);
    Ok(response)
}

/// The data of a request that are known when it arrives.
struct Received {
    id: HeaderValue,
    method: Method,
    path: String,
    trace_id: Option<TraceId>,
}

impl Received {
    fn of(request: &ServiceRequest, trace_id: Option<TraceId>) -> Self {
        let id = request_id(request.headers());
        Self { id, method: request.method().clone(), path: request.path().to_owned(), trace_id }
    }

    /// Writes the body of a refusal.
    fn with_problem(&self, response: ServiceResponse) -> ServiceResponse {
        let Some(error) = response.response().error() else { return response };
        let refused = self.refused(error);
        let mut response = response;
        refused.describe(response.headers_mut());
        response.map_body(|_, _| BoxBody::new(refused.body))
    }

    /// Converts an error to a refusal, and logs it if the service caused it.
    fn refused(&self, error: &actix_web::Error) -> Refused {
        let foreign;
        let error = if let Some(error) = error.as_error::<ApiError>() {
            error
        } else {
            foreign = foreign_error(error);
            &foreign
        };
        if let Some(cause) = &error.cause {
            let (request_id, trace_id) = (self.id(), self.trace_id.map(display));
            tracing::error!(request_id, trace_id, code = error.code.as_str(), "{}", in_one_line(&**cause));
        }
        let body = serde_json::to_vec(&ProblemView::new(error, &self.path)).unwrap_or_default();
        Refused { status: error.status, retry_after: error.retry_after, body }
    }

    /// Sets the headers that depend on the request only.
    fn describe(&self, headers: &mut HeaderMap) {
        headers.insert(REQUEST_ID, self.id.clone());
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if [BASE, OPERATOR_BASE].iter().any(|base| self.path.starts_with(base)) {
            headers.insert(CACHE_CONTROL, PRIVATE);
            vary_by(headers, VARY_BY);
        }
        restrict_page(&self.path, headers);
    }

    fn log(&self, status: StatusCode, tenant: Option<ServedIn>, took: Duration) {
        tracing::info!(
            request_id = self.id(),
            trace_id = self.trace_id.map(display),
            method = %self.method,
            path = self.path,
            status = status.as_u16(),
            tenant = tenant.map(|ServedIn(tenant)| display(tenant)),
            micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
            "request"
        );
    }

    /// Returns the id for the log.
    fn id(&self) -> &str {
        self.id.to_str().unwrap_or_default()
    }
}

/// A refusal with its serialised body.
struct Refused {
    status: StatusCode,
    retry_after: Option<u32>,
    body: Vec<u8>,
}

impl Refused {
    fn describe(&self, headers: &mut HeaderMap) {
        headers.insert(CONTENT_TYPE, PROBLEM_JSON);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
    }
}

/// Converts an error of a library to a refusal.
fn foreign_error(error: &actix_web::Error) -> ApiError {
    let status = error.as_response_error().status_code();
    let refusal = match error.as_error::<CorsError>() {
        Some(refused) => ApiError::new(Code::CrossOriginRefused, format!("{refused}.")),
        None => ApiError::new(Code::MalformedRequest, "The request cannot be read."),
    };
    ApiError { status, ..refusal }
}

/// Returns the client's request id if it is safe to repeat, or else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    headers
        .get(REQUEST_ID)
        .filter(|id| (1..=MAX_REQUEST_ID).contains(&id.len()) && id.as_bytes().iter().all(u8::is_ascii_graphic))
        .cloned()
        .or_else(|| HeaderValue::try_from(Uuid::new_v4().to_string()).ok())
        .unwrap_or(HeaderValue::from_static("-"))
}

/// Adds request headers to the `Vary` of a response.
pub(crate) fn vary_by(headers: &mut HeaderMap, names: &'static str) {
    let others = headers.get(VARY).and_then(|value| value.to_str().ok());
    let all = others.map_or(HeaderValue::from_static(names), |others| {
        HeaderValue::try_from(format!("{others}, {names}")).expect("names of headers")
    });
    headers.insert(VARY, all);
}

/// Replaces the response by 304 if the client already has the representation.
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
