//! One function per operation.

use actix_web::{HttpRequest, HttpResponse, web};
use application::Code::{
    CurrencyMismatch, ExternalIdTaken, ImportAsleep, ListingNotFound, NotAvailable, NotLive, NotPending, PriceChanged,
    PromotionNotValid, QuoteExpired, QuoteNotFound, QuoteUsed, ReservationNotFound, TenantInactive, TooManyCouponCodes,
    TooManyHolds,
};
use application::{AmendmentFields, AmendmentOptions, BookingFields, FindReservations, Paging, ReservationError};
use domain::access::Permission;
use domain::ids::ReservationId;
use domain::quotes::Quote;
use serde::de::IgnoredAny;

use super::views::{AmendedView, ReservationView};
use crate::areas::quotes::{PriceView, QuoteView};
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::request::if_match::IfMatch;
use crate::request::not_supported;
use crate::request::paging::ListQuery;
use crate::request::parts::{ChangeRequest, ListRequest};
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, Data, counted, created, ok, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::{Answer, ApiError};
use crate::state::Api;

/// Lists the reservations of the accounts of the tenant of the request, and those that it sold as an importer.
///
/// The oldest come first.
#[utoipa::path(get, path = "/api/v1/reservation", operation_id = "listReservations", tag = "reservations",
    params(FindReservations, Paging, TenantHeaders),
    responses((status = 200, body = ListView<ReservationView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn list((api, caller, query, request): ListRequest<InTenant, ListQuery<FindReservations>>) -> Answer {
    let listed = api.reservations.list(&caller, query.input()).await?;
    Ok(list::list(&request, listed, ReservationView::from, |seen| seen.reservation.id().as_uuid()))
}

/// Counts the reservations of the accounts of the tenant of the request, and those that it sold as an importer.
#[utoipa::path(get, path = "/api/v1/reservation/count", operation_id = "countReservations", tag = "reservations",
    params(FindReservations, TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant, query: Query<FindReservations>) -> Answer {
    let count = api.reservations.count(&caller, query.0).await?;
    Ok(counted(count))
}

/// Books a stay at a listing of the tenant of the request, its own or imported.
///
/// Each night is sold only once, even if several tenants offer it.
#[utoipa::path(post, path = "/api/v1/reservation", operation_id = "createReservation", tag = "reservations",
    params(TenantHeaders), request_body = BookingFields,
    responses((status = 201, body = Data<ReservationView>),
        Refuses<{ codes(&[
            TenantInactive, ListingNotFound, QuoteNotFound, NotAvailable, ImportAsleep, QuoteExpired, QuoteUsed,
            PriceChanged, ExternalIdTaken, TooManyHolds, CurrencyMismatch, PromotionNotValid, TooManyCouponCodes
        ]) }>))]
pub(crate) async fn book(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let answer = |booked| created(ReservationView::from(booked));
    let (caller, body, idempotent) =
        body.read_idempotent::<BookingFields, _, _>(caller, Permission::Write, answer).await?;
    let done = api.reservations.book(&caller, body, &idempotent).await.map_err(refused)?;
    Ok(tagged(done.reply(answer)))
}

/// Refuses a booking or an amendment. If its price has changed, the refusal shows the quote to book with instead, or the
/// price of the amended stay.
fn refused(error: ReservationError) -> ApiError {
    match &error {
        ReservationError::PriceChanged(quote) => {
            let view = QuoteView::from(Quote::clone(quote));
            ApiError::from(error).with_quote(&view)
        }
        ReservationError::AmendedPrice(priced) => {
            let view = PriceView::from(&**priced);
            ApiError::from(error).with_price(&view)
        }
        _ => error.into(),
    }
}

/// Returns a reservation of an account of the tenant of the request, or one that it sold as an importer.
#[utoipa::path(get, path = "/api/v1/reservation/{id}", operation_id = "getReservation", tag = "reservations",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<ReservationView>),
        Refuses<{ codes(&[TenantInactive, ReservationNotFound]) }>))]
pub(crate) async fn get(
    api: web::Data<Api>,
    caller: InTenant,
    id: PathId<ReservationId>,
    request: HttpRequest,
) -> Answer {
    not_supported::in_query_of(&request, caller.tenant_scope(Permission::Read))?;
    let found = api.reservations.get(&caller, id.0).await?;
    Ok(tagged(ok(ReservationView::from(found))))
}

/// Changes the dates, the guests or the notes of a reservation that is neither cancelled nor expired.
///
/// Other dates or guests are priced now, and booked in one step in which the reservation's own nights are free. If others
/// have the nights, nothing is changed.
#[utoipa::path(patch, path = "/api/v1/reservation/{id}", operation_id = "amendReservation", tag = "reservations",
    params(("id" = uuid::Uuid, Path), AmendmentOptions, TenantHeaders, IfMatchHeader), request_body = AmendmentFields,
    responses((status = 200, body = AmendedView),
        Refuses<{ codes(&[
            TenantInactive, ReservationNotFound, ListingNotFound, NotLive, NotAvailable, ImportAsleep, PriceChanged,
            CurrencyMismatch
        ]) }>))]
pub(crate) async fn amend(
    api: web::Data<Api>,
    caller: InTenant,
    id: PathId<ReservationId>,
    query: Query<AmendmentOptions>,
    if_match: IfMatch,
    body: Body,
) -> Answer {
    let (caller, body) = body.read::<AmendmentFields, _>(caller, Permission::Write).await?;
    let is_dry = query.0.as_ref().is_ok_and(|query| query.dry_run);
    let input = query.0.and_then(|query| body.map(|body| AmendmentFields { dry_run: query.dry_run, ..body }));
    let amended = api.reservations.amend(&caller, id.0, input, &if_match.on(ReservationView::from)).await;
    let amended = amended.map_err(refused)?;
    if is_dry {
        return Ok(HttpResponse::Ok().json(AmendedView::from(amended)));
    }
    Ok(tagged(ok(ReservationView::from(amended.reservation))))
}

/// Confirms a pending reservation. May be repeated.
#[utoipa::path(post, path = "/api/v1/reservation/{id}/confirm", operation_id = "confirmReservation",
    tag = "reservations", params(("id" = uuid::Uuid, Path), TenantHeaders),
    responses((status = 200, body = Data<ReservationView>),
        Refuses<{ codes(&[TenantInactive, ReservationNotFound, NotPending]) }>))]
pub(crate) async fn confirm(api: web::Data<Api>, caller: InTenant, id: PathId<ReservationId>, body: Body) -> Answer {
    let answer = |confirmed| ok(ReservationView::from(confirmed));
    // The body is ignored, but belongs to the fingerprint of the request.
    let (caller, _, idempotent) = body.read_idempotent::<IgnoredAny, _, _>(caller, Permission::Write, answer).await?;
    let done = api.reservations.confirm(&caller, id.0, &idempotent).await?;
    Ok(tagged(done.reply(answer)))
}

/// Cancels a reservation and frees its nights. May be repeated. An expired one stays expired.
#[utoipa::path(delete, path = "/api/v1/reservation/{id}", operation_id = "cancelReservation", tag = "reservations",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 200, body = Data<ReservationView>),
        Refuses<{ codes(&[TenantInactive, ReservationNotFound]) }>))]
pub(crate) async fn cancel((api, caller, id, if_match, body): ChangeRequest<InTenant, ReservationId>) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Write))?;
    let cancelled = api.reservations.cancel(&caller, id.0, &if_match.on(ReservationView::from)).await?;
    Ok(tagged(ok(ReservationView::from(cancelled))))
}
