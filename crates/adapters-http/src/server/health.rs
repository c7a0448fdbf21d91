//! Operations at the root: health, metrics and the API's own description.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, OnceLock, PoisonError, RwLock};

use actix_web::http::Method;
use actix_web::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, REFERRER_POLICY,
};
use actix_web::web::{self, Bytes, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use application::Code::{self, NotReady};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_swagger_ui::{Config, serve};

use crate::openapi::{Refuses, codes};
use crate::response::problem::{Answer, ApiError};
use crate::router::{Operation, Router, on, operations, resource, route_not_found};
use crate::server::fixed::Fixed;
use crate::state::Api;
use crate::state::metrics::TEXT_FORMAT;

/// The path of the page for trying the API, and of its files.
const PAGE: &str = "/docs";
/// The content security policy of the page. All its files come from this server; it sets inline styles, and its style
/// sheet contains pictures. Frames are forbidden, because clicks in a frame could be stolen.
const PAGE_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub(crate) fn operations() -> Vec<Operation> {
    operations![healthz, readyz, metrics, openapi_json, docs]
}

/// Adds the files of the page, which are not operations.
pub(crate) fn page_files(config: &mut ServiceConfig) {
    config.service(resource("/docs/{file:.*}").route(on(&Method::GET, web::to(page))));
}

/// Sets the security headers of the page if the path belongs to it.
pub(crate) fn restrict_page(path: &str, headers: &mut HeaderMap) {
    if path.strip_prefix(PAGE).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        headers.insert(CONTENT_SECURITY_POLICY, PAGE_POLICY);
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    }
}

/// The state of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    /// Always `ok`.
    #[schema(example = "ok")]
    status: &'static str,
}

const OK: Health = Health { status: "ok" };

/// Reports that the process is alive.
#[utoipa::path(get, path = "/healthz", operation_id = "healthz", tag = "operations", security(()),
    responses((status = 200, body = Health)))]
pub(crate) async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(OK)
}

/// Reports whether requests can be served: the database responds and is writable, and its schema matches this program.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "operations", security(()),
    responses((status = 200, body = Health), Refuses<{ codes(&[NotReady]) }>))]
pub(crate) async fn readyz(api: web::Data<Api>) -> Answer {
    api.readiness.run().await.map_err(|refusal| {
        // Probes need not distinguish an unreachable database from an old schema.
        let ApiError { message, cause, .. } = ApiError::from(refusal);
        ApiError { cause, ..ApiError::new(NotReady, message) }
    })?;
    Ok(HttpResponse::Ok().json(OK))
}

/// Returns the metrics of the service, for Prometheus.
#[utoipa::path(get, path = "/metrics", operation_id = "metrics", tag = "operations", security(()),
    responses((status = 200, description = "The text format 0.0.4.", content_type = "text/plain", body = String)))]
pub(crate) async fn metrics(api: web::Data<Api>) -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, TEXT_FORMAT)).body(api.metrics.text())
}

/// Returns this document.
#[utoipa::path(get, path = "/openapi.json", operation_id = "openapi", tag = "operations", security(()),
    responses((status = 200, description = "OpenAPI 3.1.", content_type = "application/json",
        body = std::collections::BTreeMap<String, serde_json::Value>)))]
pub(crate) async fn openapi_json(request: HttpRequest) -> HttpResponse {
    static DOCUMENT: OnceLock<Arc<Fixed>> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| Fixed::new(Router::of(&request).document().to_json().unwrap_or_default()));
    Arc::clone(document).response("application/json")
}

/// Redirects to a page for trying the API.
#[utoipa::path(get, path = "/docs", operation_id = "docs", tag = "operations", security(()),
    responses((status = 308, description = "The page is at `/docs/`.")))]
pub(crate) async fn docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

/// The settings of the page. With its default validator, it would send the document's URL to a third-party server.
static PAGE_CONFIG: LazyLock<Arc<Config<'static>>> =
    LazyLock::new(|| Arc::new(Config::from("/openapi.json").validator_url("none")));

/// A file of the page.
#[derive(Clone)]
struct PageFile {
    content_type: String,
    content: Arc<Fixed>,
}

/// The requested files of the page, by name.
static PAGE_FILES: RwLock<BTreeMap<String, PageFile>> = RwLock::new(BTreeMap::new());

/// Returns a file of the page.
async fn page(name: web::Path<String>) -> Answer {
    let known = PAGE_FILES.read().unwrap_or_else(PoisonError::into_inner).get(&*name).cloned();
    let file = if let Some(file) = known {
        file
    } else {
        let file = load(&name)?;
        let mut files = PAGE_FILES.write().unwrap_or_else(PoisonError::into_inner);
        files.entry(name.into_inner()).or_insert(file).clone()
    };
    Ok(file.content.response(&file.content_type))
}

fn load(name: &str) -> Result<PageFile, ApiError> {
    let found = serve(name, Arc::clone(&PAGE_CONFIG)).map_err(|error| {
        let cause = Some(error.to_string().into());
        ApiError { cause, ..ApiError::new(Code::InternalError, "The page is broken.") }
    })?;
    let found = found.ok_or_else(route_not_found)?;
    let content = match found.bytes {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    };
    Ok(PageFile { content_type: found.content_type, content: Fixed::new(content) })
}
