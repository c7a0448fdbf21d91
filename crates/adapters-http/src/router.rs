//! Routes, made from the operations of the areas.
//!
//! An operation states its path, method and answers once, in the `#[utoipa::path]` of its handler. The routes, HEAD,
//! `Allow`, the OpenAPI document and the routes of the metrics are made from it.

use actix_web::http::{Method, header};
use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse, Resource, Route, guard};
use application::Code;
use utoipa::openapi::{OpenApi, Paths};

use crate::openapi;
use crate::response::problem::ApiError;

/// The prefix of the API's paths.
pub(crate) const BASE: &str = "/api/v1";
/// The prefix of the paths of operators.
pub(crate) const OPERATOR_BASE: &str = "/operator/v1";

/// An operation.
#[derive(Clone, Copy)]
pub(crate) struct Operation {
    /// Returns its part of the document: its path, and the schemas that it refers to.
    pub(crate) document: fn() -> OpenApi,
    /// Returns the route to its handler, for any method.
    pub(crate) route: fn() -> Route,
}

/// Lists operations by their handlers, which have a `#[utoipa::path]`.
macro_rules! operations {
    ($($handler:ident),+ $(,)?) => {
        vec![$({
            #[derive(utoipa::OpenApi)]
            #[openapi(paths($handler))]
            struct Document;

            $crate::router::Operation {
                document: <Document as utoipa::OpenApi>::openapi,
                route: || actix_web::web::to($handler),
            }
        }),+]
    };
}
pub(crate) use operations;

/// All routes, with their document.
pub(crate) struct Router {
    /// The paths in the order in which requests are matched with them.
    paths: Vec<Path>,
    document: OpenApi,
}

struct Path {
    pattern: String,
    methods: Vec<(Method, fn() -> Route)>,
}

impl Router {
    /// Creates the routes of the operations. `webhooks` are requests that receivers of events serve, and `components` has the schemas to which no operation refers directly.
    ///
    /// Paths with the same first segment stay together, where the last of them is listed. Among them, fixed segments
    /// come before patterns that match them too.
    pub(crate) fn new(operations: &[Operation], webhooks: Paths, components: OpenApi) -> Self {
        let mut paths = Vec::<Path>::new();
        let mut parts = vec![components];
        for Operation { document, route } in operations {
            let part = document();
            for (pattern, item) in &part.paths.paths {
                let methods = openapi::operations_of(item).map(|(method, _)| (method, *route));
                match paths.iter_mut().find(|path| path.pattern == *pattern) {
                    Some(path) => path.methods.extend(methods),
                    None => paths.push(Path { pattern: pattern.clone(), methods: methods.collect() }),
                }
            }
            parts.push(part);
        }
        let places: Vec<_> = paths.iter().map(|path| first_segment(&path.pattern).to_owned()).collect();
        paths.sort_by_cached_key(|Path { pattern, .. }| {
            let place = places.iter().rposition(|segment| segment == first_segment(pattern));
            (place, pattern.split('/').map(|segment| segment.starts_with('{')).collect::<Vec<_>>())
        });
        let mut document = openapi::document(parts);
        document.webhooks = Some(webhooks);
        Self { paths, document }
    }

    /// Returns the router of a request.
    pub(crate) fn of(request: &HttpRequest) -> &'static Self {
        request.app_data::<&'static Self>().expect("`configure` adds it")
    }

    /// Returns the operation of a request, as the document describes it.
    pub(crate) fn operation_of(request: &HttpRequest) -> Option<&'static utoipa::openapi::path::Operation> {
        let item = Self::of(request).document.paths.paths.get(&request.match_pattern()?)?;
        openapi::operations_of(item).find_map(|(method, operation)| (method == *request.method()).then_some(operation))
    }

    /// Returns the OpenAPI document.
    pub(crate) const fn document(&self) -> &OpenApi {
        &self.document
    }

    /// Adds the routes.
    pub(crate) fn configure(&self, config: &mut ServiceConfig) {
        let mut api = web::scope(BASE);
        for path in &self.paths {
            match path.pattern.strip_prefix(BASE) {
                Some(below) => api = api.service(path.resource(below)),
                None => drop(config.service(path.resource(&path.pattern))),
            }
        }
        config.service(api.default_service(web::to(no_such_route)));
    }

    /// Finds the pattern that a path matches when its request is gone.
    pub(crate) fn pattern_of(&self, path: &str) -> Option<&str> {
        self.paths.iter().map(|path| path.pattern.as_str()).find(|pattern| matches(pattern, path))
    }
}

