//! One function per operation.

use actix_web::{HttpRequest, HttpResponse, web};
use application::Code::{
    HasReservations, IntegrationAccountNotFound, ListingNotFound, NotTheOwner, ProviderIdTaken, TenantInactive,
};
use application::{CreateListingBody, DeliverListings, FindListings, Listed, ListingFields, Paging};
use domain::access::{Caller, Permission};
use domain::ids::{IntegrationAccountId, ListingId};
use domain::listings::TenantListing;
use serde::Serialize;

use super::queries::{SearchPageQuery, SearchQuery};
use super::views::{DeliveredView, ListingView, SeenListingView};
use crate::openapi::{ID, IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::blocking::apart;
use crate::request::body::{Body, Delivered};
use crate::request::caller::InTenant;
use crate::request::not_supported;
use crate::request::paging::ListQuery;
use crate::request::parts::{ChangeRequest, ListRequest};
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, Data, counted, created, ok, plain, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the listings of the tenant of the request, its own and those that it imported.
///
/// The oldest come first or, if you name a location, the nearest. Each has at most 10 pictures and 1,000 characters of
/// the description. Sleeping imports match no filter except `listingType`.
#[utoipa::path(get, path = "/api/v1/listing", operation_id = "listListings", tag = "listings",
    params(FindListings, Paging, TenantHeaders),
    responses((status = 200, body = ListView<SeenListingView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn list((api, caller, query, request): ListRequest<InTenant, ListQuery<FindListings>>) -> Answer {
    let listed = api.listings.list(&caller, query.input()).await?;
    Ok(page(&request, listed, |listing| SeenListingView::of(caller.tenant_id(), listing)))
}

/// Counts the listings of the tenant of the request, its own and those that it imported.
#[utoipa::path(get, path = "/api/v1/listing/count", operation_id = "countListings", tag = "listings",
    params(FindListings, TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant, query: Query<FindListings>) -> Answer {
    let count = api.listings.count(&caller, query.0).await?;
    Ok(counted(count))
}

/// Creates a listing of an integration account of the tenant of the request.
#[utoipa::path(post, path = "/api/v1/listing", operation_id = "createListing", tag = "listings",
    params(TenantHeaders), request_body = CreateListingBody,
    responses(
        (status = 201, body = Data<ListingView>, links(
            ("getAvailability" = (operation_id = "getAvailability", parameters(("id" = ID)))),
            ("updateAvailability" = (operation_id = "updateAvailability", parameters(("id" = ID)))),
            ("createQuote" = (operation_id = "createQuote",
                description = "Send the new listing's id as `listingID` in the body.")),
            ("createReservation" = (operation_id = "createReservation",
                description = "Send the new listing's id as `listingID` in the body.")),
            ("assignPromotionListings" = (operation_id = "assignPromotionListings",
                description = "Send the new listing's id in the list `listingIDs` of the body.")),
            ("importListings" = (operation_id = "importListings",
                description = "Send the new listing's id in the list `listingIDs` of the body.")))),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound, ProviderIdTaken]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let view = view(&caller);
    let answer = move |listing| created(view(listing));
    let (caller, body, idempotent) =
        body.read_idempotent::<ListingFields, _, _>(caller, Permission::Write, answer).await?;
    let done = api.listings.create(&caller, body, &idempotent).await?;
    Ok(tagged(done.reply(answer)))
}

/// Returns a listing of the tenant of the request, its own or imported.
#[utoipa::path(get, path = "/api/v1/listing/{id}", operation_id = "getListing", tag = "listings",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<SeenListingView>), Refuses<{ codes(&[TenantInactive, ListingNotFound]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: InTenant, id: PathId<ListingId>, request: HttpRequest) -> Answer {
    not_supported::in_query_of(&request, caller.tenant_scope(Permission::Read))?;
    let listing = api.listings.get(&caller, id.0).await?;
    Ok(tagged(ok(SeenListingView::of(caller.tenant_id(), listing))))
}

/// Changes a listing's fields, like PATCH: a part of them is enough. Owner only.
#[utoipa::path(put, path = "/api/v1/listing/{id}", operation_id = "replaceListing", tag = "listings",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = ListingFields,
    responses((status = 200, body = Data<ListingView>),
        Refuses<{ codes(&[TenantInactive, NotTheOwner, ListingNotFound, ProviderIdTaken]) }>))]
pub(crate) async fn replace(request: ChangeRequest<InTenant, ListingId>) -> Answer {
    change(request).await
}

/// Changes a listing's fields. Owner only.
#[utoipa::path(patch, path = "/api/v1/listing/{id}", operation_id = "updateListing", tag = "listings",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = ListingFields,
    responses((status = 200, body = Data<ListingView>),
        Refuses<{ codes(&[TenantInactive, NotTheOwner, ListingNotFound, ProviderIdTaken]) }>))]
pub(crate) async fn update(request: ChangeRequest<InTenant, ListingId>) -> Answer {
    change(request).await
}

