//! One function per operation.

use actix_web::{HttpResponse, web};
use application::Code::{
    DefaultTenantRequired, EventConsumerNotFound, PermissionDenied, TenantInactive, TooManyEventConsumers,
};
use application::{EventConsumerPut, FindEventConsumers, Paging, PutEventConsumer};
use domain::access::Permission;

use super::views::{EventConsumerView, ListedEventConsumerView};
use crate::openapi::{IfMatchHeader, IfNoneMatchHeader, Refuses, TenantHeaders, codes};
use crate::request::body::Body;
use crate::request::caller::InTenant;
use crate::request::if_match::IfMatch;
use crate::request::paging::ListQuery;
use crate::request::parts::ListRequest;
use crate::request::path_name::PathName;
use crate::response::json::{Count, Data, counted, created, ok, tagged};
use crate::response::list::{self, ListView};
use crate::response::problem::Answer;
use crate::state::Api;

/// The parts of a request that changes or deletes a consumer.
type ConsumerRequest = (web::Data<Api>, InTenant, PathName, IfMatch, Body);

/// Lists the event consumers of the tenant of the request, oldest first, with the events that each has not read.
///
/// `scope=workspace` requires the authority of the default tenant.
#[utoipa::path(get, path = "/api/v1/event-consumers", operation_id = "listEventConsumers", tag = "events",
    params(FindEventConsumers, Paging, TenantHeaders),
    responses((status = 200, body = ListView<ListedEventConsumerView>),
        Refuses<{ codes(&[TenantInactive, PermissionDenied, DefaultTenantRequired]) }>))]
pub(crate) async fn list(
    (api, caller, query, request): ListRequest<InTenant, ListQuery<FindEventConsumers>>,
) -> Answer {
    let listed = api.event_consumers.list(&caller, query.input()).await?;
    Ok(list::list(&request, listed, ListedEventConsumerView::from, |listed| listed.consumer.id().as_uuid()))
}

/// Counts the event consumers of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/event-consumers/count", operation_id = "countEventConsumers", tag = "events",
    params(TenantHeaders),
    responses((status = 200, body = Count), Refuses<{ codes(&[TenantInactive]) }>))]
pub(crate) async fn count(api: web::Data<Api>, caller: InTenant) -> Answer {
    let count = api.event_consumers.count(&caller).await?;
    Ok(counted(count))
}

/// Returns an event consumer of the tenant of the request.
#[utoipa::path(get, path = "/api/v1/event-consumers/{name}", operation_id = "getEventConsumer", tag = "events",
    params(("name" = String, Path), TenantHeaders, IfNoneMatchHeader),
    responses((status = 200, body = Data<EventConsumerView>),
        Refuses<{ codes(&[TenantInactive, EventConsumerNotFound]) }>))]
pub(crate) async fn get(api: web::Data<Api>, caller: InTenant, name: PathName) -> Answer {
    let consumer = api.event_consumers.get(&caller, &name.0).await?;
    Ok(tagged(ok(EventConsumerView::from(consumer))))
}

/// Stores how far a client has read, under a name of its choice.
///
/// The position may be lower than before: then the client reads events again. It changes no data of the tenant, so it
/// leaves no audit entry and no event.
#[utoipa::path(put, path = "/api/v1/event-consumers/{name}", operation_id = "putEventConsumer", tag = "events",
    params(("name" = String, Path, pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"), TenantHeaders, IfMatchHeader),
    request_body = PutEventConsumer,
    responses((status = 200, body = Data<EventConsumerView>), (status = 201, body = Data<EventConsumerView>),
        Refuses<{ codes(&[TenantInactive, TooManyEventConsumers]) }>))]
pub(crate) async fn put((api, caller, name, if_match, body): ConsumerRequest) -> Answer {
    let (caller, body) = body.read::<PutEventConsumer, _>(caller, Permission::Write).await?;
    let put = api.event_consumers.put(&caller, &name.0, body, &if_match.on(EventConsumerView::from)).await?;
    let EventConsumerPut { consumer, is_new } = put;
    let view = EventConsumerView::from(consumer);
    Ok(tagged(if is_new { created(view) } else { ok(view) }))
}

/// Deletes an event consumer. The events stay.
#[utoipa::path(delete, path = "/api/v1/event-consumers/{name}", operation_id = "deleteEventConsumer", tag = "events",
    params(("name" = String, Path), TenantHeaders, IfMatchHeader),
    responses((status = 204, description = "Deleted."),
        Refuses<{ codes(&[TenantInactive, EventConsumerNotFound]) }>))]
pub(crate) async fn delete((api, caller, name, if_match, body): ConsumerRequest) -> Answer {
    body.ignore(caller.tenant_scope(Permission::Write))?;
    api.event_consumers.delete(&caller, &name.0, &if_match.on(EventConsumerView::from)).await?;
    Ok(HttpResponse::NoContent().finish())
}
