//! The REST API, on actix-web. `docs/api.md` describes it.
//!
//! # What belongs here
//!
//! Imports go down only, in this order:
//!
//! * `server`: connections, middleware, and the operations at the root.
//! * `areas`: a folder per area: its list of operations, `handlers.rs` (extract, build the command, call, convert: ten
//!   lines at most), and `views.rs` (responses).
//! * `request`: authentication, input, idempotency keys and conditions of requests.
//! * `router`: the routes and the OpenAPI document, made from the operations.
//! * `response`: resources, lists, entity tags and refusals.
//! * `openapi`: the conventions of the document, its schemas and refusals.
//! * `state`: the use cases, metrics and limits that requests share.
//! * `status`: the status of each kind of refusal.
//!
//! Before all of them stands `fuzzing`, which opens the readers of requests to `fuzz-targets`.
//!
//! Authorisation is not decided here: a handler cannot call a use case without a caller, whose rights the use case
//! checks. Since a body costs memory, `request` checks the same before it reads one.
//!
//! # How to add to it
//!
//! `docs/guides/add-an-endpoint.md` walks through it. In short: a handler with `#[utoipa::path]`, and its name in the
//! area's list of operations.

mod areas;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod openapi;
mod request;
mod response;
mod router;
mod server;
mod state;
mod status;

use std::io;
use std::net::TcpListener;
use std::sync::LazyLock;

use actix_server::Server;
use actix_web::HttpRequest;
use actix_web::middleware::{Condition, from_fn};
use actix_web::web::{self, ServiceConfig};
use utoipa::OpenApi;

use self::areas::quotes::PriceView;
pub use self::areas::webhooks::{event_body, grant_time_of_receiver};
pub use self::openapi::NOT_SUPPORTED;
use self::response::problem::ProblemView;
use self::router::{Operation, Router, no_such_route};
pub use self::server::{Connections, listen};
pub use self::state::metrics::{Metrics, PoolUse};
pub use self::state::networks::{InvalidNetworkError, Network};
pub use self::state::origins::{AllowedOrigin, InvalidOriginError};
pub use self::state::rate_limit::{InvalidQuotaError, Quota, RateLimits};
pub use self::state::{Api, ServerLimits};
use application::enum_schemas::{IncludedPart, ListingType};

/// The routes of all areas.
static ROUTER: LazyLock<Router> =
    LazyLock::new(|| Router::new(&operations(), areas::webhooks::requests(), Components::openapi()));

/// The schemas that only parameters and refusals refer to.
#[derive(OpenApi)]
#[openapi(components(schemas(ProblemView, PriceView, ListingType, IncludedPart)))]
struct Components;

/// Lists the operations of all areas. Requests are matched with them in this order, so the most requested ones come
/// first.
fn operations() -> Vec<Operation> {
    [
        areas::listings::operations(),
        areas::imports::operations(),
        areas::tenants::operations(),
        areas::availability::operations(),
        areas::promotions::operations(),
        areas::integration_accounts::operations(),
        areas::charges::operations(),
        areas::events::operations(),
        areas::event_consumers::operations(),
        areas::quotes::operations(),
        areas::reservations::operations(),
        areas::locations::operations(),
        areas::users::operations(),
        areas::findings::operations(),
        areas::api_keys::operations(),
        areas::webhooks::operations(),
        areas::audit::operations(),
        areas::workspaces::operations(),
        areas::operators::operations(),
        server::health::operations(),
    ]
    .concat()
}

/// Returns the OpenAPI document of the API.
pub fn document() -> utoipa::openapi::OpenApi {
    ROUTER.document().clone()
}

/// Serves until `stop`, and then the requests in flight. Each worker thread creates its own `api`, and what it serves beside
/// it, inside the same middleware.
///
/// # Errors
/// The listener cannot be used.
pub fn serve<C: FnOnce(&mut ServiceConfig)>(
    listener: TcpListener,
    connections: Connections,
    stop: impl Future<Output = ()> + Send + 'static,
    worker: impl Fn() -> (Api, C) + Clone + Send + 'static,
) -> io::Result<Server> {
    server::serve_routes(listener, connections, stop, move || {
        let (api, beside) = worker();
        configure(web::Data::new(api), beside)
    })
}

/// Returns the URL of the API, as the client of a request has reached it.
pub fn api_url(request: &HttpRequest) -> String {
    response::address::url(request, router::BASE)
}

/// Adds everything that the service answers to an actix-web application.
fn configure(api: web::Data<Api>, beside: impl FnOnce(&mut ServiceConfig)) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        let origins = &api.server_limits.allowed_origins;
        let cors = Condition::new(!origins.is_empty(), server::cors::cors(origins));
        config.app_data(api).app_data(&*ROUTER).service(
            web::scope("")
                // The innermost middleware comes first.
                .wrap(from_fn(server::address::address))
                .wrap(from_fn(server::timeout::time_limit))
                .wrap(cors)
                .wrap(from_fn(server::envelope::envelope))
                .wrap(from_fn(server::compression::compression))
                .configure(|config| ROUTER.configure(config))
                .configure(server::health::page_files)
                .configure(beside)
                .default_service(web::to(no_such_route)),
        );
    }
}