async fn change((api, caller, id, if_match, body): ChangeRequest<InTenant, ListingId>) -> Answer {
    let (caller, body) = body.read::<ListingFields, _>(caller, Permission::Write).await?;
    let view = view(&caller);
    let listing = api.listings.update(&caller, id.0, body, &if_match.on(view)).await?;
    Ok(tagged(ok(view(listing))))
}

/// Deletes a listing and all imports of it. Owner only.
#[utoipa::path(delete, path = "/api/v1/listing/{id}", operation_id = "deleteListing", tag = "listings",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 204, description = "Deleted."),
        Refuses<{ codes(&[TenantInactive, NotTheOwner, ListingNotFound, HasReservations]) }>))]
pub(crate) async fn delete((api, caller, id, if_match, body): ChangeRequest<InTenant, ListingId>) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Write))?;
    let view = view(&caller);
    api.listings.delete(&caller, id.0, &if_match.on(view)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Stores a delivery of a connector: up to 1,000 listings of one account, all of them or none.
///
/// Listings are matched by `providerID`. Listings that are not in the delivery are left unchanged.
#[utoipa::path(put, path = "/api/v1/integration-account/{id}/listings", operation_id = "deliverListings",
    tag = "integration-accounts",
    params(("id" = uuid::Uuid, Path), TenantHeaders), request_body = DeliverListings,
    responses((status = 200, body = Data<DeliveredView>),
        Refuses<{ codes(&[TenantInactive, IntegrationAccountNotFound]) }>))]
pub(crate) async fn deliver(
    api: web::Data<Api>,
    caller: InTenant,
    id: PathId<IntegrationAccountId>,
    body: Body,
) -> Answer {
    let (caller, body) = body.receive_delivery(caller, Permission::Write).await?;
    let is_large = body.as_ref().is_ok_and(Delivered::is_large);
    let deliver = async move || {
        let listings = body.and_then(|body| body.read::<DeliverListings>());
        api.listings.deliver(&caller, id.0, listings).await
    };
    let delivered = if is_large { apart(deliver).await } else { deliver().await };
    Ok(plain(ok(DeliveredView::from(delivered?))))
}

/// Finds listings around a location that other tenants offer for import, nearest first, 20 on a page.
#[utoipa::path(get, path = "/api/v1/tenants/search-listings", operation_id = "searchListings", tag = "imports",
    params(SearchQuery, SearchPageQuery, TenantHeaders),
    responses((status = 200, body = ListView<ListingView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn search((api, caller, query, request): ListRequest<InTenant, ListQuery<FindListings>>) -> Answer {
    let listed = api.listings.search(&caller, query.input()).await?;
    Ok(page(&request, listed, |listing| ListingView::found(caller.tenant_id(), listing)))
}

/// Counts the listings around a location that other tenants offer for import.
#[utoipa::path(get, path = "/api/v1/tenants/search-listings/count", operation_id = "countFoundListings", tag = "imports",
    params(SearchQuery, TenantHeaders), responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn count_found(api: web::Data<Api>, caller: InTenant, query: Query<FindListings>) -> Answer {
    let count = api.listings.count_found(&caller, query.0).await?;
    Ok(counted(count))
}

/// Lists the listings that the tenant of the request imported.
///
/// The oldest come first or, if you name a location, the nearest. Sleeping imports match no filter except
/// `listingType`.
#[utoipa::path(get, path = "/api/v1/tenants/imported-listings", operation_id = "listImportedListings", tag = "imports",
    params(FindListings, Paging, TenantHeaders),
    responses((status = 200, body = ListView<SeenListingView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn list_imported(
    (api, caller, query, request): ListRequest<InTenant, ListQuery<FindListings>>,
) -> Answer {
    let listed = api.listings.list_imported(&caller, query.input()).await?;
    Ok(page(&request, listed, |listing| SeenListingView::of(caller.tenant_id(), listing)))
}

/// Counts the listings that the tenant of the request imported.
#[utoipa::path(get, path = "/api/v1/tenants/imported-listings/count", operation_id = "countImportedListings",
    tag = "imports", params(FindListings, TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn count_imported(api: web::Data<Api>, caller: InTenant, query: Query<FindListings>) -> Answer {
    let count = api.listings.count_imported(&caller, query.0).await?;
    Ok(counted(count))
}

/// Returns the view of own listings for the tenant of the request.
fn view(caller: &Caller) -> impl Fn(TenantListing) -> ListingView + Copy + Send + Sync + 'static {
    let tenant = caller.tenant_id();
    move |listing| ListingView::of(tenant, listing)
}

fn page<V: Serialize>(
    request: &HttpRequest,
    listed: Listed<TenantListing>,
    view: impl Fn(TenantListing) -> V,
) -> HttpResponse {
    let id = |seen: &TenantListing| seen.distance.is_none().then(|| seen.listing.id().as_uuid());
    list::page(request, listed, view, id)
}
