//! One function per operation.

use std::convert::identity;

use actix_web::{HttpResponse, web};
use application::Code::{
    CouponCodeTaken, IntegrationAccountNotFound, ListingNotFound, NameTaken, PromotionNotFound, TenantInactive,
};
use application::{CreatePromotionBody, FindPromotions, ListingIds, Paging, PromotionFields, ReplacePromotionBody};
use domain::access::Permission;
use domain::ids::PromotionId;
use domain::promotions::Assignment;

use super::views::{AssignedView, PromotionView, UnassignedView};
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::request::paging::ListQuery;
use crate::request::parts::{ChangeRequest, ListRequest};
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, Data, counted, created, ok, plain, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the promotions of the integration accounts of the tenant of the request, oldest first.
#[utoipa::path(get, path = "/api/v1/promotions", operation_id = "listPromotions", tag = "promotions",
    params(FindPromotions, Paging, TenantHeaders),
    responses((status = 200, body = ListView<PromotionView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn list((api, caller, query, request): ListRequest<InTenant, ListQuery<FindPromotions>>) -> Answer {
    let listed = api.promotions.list(&caller, query.input()).await?;
    Ok(list::list(&request, listed, PromotionView::from, |promotion| promotion.id().as_uuid()))
}

/// Counts the promotions of the integration accounts of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/promotions/count", operation_id = "countPromotions", tag = "promotions",
    params(FindPromotions, TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant, query: Query<FindPromotions>) -> Answer {
    let count = api.promotions.count(&caller, query.0).await?;
    Ok(counted(count))
}

/// Creates a promotion of an integration account of the tenant of the request, without listings.
#[utoipa::path(post, path = "/api/v1/promotions", operation_id = "createPromotion", tag = "promotions",
    params(TenantHeaders), request_body = CreatePromotionBody,
    responses((status = 201, body = Data<PromotionView>),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound, NameTaken, CouponCodeTaken]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let answer = |promotion| created(PromotionView::from(promotion));
    let (caller, body, idempotent) =
        body.read_idempotent::<PromotionFields, _, _>(caller, Permission::Write, answer).await?;
    let done = api.promotions.create(&caller, body, &idempotent).await?;
    Ok(tagged(done.reply(answer)))
}

/// Returns a promotion of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/promotions/{id}", operation_id = "getPromotion", tag = "promotions",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<PromotionView>), Refuses<{ codes(&[TenantInactive, PromotionNotFound]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: InTenant, id: PathId<PromotionId>) -> Answer {
    let promotion = api.promotions.get(&caller, id.0).await?;
    Ok(tagged(ok(PromotionView::from(promotion))))
}

/// Changes a promotion's fields; all that a new one requires must be sent, except the account.
#[utoipa::path(put, path = "/api/v1/promotions/{id}", operation_id = "replacePromotion", tag = "promotions",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = ReplacePromotionBody,
    responses((status = 200, body = Data<PromotionView>),
        Refuses<{ codes(&[TenantInactive, PromotionNotFound, NameTaken, CouponCodeTaken]) }>))]
pub(crate) async fn replace(request: ChangeRequest<InTenant, PromotionId>) -> Answer {
    change(request, PromotionFields::complete).await
}

/// Changes a promotion's fields.
#[utoipa::path(patch, path = "/api/v1/promotions/{id}", operation_id = "updatePromotion", tag = "promotions",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = PromotionFields,
    responses((status = 200, body = Data<PromotionView>),
        Refuses<{ codes(&[TenantInactive, PromotionNotFound, NameTaken, CouponCodeTaken]) }>))]
pub(crate) async fn update(request: ChangeRequest<InTenant, PromotionId>) -> Answer {
    change(request, identity).await
}

async fn change(
    (api, caller, id, if_match, body): ChangeRequest<InTenant, PromotionId>,
    complete: fn(PromotionFields) -> PromotionFields,
) -> Answer {
    let (caller, body) = body.read(caller, Permission::Write).await?;
    let input = body.map(complete);
    let promotion = api.promotions.update(&caller, id.0, input, &if_match.on(PromotionView::from)).await?;
    Ok(tagged(ok(PromotionView::from(promotion))))
}

/// Deletes a promotion. Quotes and reservations with it keep their prices.
#[utoipa::path(delete, path = "/api/v1/promotions/{id}", operation_id = "deletePromotion", tag = "promotions",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 204, description = "Deleted."), Refuses<{ codes(&[TenantInactive, PromotionNotFound]) }>))]
pub(crate) async fn delete((api, caller, id, if_match, body): ChangeRequest<InTenant, PromotionId>) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Write))?;
    api.promotions.delete(&caller, id.0, &if_match.on(PromotionView::from)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Assigns a promotion to listings of its account: to all that you name, or to none.
#[utoipa::path(put, path = "/api/v1/promotions/{id}/listings/assign", operation_id = "assignPromotionListings",
    tag = "promotions", params(("id" = uuid::Uuid, Path), TenantHeaders), request_body = ListingIds,
    responses((status = 200, body = Data<AssignedView>),
        Refuses<{ codes(&[TenantInactive, PromotionNotFound, ListingNotFound]) }>))]
pub(crate) async fn assign(api: web::Data<Api>, caller: InTenant, id: PathId<PromotionId>, body: Body) -> Answer {
    let (caller, body) = body.read::<ListingIds, _>(caller, Permission::Write).await?;
    let assigned = api.promotions.assign(&caller, id.0, Assignment::Assign, body).await?;
    Ok(plain(ok(AssignedView { assigned })))
}

/// Unassigns a promotion from listings of its account: from all that you name, or from none.
#[utoipa::path(put, path = "/api/v1/promotions/{id}/listings/unassign", operation_id = "unassignPromotionListings",
    tag = "promotions", params(("id" = uuid::Uuid, Path), TenantHeaders), request_body = ListingIds,
    responses((status = 200, body = Data<UnassignedView>),
        Refuses<{ codes(&[TenantInactive, PromotionNotFound, ListingNotFound]) }>))]
pub(crate) async fn unassign(api: web::Data<Api>, caller: InTenant, id: PathId<PromotionId>, body: Body) -> Answer {
    let (caller, body) = body.read::<ListingIds, _>(caller, Permission::Write).await?;
    let unassigned = api.promotions.assign(&caller, id.0, Assignment::Unassign, body).await?;
    Ok(plain(ok(UnassignedView { unassigned })))
}
