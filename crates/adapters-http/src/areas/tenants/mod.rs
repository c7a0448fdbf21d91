//! `/tenants`.

mod bodies;
mod handlers;
mod routes;
mod views;

pub(crate) use self::bodies::UpdateTenantBody;
pub(crate) use self::handlers::*;
pub(crate) use self::routes::routes;
