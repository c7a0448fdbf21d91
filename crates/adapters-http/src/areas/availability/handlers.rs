//! One function per operation.

use actix_web::web;
use application::Code::{ListingNotFound, NotTheOwner, TenantInactive};
use application::{EditCalendar, GetNights, GetPriceCalendar};
use domain::access::Permission;
use domain::ids::ListingId;

use super::views::{NightView, PriceCalendarView, UpdatedView};
use crate::openapi::{IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Data, ok, plain, tagged};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the nights of a listing of the tenant of the request, its own or imported, as they can be sold now.
///
/// `id` is the id of the listing.
#[utoipa::path(get, path = "/api/v1/availability/{id}", operation_id = "getAvailability", tag = "availability",
    params(("id" = uuid::Uuid, Path, description = "The listing."), GetNights, TenantHeaders),
    responses((status = 200, body = Data<Vec<NightView>>), Refuses<{ codes(&[TenantInactive, ListingNotFound]) }>))]
pub(crate) async fn get(
    api: web::Data<Api>,
    caller: InTenant,
    id: PathId<ListingId>,
    query: Query<GetNights>,
) -> Answer {
    let nights = api.availability.get(&caller, id.0, query.0).await?;
    Ok(plain(ok(nights.into_iter().map(NightView::from).collect::<Vec<_>>())))
}

/// Lists the nights of at most 100 listings of the tenant of the request, its own or imported, as they can be sold now.
#[utoipa::path(get, path = "/api/v1/price-calendar", operation_id = "getPriceCalendar", tag = "availability",
    params(GetPriceCalendar, TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<Vec<PriceCalendarView>>),
        Refuses<{ codes(&[TenantInactive, ListingNotFound]) }>))]
pub(crate) async fn price_calendar(api: web::Data<Api>, caller: InTenant, query: Query<GetPriceCalendar>) -> Answer {
    let found = api.availability.price_calendar(&caller, query.0).await?;
    Ok(tagged(ok(found.into_iter().map(PriceCalendarView::from).collect::<Vec<_>>())))
}

/// Edits the calendar of a listing. Owner only.
///
/// `id` is the id of the listing.
#[utoipa::path(put, path = "/api/v1/availability/{id}", operation_id = "updateAvailability", tag = "availability",
    params(("id" = uuid::Uuid, Path, description = "The listing."), TenantHeaders), request_body = EditCalendar,
    responses((status = 200, body = Data<UpdatedView>),
        Refuses<{ codes(&[TenantInactive, NotTheOwner, ListingNotFound]) }>))]
pub(crate) async fn update(api: web::Data<Api>, caller: InTenant, id: PathId<ListingId>, body: Body) -> Answer {
    let (caller, body) = body.read::<EditCalendar, _>(caller, Permission::Write).await?;
    let updated = api.availability.edit(&caller, id.0, body).await?;
    Ok(plain(ok(UpdatedView { updated })))
}