impl Path {
    fn resource(&self, path: &str) -> Resource {
        self.methods.iter().fold(resource(path), |resource, (method, route)| resource.route(on(method, route())))
    }

    fn allow(&self) -> String {
        let methods = self.methods.iter().map(|(method, _)| match *method {
            Method::GET => "GET, HEAD",
            ref method => method.as_str(),
        });
        methods.collect::<Vec<_>>().join(", ")
    }
}

fn first_segment(pattern: &str) -> &str {
    pattern.trim_start_matches(BASE).split('/').nth(1).unwrap_or_default()
}

fn matches(pattern: &str, path: &str) -> bool {
    let mut parts = path.split('/');
    pattern.split('/').all(|p| parts.next().is_some_and(|part| p == part || p.starts_with('{')))
        && parts.next().is_none()
}

/// Creates a path that responds to other methods than its own with 405 and a list of its methods.
pub(crate) fn resource(path: &str) -> Resource {
    web::resource(path).default_service(web::to(method_not_allowed))
}

/// Restricts a route to a method. GET includes HEAD, which is GET without a body.
pub(crate) fn on(method: &Method, route: Route) -> Route {
    match *method {
        Method::GET => route.guard(guard::Any(guard::Get()).or(guard::Head())),
        ref method => route.method(method.clone()),
    }
}

/// Refuses a request to a path that does not exist.
pub(crate) async fn no_such_route() -> ApiError {
    route_not_found()
}

pub(crate) fn route_not_found() -> ApiError {
    ApiError::new(Code::RouteNotFound, "There is no such route.")
}

async fn method_not_allowed(request: HttpRequest) -> HttpResponse {
    let pattern = request.match_pattern();
    let path = Router::of(&request).paths.iter().find(|path| Some(&path.pattern) == pattern.as_ref());
    // The files of a page are not among the operations.
    let allowed = path.map_or_else(|| "GET, HEAD".to_owned(), Path::allow);
    let message = format!("The route has no such method. It has {allowed}.");
    let mut response = HttpResponse::from_error(ApiError::new(Code::MethodNotAllowed, message));
    if let Ok(allowed) = header::HeaderValue::try_from(allowed) {
        response.headers_mut().insert(header::ALLOW, allowed);
    }
    response
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::ROUTER;

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
            assert_eq!(ROUTER.pattern_of(path), pattern, "{path}");
        }
    }

    #[test]
    fn a_fixed_path_comes_before_each_pattern_that_matches_it() {
        for Path { pattern, .. } in &ROUTER.paths {
            assert_eq!(ROUTER.pattern_of(pattern), Some(pattern.as_str()));
        }
    }

    #[test]
    fn every_operation_has_a_path_and_method_of_its_own() {
        let listed = ROUTER
            .paths
            .iter()
            .flat_map(|path| path.methods.iter().map(|(method, _)| (&path.pattern, method.as_str())));
        let listed: Vec<_> = listed.collect();
        assert_eq!(listed.iter().collect::<BTreeSet<_>>().len(), listed.len(), "{listed:?}");
        let documented = ROUTER.document.paths.paths.values().flat_map(openapi::operations_of);
        assert_eq!(documented.count(), listed.len());
    }

    #[test]
    fn the_methods_of_a_path_are_allowed_and_head_with_get() {
        for (pattern, allow) in [
            ("/api/v1/tenants", "GET, HEAD, POST"),
            ("/api/v1/tenants/{id}", "GET, HEAD, PUT, PATCH, DELETE"),
            ("/api/v1/quote", "POST"),
            ("/healthz", "GET, HEAD"),
        ] {
            let path = ROUTER.paths.iter().find(|path| path.pattern == pattern).expect("a path");
            assert_eq!(path.allow(), allow, "{pattern}");
        }
    }
}
