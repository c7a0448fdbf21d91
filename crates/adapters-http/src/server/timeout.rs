//! Time limit of requests.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::rt::time::timeout;
use actix_web::{HttpMessage, web};
use application::Code;
use application::fairness::on_behalf_of;

use crate::request::extra_time::ExtraTime;
use crate::response::problem::ApiError;
use crate::server::connection::Turns;
use crate::state::Api;

/// Cancels a request that takes too long. The database's own limits are tighter; this one is for a database that does
/// not keep them, and for clients that do not finish.
pub(crate) async fn time_limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let limit = request.app_data::<web::Data<Api>>().expect("`configure` adds it").server_limits.time_limit;
    let turns = request.request().conn_data::<Rc<Turns>>().cloned();
    let extra = ExtraTime::default();
    request.extensions_mut().insert(extra.clone());
    // The client is not known yet.
    let mut serving = pin!(on_behalf_of(None, next.call(request)));
    let mut served = timeout(limit, serving.as_mut()).await;
    let extra = extra.take();
    if served.is_err() && !extra.is_zero() {
        served = timeout(extra, serving.as_mut()).await;
    }
    // The request is not dropped yet, so its body is still being read.
    served.unwrap_or_else(|_| Err(given_up(limit, turns.is_some_and(|turns| turns.is_reading_body())).into()))
}

/// Returns the refusal of a request that took too long: a body that has not arrived is the client's fault.
fn given_up(limit: Duration, is_reading_body: bool) -> ApiError {
    if is_reading_body {
        return ApiError::new(Code::RequestTimeout, "The request body did not arrive in time.");
    }
    let cause = format!("given up after {limit:?}").into();
    ApiError { cause: Some(cause), ..ApiError::new(Code::Unavailable, "The request took too long.") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_that_does_not_arrive_is_not_a_defect_of_the_service() {
        for (is_reading_body, code, is_logged) in
            [(true, Code::RequestTimeout, false), (false, Code::Unavailable, true)]
        {
            let refusal = given_up(Duration::from_secs(15), is_reading_body);
            assert_eq!((refusal.code, refusal.cause.is_some()), (code, is_logged));
        }
    }
}
