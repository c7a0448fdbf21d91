//! Time limit of requests.

use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::time::timeout;
use actix_web::web;
use application::Code;
use application::fairness::on_behalf_of;

use crate::response::problem::ApiError;
use crate::state::Api;

/// Cancels a request that takes too long. The database's own limits are tighter; this one is for a database that does
/// not keep them, and for clients that do not finish.
pub(crate) async fn time_limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let limit = request.app_data::<web::Data<Api>>().expect("`configure` adds it").server_limits.time_limit;
    // The client is not known yet.
    timeout(limit, on_behalf_of(None, next.call(request))).await.unwrap_or_else(|_| Err(given_up(limit).into()))
}

fn given_up(limit: Duration) -> ApiError {
    let message = "The request took too long.";
    let cause = format!("given up after {limit:?}").into();
    ApiError { cause: Some(cause), ..ApiError::new(Code::Unavailable, message) }
}
