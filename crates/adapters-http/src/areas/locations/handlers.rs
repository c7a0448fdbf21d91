//! One function per operation.

use std::convert::identity;

use actix_web::{HttpResponse, web};
use application::Code::{DefaultLocation, LocationInUse, LocationNotFound, TenantInactive};
use application::{CreateLocationBody, LocationFields, Paging, ReplaceLocationBody};
use domain::access::Permission;
use domain::ids::LocationId;
use domain::locations::Location;

use super::views::{LocationHierarchyView, LocationView};
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::request::parts::{ChangeRequest, ListRequest};
use crate::request::path_id::PathId;
use crate::request::query::Query;
use crate::response::json::{Count, Data, counted, created, ok, plain, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// Lists the locations of the tenant of the request, oldest first.
#[utoipa::path(get, path = "/api/v1/locations", operation_id = "listLocations", tag = "locations",
    params(Paging, TenantHeaders),
    responses((status = 200, body = ListView<LocationView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn list((api, caller, query, request): ListRequest<InTenant, Query<Paging>>) -> Answer {
    let listed = api.locations.list(&caller, query.0).await?;
    Ok(list::list(&request, listed, LocationView::from, |location| location.id().as_uuid()))
}

/// Lists all locations of the tenant of the request with their buildings, of which there are none.
#[utoipa::path(get, path = "/api/v1/locations/hierarchy", operation_id = "getLocationHierarchy", tag = "locations",
    params(TenantHeaders),
    responses((status = 200, body = Data<Vec<LocationHierarchyView>>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn hierarchy(api: web::Data<Api>, caller: InTenant) -> Answer {
    let locations = api.locations.all(&caller).await?;
    Ok(plain(ok(locations.into_iter().map(LocationHierarchyView::from).collect::<Vec<_>>())))
}

/// Counts the locations of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/locations/count", operation_id = "countLocations", tag = "locations",
    params(TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant) -> Answer {
    let count = api.locations.count(&caller).await?;
    Ok(counted(count))
}

/// Creates a location of the tenant of the request.
#[utoipa::path(post, path = "/api/v1/locations", operation_id = "createLocation", tag = "locations",
    params(TenantHeaders), request_body = CreateLocationBody,
    responses((status = 201, body = Data<LocationView>), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn create(api: web::Data<Api>, caller: InTenant, body: Body) -> Answer {
    let answer = |location: Location| created(LocationView::from(location));
    let (caller, body, idempotent) =
        body.read_idempotent::<LocationFields, _, _>(caller, Permission::Write, answer).await?;
    let done = api.locations.create(&caller, body, &idempotent).await?;
    Ok(tagged(done.reply(answer)))
}

/// Returns a location of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/locations/{id}", operation_id = "getLocation", tag = "locations",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<LocationView>), Refuses<{ codes(&[TenantInactive, LocationNotFound]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: InTenant, id: PathId<LocationId>) -> Answer {
    let location = api.locations.get(&caller, id.0).await?;
    Ok(tagged(ok(LocationView::from(location))))
}

/// Changes a location's fields; the name must be sent.
#[utoipa::path(put, path = "/api/v1/locations/{id}", operation_id = "replaceLocation", tag = "locations",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = ReplaceLocationBody,
    responses((status = 200, body = Data<LocationView>), Refuses<{ codes(&[TenantInactive, LocationNotFound]) }>))]
pub(crate) async fn replace(request: ChangeRequest<InTenant, LocationId>) -> Answer {
    change(request, LocationFields::complete).await
}

/// Changes a location's fields.
#[utoipa::path(patch, path = "/api/v1/locations/{id}", operation_id = "updateLocation", tag = "locations",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader), request_body = LocationFields,
    responses((status = 200, body = Data<LocationView>), Refuses<{ codes(&[TenantInactive, LocationNotFound]) }>))]
pub(crate) async fn update(request: ChangeRequest<InTenant, LocationId>) -> Answer {
    change(request, identity).await
}

async fn change(
    (api, caller, id, if_match, body): ChangeRequest<InTenant, LocationId>,
    complete: fn(LocationFields) -> LocationFields,
) -> Answer {
    let (caller, body) = body.read(caller, Permission::Write).await?;
    let input = body.map(complete);
    let location = api.locations.update(&caller, id.0, input, &if_match.on(LocationView::from)).await?;
    Ok(tagged(ok(LocationView::from(location))))
}

/// Deletes a location, unless it is the default one or has users.
#[utoipa::path(delete, path = "/api/v1/locations/{id}", operation_id = "deleteLocation", tag = "locations",
    params(("id" = uuid::Uuid, Path), TenantHeaders, IfMatchHeader),
    responses((status = 204, description = "Deleted."),
        Refuses<{ codes(&[TenantInactive, LocationNotFound, DefaultLocation, LocationInUse]) }>))]
pub(crate) async fn delete((api, caller, id, if_match, body): ChangeRequest<InTenant, LocationId>) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Write))?;
    api.locations.delete(&caller, id.0, &if_match.on(LocationView::from)).await?;
    Ok(HttpResponse::NoContent().finish())
}
