//! Paths and their methods.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web;
use actix_web::{FromRequest, Handler, HttpRequest, HttpResponse, Resource, Responder, Route, guard};
use application::Code;

use crate::openapi;
use crate::response::problem::ApiError;

/// Creates a path that responds to other methods than its own with 405 and a list of its methods.
pub(crate) fn resource(path: &str) -> Resource {
    web::resource(path).default_service(web::to(method_not_allowed))
}

/// Creates a route for GET, and for HEAD, which is GET without a body.
pub(crate) fn get<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: FromRequest + 'static,
    F::Output: Responder + 'static,
{
    web::route().guard(guard::Any(guard::Get()).or(guard::Head())).to(handler)
}

/// Refuses a request to a path that does not exist.
pub(crate) async fn no_such_route() -> ApiError {
    route_not_found()
}

pub(crate) fn route_not_found() -> ApiError {
    ApiError::new(Code::RouteNotFound, "There is no such route.")
}

/// The methods that the document lists, by path.
static ALLOWED: LazyLock<BTreeMap<String, String>> = LazyLock::new(openapi::methods_by_path);

/// Finds the pattern that a path matches when the request is gone: in the document, in whose order fixed paths come
/// before patterns that match them too.
pub(crate) fn pattern_of(path: &str) -> Option<&'static str> {
    let matches = |pattern: &&str| {
        let mut parts = pattern.split('/').zip(path.split('/'));
        pattern.split('/').count() == path.split('/').count() && parts.all(|(p, part)| p == part || p.starts_with('{'))
    };
    ALLOWED.keys().map(String::as_str).find(matches)
}

async fn method_not_allowed(request: HttpRequest) -> HttpResponse {
    let error = ApiError::new(Code::MethodNotAllowed, "The route has no such method.");
    let mut response = HttpResponse::from_error(error);
    // The files of a page are not in the document.
    let allowed = request.match_pattern().and_then(|pattern| ALLOWED.get(&pattern)).map_or("GET, HEAD", String::as_str);
    if let Ok(allowed) = header::HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

impl Responder for ApiError {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::from_error(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_pattern_without_its_request() {
        for (path, pattern) in [
            ("/healthz", Some("/healthz")),
            ("/api/v1/tenants/count", Some("/api/v1/tenants/count")),
            ("/api/v1/tenants/x", Some("/api/v1/tenants/{id}")),
            ("/api/v1/tenants/x/switch", Some("/api/v1/tenants/{id}/switch")),
            ("/api/v1/tenants/x/nothing", None),
            ("/api/v1/tenants/x/switch/", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(pattern_of(path), pattern, "{path}");
        }
    }
}
