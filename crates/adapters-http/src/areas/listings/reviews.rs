//! The decisions of the default tenant on offering listings.

use actix_web::web;
use application::Code::{DefaultTenantRequired, ListingNotFound};
use application::{ListingIds, RejectListing};
use domain::access::Permission;
use domain::ids::ListingId;
use domain::listings::TenantListing;

use super::views::{ApprovedView, ListingView};
use crate::openapi::{IfMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::UnderAuthority;
use crate::request::parts::ChangeRequest;
use crate::response::json::{Data, ok, plain, tagged};
use crate::response::problem::Answer;
use crate::state::Api;

/// Approves a listing of any tenant, so that it is offered. Default tenant only.
///
/// The response, and the tag that `If-Match` is compared with, show the listing as its owner sees it.
#[utoipa::path(put, path = "/api/v1/listing/{id}/approve", operation_id = "approveListing", tag = "listings",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 200, body = Data<ListingView>),
        Refuses<{ codes(&[DefaultTenantRequired, ListingNotFound]) }>))]
pub(crate) async fn approve((api, caller, id, if_match, body): ChangeRequest<UnderAuthority, ListingId>) -> Answer {
    body.ignore(caller.admin_scope(Permission::Write))?;
    let listing = api.listings.approve(&caller, id.0, &if_match.on(as_owner)).await?;
    Ok(tagged(ok(as_owner(listing))))
}

/// Rejects a listing of any tenant, so that it is no longer offered. Default tenant only.
///
/// Imports of it sleep, and sold stays remain. The response, and the tag that `If-Match` is compared with, show the listing
/// as its owner sees it.
#[utoipa::path(put, path = "/api/v1/listing/{id}/reject", operation_id = "rejectListing", tag = "listings",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = RejectListing,
    responses((status = 200, body = Data<ListingView>),
        Refuses<{ codes(&[DefaultTenantRequired, ListingNotFound]) }>))]
pub(crate) async fn reject((api, caller, id, if_match, body): ChangeRequest<UnderAuthority, ListingId>) -> Answer {
    let (caller, body) = body.read(caller, Permission::Write).await?;
    let listing = api.listings.reject(&caller, id.0, body, &if_match.on(as_owner)).await?;
    Ok(tagged(ok(as_owner(listing))))
}

/// Approves listings of any tenants: all of them, or none. Default tenant only.
#[utoipa::path(put, path = "/api/v1/listings/approve", operation_id = "approveListings", tag = "listings",
    params(TenantHeaders), request_body = ListingIds,
    responses((status = 200, body = Data<ApprovedView>),
        Refuses<{ codes(&[DefaultTenantRequired, ListingNotFound]) }>))]
pub(crate) async fn approve_all(api: web::Data<Api>, caller: UnderAuthority, body: Body) -> Answer {
    let (caller, body) = body.read::<ListingIds, _>(caller, Permission::Write).await?;
    let approved = api.listings.approve_all(&caller, body).await?;
    Ok(plain(ok(ApprovedView::from(approved))))
}

fn as_owner(listing: TenantListing) -> ListingView {
    ListingView::of(listing.owner, listing)
}
