//! One function per operation.

use actix_web::{HttpRequest, HttpResponse, web};

use super::views::LocationView;
use crate::Api;
use crate::caller::InTenant;
use crate::data::Count;
use crate::input::Query;
use crate::lists::{self, ListView, PageQuery};
use crate::openapi::{QueryRefused, Refused, TenantHeaders};
use crate::problem::ApiError;

/// Lists the locations of the tenant of the request, oldest first.
#[utoipa::path(get, path = "/api/v1/locations", operation_id = "listLocations", tag = "locations",
    params(PageQuery, TenantHeaders),
    responses((status = 200, body = ListView<LocationView>), Refused, QueryRefused))]
pub(crate) async fn list(
    api: web::Data<Api>,
    caller: InTenant,
    query: Query<PageQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, ApiError> {
    let listed = api.locations.list(&caller, query.0.map(Into::into)).await?;
    Ok(lists::list(&request, listed, LocationView::from, |location| location.id().as_uuid()))
}

/// Counts the locations of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/locations/count", operation_id = "countLocations", tag = "locations",
    params(TenantHeaders),
    responses((status = 200, body = Count), Refused))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant) -> Result<HttpResponse, ApiError> {
    let count = api.locations.count(&caller).await?;
    Ok(HttpResponse::Ok().json(Count { count }))
}
